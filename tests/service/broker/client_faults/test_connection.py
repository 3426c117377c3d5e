"""Faults of a connection: what a broker says before it hangs up is not heard."""

import socket

from kafka.net.selector import NetworkSelector
from kafka.net.transport import KafkaTCPTransport

from tests.service.broker.client_faults.mended import mended


class Listening:
    """What a transport talks to; remembers what it was told."""

    _sensors = None

    def __init__(self) -> None:
        self.received = b""
        self.lost: object = None

    def data_received(self, data: bytes) -> None:
        self.received += data

    def connection_lost(self, error: object) -> None:
        self.lost = error


def test_an_answer_that_comes_with_the_end_is_thrown_away() -> None:
    """A broker answers a wrong login and hangs up; where both arrive together, the answer is lost."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.sendall(b"the login is refused, because")
    theirs.close()
    network, listening = NetworkSelector(), Listening()
    transport = KafkaTCPTransport(network, ours)
    transport.set_protocol(listening)

    transport.resume_reading()
    while not listening.lost:
        network.poll(timeout_ms=100)

    assert b"" == listening.received, mended(
        "throws away an answer that comes with the end of the connection",
        "the last case of not_let_in from service/broker/refusals.py",
    )
    network.close()
