"""Keeps a library that repeats itself from flooding the log, and says how much was held back."""

import copy
import logging
import math
import time
from collections.abc import Callable
from typing import NamedTuple, TextIO, TypeAlias

Place: TypeAlias = tuple[str, str, int]  # logger, file and line of a call: some libraries format a message themselves


class _Window:
    """What one place has logged since a moment."""

    def __init__(self, opened_at: float) -> None:
        self.opened_at = opened_at
        self.shown = 0
        self.held_back = 0
        self.latest: logging.LogRecord | None = None


class RepeatLimitedHandler(logging.StreamHandler[TextIO]):
    """Writes at most `limit` lines a `window_s` from each place in a library's code; our own lines are never held back.

    While a broker is down, kafka-python writes the same warning more than a thousand times a second. When the window
    has passed, one line says how often it was held back, with the last of its messages; it comes with the next line
    of anyone, or when the handler is closed.
    """

    def __init__(
        self, stream: TextIO, own: str, limit: int, window_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(stream)
        self._own = own
        self._limit = limit
        self._window_s = window_s
        self._clock = clock
        self._windows: dict[Place, _Window] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, or count it as held back; `logging` holds the handler's lock meanwhile."""
        now = self._clock()
        self._end_windows(opened_before=now - self._window_s)
        if self._is_ours(record) or self._may_show(record, now):
            super().emit(_without_bytes(record))

    def close(self) -> None:
        """Write what is still to be said of the lines held back, and close."""
        self.acquire()
        try:
            self._end_windows(opened_before=math.inf)
        finally:
            self.release()
        super().close()

    def _is_ours(self, record: logging.LogRecord) -> bool:
        return record.name == self._own or record.name.startswith(f"{self._own}.")

    def _may_show(self, record: logging.LogRecord, now: float) -> bool:
        window = self._windows.setdefault((record.name, record.pathname, record.lineno), _Window(now))
        if window.shown < self._limit:
            window.shown += 1
            return True
        window.held_back += 1
        window.latest = record
        return False

    def _end_windows(self, opened_before: float) -> None:
        for place in [place for place, window in self._windows.items() if window.opened_at <= opened_before]:
            window = self._windows.pop(place)
            if window.latest is not None:
                super().emit(_summary(window.latest, window.held_back))


class _HeldBack(NamedTuple):
    """The message of a summary, put together only where `logging` catches what a malformed message raises."""

    lines: int
    latest: logging.LogRecord

    def __str__(self) -> str:
        return f"Held back {self.lines} more like this: {_without_bytes(self.latest).getMessage()}"


def _summary(latest: logging.LogRecord, lines: int) -> logging.LogRecord:
    record = copy.copy(latest)
    record.msg, record.args = _HeldBack(lines, latest), None
    record.exc_info = record.exc_text = None
    return record


def _without_bytes(record: logging.LogRecord) -> logging.LogRecord:
    # kafka-python logs a response that it cannot parse as it is, with the sentences of everybody's articles in it.
    if not isinstance(record.args, tuple):
        return copy.copy(record)
    shown = copy.copy(record)
    shown.args = tuple(
        f"<{len(value)} bytes>" if isinstance(value, bytes | bytearray) else value for value in record.args
    )
    return shown
