"""A full disk, a held, damaged or vanished file: said, nothing half kept, and well again by itself."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from storage import connections, sqlite
from storage.database import DatabaseDamaged, DatabaseSpoilt, DatabaseTrouble, StorageError
from storage.opening import open_sqlite
from storage.sqlite import SqliteDatabase
from tests.storage.stored import begin, connect, table


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.05)
    return tmp_path / "bot.db"


@pytest.fixture
async def db(path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(path)
    await connect(db)
    yield db
    await db.close()


async def limit(db: SqliteDatabase, pages: int) -> None:
    """The file may have so many pages: with more wanted SQLite says that the disk is full."""
    await db._writer.execute_fetchall(f"PRAGMA max_page_count = {pages}")


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Another program writes, and takes its time."""
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def damage(path: Path) -> None:
    """All pages but the first, which is known by heart."""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))


async def test_a_full_disk_takes_no_order_and_is_well_when_there_is_room(db: SqliteDatabase) -> None:
    await limit(db, 1)
    with pytest.raises(DatabaseTrouble, match="the disk is full"):
        await asyncio.gather(*(begin(db, f"draft-{n}", service_name="x" * 4000) for n in range(100)))
    kept = len(await table(db, "orders"))
    with pytest.raises(DatabaseTrouble, match="the disk is full"):
        await begin(db, "small")
    assert not await db.heal()
    await limit(db, 2**30)

    assert await db.heal()
    assert db.trouble is None
    await begin(db, "small")
    assert len(await table(db, "orders")) == kept + 1
    assert await table(db, "probe") == []


async def test_an_order_is_refused_before_the_disk_is_full_and_its_outcome_is_not(
    db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "SPARE_BYTES", 2**60)
    with pytest.raises(DatabaseTrouble, match="nearly full"):
        await begin(db)
    assert await table(db, "orders") == []
    assert await db.execute("UPDATE people SET language = 'de'") == 1
    assert not await db.heal()


async def test_held_by_another_program_it_waits_and_then_says_so_once_for_all(
    db: SqliteDatabase, path: Path
) -> None:
    statements: list[str] = []
    await db._writer.set_trace_callback(statements.append)
    with held(path):
        failed = await asyncio.gather(*(begin(db, str(n)) for n in range(200)), return_exceptions=True)
        assert {type(error) for error in failed} == {DatabaseTrouble}
        assert "another program holds it" in str(failed[0])
        assert statements.count("BEGIN IMMEDIATE") <= 2  # each waits
        assert not await db.heal()
    assert await db.heal()
    await begin(db)
    assert len(await table(db, "orders")) == 1


async def test_what_cannot_be_written_is_opened_anew_until_it_can(db: SqliteDatabase) -> None:
    await db._writer.execute_fetchall("PRAGMA query_only = ON")
    with pytest.raises(DatabaseSpoilt, match="it cannot be written"):
        await begin(db)
    assert await table(db, "orders") == []
    assert await db.heal()
    await begin(db)
    assert len(await table(db, "orders")) == 1


async def test_a_file_that_is_gone_gets_nothing_and_is_used_again_when_it_is_back(
    db: SqliteDatabase, path: Path
) -> None:
    elsewhere = path.rename(path.with_name("elsewhere.db"))
    with pytest.raises(DatabaseSpoilt, match="its file is gone"):
        await begin(db)
    assert not await db.heal()
    assert not path.exists()
    elsewhere.rename(path)
    assert await db.heal()
    await begin(db)
    assert len(await table(db, "orders")) == 1


async def test_another_file_in_its_place_is_not_overlooked_nor_mixed_with_the_old_ones_log(
    db: SqliteDatabase, path: Path
) -> None:
    backup = path.with_name("backup.db")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(backup)) as target:
        source.backup(target)
    await begin(db, "lost")
    backup.rename(path)

    with pytest.raises(DatabaseSpoilt, match="another file"):
        await begin(db)
    assert not await db.heal()
    assert "bot.db-wal belongs to the one before" in str(db.trouble)
    for name in ("-wal", "-shm"):
        path.with_name(path.name + name).unlink()
    assert await db.heal()
    await begin(db, "kept")
    assert [row["id"] for row in await table(db, "orders")] == ["kept"]
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT id FROM orders").fetchall() == [("kept",)]


async def test_what_is_no_database_of_ours_is_not_taken_in_its_place(db: SqliteDatabase, path: Path) -> None:
    for name in ("", "-wal", "-shm"):
        path.with_name(path.name + name).rename(path.with_name(f"elsewhere.db{name}"))
    with closing(sqlite3.connect(path)) as stranger:
        stranger.execute("CREATE TABLE schema_version (version)")
        stranger.execute("INSERT INTO schema_version VALUES (1)")
        stranger.commit()
    with pytest.raises(DatabaseSpoilt):
        await begin(db)
    assert not await db.heal()
    assert "is brought to" in str(db.trouble)


async def test_a_damaged_database_takes_no_order_until_it_is_whole(path: Path) -> None:
    first = await open_sqlite(path)
    await connect(first)
    await first.close()
    whole = path.read_bytes()
    db = await open_sqlite(path)
    damage(path)

    with pytest.raises(DatabaseDamaged, match="it is damaged"):
        await begin(db)
    assert not await db.heal()
    with held(path), pytest.raises(DatabaseTrouble):
        await db.execute("DELETE FROM probe")
    with pytest.raises(DatabaseDamaged):  # still, though somebody held it too
        await begin(db)
    path.write_bytes(whole)
    assert await db.heal()
    await begin(db)
    await db.close()


@pytest.mark.parametrize("content", [b"no database" * 1000, b"SQLite format 3\0" + b"\xff" * 8176])
async def test_what_is_no_database_is_refused_at_the_start_and_left_as_it_is(
    path: Path, content: bytes
) -> None:
    path.write_bytes(content)
    with pytest.raises(DatabaseDamaged, match=str(path)):
        await open_sqlite(path)
    assert path.read_bytes() == content


async def test_held_at_the_start_it_says_so(path: Path) -> None:
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseTrouble, match="another program holds it"):
            await open_sqlite(path)


async def test_a_log_without_its_database_is_not_thrown_away(db: SqliteDatabase, path: Path) -> None:
    await begin(db)
    path.rename(path.with_name("elsewhere.db"))
    with pytest.raises(StorageError, match="put the database back"):
        await open_sqlite(path)
    assert not path.exists()
    path.with_name("elsewhere.db").rename(path)
