"""Ends a cluster whose owner died without stopping it, however it died, and removes its folder.

Runs as a process of its own beside the cluster. Its standard input is a pipe whose other end the owner holds, so the
pipe ends when the owner does: also by SIGKILL, after which no line of the owner's own code runs. The operating
system's own way, PR_SET_PDEATHSIG, would end a node together with the thread that started it, and knows no folders.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PID_FILE = "pid"  # in each node's folder for as long as its process may live


class Reaper:
    """The owner's end of the pipe."""

    def __init__(self, folder: Path) -> None:
        """Watch over a folder that has one folder per node in it."""
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", __file__, str(folder)],
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in a terminal must not end it before the owner
        )

    def release(self) -> None:
        """Let it go, once the nodes are stopped and the folder is removed."""
        self._process.communicate()


def reap(folder: Path) -> None:
    """Kill every node that the folder knows of, with all its children, and remove the folder."""
    for pid in _pids(folder):
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


def _pids(folder: Path) -> Iterator[int]:
    for path in folder.glob(f"*/{PID_FILE}"):
        with suppress(ValueError):  # a node that was about to start had not written its number yet
            yield int(path.read_text())


if __name__ == "__main__":
    sys.stdin.read()
    reap(Path(sys.argv[1]))
