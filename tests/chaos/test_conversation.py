"""The proxy tells answers apart."""

import socket

from tests.chaos.conversation import Conversation, frames

SYNC = bytes([0, 0, 0, 9, 0, 14, 0, 5, 0, 0, 0, 7, 1])  # a length of 9, kind 14 in version 5, request 7, and a byte
HEARTBEAT = bytes([0, 0, 0, 9, 0, 12, 0, 4, 0, 0, 0, 8, 1])


def answer(number: int) -> bytes:
    """An answer without anything in it."""
    return bytes([0, 0, 0, 4, 0, 0, 0, number])


def test_an_answer_is_known_by_the_number_of_its_request() -> None:
    """Only what answers the kind in question is awaited, and once."""
    conversation = Conversation(14)
    conversation.asks(SYNC)
    conversation.asks(HEARTBEAT)

    assert [False, True, False] == [conversation.awaited(answer(number)) for number in (8, 7, 7)]


def test_a_stream_falls_into_its_frames() -> None:
    """However the network has cut them; what has no end is left out."""
    near, far = socket.socketpair()
    with near, far:
        near.sendall(SYNC + HEARTBEAT + SYNC[:6])
        near.shutdown(socket.SHUT_WR)

        assert [SYNC, HEARTBEAT] == list(frames(far))
