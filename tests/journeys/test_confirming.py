"""Place order: once, whatever is tapped how often; old and invented buttons."""

import asyncio
import json

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import World
from tests.journeys.stories import (
    A_WHILE,
    LINK,
    becomes,
    confirms,
    data_of,
    eventually,
    places,
    rows,
    says,
    summary,
    taps,
)


async def test_a_double_tap_places_once(chat: Person, panel: Panel) -> None:
    shown = await summary(chat)
    first = await chat.taps_on(shown, "Place order")
    second = await chat.taps_on(shown, "Place order")

    await becomes(chat, shown, "Order 23501 is placed")
    assert await first.answer() == ""
    assert "You confirmed this already" in await second.answer()
    await asyncio.sleep(A_WHILE)
    assert len(panel.calls("add")) == 1


async def test_ten_taps_while_the_panel_thinks_place_once(chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.HANG, action="add")
    shown = await summary(chat)
    taps_made = [await chat.taps_on(shown, "Place order") for _ in range(10)]
    await chat.sees("Placing your order…")
    for tap in taps_made:
        await tap.answer()
    panel.calm()

    await becomes(chat, shown, "Order 23501 is placed")
    assert len(panel.calls("add")) == 1


async def test_tapped_again_later_it_is_only_a_toast(chat: Person, panel: Panel) -> None:
    shown = await summary(chat)
    data = data_of(shown, "Place order")
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    tap = await chat.taps_data(data, shown)

    assert "You confirmed this already" in await tap.answer()
    assert len(panel.calls("add")) == 1


async def test_tapped_again_after_a_restart(world: World, chat: Person, panel: Panel) -> None:
    shown = await summary(chat)
    data = data_of(shown, "Place order")
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    await world.stop()
    await world.start()
    tap = await chat.taps_data(data, shown)

    assert "You confirmed this already" in await tap.answer()
    assert len(panel.calls("add")) == 1


@pytest.mark.parametrize("label", ["Place order", "Change", "Leave"])
async def test_the_buttons_of_an_older_summary_are_stale(chat: Person, panel: Panel, label: str) -> None:
    old = await summary(chat)
    new = await summary(chat, f"1 {LINK}/new 100")
    tap = await chat.taps_on(old, label)

    assert "earlier step" in await tap.answer()
    assert panel.calls("add") == []
    await chat.taps_on(new, "Place order")
    await becomes(chat, new, "is placed")


async def test_place_order_after_leaving_places_nothing(chat: Person, panel: Panel) -> None:
    shown = await summary(chat)
    data = data_of(shown, "Place order")
    await says(chat, "/cancel")
    tap = await chat.taps_data(data, shown)

    assert "earlier step" in await tap.answer()
    assert panel.calls("add") == []


async def test_place_order_after_change_places_nothing(chat: Person, panel: Panel) -> None:
    shown = await summary(chat)
    data = data_of(shown, "Place order")
    await taps(chat, "Change")
    tap = await chat.taps_data(data, shown)

    assert "earlier step" in await tap.answer()
    assert panel.calls("add") == []


async def test_buttons_of_older_lists_are_stale(chat: Person) -> None:
    old = await says(chat, "/order")
    await says(chat, "/order")
    for label in ("Instagram Followers", "Next ›"):
        tap = await chat.taps_on(old, label)
        assert "earlier step" in await tap.answer()
    data = data_of(old, "Instagram Followers")
    services = await taps(chat, "Instagram Followers")
    await says(chat, "1")
    for button in (services.buttons[0], "Next ›", "‹ Back"):
        tap = await chat.taps_on(services, button)
        assert "earlier step" in await tap.answer()
    tap = await chat.taps_data(data)
    assert "earlier step" in await tap.answer()
    assert "Send the quantity" in (await says(chat, LINK)).text


CRAFTED = [
    "",
    " ",
    "x",
    ":::",
    "place:::",
    "place::0:0",
    "place:{order}:0:{version}",
    "change::0:0",
    "field:nope:0:{version}",
    "field:link:0:{version}",
    "page::999999:{version}",
    "page::9999999:{version}",
    "cat:nope:0:{version}",
    "svc:nope:0:{version}",
    "svc:1:0:9999999999",
    "orders::999999:0",
    "order:{order}:0:0",
    "refresh:{order}:0:0",
    "look:{order}:0:0",
    "enter_id:{order}:0:0",
    "not_placed:{order}:0:0",
    "again:{order}:0:0",
    "order:" + "9" * 32 + ":0:0",
    "order:" + "9" * 57,
    "orders::-1:0",
    "orders::١:0",
    "order:'; DROP TABLE orders; --:0:0",
    "\u202e🔥:a:0:0",
    "leave::0:0\n",
    "new:new:5:5",
    "__class__::0:0",
    "order:\x00:0:0",
]


async def test_invented_buttons_get_an_answer_and_break_nothing(world: World, panel: Panel) -> None:
    """Also with the ids of somebody else's orders."""
    owner, chat = await world.person(8), await world.person(9)
    await places(owner)
    panel.misbehave(Trouble.LOST_ANSWER, action="add", times=1)
    await confirms(owner, "I do not know whether", f"1 {LINK}/2 100")
    theirs = [row["id"] for row in rows(world, "SELECT id FROM orders")]
    before = rows(world, "SELECT * FROM orders WHERE state = 'uncertain'")
    await says(chat, "/order")

    for data in CRAFTED:
        for order in theirs if "{order}" in data else [""]:
            now = rows(world, "SELECT version FROM conversations WHERE chat_id = 9")[0]["version"]
            tap = await chat.taps_data(data.format(order=order, version=now) if "{" in data else data)
            await tap.answer()

    assert "Balance:" in (await says(chat, "/balance")).text
    assert "No orders yet" in (await says(chat, "/orders")).text
    assert LINK not in chat.reads
    assert "23501" not in chat.reads
    assert rows(world, "SELECT * FROM orders WHERE state = 'uncertain'") == before
    assert len(panel.calls("add")) == 2
    assert "Something went wrong" not in chat.reads


async def test_an_invented_place_order_without_a_price_places_nothing(
    world: World, chat: Person, panel: Panel
) -> None:
    await says(chat, f"/order 1 {LINK}")
    row = (await eventually(lambda: rows(world, "SELECT * FROM conversations WHERE step = 'answering'")))[0]
    draft_id = json.loads(json.loads(row["draft"])["draft"])["id"]
    tap = await chat.taps_data(f"place:{draft_id}:0:{row['version']}")

    assert "earlier step" in await tap.answer()
    assert panel.calls("add") == []
