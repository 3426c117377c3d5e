"""Waits until a broker serves clients, by asking it as a client would."""

import socket
import time
from collections.abc import Callable, Collection

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

CONNECT_S = 0.5  # on one machine a connection takes less than a millisecond, or there is nobody
ANSWER_MS = 1_000  # a broker that has only half started may not answer at all; then we ask again
PAUSE_S = 0.05  # between two looks; a start takes about forty of them


def until(
    holds: Callable[[], bool],
    limit: float,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Look again and again whether something holds, for at most `limit` seconds; say whether it came to hold."""
    deadline = clock() + limit
    while not holds():
        if clock() >= deadline:
            return False
        sleep(PAUSE_S)
    return True


def accepts(address: str) -> bool:
    """Say whether somebody takes connections at a "host:port"; that alone does not make a broker."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), CONNECT_S).close()
    except OSError:
        return False
    return True


def serves(addresses: Collection[str], nodes: int) -> bool:
    """Say whether every address accepts connections, and at least `nodes` brokers take part in the cluster.

    A broker that a controller has fenced (it is starting, or has not been heard of) takes no part.
    """
    return all(map(accepts, addresses)) and _unfenced(addresses) >= nodes


def _unfenced(addresses: Collection[str]) -> int:
    try:
        with KafkaAdminClient(
            bootstrap_servers=list(addresses), bootstrap_timeout_ms=ANSWER_MS, request_timeout_ms=ANSWER_MS
        ) as client:
            return sum(not broker["is_fenced"] for broker in client.describe_cluster()["brokers"])
    except KafkaError:
        return 0
