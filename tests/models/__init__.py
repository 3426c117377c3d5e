"""How the models are tested: their own behaviour, a challenge set and what must not change a label."""
