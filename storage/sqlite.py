"""The seam on SQLite: one writing and one reading connection, each in a thread of its own."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from storage.connections import Statements, close, copied, in_thread, open_pair, to_the_end
from storage.database import (
    DatabaseDamaged,
    DatabaseSpoilt,
    DatabaseTrouble,
    Row,
    StorageError,
    Transaction,
    Work,
)
from storage.migrations import require_current
from storage.troubles import identity, named, require_own_log, require_room, trouble

T = TypeVar("T")

SHRINK_PAGES = 1000  # at once; as many stay, for what is written next
SPARE_BYTES = 32 << 20  # of the disk: with less free no order is begun, so that its outcome can be stored


class SqliteDatabase:
    """Writes that come while others are being written are written together, in one transaction: each
    still whole or not at all by itself, and all of them kept before the first is said to be."""

    def __init__(self, path: Path, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self._path = path
        self._writer = writer
        self._reader = reader
        self._identity = identity(path)
        self._waiting: list[_Write] = []
        self._writing: asyncio.Task[None] | None = None
        self._durable = False
        self.trouble: DatabaseTrouble | None = None

    async def read(self, sql: str, /, **values: Any) -> list[Row]:
        try:
            with named(self._path):
                return list(await self._reader.execute_fetchall(sql, values))
        except DatabaseTrouble as error:
            self._note(error)
            raise

    async def execute(self, sql: str, /, **values: Any) -> int:
        return await self.write(lambda tx: tx.execute(sql, **values))

    async def write(self, work: Work[T], /, *, durable: bool = False, intent: bool = False) -> T:
        if intent:
            self._require_well()
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Write(work, durable or intent, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_what_waits())
        return await done

    async def probe(self) -> None:
        require_room(self._path, SPARE_BYTES)
        await self.write(partial(_probe, room=1))

    async def heal(self) -> bool:
        try:
            if isinstance(self.trouble, DatabaseSpoilt):
                await self._open_again(look_through=isinstance(self.trouble, DatabaseDamaged))
            require_room(self._path, SPARE_BYTES)
            await self.write(partial(_probe, room=65536), durable=True)  # as much as an order needs
        except DatabaseTrouble as error:
            self._note(error)
            return False
        self.trouble = None
        return True

    async def leave_no_trace(self) -> None:
        with named(self._path):
            await self._writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")

    async def shrink(self) -> bool:
        with named(self._path):
            return await in_thread(self._writer, _give_back)

    async def copy_to(self, target: Path) -> Mapping[str, int]:
        """All that is committed, as one file at `target`; how many rows of each table that is.

        Whoever writes meanwhile goes on.
        """
        with named(f"{self._path} or its copy {target}"):
            return await in_thread(self._reader, copied, target)

    async def close(self) -> None:
        await self._nothing_written()
        await close(self._reader, self._writer)

    def _require_well(self) -> None:
        """Raises DatabaseTrouble."""
        if self.trouble is not None:
            raise type(self.trouble)(*self.trouble.args)
        try:
            require_room(self._path, SPARE_BYTES)
        except DatabaseTrouble as error:
            self._note(error)
            raise

    def _note(self, found: DatabaseTrouble) -> None:
        """Damage is not forgotten because the disk is full too."""
        if self.trouble is None or isinstance(found, type(self.trouble)):
            self.trouble = found

    def _noted(self, error: Exception) -> Exception:
        found = trouble(error, self._path) if isinstance(error, sqlite3.Error) else error
        if isinstance(found, DatabaseTrouble):
            self._note(found)
        return found or error

    async def _nothing_written(self) -> None:
        while self._writing is not None and not self._writing.done():
            await asyncio.wait({self._writing})

    async def _open_again(self, *, look_through: bool) -> None:
        """Raises DatabaseTrouble. It may be another file by now, put in the place of the one before."""
        found = identity(self._path)
        require_own_log(self._path, self._identity)
        writer, reader = await open_pair(self._path)
        new = SqliteDatabase(self._path, writer, reader)
        try:
            await require_current(new)
            if look_through and (await new.read("PRAGMA quick_check(1)"))[0]["quick_check"] != "ok":
                raise DatabaseDamaged(f"the database {self._path}: it is damaged, restore a backup")
        except BaseException as error:
            await close(reader, writer)
            if isinstance(error, DatabaseTrouble) or not isinstance(error, StorageError | sqlite3.Error):
                raise
            raise DatabaseSpoilt(f"the database {self._path}: {error}") from error
        await self._nothing_written()
        old = self._reader, self._writer
        self._writer, self._reader, self._identity, self._durable = writer, reader, found, False
        await close(*old)

    async def _write_what_waits(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                results = await in_thread(self._writer, self._transact, batch)
            except Exception as error:
                results = [error] * len(batch)
            for one, result in zip(batch, results, strict=True):
                one.tell(self._noted(result) if isinstance(result, Exception) else result)

    def _transact(self, connection: sqlite3.Connection, batch: Sequence["_Write"]) -> list[Any]:
        """What each brought, or the exception it failed with.

        One that fails takes the transaction back; then each gets one of its own. That is no use when the
        database takes nothing, and would take the longer the more there are.
        """
        try:
            return self._together(connection, batch)
        except Exception as error:
            if len(batch) == 1 or isinstance(error, DatabaseTrouble) or _is_trouble(error, self._path):
                return [error] * len(batch)
        return [result for one in batch for result in self._transact(connection, [one])]

    def _together(self, connection: sqlite3.Connection, batch: Sequence["_Write"]) -> list[Any]:
        if identity(self._path) != self._identity:
            raise DatabaseSpoilt(f"the database {self._path}: another file is in its place")
        durable = any(one.durable for one in batch)
        if durable != self._durable:  # SQLite ignores a change of it inside a transaction
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable
        connection.execute("BEGIN IMMEDIATE")
        try:
            statements = Statements(connection)
            results = [to_the_end(one.work(statements)) for one in batch]
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


def _give_back(connection: sqlite3.Connection) -> bool:
    """A database of a time before `auto_vacuum` keeps its size; what is free in it is used again."""
    (before,) = connection.execute("PRAGMA freelist_count").fetchone()
    if before <= SHRINK_PAGES:
        return False
    connection.execute(f"PRAGMA incremental_vacuum({SHRINK_PAGES})").fetchall()
    (after,) = connection.execute("PRAGMA freelist_count").fetchone()
    return bool(after < before)


async def _probe(tx: Transaction, *, room: int) -> None:
    """Writes so many bytes, and leaves nothing behind."""
    await tx.execute("INSERT INTO probe (room) VALUES (zeroblob(:room))", room=room)
    await tx.execute("DELETE FROM probe")


def _is_trouble(error: Exception, path: Path) -> bool:
    return isinstance(error, sqlite3.Error) and trouble(error, path) is not None
