"""What a scenario says when it cannot be played here."""


class UnplayableError(Exception):
    """Something that a scenario needs cannot be had on this machine; the message says what, and how to get it."""
