"""Trains the second reader: fine-tunes a small encoder on the corpus, and makes it small enough to ship."""
