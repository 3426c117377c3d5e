"""The tests of the training package."""
