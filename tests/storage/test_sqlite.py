"""The seam on SQLite: whole or not at all, seen only when done, on disk when it matters."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.sqlite import SqliteDatabase, open_sqlite

NORMAL, FULL = 1, 2


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "deep" / "bot.db")
    await db.execute("CREATE TABLE things (name TEXT NOT NULL)")
    yield db
    await db.close()


async def things(db: SqliteDatabase) -> list[str]:
    return [row["name"] for row in await db.read("SELECT name FROM things")]


async def put(db: SqliteDatabase, name: str) -> int:
    return await db.execute("INSERT INTO things VALUES (:name)", name=name)


async def test_keeps_what_was_written(db: SqliteDatabase) -> None:
    async with db.write() as tx:
        assert await tx.execute("INSERT INTO things VALUES (:name)", name="one") == 1
        await tx.execute_many("INSERT INTO things VALUES (:name)", [{"name": "two"}, {"name": "three"}])
        assert len(await tx.fetch("SELECT * FROM things")) == 3
    assert await things(db) == ["one", "two", "three"]


@pytest.mark.parametrize("durable", [False, True])
async def test_an_error_takes_everything_back(db: SqliteDatabase, durable: bool) -> None:
    async def write_and_fail() -> None:
        async with db.write(durable=durable) as tx:
            await tx.execute("INSERT INTO things VALUES (:name)", name="one")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write_and_fail()
    assert await put(db, "two") == 1
    assert await things(db) == ["two"]


async def test_being_cancelled_takes_everything_back(db: SqliteDatabase) -> None:
    written = asyncio.Event()

    async def write_and_wait() -> None:
        async with db.write() as tx:
            await tx.execute("INSERT INTO things VALUES (:name)", name="one")
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write_and_wait())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await put(db, "two")
    assert await things(db) == ["two"]


@pytest.mark.parametrize("steps", range(12))
async def test_cancelled_at_any_moment_it_is_whole_or_not_at_all(db: SqliteDatabase, steps: int) -> None:
    async def write() -> None:
        async with db.write(durable=True) as tx:
            await tx.execute("INSERT INTO things VALUES ('half')")
            await tx.execute("INSERT INTO things VALUES ('half')")

    task = asyncio.create_task(write())
    for _ in range(steps):
        await asyncio.sleep(0.0005)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await put(db, "after")
    assert await things(db) in (["after"], ["half", "half", "after"])


async def test_a_reader_never_sees_a_half_done_write(db: SqliteDatabase) -> None:
    async with db.write() as tx:
        await tx.execute("INSERT INTO things VALUES (:name)", name="one")
        assert await things(db) == []
        await tx.execute("INSERT INTO things VALUES (:name)", name="two")
        assert await things(db) == []
    assert await things(db) == ["one", "two"]


async def test_writers_wait_for_each_other(db: SqliteDatabase) -> None:
    async def add_one() -> None:
        async with db.write() as tx:
            rows = await tx.fetch("SELECT count(*) AS n FROM things")
            await asyncio.sleep(0)
            await tx.execute("INSERT INTO things VALUES (:name)", name=str(rows[0]["n"]))

    await asyncio.gather(*(add_one() for _ in range(20)))
    assert await things(db) == [str(n) for n in range(20)]


async def test_only_a_durable_write_waits_for_the_disk(db: SqliteDatabase) -> None:
    for durable, expected in ((True, FULL), (False, NORMAL), (True, FULL)):
        async with db.write(durable=durable) as tx:
            assert (await tx.fetch("PRAGMA synchronous"))[0]["synchronous"] == expected


async def test_a_durable_write_stays_durable_after_a_cancelled_one(db: SqliteDatabase) -> None:
    async with db.write(durable=True):
        pass
    quick = asyncio.create_task(put(db, "one"))
    await asyncio.sleep(0)
    quick.cancel()
    await asyncio.gather(quick, return_exceptions=True)
    async with db.write(durable=True) as tx:
        assert (await tx.fetch("PRAGMA synchronous"))[0]["synchronous"] == FULL


async def test_reading_cannot_write(db: SqliteDatabase) -> None:
    with pytest.raises(Exception, match="readonly"):
        await db.read("INSERT INTO things VALUES ('one')")


async def test_is_there_after_a_restart(db: SqliteDatabase, tmp_path: Path) -> None:
    await put(db, "one")
    await db.close()
    again = await open_sqlite(tmp_path / "deep" / "bot.db")
    assert await things(again) == ["one"]
    await again.close()
