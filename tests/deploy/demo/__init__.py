"""The demonstration, piece by piece and as a person runs it."""
