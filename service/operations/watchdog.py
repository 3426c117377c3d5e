"""Ends the process when the loop stands still, so that whoever supervises it can start it afresh."""

import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import IO, Self

import structlog

EXIT_CODE = 70  # EX_SOFTWARE of sysexits.h: an internal fault, none of the codes of service/errors.py
FAREWELL_S = 5  # for the last words: a log that nobody reads from may itself be what stands still
LOOK_S = 1  # how often it looks, unless the limit is so short that a tenth of it is less

log = structlog.get_logger("watchdog")


class Watchdog:
    """Watches over a loop that tells it each step.

    Some calls of kafka-python's producer can block for ever and take no timeout; nothing inside the process can undo
    that. When no step has begun for `limit_s`, the watchdog logs the last one, writes the stacks of all threads to
    `stacks`, which needs a file descriptor (by default standard error), and calls `end` with exit code 70. `os._exit`
    is the default because an orderly exit would wait for the very thread that is stuck. Nothing is lost: what was not
    committed is read again. The limit must exceed the longest step, which the settings see to.
    """

    def __init__(
        self,
        limit_s: float,
        end: Callable[[int], None] = os._exit,
        clock: Callable[[], float] = time.monotonic,
        stacks: IO[str] | None = None,
    ) -> None:
        self._limit_s = limit_s
        self._end = end
        self._clock = clock
        self._stacks = stacks
        self._last = (clock(), "start")
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch; the time until the first step counts too."""
        self.beat("start")
        self._thread.start()

    def beat(self, step: str) -> None:
        """The loop begins this step."""
        self._last = (self._clock(), step)

    def stop(self) -> None:
        """Watch no longer; once this returns, nothing will be ended."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop."""
        self.stop()

    def look(self) -> bool:
        """Look once, and return whether all is well; if not, `end` has been called."""
        since, step = self._last
        stood = self._clock() - since
        if stood <= self._limit_s:
            return True
        try:
            self._farewell(step, stood)
        finally:
            self._end(EXIT_CODE)
        return False

    def _watch(self) -> None:
        while not self._stopped.wait(min(LOOK_S, self._limit_s / 10)) and self.look():
            pass

    def _farewell(self, step: str, stood: float) -> None:
        words = threading.Thread(target=self._last_words, args=(step, stood), name="farewell", daemon=True)
        words.start()
        words.join(FAREWELL_S)

    def _last_words(self, step: str, stood: float) -> None:
        log.critical(
            "The loop stands still; the process ends so that it can be started again",
            step=step,
            stood_s=round(stood, 1),
            limit_s=self._limit_s,
            exit_code=EXIT_CODE,
        )
        faulthandler.dump_traceback(self._stacks or sys.stderr)
