"""Finds ports on this machine that nobody uses."""

import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack

HOST = "127.0.0.1"  # never "localhost": a client may take that for ::1, where nothing listens
FIRST, LAST = 20_000, 32_000  # below the ports that Linux hands to outgoing connections, lest a client sit on ours


def free(count: int, order: random.Random | None = None) -> list[int]:
    """Find `count` different ports that are free now; somebody else may still take one before it is used.

    Raises OSError when there are not that many.
    """
    candidates = iter((order or random.SystemRandom()).sample(range(FIRST, LAST), LAST - FIRST))
    with ExitStack() as held:  # all are held until the last is found, so that they differ
        return [_next_free(candidates, held) for _ in range(count)]


def _next_free(candidates: Iterator[int], held: ExitStack) -> int:
    for port in candidates:
        listener = held.enter_context(socket.socket())
        try:
            listener.bind((HOST, port))
        except OSError:
            continue
        return port
    raise OSError(f"Every port of {HOST} from {FIRST} to {LAST} is taken.")
