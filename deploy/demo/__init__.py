"""Shows the service at work: sample articles go in, and each sentence comes back with its label."""
