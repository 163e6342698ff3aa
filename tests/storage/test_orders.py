"""Orders from the confirmation on."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from storage import orders
from storage.opening import open_sqlite
from storage.sqlite import SqliteDatabase
from tests.storage.stored import ANNA, BORIS, LINK, NOW, ORDER, begin, connect, place, stored, table


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    await connect(db, "key-1", chat_id=ANNA)
    await connect(db, "key-2", chat_id=BORIS)
    yield db
    await db.close()


async def settle(db: SqliteDatabase, state: str, **more: Any) -> bool:
    return await orders.settle(db, order_id="draft-1", state=state, now=NOW + 1, tell_at=NOW + 45, **more)


async def test_comes_back_as_it_was_written_down(db: SqliteDatabase) -> None:
    odd = replace(
        ORDER, price=Decimal("0.27819000"), balance_before=Decimal("1E-7"), fields={"link": "é\n🔥"}
    )
    await orders.begin(db, odd, process="run-1")
    assert await stored(db) == odd
    assert str((await stored(db)).price) == "0.27819000"


async def test_a_draft_is_confirmed_once(db: SqliteDatabase) -> None:
    assert await orders.begin(db, ORDER, process="run-1")
    assert not await orders.begin(db, replace(ORDER, price=Decimal(9)), process="run-2")
    assert await stored(db) == ORDER


async def test_is_settled_once_with_one_notice(db: SqliteDatabase) -> None:
    await begin(db)
    assert await settle(db, "open", panel_order_id="23501", next_poll_at=NOW + 60)
    assert not await settle(db, "uncertain")
    order = await stored(db)
    assert (order.state, order.panel_order_id, order.next_poll_at, order.changed_at) == (
        "open",
        "23501",
        NOW + 60,
        NOW + 1,
    )
    (notice,) = await table(db, "outbox")
    assert (notice["order_id"], notice["change_number"], notice["kind"], notice["send_at"]) == (
        "draft-1",
        0,
        "outcome",
        NOW + 45,
    )


async def test_keeps_why_the_panel_refused(db: SqliteDatabase) -> None:
    await begin(db)
    await settle(db, "rejected", reason="Bad link")
    assert ((await stored(db)).state, (await stored(db)).reason) == ("rejected", "Bad link")


async def test_what_an_earlier_run_left_behind_becomes_uncertain_and_is_told_at_once(
    db: SqliteDatabase,
) -> None:
    await begin(db, "left")
    await orders.begin(db, replace(ORDER, id="mine"), process="run-2")
    await place(db, "open", due_at=NOW)
    assert await orders.find_abandoned(db, process="run-2", now=NOW + 9) == 1
    assert [(await stored(db, o)).state for o in ("left", "mine", "open")] == ["uncertain", "placing", "open"]
    assert [(row["order_id"], row["send_at"]) for row in await table(db, "outbox")] == [("left", NOW + 9)]
    assert await orders.find_abandoned(db, process="run-2", now=NOW + 9) == 0


async def adopt(db: SqliteDatabase, chat_id: int) -> bool:
    return await orders.adopt(
        db, chat_id=chat_id, order_id="draft-1", panel_order_id="77", now=NOW + 2, next_poll_at=NOW + 62
    )


async def test_an_uncertain_order_is_adopted_once(db: SqliteDatabase) -> None:
    await begin(db)
    await settle(db, "uncertain")
    assert [await adopt(db, who) for who in (BORIS, ANNA, ANNA)] == [False, True, False]
    assert not await orders.dismiss(db, chat_id=ANNA, order_id="draft-1", now=NOW + 3)
    order = await stored(db)
    assert (order.state, order.panel_order_id, order.next_poll_at) == ("open", "77", NOW + 62)


async def test_an_uncertain_order_is_dismissed_by_its_person(db: SqliteDatabase) -> None:
    await begin(db)
    assert not await orders.dismiss(db, chat_id=ANNA, order_id="draft-1", now=NOW)
    await settle(db, "uncertain")
    assert not await orders.dismiss(db, chat_id=BORIS, order_id="draft-1", now=NOW)
    assert await orders.dismiss(db, chat_id=ANNA, order_id="draft-1", now=NOW)
    assert (await stored(db)).state == "dismissed"
    assert await orders.count_open(db, chat_id=ANNA) == 0


async def test_nobody_sees_anybody_elses(db: SqliteDatabase) -> None:
    await begin(db)
    assert await orders.get(db, chat_id=BORIS, order_id="draft-1") is None
    assert await orders.count_open(db, chat_id=BORIS) == 0
    assert await orders.open_on_link(db, chat_id=BORIS, service_id="1", link=LINK) == []


@pytest.mark.parametrize(
    ("state", "counts"), [("placing", 1), ("open", 1), ("uncertain", 1), ("ended", 0), ("rejected", 0)]
)
async def test_finds_a_running_order_on_the_same_link(db: SqliteDatabase, state: str, counts: int) -> None:
    await begin(db, state=state)
    assert await orders.count_open(db, chat_id=ANNA) == counts
    assert len(await orders.open_on_link(db, chat_id=ANNA, service_id="1", link=LINK)) == counts
    assert await orders.open_on_link(db, chat_id=ANNA, service_id="2", link=LINK) == []
    assert await orders.open_on_link(db, chat_id=ANNA, service_id="1", link=LINK + "0") == []


async def test_keeps_the_balance_after(db: SqliteDatabase) -> None:
    await begin(db)
    await orders.note_balance_after(db, order_id="draft-1", balance=Decimal("100.79792"))
    assert (await stored(db)).balance_after == Decimal("100.79792")
