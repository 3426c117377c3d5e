"""How the process is asked to stop, and how long it may take about it."""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

import structlog

log = structlog.get_logger()


class Stopping:
    """The first SIGTERM or SIGINT asks, the deadline abandons what is not finished, and a second signal quits at once.

    Abandoning is safe: what is not committed is read again by whoever gets the partition next. `quit_now` ends the
    process without running anything else.
    """

    def __init__(self, deadline_s: float, quit_now: Callable[[int], object] = os._exit) -> None:
        self._deadline = deadline_s
        self._quit_now = quit_now
        self._asked = threading.Event()

    def __call__(self) -> bool:
        """Whether to stop."""
        return self._asked.is_set()

    def install(self) -> None:
        """Take the two signals over; from the main thread only."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.signalled)

    def signalled(self, number: int, frame: FrameType | None = None) -> None:
        """A signal came. A lock that the interrupted code holds must not be waited for here, so nothing is logged."""
        if self._asked.is_set():
            self._quit_now(128 + number)  # the shell's convention for death by a signal
        self._asked.set()
        timer = threading.Timer(self._deadline, self._abandon)
        timer.daemon = True
        timer.start()

    def wait(self, seconds: float) -> None:
        """Sleep, but not past the moment when somebody asks to stop."""
        self._asked.wait(seconds)

    def _abandon(self) -> None:
        log.warning(
            "stopped by the deadline; the batch in hand is abandoned and will be read again", deadline_s=self._deadline
        )
        self._quit_now(0)
