"""The schema's steps, and one process at a time."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage import lock, migrations
from storage.database import DatabaseInUse, DatabaseTooNew, DatabaseTrouble, StorageError
from storage.opening import open_sqlite, open_to_look
from storage.schema import STEPS
from storage.sqlite import SqliteDatabase


async def schema(db: SqliteDatabase) -> list[tuple[str, str]]:
    rows = await db.read("SELECT name, sql FROM sqlite_master ORDER BY name")
    return [(row["name"], row["sql"]) for row in rows]


async def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    first = await open_sqlite(tmp_path / "bot.db")
    made = await schema(first)
    await first.close()
    second = await open_sqlite(tmp_path / "bot.db")
    assert await schema(second) == made
    assert [row["version"] for row in await second.read("SELECT version FROM schema_version")] == [len(STEPS)]
    await second.close()


@pytest.mark.parametrize("version", range(1, len(STEPS)))
async def test_what_an_older_schema_held_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    monkeypatch.setattr(migrations, "STEPS", STEPS[:version])
    older = await open_sqlite(tmp_path / "bot.db")
    await older.execute(
        "INSERT INTO accounts (id, chat_id, panel, encryption_key_id, last_four, currency, created_at) "
        "VALUES ('a', 1, 'p', 'k', 'cdef', 'USD', 0)"
    )
    await older.execute(
        "INSERT INTO orders (id, chat_id, account_id, state, process, service_id, service_name, fields, "
        "link, price, currency, panel_order_id, next_poll_at, created_at, changed_at) VALUES "
        "('o', 1, 'a', 'open', 'run', '7', 'Likes', '{}', 'l', '0.9', 'USD', '23501', 5, 1, 2)"
    )
    await older.close()
    monkeypatch.setattr(migrations, "STEPS", STEPS)
    newer = await open_sqlite(tmp_path / "bot.db")
    (order,) = await newer.read("SELECT * FROM orders")
    found = {name: order[name] for name in ("id", "account_id", "price", "panel_order_id", "next_poll_at")}
    assert found == {
        "id": "o", "account_id": "a", "price": "0.9", "panel_order_id": "23501", "next_poll_at": 5,
    }  # fmt: skip
    await newer.close()


async def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    db = await open_sqlite(tmp_path / "bot.db")
    await db.execute("UPDATE schema_version SET version = version + 1")
    await db.close()
    with pytest.raises(DatabaseTooNew, match="use a newer program"):
        await open_sqlite(tmp_path / "bot.db")


async def test_a_step_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "bot.db")) as strange:
        strange.execute("CREATE TABLE inbox (hat TEXT)")
        strange.execute("CREATE TABLE schema_version (version INTEGER NOT NULL)")
    with pytest.raises(sqlite3.OperationalError, match="inbox already exists"):
        await open_sqlite(tmp_path / "bot.db")
    with closing(sqlite3.connect(tmp_path / "bot.db")) as strange:
        names = {name for (name,) in strange.execute("SELECT name FROM sqlite_master")}
    assert names == {"inbox", "schema_version"}


async def test_looking_needs_no_lock_and_changes_nothing(tmp_path: Path) -> None:
    db = await open_sqlite(tmp_path / "bot.db")
    await db.execute("INSERT INTO people (chat_id, language, created_at) VALUES (1, 'en', 0)")
    looking = await open_to_look(tmp_path / "bot.db")
    assert len(await looking.read("SELECT * FROM people")) == 1
    with pytest.raises(DatabaseTrouble, match="readonly"):
        await looking.execute("DELETE FROM people")
    await looking.close()
    await db.close()


@pytest.mark.parametrize("content", [None, b"", b"no database" * 100])
async def test_looking_at_what_is_no_database_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "bot.db").write_bytes(content)
    with pytest.raises(StorageError):
        await open_to_look(tmp_path / "bot.db")


@pytest.mark.parametrize("by", [-1, 1])
async def test_looking_at_another_schema_is_refused(tmp_path: Path, by: int) -> None:
    db = await open_sqlite(tmp_path / "bot.db")
    await db.execute("UPDATE schema_version SET version = version + :by", by=by)
    await db.close()
    with pytest.raises(StorageError, match="schema"):
        await open_to_look(tmp_path / "bot.db")


def test_a_second_process_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with (
        lock.hold(tmp_path / "bot.lock", "the database"),
        pytest.raises(DatabaseInUse, match=f"the database is in use by another process .id {os.getpid()}."),
    ):
        lock.hold(tmp_path / "bot.lock", "the database")
    lock.hold(tmp_path / "bot.lock", "the database").close()


async def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "bot.db")) as plain, plain:
        plain.execute("CREATE TABLE orders (id INTEGER)")
    with pytest.raises(StorageError, match="another program"):
        await open_sqlite(tmp_path / "bot.db")
    with closing(sqlite3.connect(tmp_path / "bot.db")) as plain:
        assert plain.execute("SELECT name FROM sqlite_master").fetchall() == [("orders",)]
