"""Orders that are pending for long: found by service, pointed out once each."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from storage import accounts, slow
from storage.looks import follow_children
from storage.opening import open_sqlite
from storage.sqlite import SqliteDatabase
from tests.storage.stored import ANNA, BORIS, NOW, PANEL, connect, place, table

HOUR = 3600.0


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    await connect(db, "key-1", chat_id=ANNA)
    await connect(db, "key-2", chat_id=BORIS)
    yield db
    await db.close()


async def waiting(db: SqliteDatabase, order_id: str, *, hours: float, **changes: Any) -> None:
    then = NOW - hours * HOUR
    await place(db, order_id, due_at=NOW, created_at=then, changed_at=then, **changes)


async def pending(db: SqliteDatabase) -> list[slow.Pending]:
    return await slow.pending(db, panel=PANEL, before=NOW - HOUR)


async def point_out(db: SqliteDatabase, found: slow.Pending, *, hours: float = 3) -> int:
    return await slow.point_out(
        db, found, before=NOW - hours * HOUR, usual=HOUR, source="panel", may_cancel=True, now=NOW
    )


async def test_each_is_pointed_out_once_to_its_person(db: SqliteDatabase) -> None:
    await waiting(db, "a", hours=5)
    await waiting(db, "b", hours=4, word="Pending")
    await waiting(db, "young", hours=2, word="awaiting")
    await waiting(db, "his", hours=9, chat_id=BORIS, account_id="key-2")
    hers, his = sorted(await pending(db), key=lambda each: each.account.id)
    assert (hers.account.id, hers.since, his.since) == ("key-1", NOW - 5 * HOUR, NOW - 9 * HOUR)

    assert (await point_out(db, hers), await point_out(db, hers)) == (2, 0)
    told = await table(db, "outbox")
    assert [(row["chat_id"], row["order_id"], row["kind"]) for row in told] == [
        (ANNA, "a", "slow"),
        (ANNA, "b", "slow"),
    ]
    assert json.loads(told[0]["facts"]) == {
        "panel_order_id": "a",
        "service": "Followers",
        "since": NOW - 5 * HOUR,
        "usual": HOUR,
        "source": "panel",
        "may_cancel": True,
    }
    assert {each.since for each in await pending(db)} == {NOW - 9 * HOUR, NOW - 2 * HOUR}


@pytest.mark.parametrize(
    "changes",
    [
        {"word": "In progress"},
        {"service_id": ""},
        {"fields": {"link": "l", "quantity": "5", "runs": "3", "interval": "60"}},
        {"fields": {"username": "u", "min": "1", "max": "2", "delay": "0"}},
    ],
    ids=["goes on", "from elsewhere", "drip-feed", "subscription"],
)
async def test_never_slow_are(db: SqliteDatabase, changes: dict[str, Any]) -> None:
    await waiting(db, "a", hours=999, **changes)
    assert sum([await point_out(db, found) for found in await pending(db)]) == 0
    assert await table(db, "outbox") == []


async def test_nor_is_what_another_order_made(db: SqliteDatabase) -> None:
    await waiting(db, "a", hours=999, word="Active")
    await db.write(lambda tx: follow_children(tx, [("a", "b")], now=NOW - 999 * HOUR))
    assert await pending(db) == []


async def test_a_change_begins_the_wait_anew(db: SqliteDatabase) -> None:
    await waiting(db, "a", hours=9)
    (order,) = await slow.pending(db, panel=PANEL, before=NOW)
    assert order.since == NOW - 9 * HOUR
    await db.execute("UPDATE orders SET word = 'Pending', changed_at = :now", now=NOW)
    assert await pending(db) == []


async def test_a_key_whose_orders_cannot_be_looked_at_is_left_out(db: SqliteDatabase) -> None:
    await waiting(db, "a", hours=9)
    await accounts.park(db, account_id="key-1", tell=False, now=NOW)
    assert await pending(db) == []


async def test_how_long_the_last_orders_of_a_service_took(db: SqliteDatabase) -> None:
    for order_id, hours, word in (("a", 5.0, "Completed"), ("b", 2.0, "completed"), ("c", 9.0, "Canceled")):
        await waiting(db, order_id, hours=hours)
        await db.execute(
            "UPDATE orders SET state = 'ended', word = :word, changed_at = :now WHERE id = :id",
            id=order_id,
            word=word,
            now=NOW - hours,
        )
    took = await slow.took(db, panel=PANEL, service_id="1")
    assert took == [2 * HOUR - 2, 5 * HOUR - 5]
    assert await slow.took(db, panel="https://other.example", service_id="1") == []
    assert await slow.took(db, panel=PANEL, service_id="2") == []


async def test_looking_for_them_reads_only_those_that_are_pending(db: SqliteDatabase) -> None:
    plan = await db.read(
        "EXPLAIN QUERY PLAN SELECT account_id, service_id, min(changed_at) FROM orders "
        f"WHERE {slow._PENDING} AND changed_at <= 5 GROUP BY account_id, service_id"
    )
    assert any("orders_pending" in row["detail"] for row in plan)
