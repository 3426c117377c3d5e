"""Runs the service in a process of its own, with its log in a file, and asks it how it is."""

import signal
import subprocess
import urllib.request
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.demo.command import program
from deploy.demo.errors import DemoError
from deploy.kafka.readiness import until

ANSWER_S = 5.0  # metrics and health come from a thread of their own, at once
READY_S = 60.0  # a start takes about five seconds on an idle machine
STOP_S = 12.0  # the service itself promises ten
LAST_LINES = 12  # of a log, enough to show why it ended


class Service:
    """`claimwire run`; leaving the `with` block stops it."""

    def __init__(self, settings: Mapping[str, str], port: int, log: Path) -> None:
        """Start it, with its metrics and health on a port of the loopback."""
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        ours = {"CLAIMWIRE_METRICS_HOST": "127.0.0.1", "CLAIMWIRE_METRICS_PORT": str(port)}
        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [program(), "run"],
                env={**settings, **ours},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in a terminal is ours to handle: it is stopped before its broker
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def wait_until_ready(self) -> None:
        """Wait until it says so; raises DemoError when it ends instead, or takes too long."""
        if not until(lambda: self._says_ready() or self._process.poll() is not None, READY_S):
            raise DemoError(f"The service was not ready within {READY_S:g} seconds. Its log: {self.log}")
        self.check()

    def check(self) -> None:
        """Raise DemoError if it has ended by itself."""
        code = self._process.poll()
        if code is not None:
            raise DemoError(f"The service ended with exit code {code}. The end of its log, {self.log}:\n{self._end()}")

    def metrics(self, series: Iterable[str]) -> list[str]:
        """The lines of `/metrics` for some series, in their order, without those it does not have."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=ANSWER_S) as answer:  # noqa: S310 - http, to ourselves
            lines = answer.read().decode().splitlines()
        found = {line.rpartition(" ")[0]: line for line in lines}
        return [found[name] for name in series if name in found]

    def stop(self) -> int:
        """Ask it to finish its batch and leave, and return its exit code; a second call does nothing.

        Raises DemoError when it has to be killed.
        """
        try:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGTERM)
            return self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            raise DemoError(f"The service did not stop within {STOP_S:g} seconds. Its log: {self.log}") from None
        finally:
            self._process.kill()
            self._process.wait()

    def _says_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=ANSWER_S):  # noqa: S310 - http, to ourselves
                return True
        except OSError:  # nobody listens yet, or the answer is 503
            return False

    def _end(self) -> str:
        with self.log.open(encoding="utf-8", errors="replace") as log:
            return "".join(deque(log, maxlen=LAST_LINES)).rstrip()
