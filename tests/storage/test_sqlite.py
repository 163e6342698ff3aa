"""The seam on SQLite: whole or not at all, seen only when done, on disk when it matters."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Transaction, Work
from storage.opening import open_sqlite
from storage.sqlite import SqliteDatabase

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


def putting(*names: str, fail: bool = False) -> Work[None]:
    async def work(tx: Transaction) -> None:
        for name in names:
            await tx.execute("INSERT INTO things VALUES (:name)", name=name)
        if fail:
            raise ZeroDivisionError

    return work


async def test_keeps_what_was_written(db: SqliteDatabase) -> None:
    async def work(tx: Transaction) -> int:
        assert await tx.execute("INSERT INTO things VALUES (:name)", name="one") == 1
        await tx.execute_many("INSERT INTO things VALUES (:name)", [{"name": "two"}, {"name": "three"}])
        return len(await tx.fetch("SELECT * FROM things"))

    assert await db.write(work) == 3
    assert await things(db) == ["one", "two", "three"]


@pytest.mark.parametrize("durable", [False, True])
async def test_an_error_takes_everything_back(db: SqliteDatabase, durable: bool) -> None:
    with pytest.raises(ZeroDivisionError):
        await db.write(putting("one", fail=True), durable=durable)
    assert await put(db, "two") == 1
    assert await things(db) == ["two"]


async def test_one_that_fails_takes_back_nothing_of_those_written_with_it(db: SqliteDatabase) -> None:
    results = await asyncio.gather(
        db.write(putting("one")),
        db.write(putting("two", fail=True)),
        db.write(putting("three"), durable=True),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [type(None), ZeroDivisionError, type(None)]
    assert await things(db) == ["one", "three"]


async def test_what_comes_together_is_written_together(db: SqliteDatabase) -> None:
    await asyncio.gather(*(put(db, str(number)) for number in range(50)))
    before = db._writer.total_changes
    statements: list[str] = []
    await db._writer.set_trace_callback(statements.append)
    await asyncio.gather(*(put(db, str(number)) for number in range(50)))
    assert statements.count("COMMIT") < 10
    assert db._writer.total_changes == before + 50


async def test_none_is_said_to_be_written_before_all_are_kept(db: SqliteDatabase) -> None:
    deferred = "CREATE TABLE owed (name TEXT REFERENCES owners (name) DEFERRABLE INITIALLY DEFERRED)"
    for statement in ("CREATE TABLE owners (name TEXT PRIMARY KEY)", deferred):
        await db.execute(statement)
    results = await asyncio.gather(
        put(db, "one"),
        db.execute("INSERT INTO owed VALUES ('nobody')"),  # found out only when all is committed
        return_exceptions=True,
    )
    assert [isinstance(result, Exception) for result in results] == [False, True]
    assert await things(db) == ["one"]


@pytest.mark.parametrize("steps", range(12))
async def test_cancelled_at_any_moment_it_is_whole_or_not_at_all(db: SqliteDatabase, steps: int) -> None:
    task = asyncio.create_task(db.write(putting("half", "half"), durable=True))
    for _ in range(steps):
        await asyncio.sleep(0.0002)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await put(db, "after")
    assert await things(db) in (["after"], ["half", "half", "after"])


async def test_a_transaction_waits_for_nothing_else(db: SqliteDatabase) -> None:
    async def work(tx: Transaction) -> None:
        await tx.execute("INSERT INTO things VALUES ('one')")
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="awaits nothing but its own statements"):
        await db.write(work)
    assert await things(db) == []


async def test_a_reader_never_sees_a_half_done_write(db: SqliteDatabase) -> None:
    half_done, go_on = threading.Event(), threading.Event()

    async def work(tx: Transaction) -> None:
        await tx.execute("INSERT INTO things VALUES ('one')")
        half_done.set()
        go_on.wait(10)

    writing = asyncio.create_task(db.write(work))
    assert await asyncio.to_thread(half_done.wait, 10)
    assert await things(db) == []
    go_on.set()
    await writing
    assert await things(db) == ["one"]


async def test_writers_see_what_those_before_them_wrote(db: SqliteDatabase) -> None:
    async def add_one(tx: Transaction) -> None:
        rows = await tx.fetch("SELECT count(*) AS n FROM things")
        await tx.execute("INSERT INTO things VALUES (:name)", name=str(rows[0]["n"]))

    await asyncio.gather(*(db.write(add_one) for _ in range(20)))
    assert await things(db) == [str(n) for n in range(20)]


async def synchronous(tx: Transaction) -> int:
    return int((await tx.fetch("PRAGMA synchronous"))[0]["synchronous"])


async def test_only_a_durable_write_waits_for_the_disk(db: SqliteDatabase) -> None:
    for durable, expected in ((True, FULL), (False, NORMAL), (True, FULL)):
        assert await db.write(synchronous, durable=durable) == expected


async def test_what_is_written_together_with_a_durable_one_is_durable_too(db: SqliteDatabase) -> None:
    together = (db.write(synchronous), db.write(synchronous, durable=True), db.write(synchronous))
    assert set(await asyncio.gather(*together)) == {FULL}


async def test_a_durable_write_stays_durable_after_a_cancelled_one(db: SqliteDatabase) -> None:
    await db.write(putting("one"), durable=True)
    quick = asyncio.create_task(put(db, "two"))
    await asyncio.sleep(0)
    quick.cancel()
    await asyncio.gather(quick, return_exceptions=True)
    assert await db.write(synchronous, durable=True) == FULL


async def test_what_waits_is_written_before_the_end(db: SqliteDatabase, tmp_path: Path) -> None:
    writing = [asyncio.create_task(put(db, str(number))) for number in range(5)]
    await asyncio.sleep(0)
    await db.close()
    await asyncio.gather(*writing)
    again = await open_sqlite(tmp_path / "deep" / "bot.db")
    assert len(await things(again)) == 5
    await again.close()


async def test_reading_cannot_write(db: SqliteDatabase) -> None:
    with pytest.raises(Exception, match="readonly"):
        await db.read("INSERT INTO things VALUES ('one')")


async def test_is_there_after_a_restart(db: SqliteDatabase, tmp_path: Path) -> None:
    await put(db, "one")
    await db.close()
    again = await open_sqlite(tmp_path / "deep" / "bot.db")
    assert await things(again) == ["one"]
    await again.close()
