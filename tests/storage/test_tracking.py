"""The poll queue: whose orders are looked at next, and what is stored of a look."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from storage import accounts, tracking
from storage.looks import Followed
from storage.opening import open_sqlite
from storage.sqlite import SqliteDatabase
from storage.tracking import Claim, Due
from tests.storage.stored import (
    ANNA,
    BORIS,
    INTERVAL,
    NOW,
    PANEL,
    claimed,
    connect,
    look_at,
    looked_at,
    place,
    stored,
    table,
)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    await connect(db, "key-1", chat_id=ANNA)
    await connect(db, "key-2", chat_id=BORIS)
    yield db
    await db.close()


async def claim(db: SqliteDatabase, *, now: float = NOW) -> Claim:
    found = await tracking.claim_due(db, panel=PANEL, now=now, lease=30, interval=INTERVAL)
    assert found is not None
    return found


async def store(
    db: SqliteDatabase, batch: Claim, order_ids: list[str], *, now: float = NOW, **changes: Any
) -> bool:
    look = look_at(**changes)
    return await tracking.store(db, claim=batch, order_ids=order_ids, decide=lambda _: look, now=now)


async def test_nothing_is_due(db: SqliteDatabase) -> None:
    await place(db, "a", due_at=NOW + 1)
    assert await claimed(db) is None


async def test_the_key_that_waits_longest_comes_first_with_its_own_orders(db: SqliteDatabase) -> None:
    await place(db, "a", due_at=NOW - 1)
    await place(db, "b", due_at=NOW - 2, chat_id=BORIS, account_id="key-2")
    assert await claimed(db) == {"b"}
    assert await claimed(db) == {"a"}
    assert await claimed(db) is None


async def test_a_claim_already_sets_the_next_look(db: SqliteDatabase) -> None:
    await place(db, "often", due_at=NOW)
    await place(db, "seldom", due_at=NOW, look_factor=15)
    await claim(db)
    assert (await stored(db, "often")).next_poll_at == NOW + INTERVAL
    assert (await stored(db, "seldom")).next_poll_at == NOW + 15 * INTERVAL


async def test_orders_that_are_due_soon_come_along(db: SqliteDatabase) -> None:
    await place(db, "due", due_at=NOW)
    await place(db, "soon", due_at=NOW + INTERVAL * 0.5)
    await place(db, "later", due_at=NOW + INTERVAL * 0.5 + 1)
    await place(db, "seldom", due_at=NOW + INTERVAL * 7, look_factor=15)
    assert await claimed(db) == {"due", "soon", "seldom"}


async def test_an_ended_order_waits_for_its_own_time(db: SqliteDatabase) -> None:
    await place(db, "due", due_at=NOW)
    await place(db, "ended", due_at=NOW + 1, look_factor=1440)
    await db.execute("UPDATE orders SET state = 'ended' WHERE id = 'ended'")
    assert await claimed(db) == {"due"}
    assert "ended" in (await claimed(db, now=NOW + 31) or ())


async def test_due_orders_come_before_those_that_come_along(db: SqliteDatabase) -> None:
    await place(db, "soon", due_at=NOW + 1)
    await place(db, "due", due_at=NOW)
    await place(db, "overdue", due_at=NOW - 1)
    assert await claimed(db, limit=2) == {"due", "overdue"}


async def test_a_batch_is_a_hundred_orders(db: SqliteDatabase) -> None:
    for number in range(101):
        await place(db, str(number), due_at=NOW + number / 1000)
    found = await claimed(db, now=NOW + 1)
    assert found == {str(number) for number in range(100)}


@pytest.mark.parametrize("count", [1, 99, 100, 101, 250])
async def test_orders_that_are_all_due_take_no_more_requests_than_they_must(
    db: SqliteDatabase, count: int
) -> None:
    for number in range(count):
        await place(db, str(number), due_at=NOW - number, look_factor=(1, 5, 60)[number % 3])
    sizes = []
    while (
        found := await tracking.claim_due(db, panel=PANEL, now=NOW, lease=30, interval=INTERVAL)
    ) is not None:
        sizes.append(len(found.orders))
        await tracking.store(db, claim=found, order_ids=[], decide=lambda _: None, now=NOW)
    assert sizes == [100] * (count // 100) + [count % 100] * (count % 100 > 0)


async def test_a_key_in_use_is_left_alone_until_its_lease_ends(db: SqliteDatabase) -> None:
    await place(db, "a", due_at=NOW)
    await place(db, "b", due_at=NOW + 5, look_factor=0)
    assert await claimed(db) == {"a"}
    assert await claimed(db, now=NOW + 29) is None
    assert await claimed(db, now=NOW + 30) is not None


async def test_a_key_is_free_again_once_its_batch_is_stored(db: SqliteDatabase) -> None:
    await place(db, "a", due_at=NOW)
    for order_ids in ([], ["a"]):
        batch = await claim(db)
        await store(db, batch, order_ids)
        await db.execute("UPDATE orders SET next_poll_at = :now", now=NOW)
    assert await claimed(db) == {"a"}


async def test_a_parked_key_is_left_alone_and_told_once(db: SqliteDatabase) -> None:
    await place(db, "a", due_at=NOW)
    for _ in range(2):
        await accounts.park(db, account_id="key-1", tell=True, now=NOW)
    assert await claimed(db) is None
    assert [(row["kind"], row["facts"]) for row in await table(db, "outbox")] == [
        ("parked", '{"last_four": "cdef"}')
    ]
    await accounts.unpark(db, account_id="key-1")
    assert await claimed(db) == {"a"}


async def test_a_failed_look_rests_the_key_and_comes_back_at_once_after_it(db: SqliteDatabase) -> None:
    await place(db, "a", due_at=NOW)
    batch = await claim(db)
    await tracking.put_back(db, claim=batch, orders=batch.orders, until=NOW + 7, failures=3)
    assert await claimed(db, now=NOW + 6) is None
    assert (await claim(db, now=NOW + 7)).failures == 3


async def test_an_order_belongs_to_the_key_that_placed_it(db: SqliteDatabase) -> None:
    await place(db, "old", due_at=NOW)
    await connect(db, "key-3", now=NOW + 1)
    await place(db, "new", due_at=NOW + 1, account_id="key-3")
    first, second = await claim(db, now=NOW + 1), await claim(db, now=NOW + 1)
    assert (first.account.id, [o.id for o in first.orders]) == ("key-1", ["old"])
    assert (second.account.id, [o.id for o in second.orders]) == ("key-3", ["new"])
    assert await accounts.drop_unneeded_keys(db) == 0


async def test_a_look_stores_what_it_found_and_tells_it(db: SqliteDatabase) -> None:
    await place(db, "a", due_at=NOW)
    batch = await claim(db)
    assert await store(db, batch, ["a"], now=NOW + 1, facts={"word": "In progress"})
    found = await stored(db, "a")
    assert (found.word, found.remains, found.change_number, found.changed_at) == (
        "In progress",
        40,
        1,
        NOW + 1,
    )
    assert [row["facts"] for row in await table(db, "outbox")] == ['{"word": "In progress"}']


async def test_numbers_alone_are_stored_silently(db: SqliteDatabase) -> None:
    order = await place(db, "a", due_at=NOW)
    await looked_at(db, order, now=NOW + 1)
    found = await stored(db, "a")
    assert (found.remains, found.change_number, found.changed_at) == (40, 0, NOW)
    assert await table(db, "outbox") == []


async def test_a_look_is_decided_on_the_order_as_it_stands_by_then(db: SqliteDatabase) -> None:
    order = await place(db, "a", due_at=NOW)
    batch = await claim(db)
    await looked_at(db, order, word="Completed", facts={"word": "Completed"})
    known: list[Followed] = []

    def nothing_new(found: Followed) -> None:
        known.append(found)

    assert not await tracking.store(db, claim=batch, order_ids=["a"], decide=nothing_new, now=NOW)
    assert [(found.word, found.change_number, found.charge) for found in known] == [
        ("Completed", 1, Decimal("0.04"))
    ]
    assert len(await table(db, "outbox")) == 1


async def test_what_was_said_last_is_handed_out_while_it_means_nothing_new(db: SqliteDatabase) -> None:
    order = await place(db, "a", due_at=NOW)
    assert (await claim(db)).orders == (Due("a", "a", None),)
    await looked_at(db, order, steady_until=NOW + 3600)
    later = NOW + INTERVAL
    assert (await claim(db, now=later)).orders == (Due("a", "a", "heard"),)
    assert (await claim(db, now=NOW + 3600)).orders == (Due("a", "a", None),)


async def test_a_person_looks_at_their_own_orders_only(db: SqliteDatabase) -> None:
    await place(db, "a", due_at=NOW)
    await tracking.store_one(db, chat_id=BORIS, order_id="a", decide=lambda _: look_at(), now=NOW)
    assert (await stored(db, "a")).word is None


async def test_nothing_is_told_of_an_order_that_was_erased(db: SqliteDatabase) -> None:
    order = await place(db, "a", due_at=NOW)
    await accounts.forget(db, chat_id=ANNA)
    await looked_at(db, order, facts={})
    assert await table(db, "outbox") == await table(db, "orders") == []


async def test_keys_that_fail_can_be_passed_over(db: SqliteDatabase) -> None:
    await place(db, "a", due_at=NOW - 10)
    await place(db, "b", due_at=NOW, account_id="key-2", chat_id=BORIS)
    first = await claim(db)
    await tracking.put_back(db, claim=first, orders=first.orders, until=NOW + 1, failures=1)
    later = NOW + 2
    assert await claimed(db, now=later, failing=False) == {"b"}
    assert await claimed(db, now=later, failing=False) is None
    assert await claimed(db, now=later) == {"a"}
