"""Connections to SQLite, each in a thread of its own, and what runs in that thread."""

import sqlite3
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import aiosqlite

from storage.database import Row
from storage.migrations import migrate
from storage.troubles import named

T = TypeVar("T")
Mode = Literal["ro", "still", "rw", "rwc"]

BUSY_SECONDS = 5.0  # to wait for another program that writes

_SETTINGS = (
    "PRAGMA auto_vacuum = INCREMENTAL",  # means something only before the first table is made
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = NORMAL",
    # pages, 16 MB: the longer the log may grow, the more often a page is written to it before it is copied
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA secure_delete = ON",  # what is erased leaves no trace in the pages it stood in
)


async def open_pair(path: Path, *, make: bool = False) -> tuple[aiosqlite.Connection, aiosqlite.Connection]:
    """The writer and the reader; with `make` the database is made if need be, and its schema."""
    with named(path):
        writer = await connect(path, "rwc" if make else "rw")
        try:
            if make:
                await in_thread(writer, lambda connection: to_the_end(migrate(Statements(connection))))
            reader = await connect(path, "rw")
            await reader.execute("PRAGMA query_only = ON")
        except BaseException:
            await close(writer)
            raise
    return writer, reader


async def connect(path: Path, mode: Mode) -> aiosqlite.Connection:
    """`still` is for reading a file that nobody writes to: no other file is made or needed beside it."""
    uri = f"file:{quote(str(path))}?mode={'ro&immutable=1' if mode == 'still' else mode}"
    connection = await aiosqlite.connect(uri, uri=True, isolation_level=None, timeout=BUSY_SECONDS)
    connection.row_factory = aiosqlite.Row
    try:
        for setting in _SETTINGS if mode in {"rw", "rwc"} else ():
            await connection.execute(setting)
    except BaseException:
        await close(connection)
        raise
    return connection


async def close(*connections: aiosqlite.Connection) -> None:
    for connection in dict.fromkeys(connections):
        with suppress(sqlite3.Error):  # all that was said to be kept is
            await connection.close()


class Statements:
    """Runs each at once: for use in the connection's own thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def fetch(self, sql: str, /, **values: Any) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()

    async def execute(self, sql: str, /, **values: Any) -> int:
        return self._connection.execute(sql, values).rowcount

    async def execute_many(self, sql: str, rows: Sequence[Mapping[str, Any]], /) -> None:
        self._connection.executemany(sql, rows)


def copied(connection: sqlite3.Connection, target: Path) -> dict[str, int]:
    """Copy the whole database into the file `target`, in one go: what is counted is what is copied.

    The online backup and not VACUUM INTO, which cannot be part of a transaction. Nothing erased comes along:
    `secure_delete` has overwritten it.
    """
    connection.execute("BEGIN")
    try:
        rows = {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for (name, *_) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        with closing(sqlite3.connect(target)) as copy:
            connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # it needs no other file beside it
    finally:
        connection.rollback()
    return rows


async def in_thread(connection: aiosqlite.Connection, work: Callable[..., T], *args: Any) -> T:
    """Run `work` in the connection's thread.

    One crossing a transaction: each costs 0.2 ms of processor time, and the library's public functions
    make one for every statement.
    """
    result: T = await connection._execute(work, connection._conn, *args)  # type: ignore[no-untyped-call]  # noqa: SLF001
    return result


def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """What awaits only its own statements never waits: it ends in its first step."""
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        work.close()
    raise RuntimeError("a transaction awaits nothing but its own statements")
