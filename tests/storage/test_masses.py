"""Mass orders: drafts, and the queue of their lines."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from storage import masses, orders
from storage.database import Database
from storage.masses import Mass, Shown
from storage.opening import open_sqlite
from tests.storage.stored import ANNA, BORIS, NOW, ORDER, PANEL, begin, connect, stored, table

LINES = [Shown(1, "1|a|5", True, Decimal("0.0050")), Shown(3, "x", False, None)]
DRAFT = Mass(
    id="mass-1",
    chat_id=ANNA,
    account_id="key-1",
    state="draft",
    lines=LINES,
    message_id=None,
    created_at=NOW,
)
QUEUED = [
    replace(ORDER, id=f"mass-1-{n}", state="queued", mass_id="mass-1", mass_line=n) for n in (1, 2, 3, 10)
]


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    db = await open_sqlite(tmp_path / "bot.db")
    await connect(db)
    yield db
    await db.close()


async def confirm(db: Database, *, chat_id: int = ANNA) -> bool:
    return await masses.confirm(
        db, chat_id=chat_id, mass_id="mass-1", lines=QUEUED, message_id=9, process="run-1"
    )


async def claim(db: Database, limit: int = 2, *, process: str = "run-1") -> list[int | None]:
    lines = await masses.claim_lines(db, mass_id="mass-1", limit=limit, process=process, now=NOW)
    return [line.mass_line for line in lines]


async def test_a_draft_is_kept_as_it_was_shown(db: Database) -> None:
    await masses.put_draft(db, DRAFT)

    assert await masses.draft_of(db, chat_id=ANNA) == DRAFT
    assert await masses.get(db, chat_id=ANNA, mass_id="mass-1") == DRAFT
    assert await masses.get(db, chat_id=BORIS, mass_id="mass-1") is None


async def test_a_new_draft_takes_the_place_of_the_old_one(db: Database) -> None:
    await masses.put_draft(db, DRAFT)
    await masses.put_draft(db, replace(DRAFT, id="mass-2"))
    await connect(db, "key-2", chat_id=BORIS)
    await masses.put_draft(db, replace(DRAFT, id="mass-3", chat_id=BORIS, account_id="key-2"))

    assert [row["id"] for row in await table(db, "masses")] == ["mass-2", "mass-3"]


async def test_is_confirmed_once_and_by_its_person_only(db: Database) -> None:
    await masses.put_draft(db, DRAFT)

    assert not await confirm(db, chat_id=BORIS)
    assert await confirm(db)
    assert not await confirm(db)
    (mass,) = await masses.unfinished(db, panel=PANEL)
    assert (mass.state, mass.message_id, mass.lines) == ("placing", 9, [])
    assert len(await table(db, "orders")) == 4


async def test_lines_are_taken_in_order_and_each_only_once(db: Database) -> None:
    await masses.put_draft(db, DRAFT)
    await confirm(db)

    assert await claim(db) == [1, 2]
    assert await claim(db, 5, process="run-2") == [3, 10]
    assert await claim(db) == []
    assert [row["process"] for row in await table(db, "orders")] == ["run-1"] * 2 + ["run-2"] * 2


async def test_a_line_s_outcome_is_not_told_but_any_other_order_s_is(db: Database) -> None:
    await masses.put_draft(db, DRAFT)
    await confirm(db)
    await claim(db)
    await orders.settle(db, order_id="mass-1-1", state="open", now=NOW, tell_at=NOW, panel_order_id="7")
    await begin(db)
    assert await orders.find_abandoned(db, process="run-2", now=NOW) == 2

    assert (await stored(db, "mass-1-1")).state == "open"
    assert (await stored(db, "mass-1-2")).state == "uncertain"
    assert [row["order_id"] for row in await table(db, "outbox")] == ["draft-1"]


async def test_at_the_end_nothing_is_left_open(db: Database) -> None:
    await masses.put_draft(db, DRAFT)
    await confirm(db)
    await claim(db)
    await orders.settle(db, order_id="mass-1-1", state="rejected", now=NOW, tell_at=NOW, reason="Bad link")
    (mass,) = await masses.unfinished(db, panel=PANEL)

    assert await masses.end(db, mass=mass, stopped="funds", now=NOW)
    assert not await masses.end(db, mass=mass, stopped=None, now=NOW)
    found = await masses.lines_of(db, chat_id=ANNA, mass_id="mass-1")
    assert [(line.state, line.reason) for line in found] == [
        ("rejected", "Bad link"),
        ("uncertain", None),
        ("rejected", "not sent"),
        ("rejected", "not sent"),
    ]
    (notice,) = await table(db, "outbox")
    assert (notice["kind"], notice["chat_id"], json.loads(notice["facts"])) == (
        "mass",
        ANNA,
        {"mass_id": "mass-1", "stopped": "funds"},
    )
    assert await table(db, "masses") == []
    assert await masses.was_confirmed(db, chat_id=ANNA, mass_id="mass-1")
    assert not await masses.was_confirmed(db, chat_id=BORIS, mass_id="mass-1")
    assert not await masses.was_confirmed(db, chat_id=ANNA, mass_id="mass-2")


async def test_knows_the_links_of_open_orders_of_a_chat(db: Database) -> None:
    await masses.put_draft(db, DRAFT)
    await confirm(db)
    await begin(db, "other", link="other", state="rejected")

    assert await masses.open_links(db, chat_id=ANNA) == {ORDER.link}
    assert await masses.open_links(db, chat_id=BORIS) == set()
