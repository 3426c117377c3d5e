"""The whole demonstration, as a person runs it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from kafka import KafkaAdminClient

from deploy.demo.samples import read
from deploy.kafka import Broker

PATIENCE_S = 120.0  # it takes about ten seconds on an idle machine
SENTENCES = sum(len(article.labels) for article in read())

pytestmark = pytest.mark.slow


class Run:
    """`python -m deploy.demo` with some variables and no others of ours."""

    def __init__(self, log: Path, **variables: str) -> None:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("CLAIMWIRE_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "deploy.demo", "--log", str(log)],
            env={**plain, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def until(self, start: str) -> str:
        """Read on until a line starts so; returns all lines up to it."""
        assert self.process.stdout
        read = []
        for line in self.process.stdout:
            read.append(line)
            if line.startswith(start):
                return "".join(read)
        raise AssertionError(f"No line starts with {start!r}: {''.join(read)}")

    def ended(self) -> tuple[int, str, str]:
        """Exit code, output and complaints."""
        said, complained = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, said, complained


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """Where the service logs; whoever still runs with this log at the end is ended, and that is a failure."""
    path = tmp_path / "service.log"
    yield path
    left = [p for p in psutil.process_iter() if _uses(p, path)]
    for process in left:
        process.kill()
    assert [] == left


def _uses(process: psutil.Process, log: Path) -> bool:
    try:
        return any(Path(file.path) == log for file in process.open_files()) or str(log) in process.cmdline()
    except psutil.Error:  # it is gone, or not ours to look at
        return False


def test_every_sentence_is_shown_and_counted(log: Path) -> None:
    """On any machine, and without a terminal: the in-memory broker is enough."""
    code, said, complained = Run(log, BROKER_KIND="memory").ended()

    assert (0, "") == (code, complained)
    assert f"{SENTENCES} sentences in, {SENTENCES} out, 0 twice." in said
    shown = re.findall(r"^(?:claim|denial|clarification|other)\??\s+\d\.\d\d  ", said, re.MULTILINE)
    assert SENTENCES == len(shown)
    assert f"claimwire_records_consumed_total {SENTENCES}.0" in said
    assert "the service (exit code 0) and the broker" in said


def test_a_broker_that_was_given_is_left_as_it_was(real_broker: Broker, log: Path) -> None:
    """The topics of the demonstration are its own, and gone afterwards."""
    with KafkaAdminClient(bootstrap_servers=real_broker.bootstrap_servers) as admin:
        before = set(admin.list_topics())

        code, said, complained = Run(log, CLAIMWIRE_BOOTSTRAP_SERVERS=real_broker.bootstrap_servers).ended()

        assert (0, "") == (code, complained)
        assert f"{SENTENCES} sentences in, {SENTENCES} out, 0 twice." in said
        assert not {name for name in admin.list_topics() if name.startswith("claimwire-demo")} - before


def test_an_interruption_stops_everything_that_was_started(log: Path) -> None:
    """Ctrl-C in the middle leaves neither a service nor a broker behind."""
    run = Run(log, BROKER_KIND="memory")
    run.until("✓ service")

    run.process.send_signal(signal.SIGINT)
    code, _, complained = run.ended()

    assert (130, "\nInterrupted; whatever was started is stopped.\n") == (code, complained)


def test_no_broker_ends_it_with_the_reasons(log: Path) -> None:
    """One line for each kind that was tried, and no traceback."""
    code, _, complained = Run(log, BROKER_KIND="given").ended()

    assert 1 == code
    assert (
        "No Kafka broker can be had. Mend one of these:\n  given: CLAIMWIRE_BOOTSTRAP_SERVERS is not set" in complained
    )


def test_a_kind_of_broker_that_does_not_exist_is_named(log: Path) -> None:
    """With those that do."""
    code, _, complained = Run(log, BROKER_KIND="rabbit").ended()

    expected = "BROKER_KIND is 'rabbit'; it names one of given, docker, java, memory, or is left out."
    assert (1, f"\n{expected}\n") == (code, complained)
