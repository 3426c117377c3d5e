"""Stands between the services and a broker, and is the network that is slow, silent, or cut, or a slow broker."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeAlias

from tests.chaos.conversation import Conversation, frames

CHUNK = 65_536
CONNECT_S = 5.0

Pass: TypeAlias = Callable[[bytes], None]
"""Takes a piece that is about to be passed on, and returns when it may be."""


class Proxy:
    """Passes bytes on between whoever connects to `address` and the `target`, both "host:port".

    `delay_s` is waited before each piece is passed on, in both directions. While it is `silent`, nothing is, and
    connections stay open, as behind a firewall that drops packets. While it is `cut`, every connection is closed at
    once and none is taken.

    With an `api`, the number that Kafka's protocol gives a kind of request, whole requests and answers are passed on,
    and each answer to one of that kind is held back for `hold_s`; `held` counts them.
    """

    def __init__(self, target: str, api: int | None = None) -> None:
        self._target = target
        self._api = api
        self.hold_s = 0.0
        self.held = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.delay_s = 0.0
        self._flowing = threading.Event()
        self._flowing.set()
        self._cut = False
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, name="proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        self.cut()
        self._flowing.set()

    def silence(self) -> None:
        """Hold everything back from now on."""
        self._flowing.clear()

    def cut(self) -> None:
        """Close every connection, and take none."""
        with self._lock:
            self._cut = True
            for end in self._open:
                _close(end)
            self._open.clear()

    def mend(self) -> None:
        """Pass everything on again, at once."""
        self.delay_s = self.hold_s = 0.0
        self._cut = False
        self._flowing.set()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            if self._cut:
                caller.close()
                continue
            threading.Thread(target=self._connect, args=(caller,), daemon=True).start()

    def _connect(self, caller: socket.socket) -> None:
        host, _, port = self._target.rpartition(":")
        try:
            callee = socket.create_connection((host, int(port)), CONNECT_S)
        except OSError:
            caller.close()
            return
        callee.settimeout(None)
        with self._lock:
            self._open |= {caller, callee}
        conversation = Conversation(self._api)
        threading.Thread(target=self._pump, args=(caller, callee, conversation.asks), daemon=True).start()
        self._pump(callee, caller, lambda answer: self._hold(conversation, answer))

    def _hold(self, conversation: Conversation, answer: bytes) -> None:
        if conversation.awaited(answer) and self.hold_s:
            self.held += 1
            time.sleep(self.hold_s)

    def _pieces(self, source: socket.socket) -> Iterator[bytes]:
        return frames(source) if self._api is not None else iter(lambda: source.recv(CHUNK), b"")

    def _pump(self, source: socket.socket, sink: socket.socket, look: Pass) -> None:
        with suppress(OSError):
            for piece in self._pieces(source):
                look(piece)
                time.sleep(self.delay_s)
                self._flowing.wait()
                sink.sendall(piece)
        with self._lock:
            self._open -= {source, sink}
        _close(source)
        _close(sink)


def _close(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in recv
    end.close()
