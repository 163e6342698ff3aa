"""Refills as rows: one in flight, everybody's own, and the queue of those that are followed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import accounts, cancelling, following, refill_queue, refills
from storage.following import Asked
from storage.opening import open_sqlite
from storage.refills import Begun, Refill, Settled
from storage.sqlite import SqliteDatabase
from tests.storage.stored import ANNA, BORIS, INTERVAL, NOW, PANEL, connect, place, table


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    await connect(db, "key-1", chat_id=ANNA)
    await connect(db, "key-2", chat_id=BORIS)
    yield db
    await db.close()


async def begin(
    db: SqliteDatabase, *ids: str, request: str = "r", now: float = NOW, account: str = "key-1"
) -> tuple[list[Begun], dict[str, Refill]]:
    return await refills.begin(
        db,
        chat_id=ANNA if account == "key-1" else BORIS,
        asked=[Asked(account, one) for one in ids],
        request=request,
        process="run-1",
        now=now,
    )


async def follow(db: SqliteDatabase, *ids: str, at: float = NOW, account: str = "key-1") -> None:
    begun, _ = await begin(db, *ids, account=account)
    settled = [Settled(one, "open", panel_refill_id=f"rf-{one.panel_order_id}") for one in begun]
    await refills.settle(db, settled, now=NOW, look_factor=2, next_poll_at=at)


async def claimed(db: SqliteDatabase, *, now: float = NOW, limit: int = 100) -> list[str] | None:
    claim = await refill_queue.claim_due(db, panel=PANEL, now=now, lease=30, interval=INTERVAL, limit=limit)
    return None if claim is None else [refill.panel_refill_id for refill in claim.refills]


async def test_an_order_has_one_refill_in_flight(db: SqliteDatabase) -> None:
    await place(db, "a", due_at=NOW)
    begun, _ = await begin(db, "a")
    none, before = await begin(db, "a", request="another")
    assert ([one.order_id for one in begun], none, before["a"].state) == (["a"], [], "asking")


async def test_everybody_sees_their_own(db: SqliteDatabase) -> None:
    await place(db, "a", due_at=NOW)
    await follow(db, "a")
    mine = await refills.latest(db, chat_id=ANNA, order_id="a")
    assert mine is not None
    assert (mine.state, mine.panel_refill_id) == ("open", "rf-a")
    assert await refills.latest(db, chat_id=BORIS, order_id="a") is None
    assert set(await following.known(db, chat_id=ANNA, panel=PANEL, panel_order_ids=["a", "b"])) == {"a"}
    assert await following.known(db, chat_id=BORIS, panel=PANEL, panel_order_ids=["a", "b"]) == {}


async def test_the_same_id_at_another_persons_key_is_another_order(db: SqliteDatabase) -> None:
    await place(db, "a", due_at=NOW)
    (theirs,), _ = await begin(db, "a", account="key-2")
    assert theirs.made
    assert theirs.order_id != "a"
    await cancelling.begin(db, chat_id=BORIS, asked=[Asked("key-2", "a")], seen_at=NOW, process="", now=NOW)
    rows = {row["chat_id"]: row["cancel_asked_at"] for row in await table(db, "orders")}
    assert rows == {ANNA: None, BORIS: NOW}


@pytest.mark.parametrize(
    ("state", "refills_left", "orders_left"), [("refused", 0, 0), ("", 0, 0), ("open", 1, 1)]
)
async def test_a_row_made_for_an_order_stays_only_with_its_refill(
    db: SqliteDatabase, state: str, refills_left: int, orders_left: int
) -> None:
    begun, _ = await begin(db, "elsewhere")
    await refills.settle(db, [Settled(begun[0], state)], now=NOW, look_factor=2, next_poll_at=NOW)
    assert len(await table(db, "refills")) == refills_left
    assert len(await table(db, "orders")) == orders_left


async def test_a_refused_refill_of_an_own_order_is_kept_with_its_reason(db: SqliteDatabase) -> None:
    await place(db, "a", due_at=NOW)
    begun, _ = await begin(db, "a")
    refused = Settled(begun[0], "refused", reason="No")
    await refills.settle(db, [refused], now=NOW, look_factor=2, next_poll_at=NOW)
    found = await refills.latest(db, chat_id=ANNA, order_id="a")
    assert found is not None
    assert (found.state, found.reason, found.next_poll_at) == ("refused", "No", None)


async def test_the_queue_takes_a_key_at_a_time_due_ones_first(db: SqliteDatabase) -> None:
    await follow(db, "late", at=NOW + 1)
    await follow(db, "due", at=NOW)
    await follow(db, "later", at=NOW + 2 * INTERVAL)
    await follow(db, "theirs", at=NOW - 1, account="key-2")
    assert await claimed(db) == ["rf-theirs"]
    assert await claimed(db) == ["rf-due", "rf-late"]
    assert await claimed(db) is None
    assert not await refill_queue.any_due(db, now=NOW)
    assert await refill_queue.any_due(db, now=NOW + 2 * INTERVAL)


async def test_a_batch_is_as_large_as_a_request(db: SqliteDatabase) -> None:
    await follow(db, *(str(number) for number in range(101)))
    assert len(await claimed(db) or ()) == 100


async def test_a_parked_key_is_left_alone(db: SqliteDatabase) -> None:
    await follow(db, "a")
    await accounts.park(db, account_id="key-1", tell=False, now=NOW)
    assert await claimed(db) is None


async def test_a_person_who_leaves_takes_their_refills_along(db: SqliteDatabase) -> None:
    await follow(db, "a")
    await accounts.forget(db, chat_id=ANNA)
    assert await table(db, "refills") == []
