"""A wall clock of the services' own, which jumps while the brokers' and the judge's go on."""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.chaos.unplayable import UnplayableError

LIBRARY = "libfaketimeMT.so.1"
PLACES = ("/usr/lib/*/faketime", "/usr/lib/faketime", "/usr/lib64/faketime", "/usr/local/lib/faketime")
STARTUP = Path(__file__).with_name("faked_sleep")


class Clock:
    """What processes with its `environment` take for the time; raises UnplayableError where libfaketime is not there.

    Only the wall clock is theirs. A clock that is set by NTP or by hand jumps in the same way: the monotonic one, by
    which processes count seconds, does not. `places` are folders that may hold the library.
    """

    def __init__(self, places: Sequence[str] = PLACES) -> None:
        library = _library(places)
        self._folder = Path(tempfile.mkdtemp(prefix="claimwire-clock-"))
        self._offset = self._folder / "offset"
        self.environment = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._offset),
            "FAKETIME_NO_CACHE": "1",  # a jump is seen at once, not up to ten seconds later
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "PYTHONPATH": os.pathsep.join(filter(None, (str(STARTUP), os.environ.get("PYTHONPATH")))),
        }

    def __enter__(self) -> Self:
        self.set_off(0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._folder)

    def set_off(self, seconds: float) -> None:
        """Let the clock be so far ahead of the true time from now on, or behind it."""
        new = self._folder / "new"
        new.write_text(f"{seconds:+f}\n", encoding="ascii")
        new.replace(self._offset)  # a process that reads an empty file would take any time for the present


def _library(places: Sequence[str]) -> Path:
    found = [path for place in places for path in Path("/").glob(f"{place[1:]}/{LIBRARY}")]
    if not found:
        raise UnplayableError("libfaketime is not installed (on Debian: apt install libfaketime)")
    return found[0]
