"""What kafka-python 3.0.12 gets wrong, each in its smallest case: a release that mends it fails here."""
