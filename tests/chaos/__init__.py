"""Breaks everything around the service, and counts what that did to the sentences."""
