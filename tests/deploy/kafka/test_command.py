"""`python -m deploy.kafka`, as a person uses it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import TypeAlias

import psutil
import pytest

from deploy.kafka.readiness import accepts, until

Command: TypeAlias = "subprocess.Popen[str]"
Run: TypeAlias = Callable[..., Command]


@pytest.fixture
def run() -> Iterator[Run]:
    """Starts the command with arguments and variables; ends it with the test."""
    commands: list[Command] = []

    def begin(*arguments: str, **variables: str) -> Command:
        command = subprocess.Popen(
            [sys.executable, "-m", "deploy.kafka", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | variables,
        )
        commands.append(command)
        return command

    yield begin
    for command in commands:
        command.kill()
        command.communicate()


def address(command: Command) -> str:
    assert command.stdout
    return command.stdout.readline().strip()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_the_address_and_stays_until_a_signal(run: Run, number: signal.Signals) -> None:
    """Standard output holds the address alone; then Ctrl-C, or a supervisor, ends it in peace."""
    command = run("--kind", "memory")
    where = address(command)
    assert accepts(where)

    command.send_signal(number)
    rest, said = command.communicate(timeout=20)

    assert (0, "") == (command.returncode, rest)
    assert "This is librdkafka's in-memory broker" in said
    assert "kafka-python reaches it only with api_version=(2, 0)." in said
    assert not accepts(where)


def test_a_kind_that_is_missing_ends_it_with_the_reason(run: Run) -> None:
    """No traceback, and an exit code that a script sees."""
    command = run("--kind", "given", CLAIMWIRE_BOOTSTRAP_SERVERS="")

    _, said = command.communicate(timeout=20)

    expected = "No Kafka broker can be had. Mend one of these:\n  given: CLAIMWIRE_BOOTSTRAP_SERVERS is not set\n"
    assert (1, expected) == (command.returncode, said)


@pytest.mark.slow
@pytest.mark.usefixtures("java_is_here")
def test_no_node_outlives_a_command_that_is_killed(run: Run) -> None:
    """Closing a terminal by force leaves no Kafka behind."""
    command = run("--kind", "java")
    where = address(command)
    started = psutil.Process(command.pid).children(recursive=True)
    assert any("kafka.Kafka" in process.cmdline() for process in started)

    command.kill()

    assert [] == psutil.wait_procs(started, timeout=20)[1]
    assert until(lambda: not accepts(where), limit=20)
