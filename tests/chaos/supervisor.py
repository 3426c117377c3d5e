"""Keeps a service running as systemd or Kubernetes would: when it ends, it is started again."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self

from tests.end_to_end.newsroom import Service

PAUSE_S = 0.5  # before a service that ended by itself is started again
WORK_S = 120.0  # from a start to the first commit, also behind a transaction that nobody ends
COMMITTED = b'"event": "batch"'  # what the log says of each commit
LEAVE_S = 30.0  # ten seconds by the service's own promise, and room for a busy machine


class Supervisor:
    """One service at a time, made by `start` under the instance id `name`.

    `ended` counts the exit codes of those that ended by themselves.
    """

    def __init__(self, name: str, start: Callable[[], Service]) -> None:
        self.name = name
        self._start = start
        self._lock = threading.Lock()
        self._wanted = True
        self._asked = False
        self.ended: Counter[int] = Counter()
        self.service = start()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._wanted = False
            self.service.process.kill()
        self._thread.join()

    def at_work(self) -> None:
        """Wait until the service that runs now has committed something; raises TimeoutError when none ever does."""
        give_up = time.monotonic() + WORK_S
        while COMMITTED not in self.service.log.read_bytes():
            if time.monotonic() > give_up:
                raise TimeoutError(f"{self.name} does not get to work:\n{self.service.text()[-4000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL: no line of the service's own code runs any more."""
        self._signal(signal.SIGKILL, asked=True)

    def freeze(self) -> None:
        """SIGSTOP: it holds its connections and its transaction, and does nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT: it goes on as if nothing had happened."""
        self._signal(signal.SIGCONT)

    def restart(self) -> None:
        """SIGTERM, and a new one in its place; returns when the new one is ready."""
        before = self.service
        self._signal(signal.SIGTERM, asked=True)
        before.process.wait(LEAVE_S)
        while self.service is before:
            time.sleep(0.05)
        self.service.ready()

    def leave(self) -> int:
        """SIGTERM, and nobody in its place; returns the exit code."""
        with self._lock:
            self._wanted = False
            self.service.process.send_signal(signal.SIGCONT)
            self.service.process.send_signal(signal.SIGTERM)
        code = self.service.process.wait(LEAVE_S)
        self._thread.join()
        return code

    def _signal(self, number: signal.Signals, *, asked: bool = False) -> None:
        with self._lock:
            self._asked = self._asked or asked
            self.service.process.send_signal(number)

    def _watch(self) -> None:
        while True:
            code = self.service.process.wait()
            if not self._asked and self._wanted:
                self.ended[code] += 1
                time.sleep(PAUSE_S)
            with self._lock:
                if not self._wanted:
                    return
                self._asked = False
                self.service = self._start()
