"""A small disk in memory, which can be filled to the last byte and emptied again."""

import errno
import os
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.chaos.unplayable import UnplayableError

SIZE = "50m"
CHUNK = 1 << 20


class Disk:
    """A tmpfs of 50 MB; only root may mount one, and anybody else gets an UnplayableError."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="claimwire-disk-"))
        self._ballast = self.folder / "ballast"

    def __enter__(self) -> Self:
        if os.geteuid() != 0:
            self.folder.rmdir()
            raise UnplayableError("only root may mount a disk of its own")
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(self.folder)]
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
        if mounted.returncode:
            self.folder.rmdir()
            raise UnplayableError(f"a disk cannot be mounted here: {mounted.stderr.strip()}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)  # noqa: S607 - wherever the system has it
        self.folder.rmdir()

    def fill(self) -> None:
        """Leave no byte free."""
        with self._ballast.open("ab", buffering=0) as ballast:
            try:
                while ballast.write(bytes(CHUNK)):
                    pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def empty(self) -> None:
        """Free what was filled."""
        self._ballast.unlink(missing_ok=True)
