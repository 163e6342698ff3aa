"""Orders that move to another key of their chat, and what is left to its own panel."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from storage import accounts, masses, moving, tracking
from storage.opening import open_sqlite
from storage.sqlite import SqliteDatabase
from tests.storage.stored import ACCOUNT, ANNA, BORIS, INTERVAL, NOW, PANEL, connect, place, table

ANOTHER = "https://another.example/api/v2"


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    yield db
    await db.close()


async def owner(db: SqliteDatabase, order_id: str) -> str:
    return next(str(row["account_id"]) for row in await table(db, "orders") if row["id"] == order_id)


async def at_another_panel(db: SqliteDatabase, account_id: str) -> None:
    account = replace(ACCOUNT, id=account_id, panel=ANOTHER)
    await accounts.connect(db, account, language="en", now=NOW)


async def test_only_orders_of_the_same_chat_and_panel_move(db: SqliteDatabase) -> None:
    await connect(db, "key-1")
    await connect(db, "key-2", chat_id=BORIS)
    await at_another_panel(db, "key-3")
    await place(db, "mine", due_at=NOW)
    await place(db, "theirs", due_at=NOW, chat_id=BORIS, account_id="key-2")
    await place(db, "elsewhere", due_at=NOW, account_id="key-3")
    new = await connect(db, "key-4", now=NOW + 1)
    await moving.move(db, to=new, order_ids=["mine", "theirs", "elsewhere"])
    assert [await owner(db, one) for one in ("mine", "theirs", "elsewhere")] == ["key-4", "key-2", "key-3"]


async def test_a_whole_family_moves(db: SqliteDatabase) -> None:
    await connect(db, "key-1")
    await place(db, "parent", due_at=NOW)
    for child in ("child-1", "child-2"):
        await place(db, child, due_at=NOW, parent_id="parent")
    await place(db, "stranger", due_at=NOW)
    new = await connect(db, "key-2", now=NOW + 1)
    await moving.move(db, to=new, order_ids=["child-1"])
    assert {await owner(db, one) for one in ("parent", "child-1", "child-2")} == {"key-2"}
    assert await owner(db, "stranger") == "key-1"


async def test_stranded_are_orders_of_dead_keys_beside_a_working_one(db: SqliteDatabase) -> None:
    await connect(db, "key-1")
    await place(db, "a", due_at=NOW)
    assert await moving.stranded_chats(db, panel=PANEL) == []
    await accounts.park(db, account_id="key-1", tell=False, now=NOW)
    assert await moving.stranded_chats(db, panel=PANEL) == []  # there is no other key
    new = await connect(db, "key-2", now=NOW + 1)
    assert await moving.stranded_chats(db, panel=PANEL) == [ANNA]
    assert await moving.stranded_chats(db, panel=ANOTHER) == []
    assert await moving.stranded(db, new) == {"a": "a"}
    await accounts.park(db, account_id="key-2", tell=False, now=NOW)
    assert await moving.stranded_chats(db, panel=PANEL) == []


async def test_ended_orders_are_not_stranded(db: SqliteDatabase) -> None:
    await connect(db, "key-1")
    await place(db, "a", due_at=NOW)
    await db.execute("UPDATE orders SET state = 'ended', next_poll_at = NULL")
    await accounts.park(db, account_id="key-1", tell=False, now=NOW)
    await connect(db, "key-2", now=NOW + 1)
    assert await moving.stranded_chats(db, panel=PANEL) == []


async def test_orders_of_another_panel_are_not_due_here(db: SqliteDatabase) -> None:
    await at_another_panel(db, "key-1")
    await place(db, "a", due_at=NOW)
    assert await tracking.claim_due(db, panel=PANEL, now=NOW + 1, lease=30, interval=INTERVAL) is None
    claim = await tracking.claim_due(db, panel=ANOTHER, now=NOW + 1, lease=30, interval=INTERVAL)
    assert claim is not None
    assert claim.account.panel == ANOTHER


async def test_mass_orders_of_another_panel_are_not_carried_out_here(db: SqliteDatabase) -> None:
    await at_another_panel(db, "key-1")
    await db.execute(
        "INSERT INTO masses (id, chat_id, account_id, state, lines, created_at) "
        "VALUES ('mass-1', :chat_id, 'key-1', 'placing', '[]', :now)",
        chat_id=ANNA,
        now=NOW,
    )
    assert await masses.unfinished(db, panel=PANEL) == []
    assert [one.id for one in await masses.unfinished(db, panel=ANOTHER)] == ["mass-1"]
