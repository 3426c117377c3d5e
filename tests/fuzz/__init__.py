"""Input that somebody made to do harm: bounded with the other tests, and for as long as you like apart from them."""
