"""Why the demonstration cannot go on."""


class DemoError(Exception):
    """The demonstration cannot go on; `str()` says what is missing or what broke, and where to look."""
