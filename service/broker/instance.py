"""A name for this process that survives a restart and that no second process on this host takes by accident."""

import fcntl
import hashlib
import os
import re
import socket
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from service.errors import SettingsError
from service.settings import Settings, key

SLOTS = 1000  # processes of one group on one host; far more than a topic has partitions
SEPARATOR = "/"  # no name of a group or an instance holds it, so that no two pairs of them make the same text


@contextmanager
def held_instance_id(settings: Settings, directory: Path | None = None, host: str | None = None) -> Iterator[str]:
    """Hold an instance id for as long as the process lives.

    The id is the one that is set, or the host's name with the lowest number that no other process of the group holds
    here. A lock on a file tells: the kernel drops it with the process, however that ends, so a restart gets its number
    back, and with it its partitions and its transactions. Raises SettingsError when the id that is set is held already,
    and when no lock can be held in the temporary folder.
    """
    candidates = _candidates(settings, host)
    try:
        held = _first_free(settings, candidates, _own(directory or _folder()))
    except OSError as error:
        raise _no_lock(f"{error}") from error
    if held is None:
        raise SettingsError(
            (key("instance_id"),),
            f"{key('instance_id')}={candidates[0]} is held by another process of group {settings.group_id} on this "
            "host. Give each process its own, or set none and let it be derived.",
        )
    instance_id, lock = held
    with lock:
        yield instance_id


def transactional_id(settings: Settings, instance_id: str) -> str:
    """The name under which a broker knows our transactions, one for each group and instance.

    It begins with the group's name, by which a right to all of them can be given.
    """
    return f"{settings.group_id}{SEPARATOR}{instance_id}"


def _candidates(settings: Settings, host: str | None) -> Sequence[str]:
    if settings.instance_id:
        return [settings.instance_id]
    name = re.sub(r"[^A-Za-z0-9._-]", "-", host or socket.gethostname())[:200]
    return [f"{name}-{number}" for number in range(SLOTS)]


def _folder() -> Path:
    return Path(tempfile.gettempdir()) / f"claimwire-{os.getuid()}"


def _own(folder: Path) -> Path:
    """The folder, made if it is not there; one that somebody else could write to might lead our locks astray."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise _no_lock(f"{folder} is a link, not a folder")
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:  # anything for the group or for others
        raise _no_lock(f"{folder} is not ours alone")
    return folder


def _no_lock(problem: str) -> SettingsError:
    return SettingsError(
        ("TMPDIR", key("instance_id")),
        f"The lock that keeps a second process from taking our {key('instance_id')} cannot be held: {problem}. Remove "
        "what is in the way, or name another folder for temporary files in TMPDIR.",
    )


def _first_free(settings: Settings, candidates: Sequence[str], folder: Path) -> tuple[str, IO[str]] | None:
    for candidate in candidates:
        # The names may together be longer than a file's name can be, their hash never is.
        name = hashlib.sha256(transactional_id(settings, candidate).encode()).hexdigest()
        if lock := _lock(folder / f"{name}.lock"):
            return candidate, lock
    return None


def _lock(path: Path) -> IO[str] | None:
    handle = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "r+")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle
