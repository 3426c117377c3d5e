"""A name for this process that survives a restart and that no second process on this host takes by accident."""

import fcntl
import os
import re
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from service.errors import SettingsError
from service.settings import Settings, key

SLOTS = 1000  # processes of one group on one host; far more than a topic has partitions


@contextmanager
def held_instance_id(settings: Settings, directory: Path | None = None, host: str | None = None) -> Iterator[str]:
    """Hold an instance id for as long as the process lives.

    The id is the one that is set, or the host's name with the lowest number that no other process of the group holds
    here. A lock on a file tells: the kernel drops it with the process, however that ends, so a restart gets its number
    back, and with it its partitions and its transactions. Raises SettingsError when the id that is set is held already.
    """
    folder = directory or Path(tempfile.gettempdir()) / f"claimwire-{os.getuid()}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.instance_id:
        candidates = [settings.instance_id]
    else:
        name = re.sub(r"[^A-Za-z0-9._-]", "-", host or socket.gethostname())[:200]
        candidates = [f"{name}-{number}" for number in range(SLOTS)]
    for candidate in candidates:
        lock = _lock(folder / f"{settings.group_id}.{candidate}.lock")
        if lock:
            with lock:
                yield candidate
            return
    raise SettingsError(
        (key("instance_id"),),
        f"{key('instance_id')}={candidates[0]} is held by another process of group {settings.group_id} on this host. "
        "Give each process its own, or set none and let it be derived.",
    )


def _lock(path: Path) -> IO[str] | None:
    handle = path.open("w", encoding="utf-8")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle


def transactional_id(settings: Settings, instance_id: str) -> str:
    """The name under which a broker knows our transactions, one for each group and instance."""
    return f"{settings.group_id}.{instance_id}"
