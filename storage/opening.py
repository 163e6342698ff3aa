"""Opening a database: to serve, beside the program that serves, or just to look."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

import aiosqlite

from storage.connections import Mode, connect, open_pair
from storage.database import Database, StorageError
from storage.migrations import require_current, require_known
from storage.sqlite import SqliteDatabase
from storage.troubles import named


async def open_sqlite(path: Path) -> SqliteDatabase:
    """The database at `path`, made with its parent folders when missing, its schema up to date.

    Raises StorageError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    log = path.with_name(path.name + "-wal")
    if log.exists() and not path.exists():  # noqa: ASYNC240 - once, before anything runs
        raise StorageError(
            f"{path} is gone, but {log.name} is there: put the database back, or move that away"
        )
    with named(path):
        writer, reader = await open_pair(path, make=True)
    return SqliteDatabase(path, writer, reader)


async def open_to_look(path: Path) -> SqliteDatabase:
    """An existing database, for reading only, its schema as it is. Raises StorageError."""
    return await _open_existing(path, "ro", require_current)


async def open_of_any_age(path: Path, mode: Literal["ro", "still"] = "ro") -> SqliteDatabase:
    """... which an older version of the program may have made. For `still` see `connect`."""
    return await _open_existing(path, mode, require_known)


async def open_beside(path: Path) -> SqliteDatabase:
    """An existing database that the running program may write to at the same time. Raises StorageError."""
    return await _open_existing(path, "rw", require_current)


def require_file(path: Path) -> None:
    """Raises StorageError."""
    if not path.is_file():
        raise StorageError(
            f"there is no database at {path}: `panelgram run` makes one, DATABASE_URL says where"
        )


async def _open_existing(
    path: Path, mode: Mode, require: Callable[[Database], Awaitable[None]]
) -> SqliteDatabase:
    require_file(path)
    with named(path):
        connection = await connect(path, mode)
    db = SqliteDatabase(path, connection, connection)
    try:
        await require(db)
    except aiosqlite.Error as error:
        await db.close()
        raise StorageError(f"{path} is no database of this program ({error})") from error
    except BaseException:
        await db.close()
        raise
    return db
