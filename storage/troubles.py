"""What SQLite says when the disk or the file is at fault, in words an operator can act on."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.database import DatabaseDamaged, DatabaseSpoilt, DatabaseTrouble

_TROUBLES: dict[int, tuple[type[DatabaseTrouble], str]] = {
    sqlite3.SQLITE_FULL: (DatabaseTrouble, "the disk is full"),
    sqlite3.SQLITE_BUSY: (DatabaseTrouble, "another program holds it"),
    sqlite3.SQLITE_LOCKED: (DatabaseTrouble, "another program holds it"),
    sqlite3.SQLITE_READONLY: (DatabaseSpoilt, "it cannot be written"),
    sqlite3.SQLITE_IOERR: (DatabaseSpoilt, "the disk fails"),
    sqlite3.SQLITE_CANTOPEN: (DatabaseSpoilt, "its file cannot be opened, or its folder not written"),
    sqlite3.SQLITE_PERM: (DatabaseSpoilt, "its file cannot be opened, or its folder not written"),
    sqlite3.SQLITE_CORRUPT: (DatabaseDamaged, "it is damaged, restore a backup"),
    sqlite3.SQLITE_NOTADB: (DatabaseDamaged, "it is damaged or no database, restore a backup"),
}


def trouble(error: sqlite3.Error, path: Path | str) -> DatabaseTrouble | None:
    """None when neither the disk nor the file is at fault."""
    code = getattr(error, "sqlite_errorcode", None)  # not every error of the driver has one
    if code is None or code & 0xFF not in _TROUBLES:
        return None
    kind, words = _TROUBLES[code & 0xFF]
    return kind(f"the database {path}: {words} ({error})")


@contextmanager
def named(path: Path | str) -> Iterator[None]:
    """Errors that the disk or the file is to blame for leave as DatabaseTrouble."""
    try:
        yield
    except sqlite3.Error as error:
        found = trouble(error, path)
        if found is None:
            raise
        raise found from error


def identity(path: Path) -> tuple[int, int]:
    """Tells a file from another that took its place. Raises DatabaseSpoilt when it is gone."""
    try:
        found = path.stat()
    except OSError as error:
        raise DatabaseSpoilt(f"the database {path}: its file is gone ({error.strerror})") from error
    return found.st_dev, found.st_ino


def require_own_log(path: Path, before: tuple[int, int]) -> None:
    """Raises DatabaseSpoilt when another file came with the log of the one before: SQLite would mix them."""
    log = path.with_name(path.name + "-wal")
    _, number = identity(path)
    if number != before[1] and log.exists() and log.stat().st_size:
        raise DatabaseSpoilt(
            f"the database {path}: another file is in its place, and {log.name} belongs to the one before; "
            f"stop the bot, remove {log.name} and {path.name}-shm, start it"
        )


def require_room(path: Path, least: int) -> None:
    """Raises DatabaseTrouble when the disk has fewer free bytes."""
    try:
        disk = os.statvfs(path.parent)
    except OSError as error:
        raise DatabaseSpoilt(f"the database {path}: the disk fails ({error.strerror})") from error
    free = disk.f_bavail * disk.f_frsize
    if free < least:
        raise DatabaseTrouble(
            f"the database {path}: the disk is nearly full ({free >> 20} MiB free, {least >> 20} needed)"
        )
