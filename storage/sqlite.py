"""The seam on SQLite: one writing and one reading connection, each in a thread of its own."""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from storage.database import Row, StorageError, Work
from storage.migrations import migrate, require_current

T = TypeVar("T")

_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA secure_delete = ON",  # what is erased leaves no trace in the pages it stood in
)


class SqliteDatabase:
    """Writes that come while others are being written are written together, in one transaction: each
    still whole or not at all by itself, and all of them kept before the first is said to be."""

    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self._writer = writer
        self._reader = reader
        self._waiting: list[_Write] = []
        self._writing: asyncio.Task[None] | None = None
        self._durable = False

    async def read(self, sql: str, /, **values: Any) -> list[Row]:
        return list(await self._reader.execute_fetchall(sql, values))

    async def execute(self, sql: str, /, **values: Any) -> int:
        return await self.write(lambda tx: tx.execute(sql, **values))

    async def write(self, work: Work[T], /, *, durable: bool = False) -> T:
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Write(work, durable, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_what_waits())
        return await done

    async def leave_no_trace(self) -> None:
        await self._writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        if self._writing is not None:
            await self._writing
        for connection in {self._reader, self._writer}:
            await connection.close()

    async def _write_what_waits(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                results = await _in_thread(self._writer, self._transact, batch)
            except Exception as error:
                results = [error] * len(batch)
            for one, result in zip(batch, results, strict=True):
                one.tell(result)

    def _transact(self, connection: sqlite3.Connection, batch: Sequence["_Write"]) -> list[Any]:
        """What each brought, or the exception it failed with.

        One that fails takes the transaction back; then each gets one of its own.
        """
        try:
            return self._together(connection, batch)
        except Exception as error:
            if len(batch) == 1:
                return [error]
        return [result for one in batch for result in self._transact(connection, [one])]

    def _together(self, connection: sqlite3.Connection, batch: Sequence["_Write"]) -> list[Any]:
        durable = any(one.durable for one in batch)
        if durable != self._durable:  # SQLite ignores a change of it inside a transaction
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable
        connection.execute("BEGIN IMMEDIATE")
        try:
            statements = _Statements(connection)
            results = [_to_the_end(one.work(statements)) for one in batch]
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()
            raise
        return results


@dataclass(frozen=True, slots=True)
class _Write:
    work: Work[Any]
    durable: bool
    done: asyncio.Future[Any]

    def tell(self, result: Any) -> None:
        if self.done.cancelled():
            return
        if isinstance(result, Exception):
            self.done.set_exception(result)
        else:
            self.done.set_result(result)


class _Statements:
    """Runs each at once: for use in the connection's own thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def fetch(self, sql: str, /, **values: Any) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()

    async def execute(self, sql: str, /, **values: Any) -> int:
        return self._connection.execute(sql, values).rowcount

    async def execute_many(self, sql: str, rows: Sequence[Mapping[str, Any]], /) -> None:
        self._connection.executemany(sql, rows)


async def _in_thread(connection: aiosqlite.Connection, work: Callable[..., T], *args: Any) -> T:
    """Run `work` in the connection's thread.

    One crossing a transaction: each costs 0.2 ms of processor time, and the library's public functions
    make one for every statement.
    """
    result: T = await connection._execute(work, connection._conn, *args)  # type: ignore[no-untyped-call]  # noqa: SLF001
    return result


def _to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """What awaits only its own statements never waits: it ends in its first step."""
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    finally:
        work.close()
    raise RuntimeError("a transaction awaits nothing but its own statements")


async def open_sqlite(path: Path) -> SqliteDatabase:
    """The database at `path`, made with its parent folders when missing, its schema up to date.

    Raises DatabaseTooNew.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = await _connect(path)
    try:
        await _in_thread(writer, lambda connection: _to_the_end(migrate(_Statements(connection))))
        reader = await _connect(path)
        await reader.execute("PRAGMA query_only = ON")
    except BaseException:
        await writer.close()
        raise
    return SqliteDatabase(writer, reader)


async def open_to_look(path: Path) -> SqliteDatabase:
    """An existing database, for reading only, its schema as it is. Raises StorageError."""
    if not path.is_file():  # noqa: ASYNC240 - once, before anything runs
        raise StorageError(f"{path} is no file")
    connection = await aiosqlite.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
    connection.row_factory = aiosqlite.Row
    db = SqliteDatabase(connection, connection)
    try:
        await require_current(db)
    except aiosqlite.Error as error:
        await connection.close()
        raise StorageError(f"{path} is no database of this program ({error})") from error
    except BaseException:
        await connection.close()
        raise
    return db


async def _connect(path: Path) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None)
    connection.row_factory = aiosqlite.Row
    for setting in _SETTINGS:
        await connection.execute(setting)
    return connection
