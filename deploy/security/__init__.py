"""What looks after our supply chain: the bill of materials and the search for known vulnerabilities."""
