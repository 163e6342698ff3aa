"""A lock file: held by one process at a time, let go by the system when that process ends."""

import fcntl
import os
from pathlib import Path
from typing import IO

from storage.database import DatabaseInUse, StorageError


def of_database(path: Path) -> IO[str]:
    """The lock of who runs on this database. Raises DatabaseInUse."""
    return hold(path.with_name(path.name + ".lock"), f"the database {path}")


def hold(path: Path, what: str) -> IO[str]:
    """Hold the lock until the returned file is closed. Raises DatabaseInUse, naming `what` is taken, or
    StorageError when there can be no lock."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="ascii")
    except OSError as error:
        raise StorageError(f"{what} cannot be used: {path} cannot be written ({error.strerror})") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        holder = file.read().strip() or "unknown"
        file.close()
        raise DatabaseInUse(f"{what} is in use by another process (id {holder})") from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
