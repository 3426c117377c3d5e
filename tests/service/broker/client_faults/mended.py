"""What a test of a fault says once the fault is gone."""

import kafka


def mended(fault: str, remove: str) -> str:
    """The message of the test that finds kafka-python better than we think: what it no longer does, what can go."""
    return f"kafka-python {kafka.__version__} no longer {fault}: remove {remove}"
