"""How the process is asked to stop."""

import signal
import threading

from service.operations.stopping import Stopping


def test_nobody_has_asked_at_first() -> None:
    """The loop turns until a signal comes."""
    assert not Stopping(8)()


def test_the_first_signal_asks() -> None:
    """The loop finishes its batch and leaves by itself."""
    codes: list[int] = []
    stopping = Stopping(60, codes.append)

    stopping.signalled(signal.SIGTERM)

    assert stopping()
    assert [] == codes


def test_a_second_signal_quits_at_once() -> None:
    """Somebody who presses Ctrl-C twice means it; the code is the shell's for that signal."""
    codes: list[int] = []
    stopping = Stopping(60, codes.append)

    stopping.signalled(signal.SIGINT)
    stopping.signalled(signal.SIGINT)

    assert [130] == codes


def test_what_is_not_finished_by_the_deadline_is_abandoned() -> None:
    """A batch that hangs does not keep the process from ending well."""
    codes: list[int] = []
    ended = threading.Event()

    def quit_now(code: int) -> None:
        codes.append(code)
        ended.set()

    Stopping(0.01, quit_now).signalled(signal.SIGTERM)

    assert ended.wait(5)
    assert [0] == codes


def test_a_sleeper_is_woken() -> None:
    """A pause after a failure does not delay the stop."""
    stopping = Stopping(60, lambda code: None)
    threading.Timer(0.01, stopping.signalled, [signal.SIGTERM]).start()

    stopping.wait(30)

    assert stopping()
