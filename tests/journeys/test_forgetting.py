"""/forget: nothing of the person stays, and the bot works afresh for them."""

import asyncio

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import KEY, World
from tests.journeys.stories import (
    A_WHILE,
    confirms,
    eventually,
    places,
    rows,
    says,
    summary,
    taps,
    traces,
)

WHO = 700_800_900_123
HIDEOUT = "https://hideout.example/secret"


async def test_keep_changes_nothing(world: World, chat: Person) -> None:
    order_id = await places(chat)
    asked = await says(chat, "/forget")
    assert asked.buttons == ["Erase everything", "Keep"]

    kept = await taps(chat, "Keep")
    assert "Kept" in kept.text
    assert kept.buttons == []
    assert order_id in str((await says(chat, "/orders")).buttons)
    assert "…cdef" in (await says(chat, "/start")).text


async def test_erase_everything_leaves_no_trace_in_any_table(world: World, panel: Panel) -> None:
    chat = await world.person(WHO)
    order_id = await places(chat, f"1 {HIDEOUT}/1 1000")
    panel.set_order(order_id, status="In progress")
    await chat.sees("In progress")
    panel.misbehave(Trouble.ERROR, action="add", times=1, text="Bad link")
    await confirms(chat, "Not placed.", f"1 {HIDEOUT}/2 1000")
    panel.misbehave(Trouble.LOST_ANSWER, action="add", times=1)
    await confirms(chat, "I do not know whether", f"1 {HIDEOUT}/3 1000")
    await summary(chat, f"1 {HIDEOUT}/4 1000")
    own_ids = [row["id"] for row in rows(world, "SELECT id FROM orders")]
    words = [str(WHO), order_id, "hideout.example", "cdef", *own_ids]
    assert len({trace.split(":")[0] for trace in traces(world, *words)}) >= 4

    asked = await says(chat, "/forget")
    assert "go on there" in asked.text
    erased = await taps(chat, "Erase everything")

    assert "Everything about you is erased" in erased.text
    assert "goes on there" in erased.text
    await eventually(lambda: traces(world, *words) == [] or None)


async def test_erasing_drops_notices_that_were_still_to_be_told(world: World, panel: Panel) -> None:
    chat = await world.person(WHO)
    order_id = await places(chat)
    world.telegram.trouble("sendMessage", chat_id=WHO, status=429, retry_after=2)
    panel.set_order(order_id, status="In progress")
    await eventually(lambda: rows(world, "SELECT 1 FROM outbox"))
    await asyncio.sleep(0.1)
    world.telegram.calm()
    await says(chat, "/forget")
    await taps(chat, "Erase everything")

    await eventually(lambda: traces(world, str(WHO), order_id) == [] or None)


async def test_forgotten_orders_are_not_followed_any_more(world: World, chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    placed = chat.last
    await says(chat, "/forget")
    await taps(chat, "Erase everything")
    await asyncio.sleep(0.1)
    looks = len(panel.calls("status"))
    panel.set_order(order_id, status="Completed", remains=0)
    await asyncio.sleep(A_WHILE)

    assert len(panel.calls("status")) == looks
    assert f"Order {order_id}: Completed" not in chat.reads
    tap = await chat.taps_on(placed, "Show order")
    assert "do not know this order" in await tap.answer()


async def test_works_afresh_afterwards(world: World, chat: Person, panel: Panel) -> None:
    await places(chat)
    old = await summary(chat, "1 https://example.com/p/2 1000")
    await says(chat, "/forget")
    await taps(chat, "Erase everything")

    assert "send me your API key" in (await says(chat, "/start")).text
    tap = await chat.taps_on(old, "Place order")
    assert "earlier step" in await tap.answer()
    assert "Connected." in (await says(chat, KEY)).text
    assert "No orders yet" in (await says(chat, "/orders")).text
    assert await places(chat, "1 https://example.com/p/3 1000") == "23502"
    assert len(panel.calls("add")) == 2


async def test_one_persons_erasure_leaves_others_alone(world: World, chat: Person) -> None:
    other = await world.person(8)
    order_id = await places(other)
    await says(chat, "/forget")
    await taps(chat, "Erase everything")

    assert order_id in str((await says(other, "/orders")).buttons)


async def test_a_stranger_can_forget_too(world: World) -> None:
    stranger = await world.person(WHO, key=None)
    await says(stranger, "/forget")
    await taps(stranger, "Erase everything")

    await eventually(lambda: traces(world, str(WHO)) == [] or None)


async def test_forgetting_while_an_order_is_being_placed(world: World, panel: Panel) -> None:
    chat = await world.person(WHO)
    panel.misbehave(Trouble.HANG, action="add")
    shown = await summary(chat, f"1 {HIDEOUT} 1000")
    arrives = asyncio.ensure_future(panel.next_call("add"))
    await chat.taps_on(shown, "Place order")
    await arrives
    await says(chat, "/forget")
    await taps(chat, "Erase everything")
    panel.calm()
    await asyncio.sleep(A_WHILE)

    assert traces(world, str(WHO), "hideout.example", "23501") == []
    assert "send me your API key" in (await says(chat, "/start")).text
