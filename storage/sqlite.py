"""The seam on SQLite: one writing and one reading connection, each in a thread of its own."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite

from storage.database import Row, StorageError
from storage.migrations import migrate, require_current

_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA secure_delete = ON",  # what is erased leaves no trace in the pages it stood in
)


class SqliteDatabase:
    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self._writer = _Statements(writer)
        self._reader = _Statements(reader)
        self._turn = asyncio.Lock()
        self._durable: bool | None = None

    async def read(self, sql: str, /, **values: Any) -> list[Row]:
        return await self._reader.fetch(sql, **values)

    async def execute(self, sql: str, /, **values: Any) -> int:
        async with self._turn:
            await self._sync(durable=False)
            return await self._writer.execute(sql, **values)

    @asynccontextmanager
    async def write(self, *, durable: bool = False) -> AsyncIterator["_Statements"]:
        connection = self._writer.connection
        async with self._turn:
            await self._sync(durable=durable)
            try:
                await self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
            except BaseException:
                # The connection's thread works in order: also a BEGIN whose waiting was cancelled is undone.
                await asyncio.shield(connection.rollback())
                raise
            try:
                await asyncio.shield(connection.commit())
            except aiosqlite.Error:
                await asyncio.shield(connection.rollback())
                raise

    async def leave_no_trace(self) -> None:
        async with self._turn:
            await self._writer.fetch("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        async with self._turn:
            for connection in {self._reader.connection, self._writer.connection}:
                await connection.close()

    async def _sync(self, *, durable: bool) -> None:
        """SQLite ignores a change of `synchronous` inside a transaction."""
        if durable != self._durable:
            self._durable = None  # unknown, should the wait be cancelled
            await self._writer.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable


class _Statements:
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self.connection = connection

    async def fetch(self, sql: str, /, **values: Any) -> list[Row]:
        return list(await self.connection.execute_fetchall(sql, values))

    async def execute(self, sql: str, /, **values: Any) -> int:
        cursor = await self.connection.execute(sql, values)
        return cursor.rowcount

    async def execute_many(self, sql: str, rows: Sequence[Mapping[str, Any]], /) -> None:
        await self.connection.executemany(sql, rows)


async def open_sqlite(path: Path) -> SqliteDatabase:
    """The database at `path`, made with its parent folders when missing, its schema up to date.

    Raises DatabaseTooNew.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = await _connect(path)
    try:
        await migrate(_Statements(writer))
        await writer.commit()
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
