"""How much waits and for how long, and what does not count since nobody could hurry it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import accounts, backlog, orders, tracking
from storage.backlog import Backlog
from storage.opening import open_sqlite
from storage.sqlite import SqliteDatabase
from tests.storage.stored import ANNA, BORIS, INTERVAL, NOW, PANEL, begin, connect, place
from tests.storage.test_refills import follow


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    await connect(db)
    await connect(db, "key-2", chat_id=BORIS)
    yield db
    await db.close()


async def look(db: SqliteDatabase, *, now: float = NOW, panel: str = PANEL) -> Backlog:
    return await backlog.look(db, panel=panel, now=now)


async def claim(db: SqliteDatabase, *, lease: float = 30.0) -> tracking.Claim:
    claim = await tracking.claim_due(db, panel=PANEL, now=NOW, lease=lease, interval=INTERVAL)
    assert claim is not None
    return claim


async def test_where_nothing_is_due_nothing_is_late(db: SqliteDatabase) -> None:
    await place(db, "later", due_at=NOW + 5)
    assert await look(db) == Backlog(
        people=2, orders=1, orders_late=0.0, refills_late=0.0, notices=0, notices_late=0.0, replies=0
    )


async def test_the_longest_waiting_order_counts(db: SqliteDatabase) -> None:
    await place(db, "first", due_at=NOW - 40)
    await place(db, "second", due_at=NOW - 7, chat_id=BORIS, account_id="key-2")
    assert (await look(db)).orders_late == 40.0
    assert (await look(db, panel="https://another.example")).orders_late == 0.0


async def test_a_parked_key_and_one_that_is_being_asked_or_rests_make_nothing_late(
    db: SqliteDatabase,
) -> None:
    await place(db, "o", due_at=NOW - 40)
    await place(db, "p", due_at=NOW - 400, chat_id=BORIS, account_id="key-2")
    await accounts.park(db, account_id="key-2", tell=False, now=NOW)
    assert (await look(db)).orders_late == 40.0
    held = await claim(db)
    assert (await look(db)).orders_late == 0.0
    await tracking.put_back(db, claim=held, orders=held.orders, until=NOW + 100, failures=1)
    assert (await look(db, now=NOW + 50)).orders_late == 0.0
    assert (await look(db, now=NOW + 103)).orders_late == 3.0


async def test_a_key_that_has_rested_is_late_since_the_end_of_its_rest(db: SqliteDatabase) -> None:
    """Though only a part of its orders was asked for when it failed."""
    await place(db, "o", due_at=NOW - 40)
    held = await claim(db)
    await place(db, "p", due_at=NOW - 40)
    await tracking.put_back(db, claim=held, orders=held.orders, until=NOW + 100, failures=1)
    assert (await look(db, now=NOW + 103)).orders_late == 3.0


async def test_refills_count_apart(db: SqliteDatabase) -> None:
    await place(db, "o", due_at=NOW + 500)
    await follow(db, "o", at=NOW + 10)
    assert (await look(db)).refills_late == 0.0
    found = await look(db, now=NOW + 30)
    assert (found.refills_late, found.orders_late) == (20.0, 0.0)


async def test_notices_count_unless_their_person_does_not_hear_them_anyway(db: SqliteDatabase) -> None:
    for order_id, chat_id, account_id in (("a", ANNA, "key-1"), ("b", BORIS, "key-2")):
        await begin(db, order_id, chat_id=chat_id, account_id=account_id)
        await orders.settle(db, order_id=order_id, state="uncertain", now=NOW, tell_at=NOW + 10)
    assert (await look(db)).notices == 2
    assert (await look(db)).notices_late == 0.0
    assert (await look(db, now=NOW + 25)).notices_late == 15.0
    await accounts.set_blocked(db, chat_id=ANNA, blocked_at=NOW)
    assert (await look(db, now=NOW + 25)).notices_late == 15.0
    await db.execute("UPDATE outbox SET held_until = :until", until=NOW + 3600)
    found = await look(db, now=NOW + 25)
    assert (found.notices, found.notices_late) == (2, 0.0)
    await db.execute("UPDATE outbox SET held_until = NULL")
    await accounts.set_blocked(db, chat_id=BORIS, blocked_at=NOW)
    assert (await look(db, now=NOW + 25)).notices_late == 0.0
