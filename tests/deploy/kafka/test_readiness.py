"""When a broker counts as ready."""

import socket

import pytest

from deploy.kafka import Broker
from deploy.kafka.readiness import serves, until


class Clock:
    """A clock that only moves while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_waiting_ends_as_soon_as_the_condition_holds() -> None:
    """Nobody waits for the limit."""
    clock = Clock()

    assert until(lambda: clock.now >= 3, limit=60, clock=clock, sleep=clock.sleep)
    assert 3 == pytest.approx(clock.now, abs=0.1)


def test_waiting_ends_at_the_limit() -> None:
    """And says that the condition never held."""
    clock = Clock()

    assert not until(lambda: False, limit=60, clock=clock, sleep=clock.sleep)
    assert 60 == pytest.approx(clock.now, abs=0.1)


def test_a_condition_that_holds_at_once_costs_nothing() -> None:
    """Even with no time at all it is looked at once."""
    assert until(lambda: True, limit=0)


def test_a_port_where_nobody_listens_serves_nobody() -> None:
    """A refused connection is an answer, not an error."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))

        assert not serves([f"127.0.0.1:{unused.getsockname()[1]}"], nodes=1)


def test_a_listener_that_never_answers_serves_nobody() -> None:
    """An open port is not yet a broker."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        assert not serves([f"127.0.0.1:{mute.getsockname()[1]}"], nodes=1)


def test_a_broker_alone_is_no_cluster_of_two(real_broker: Broker) -> None:
    """All the nodes have to take part, not only the one that answers."""
    addresses = real_broker.bootstrap_servers.split(",")

    assert serves(addresses, nodes=1)
    assert not serves(addresses, nodes=2 * len(addresses) + 99)
