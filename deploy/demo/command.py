"""Runs `claimwire`, the program, as anybody would: as a command, and as a service with a log of its own."""

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.demo.errors import DemoError
from deploy.demo.topics import NAMES
from deploy.kafka import Broker
from deploy.kafka.readiness import until

CLAIMWIRE = Path(sys.executable).with_name("claimwire")
FIRST_LINES = 12  # of a log that explains why a service ended
ANSWER_S = 5.0  # metrics and health come from a thread of their own, at once
READY_S = 60.0  # a start takes about five seconds on an idle machine
STOP_S = 12.0  # the service promises ten
OWN = ("CLAIMWIRE_BROKER",)  # a setting of the brokers in `deploy`, which the service would refuse as unknown


def environment(broker: Broker, names: Mapping[str, str], group: str, inherited: Mapping[str, str]) -> dict[str, str]:
    """What `claimwire` is told: whatever the person has set, and on top of it where the broker and the topics are."""
    settings = {
        "BOOTSTRAP_SERVERS": broker.bootstrap_servers,
        "GROUP_ID": group,
        "BROKER_LIMIT_S": "20",  # a service whose demonstration was killed ends soon after its broker
        **{f"TOPIC_{use.upper()}": names[use] for use in NAMES},
    }
    if broker.api_version:
        settings["API_VERSION"] = ".".join(map(str, broker.api_version))
    if not broker.real:
        settings["SESSION_TIMEOUT_S"] = "6"  # the stand-in may wait that long for a join that was given up
    return {name: value for name, value in inherited.items() if name not in OWN} | {
        f"CLAIMWIRE_{name}": value for name, value in settings.items()
    }


def run(settings: Mapping[str, str], *arguments: str) -> str:
    """Run a command to its end and return what it printed; raises DemoError with what it complained of."""
    command = [str(_program()), *arguments]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        raise DemoError(f"`claimwire {arguments[0]}` ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


class Service:
    """`claimwire run` in a process of its own; leaving the `with` block stops it."""

    def __init__(self, settings: Mapping[str, str], port: int, log: Path) -> None:
        """Start it, with its metrics on a port and its log in a file."""
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        ours = {"CLAIMWIRE_METRICS_HOST": "127.0.0.1", "CLAIMWIRE_METRICS_PORT": str(port)}
        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [str(_program()), "run"],
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
        """Raise DemoError if the service has ended by itself."""
        code = self._process.poll()
        if code is not None:
            raise DemoError(f"The service ended with exit code {code}. The end of {self.log}:\n{self._last_words()}")

    def metrics(self, wanted: Iterable[str]) -> list[str]:
        """The lines of `/metrics` that begin like one of those that are wanted."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=ANSWER_S) as answer:  # noqa: S310 - http, by us
            lines = answer.read().decode().splitlines()
        return [line for start in wanted for line in lines if re.match(rf"{re.escape(start)}[ {{]", line + " ")]

    def stop(self) -> int:
        """Ask it to finish its batch and leave, as a supervisor would; returns its exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            raise DemoError(f"The service did not stop within {STOP_S:g} seconds. Its log: {self.log}") from None
        finally:
            self._process.kill()
            self._process.wait()

    def _says_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=ANSWER_S):  # noqa: S310 - http, by us
                return True
        except OSError:  # nobody listens yet, or the answer is 503
            return False

    def _last_words(self) -> str:
        with self.log.open(encoding="utf-8", errors="replace") as log:
            return "".join(deque(log, maxlen=FIRST_LINES)).rstrip()


def _program() -> Path:
    if not os.access(CLAIMWIRE, os.X_OK):
        raise DemoError(f"{CLAIMWIRE} is not there. Run `make setup`, or `make demo`, which does so first.")
    return CLAIMWIRE
