"""Faults of a connection: what a broker says before it hangs up is not heard."""

import socket

import pytest
from kafka.net.selector import NetworkSelector
from kafka.net.transport import KafkaTCPTransport

from service.broker.last_words import RECEIVE, hear_last_words
from tests.service.broker.client_faults.mended import mended

LAST_WORDS = b"the login is refused, because"


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


def heard() -> bytes:
    """What is heard of a broker that answers and hangs up, when both arrive together."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.sendall(LAST_WORDS)
    theirs.close()
    network, listening = NetworkSelector(), Listening()
    transport = KafkaTCPTransport(network, ours)
    transport.set_protocol(listening)
    transport.resume_reading()
    while not listening.lost:
        network.poll(timeout_ms=100)
    network.close()
    return listening.received


def test_an_answer_that_comes_with_the_end_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of a connection is reported in place of what was read together with it."""
    monkeypatch.setattr(KafkaTCPTransport, "_sock_recv", RECEIVE[KafkaTCPTransport])

    assert b"" == heard(), mended(
        "throws away an answer that comes with the end of the connection", "service/broker/last_words.py"
    )


def test_with_our_cure_it_is_heard() -> None:
    """The answer comes first, and then the end."""
    hear_last_words()

    assert LAST_WORDS == heard()
