"""People and their keys, and how they are forgotten."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from storage import accounts, catalog, conversations, inbox, orders
from storage.conversations import Conversation
from storage.inbox import Waiting
from storage.opening import open_sqlite
from storage.sqlite import SqliteDatabase
from tests.storage.stored import ANNA, BORIS, LINK, NOW, PANEL, begin, connect, looked_at, place, table


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    yield db
    await db.close()


async def current(db: SqliteDatabase, chat_id: int = ANNA) -> str | None:
    account = await accounts.current(db, chat_id=chat_id, panel=PANEL)
    return None if account is None else account.id


async def cells(db: SqliteDatabase) -> list[tuple[str, str, str]]:
    """Every value of every column of every table, as text."""
    tables = [row["name"] for row in await db.read("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return [
        (name, column, str(row[column]))
        for name in tables
        for column in [info["name"] for info in await db.read(f"PRAGMA table_info({name})")]
        for row in await table(db, name)
    ]


async def test_a_new_key_takes_the_place_of_the_old_one(db: SqliteDatabase) -> None:
    await connect(db, "key-1")
    await connect(db, "key-2", now=NOW + 1)
    assert await current(db) == "key-2"
    assert [a.id for a in await accounts.with_key(db, chat_id=ANNA, panel=PANEL)] == ["key-2", "key-1"]


async def test_an_old_key_can_come_back(db: SqliteDatabase) -> None:
    for now, account_id in enumerate(("key-1", "key-2", "key-1")):
        await connect(db, account_id, now=NOW + now)
    assert await current(db) == "key-1"
    assert len(await table(db, "accounts")) == 2


async def test_a_chat_and_a_panel_have_a_key_of_their_own(db: SqliteDatabase) -> None:
    await connect(db, "key-1", chat_id=ANNA)
    await connect(db, "key-2", chat_id=BORIS)
    assert (await current(db, ANNA), await current(db, BORIS)) == ("key-1", "key-2")
    assert await accounts.current(db, chat_id=ANNA, panel="https://other.example") is None


async def test_a_replaced_key_is_erased_when_no_order_needs_it(db: SqliteDatabase) -> None:
    await connect(db, "key-1")
    await place(db, "a", due_at=NOW)
    await connect(db, "key-2", now=NOW + 1)
    assert await accounts.drop_unneeded_keys(db) == 0
    assert len(await accounts.with_key(db, chat_id=ANNA, panel=PANEL)) == 2
    await db.execute("UPDATE orders SET state = 'ended', next_poll_at = NULL")
    assert await accounts.drop_unneeded_keys(db) == 1
    assert len(await accounts.with_key(db, chat_id=ANNA, panel=PANEL)) == 1
    assert await current(db) == "key-2"


@pytest.mark.parametrize("state", ["placing", "uncertain"])
async def test_a_replaced_key_is_kept_for_an_order_without_an_outcome(db: SqliteDatabase, state: str) -> None:
    await connect(db, "key-1")
    await begin(db, state=state)
    await connect(db, "key-2", now=NOW + 1)
    assert await accounts.drop_unneeded_keys(db) == 0


async def test_an_orders_panel_is_not_told_to_anybody_else(db: SqliteDatabase) -> None:
    await connect(db, "key-1")
    await begin(db)
    assert await accounts.panel_of(db, chat_id=ANNA, order_id="draft-1") == PANEL
    assert await accounts.panel_of(db, chat_id=BORIS, order_id="draft-1") is None


async def test_refused_keys_are_counted_for_an_hour(db: SqliteDatabase) -> None:
    for at, who in enumerate(("anna", "boris", "anna")):
        await accounts.note_refused_key(db, who=who, now=NOW + at)
    assert await accounts.refused_keys(db, who="anna", now=NOW + 3) == (
        [NOW, NOW + 2],
        [NOW, NOW + 1, NOW + 2],
    )
    assert await accounts.refused_keys(db, who="anna", now=NOW + 3600) == ([NOW + 2], [NOW + 1, NOW + 2])


async def test_equal_price_lists_are_kept_once_and_unused_ones_not_at_all(db: SqliteDatabase) -> None:
    for account_id, chat_id in (("key-1", ANNA), ("key-2", BORIS)):
        await connect(db, account_id, chat_id=chat_id)
        await catalog.save(db, account_id=account_id, digest="d1", body=b"list", now=NOW)
    assert [row["digest"] for row in await table(db, "catalogs")] == ["d1"]
    await catalog.save(db, account_id="key-1", digest="d2", body=b"new", now=NOW)
    await accounts.forget(db, chat_id=BORIS)
    assert [row["digest"] for row in await table(db, "catalogs")] == ["d2"]
    assert (await catalog.load(db, digest="d2"), await catalog.load(db, digest="d1")) == (b"new", None)


async def live_a_little(db: SqliteDatabase, chat_id: int, account_id: str, order_id: str) -> None:
    """Leave a trace in every table."""
    mine = {"chat_id": chat_id, "account_id": account_id}
    await connect(db, account_id, chat_id=chat_id)
    await catalog.save(db, account_id=account_id, digest=f"list-{chat_id}", body=b"list", now=NOW)
    order = (
        await place(db, order_id, due_at=NOW, link=f"{LINK}/{chat_id}", **mine) if chat_id == ANNA else None
    )
    if order is not None:
        await looked_at(db, order, facts={"panel_order_id": order_id})
    await begin(db, f"{order_id}-2", **mine)
    await orders.settle(db, order_id=f"{order_id}-2", state="uncertain", now=NOW, tell_at=NOW)
    await accounts.park(db, account_id=account_id, tell=True, now=NOW)
    await inbox.store(db, [Waiting(chat_id * 2, chat_id, f"{LINK}/{chat_id}".encode())], now=NOW)
    said = Conversation("ask", f'{{"link": "{LINK}/{chat_id}"}}', 1)
    await db.write(partial(conversations.put, chat_id=chat_id, before=Conversation(), after=said, now=NOW))
    await db.write(partial(inbox.finish, update_id=chat_id * 2, now=NOW))


def mentions(found: list[tuple[str, str, str]], *needles: object) -> list[tuple[str, str, str]]:
    return [cell for cell in found if any(str(needle) in cell[2] for needle in needles)]


async def test_a_forgotten_person_is_mentioned_nowhere(db: SqliteDatabase) -> None:
    await live_a_little(db, ANNA, "key-a", "draft-a")
    traces = (ANNA, "key-a", "draft-a", f"{LINK}/{ANNA}", f"list-{ANNA}")
    assert {name for name, _, _ in mentions(await cells(db), *traces)} == {
        "people", "accounts", "catalogs", "orders", "outbox", "conversations"
    }  # fmt: skip
    await accounts.forget(db, chat_id=ANNA)
    assert mentions(await cells(db), *traces) == []


async def test_forgetting_one_person_leaves_the_others(db: SqliteDatabase) -> None:
    await live_a_little(db, BORIS, "key-b", "draft-b")
    before = await cells(db)
    await live_a_little(db, ANNA, "key-a", "draft-a")
    await accounts.forget(db, chat_id=ANNA)
    left = [cell for cell in await cells(db) if cell[0] != "inbox"]
    assert left == [cell for cell in before if cell[0] != "inbox"]


async def test_what_is_forgotten_is_gone_from_the_file_too(db: SqliteDatabase, tmp_path: Path) -> None:
    await connect(db)
    for number in range(200):
        await begin(db, f"draft-{number}", link=f"{LINK}/{'secret' * 20}/{number}")
    await accounts.forget(db, chat_id=ANNA)
    await db.close()
    assert b"secretsecret" not in (tmp_path / "bot.db").read_bytes()
