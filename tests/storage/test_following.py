"""Orders that were placed elsewhere, and those that orders make."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from storage import accounts, following, listing, looks, orders, refills, tracking
from storage.following import Asked
from storage.listing import Shelf
from storage.opening import open_sqlite
from storage.orders import Order
from storage.sqlite import SqliteDatabase
from tests.storage.stored import (
    ANNA,
    BORIS,
    INTERVAL,
    NOW,
    ORDER,
    PANEL,
    begin,
    claimed,
    connect,
    look_at,
    looked_at,
    place,
    stored,
    table,
)

ELSEWHERE = replace(
    ORDER,
    id="e1",
    state="open",
    panel_order_id="701",
    service_id="",
    service_name="",
    fields={},
    link="",
    quantity=None,
    word="In progress",
    next_poll_at=NOW + INTERVAL,
)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    await connect(db, "key-1", chat_id=ANNA)
    await connect(db, "key-2", chat_id=BORIS)
    yield db
    await db.close()


async def follow(db: SqliteDatabase, *new: Order, children: tuple[str, ...] = ()) -> set[str]:
    made = {order.id: children for order in new}
    return set(await following.follow(db, new=new, children=made, now=NOW))


async def family(db: SqliteDatabase) -> dict[str, str | None]:
    """Each order's parent, by the panel's ids."""
    ids = {row["id"]: row["panel_order_id"] for row in await table(db, "orders")}
    return {ids[row["id"]]: ids.get(row["parent_id"]) for row in await table(db, "orders")}


async def test_following_twice_changes_nothing(db: SqliteDatabase) -> None:
    assert await follow(db, ELSEWHERE) == {"701"}
    assert await follow(
        db, replace(ELSEWHERE, id="e2"), replace(ELSEWHERE, id="e3", panel_order_id="702")
    ) == {"702"}
    assert [row["id"] for row in await table(db, "orders")] == ["e1", "e3"]


async def test_each_chat_follows_for_itself(db: SqliteDatabase) -> None:
    await follow(db, ELSEWHERE)
    assert await follow(db, replace(ELSEWHERE, id="e2", chat_id=BORIS, account_id="key-2")) == {"701"}


async def test_what_it_has_made_comes_along_and_its_first_look_is_no_news(db: SqliteDatabase) -> None:
    await follow(db, ELSEWHERE, children=("801", "802"))
    assert await family(db) == {"701": None, "801": "701", "802": "701"}
    assert [row["word"] for row in await table(db, "orders")] == ["In progress", looks.OLD, looks.OLD]


async def test_a_look_stores_the_new_children_with_it(db: SqliteDatabase) -> None:
    parent = await place(db, "701", due_at=NOW)
    await looked_at(db, parent, children=("801",))
    await looked_at(db, parent, children=("801", "802", "701"))
    assert await family(db) == {"701": None, "801": "701", "802": "701"}
    row = (await table(db, "orders"))[1]
    assert (row["chat_id"], row["account_id"], row["service_name"], row["link"], row["currency"]) == (
        parent.chat_id,
        parent.account_id,
        parent.service_name,
        parent.link,
        parent.currency,
    )
    assert (row["quantity"], row["price"], row["word"], row["state"]) == (None, None, None, "open")


async def test_children_and_their_parents_look_are_one_transaction(db: SqliteDatabase) -> None:
    parent = await place(db, "701", due_at=NOW)
    with pytest.raises(sqlite3.Error):
        await looked_at(db, parent, children=("801", object()))
    assert (await stored(db, "701")).word is None
    assert await family(db) == {"701": None}


async def test_children_are_looked_at_with_the_others_of_their_key(db: SqliteDatabase) -> None:
    parent = await place(db, "701", due_at=NOW)
    await looked_at(db, parent, children=("801",), next_poll_at=NOW)
    found = await claimed(db)
    assert found is not None
    assert "701" in found
    assert len(found) == 2


async def test_a_child_knows_the_panels_id_of_its_parent(db: SqliteDatabase) -> None:
    parent = await place(db, "701", due_at=NOW)
    await looked_at(db, parent, children=("801",))
    parents = []
    for order_id in [row["id"] for row in await table(db, "orders")]:
        await tracking.store_one(
            db,
            chat_id=ANNA,
            order_id=order_id,
            decide=lambda order: parents.append((order.panel_order_id, order.parent)),
            now=NOW,
        )
    assert parents == [("701", None), ("801", "701")]


async def test_several_are_decided_on_only_for_their_person(db: SqliteDatabase) -> None:
    for name in ("a", "b"):
        await place(db, name, due_at=NOW)
    await tracking.store_seen(
        db, chat_id=BORIS, order_ids=["a", "b"], decide=lambda _: look_at(facts={}), now=NOW
    )
    assert await table(db, "outbox") == []
    await tracking.store_seen(db, chat_id=ANNA, order_ids=["a"], decide=lambda _: look_at(facts={}), now=NOW)
    assert [row["order_id"] for row in await table(db, "outbox")] == ["a"]


async def test_orders_are_known_by_their_ids_those_of_the_current_key_first(db: SqliteDatabase) -> None:
    await place(db, "701", due_at=NOW)
    await connect(db, "key-3", now=NOW + 1)
    await follow(db, replace(ELSEWHERE, account_id="key-3"))
    found = await following.known(db, chat_id=ANNA, panel=PANEL, panel_order_ids=["701", "9"])
    assert {one: order.id for one, order in found.items()} == {"701": "e1"}
    assert await following.known(db, chat_id=BORIS, panel=PANEL, panel_order_ids=["701"]) == {}
    assert await following.known(db, chat_id=ANNA, panel="other", panel_order_ids=["701"]) == {}


async def test_letting_go_takes_all_of_it_and_nothing_else(db: SqliteDatabase) -> None:
    await follow(db, ELSEWHERE, children=("801",))
    await follow(db, replace(ELSEWHERE, id="e2", panel_order_id="702"))
    (child,) = await listing.children(db, chat_id=ANNA, order_id="e1", offset=0, limit=9)
    await looked_at(db, child, facts={}, children=("901",))
    await db.execute(
        "INSERT INTO refills (id, chat_id, account_id, order_id, state, process, created_at, changed_at) "
        "VALUES ('r', :chat_id, 'key-1', 'e1', 'open', '', 0, 0)",
        chat_id=ANNA,
    )
    assert not await following.stop(db, chat_id=BORIS, order_id="e1")
    assert not await following.stop(db, chat_id=ANNA, order_id=child.id)
    assert await following.stop(db, chat_id=ANNA, order_id="e1")
    assert not await following.stop(db, chat_id=ANNA, order_id="e1")
    assert await family(db) == {"702": None}
    assert await table(db, "outbox") == await table(db, "refills") == []


async def test_an_order_that_was_placed_here_is_not_let_go(db: SqliteDatabase) -> None:
    await place(db, "701", due_at=NOW)
    assert not await following.stop(db, chat_id=ANNA, order_id="701")


async def test_an_adopted_order_takes_over_from_the_one_that_was_followed(db: SqliteDatabase) -> None:
    await begin(db, state="uncertain")
    await follow(db, ELSEWHERE, children=("801",))
    assert await orders.adopt(
        db, chat_id=ANNA, order_id="draft-1", panel_order_id="701", now=NOW, next_poll_at=NOW
    )
    assert await family(db) == {"701": None, "801": "701"}
    assert (await stored(db)).link == ORDER.link


async def test_forgetting_leaves_nothing(db: SqliteDatabase) -> None:
    await follow(db, ELSEWHERE, children=("801",))
    await accounts.forget(db, chat_id=ANNA)
    assert await table(db, "orders") == []


async def test_pages_run_from_the_newest_to_the_oldest(db: SqliteDatabase) -> None:
    for number in range(5):
        await begin(db, f"order-{number}", created_at=NOW + number)
    pages = [
        await listing.page(db, chat_id=ANNA, shelf=Shelf.ALL, offset=offset, limit=2) for offset in (0, 2, 4)
    ]
    assert [[order.id[-1] for order in page] for page in pages] == [["4", "3"], ["2", "1"], ["0"]]
    assert await listing.page(db, chat_id=BORIS, shelf=Shelf.ALL, offset=0, limit=9) == []


async def test_children_are_counted_with_their_parent_and_found_by_id(db: SqliteDatabase) -> None:
    parent = await place(db, "701", due_at=NOW)
    await looked_at(db, parent, children=("801", "802"))
    assert await listing.count_children(db, chat_id=ANNA, order_ids=["701", "x"]) == {"701": 2}
    assert await listing.count_children(db, chat_id=BORIS, order_ids=["701"]) == {}
    assert await listing.children(db, chat_id=BORIS, order_id="701", offset=0, limit=9) == []
    for words, ids in (("801", ["801"]), ("EXAMPLE.com", ["701"]), ("80", [])):
        found = await listing.search(db, chat_id=ANNA, words=words, offset=0, limit=9)
        assert [order.panel_order_id for order in found] == ids
    assert await orders.count_open(db, chat_id=ANNA) == 1


async def test_a_row_that_was_made_for_a_refill_is_taken_over(db: SqliteDatabase) -> None:
    asked = [Asked("key-1", "701")]
    (begun,), _ = await refills.begin(db, chat_id=ANNA, asked=asked, request="r", process="", now=NOW)
    added = await following.follow(db, new=[ELSEWHERE], children={ELSEWHERE.id: ["801"]}, now=NOW)
    assert added == {"701": begun.order_id}
    made = await orders.get(db, chat_id=ANNA, order_id=begun.order_id)
    assert made is not None
    assert not made.is_only_asked_about
    assert (made.state, made.word, made.price) == ("open", "In progress", ELSEWHERE.price)
    assert made.next_poll_at == NOW + INTERVAL
    assert await family(db) == {"701": None, "801": "701"}
    assert await following.follow(db, new=[ELSEWHERE], children={}, now=NOW) == {}
