"""Stars, and what was ordered lately."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import favourites
from storage.opening import open_sqlite
from storage.sqlite import SqliteDatabase
from tests.storage.stored import ANNA, BORIS, NOW, PANEL, begin, connect


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    yield db
    await db.close()


async def star(db: SqliteDatabase, service_id: str, *, chat_id: int = ANNA, now: float = NOW) -> None:
    await favourites.add(db, chat_id=chat_id, panel=PANEL, service_id=service_id, now=now)


async def starred(db: SqliteDatabase, *, chat_id: int = ANNA, panel: str = PANEL) -> list[str]:
    return await favourites.listed(db, chat_id=chat_id, panel=panel)


async def lately(db: SqliteDatabase, *, chat_id: int = ANNA, panel: str = PANEL, limit: int = 5) -> list[str]:
    return await favourites.ordered_lately(db, chat_id=chat_id, panel=panel, limit=limit)


async def test_a_star_is_set_and_taken_away_however_often_it_is_asked_for(db: SqliteDatabase) -> None:
    for _ in range(2):
        await star(db, "1")
        assert await starred(db) == ["1"]
    for _ in range(2):
        await favourites.remove(db, chat_id=ANNA, panel=PANEL, service_id="1")
        assert await starred(db) == []


async def test_the_newest_star_comes_first(db: SqliteDatabase) -> None:
    for later, service_id in enumerate(["1", "3", "2"]):
        await star(db, service_id, now=NOW + later)
    assert await starred(db) == ["2", "3", "1"]


async def test_stars_are_a_persons_own_at_one_panel(db: SqliteDatabase) -> None:
    await star(db, "1")
    await star(db, "2", chat_id=BORIS)
    assert await starred(db) == ["1"]
    assert await starred(db, panel="https://other.example/api/v2") == []


async def test_each_service_ordered_lately_once_the_newest_first(db: SqliteDatabase) -> None:
    await connect(db)
    for later, service_id in enumerate(["1", "2", "1", "3", "2"]):
        await begin(db, f"order-{later}", service_id=service_id, created_at=NOW + later)
    assert await lately(db) == ["2", "3", "1"]
    assert await lately(db, limit=2) == ["2", "3"]


async def test_children_and_other_peoples_and_panels_orders_do_not_count(db: SqliteDatabase) -> None:
    await connect(db)
    await connect(db, "key-2", chat_id=BORIS)
    await begin(db, "own", service_id="1")
    await begin(db, "child", service_id="2", parent_id="own")
    await begin(db, "his", service_id="3", chat_id=BORIS, account_id="key-2")
    assert await lately(db) == ["1"]
    assert await lately(db, panel="https://other.example/api/v2") == []
