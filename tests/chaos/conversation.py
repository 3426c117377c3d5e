"""Knows just so much of Kafka's protocol as to tell which answer belongs to which kind of request."""

import socket
from collections.abc import Iterator

SIZE = 4  # bytes of a frame's length, which come before it


def frames(source: socket.socket) -> Iterator[bytes]:
    """Each request or answer of a connection, with its length before it; what is cut off at the end is left out."""
    with source.makefile("rb") as stream:
        while len(size := stream.read(SIZE)) == SIZE:
            length = int.from_bytes(size)
            if len(body := stream.read(length)) < length:
                return
            yield size + body


class Conversation:
    """What was asked on one connection, as far as it is about the kind of request numbered `api`.

    A request begins with that number (int16), the version of the kind (int16) and a number of its own (int32), with
    which its answer begins (https://kafka.apache.org/protocol#protocol_messages).
    """

    def __init__(self, api: int | None) -> None:
        self._api = api
        self._asked: set[bytes] = set()

    def asks(self, request: bytes) -> None:
        """A request goes to the broker; `request` has its length before it."""
        if self._api is not None and int.from_bytes(request[SIZE : SIZE + 2]) == self._api:
            self._asked.add(request[SIZE + 4 : SIZE + 8])

    def awaited(self, answer: bytes) -> bool:
        """Whether an answer that comes from the broker is to such a request; `answer` has its length before it."""
        number = answer[SIZE : SIZE + 4]
        asked = number in self._asked
        self._asked.discard(number)
        return asked
