"""A loop that stands still is ended, one that goes on is not."""

import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from typing import IO

import pytest
from structlog.testing import capture_logs

from service.operations.watchdog import Watchdog
from tests.service.operations.clock import Clock

LIMIT_S = 90.0


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until a test moves it."""
    return Clock()


@pytest.fixture
def ends() -> list[int]:
    """The exit codes that the process would have ended with."""
    return []


@pytest.fixture
def stacks() -> Iterator[IO[str]]:
    """Where the stacks are written; faulthandler needs a real file."""
    with tempfile.TemporaryFile("w+") as file:
        yield file


@pytest.fixture
def watchdog(ends: list[int], clock: Clock, stacks: IO[str]) -> Watchdog:
    """A watchdog that looks only when a test calls `look`."""
    return Watchdog(LIMIT_S, ends.append, clock, stacks)


def test_a_loop_that_beats_lives_on(watchdog: Watchdog, clock: Clock, ends: list[int]) -> None:
    """Each step gives it the whole limit again."""
    for step in ("poll", "publish", "commit"):
        watchdog.beat(step)
        clock.now += LIMIT_S
        assert watchdog.look()

    assert [] == ends


def test_a_loop_that_stands_still_is_ended_with_code_70(watchdog: Watchdog, clock: Clock, ends: list[int]) -> None:
    """A supervisor tells it from every other exit by the code."""
    watchdog.beat("commit")
    clock.now += LIMIT_S + 1

    assert not watchdog.look()
    assert [70] == ends


def test_the_last_step_is_named(watchdog: Watchdog, clock: Clock) -> None:
    """Whoever reads the log in the morning sees which call never came back."""
    watchdog.beat("poll")
    watchdog.beat("commit")
    clock.now += LIMIT_S + 1

    with capture_logs() as logs:
        watchdog.look()

    (line,) = logs
    assert ("critical", "commit", LIMIT_S + 1) == (line["log_level"], line["step"], line["stood_s"])


def test_the_stacks_of_all_threads_are_written(watchdog: Watchdog, clock: Clock, stacks: IO[str]) -> None:
    """Also of the thread that is stuck, here one that waits in `held_up`."""
    entered, release = threading.Event(), threading.Event()

    def held_up() -> None:
        entered.set()
        release.wait()

    stuck = threading.Thread(target=held_up)
    stuck.start()
    entered.wait()
    clock.now += LIMIT_S + 1
    watchdog.look()
    release.set()
    stuck.join()

    stacks.seek(0)
    assert "in held_up" in stacks.read()


def test_the_process_ends_even_if_the_stacks_cannot_be_written(
    ends: list[int], clock: Clock, stacks: IO[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The last words are a courtesy; the end is the duty."""
    stacks.close()
    complaints: list[threading.ExceptHookArgs] = []
    hook, threading.excepthook = threading.excepthook, complaints.append
    watchdog = Watchdog(LIMIT_S, ends.append, clock, stacks)
    clock.now += LIMIT_S + 1

    watchdog.look()
    threading.excepthook = hook

    assert [70] == ends
    assert [ValueError] == [complaint.exc_type for complaint in complaints]


def test_its_thread_ends_the_process_by_itself(stacks: IO[str]) -> None:
    """Once started it needs nobody; the time until the first step counts too."""
    codes: list[int] = []
    ended = threading.Event()

    def end(code: int) -> None:
        codes.append(code)
        ended.set()

    watchdog = Watchdog(0.01, end, stacks=stacks)
    watchdog.start()

    assert ended.wait(5)
    watchdog.stop()
    assert [70] == codes


def test_a_process_that_is_stuck_really_ends() -> None:
    """With the default end, the process is gone although its main thread never returns."""
    stuck = """
import threading
from service.operations.watchdog import Watchdog
watchdog = Watchdog(0.05)
watchdog.start()
watchdog.beat("commit")
threading.Event().wait()
"""
    done = subprocess.run([sys.executable, "-c", stuck], capture_output=True, text=True, timeout=30, check=False)

    assert 70 == done.returncode
    assert "step=commit" in re.sub(r"\x1b\[\d*m", "", done.stdout)
    assert "in wait" in done.stderr


def test_a_watchdog_that_is_stopped_ends_nothing(ends: list[int], clock: Clock, stacks: IO[str]) -> None:
    """An orderly end of the service may take longer than a step."""
    with Watchdog(0.01, ends.append, clock, stacks):
        pass
    clock.now += 1

    assert [] == ends
    assert "watchdog" not in {thread.name for thread in threading.enumerate()}
