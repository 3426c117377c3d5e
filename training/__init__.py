"""Makes the models: the corpus, what is fitted to it, and the card that says how good the result is."""
