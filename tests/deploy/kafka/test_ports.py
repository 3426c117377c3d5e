"""Which ports are taken for free ones."""

import random
import socket
from contextlib import ExitStack

from deploy.kafka import ports


def same_order() -> random.Random:
    return random.Random(4)  # noqa: S311 - ports are no secrets


def test_each_port_differs_and_can_be_listened_on() -> None:
    """Three nodes with three listeners get nine ports of their own."""
    found = ports.free(9)

    with ExitStack() as listeners:
        for port in found:
            listeners.enter_context(socket.create_server((ports.HOST, port)))
    assert 9 == len(set(found))


def test_a_port_in_use_is_passed_over() -> None:
    """With the same order the next port takes its place."""
    taken, following = ports.free(2, same_order())

    with socket.create_server((ports.HOST, taken)):
        assert [following] == ports.free(1, same_order())


def test_no_port_is_one_that_outgoing_connections_get() -> None:
    """A client that knocks while a node is down could otherwise be given the node's own port, and keep it."""
    assert all(20_000 <= port < 32_000 for port in ports.free(20))
