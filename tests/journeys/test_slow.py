"""An order that is pending far longer than its service usually takes: pointed out once."""

import asyncio

import pytest

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from tests.conftest import World
from tests.journeys.stories import (
    A_WHILE,
    LINK,
    change,
    eventually,
    places,
    rows,
    says,
    taps,
)
from tests.journeys.test_settings import held, keeps_quiet

HOUR = 3600


@pytest.fixture
async def chat(world: World, panel: Panel) -> Person:
    """A connected person, at a panel whose first service takes two hours."""
    panel.set_service("1", average_time="2 hours")
    return await world.person()


async def ages(world: World, hours: float) -> None:
    await change(world, "UPDATE orders SET changed_at = changed_at - ?", hours * HOUR)


async def looked(world: World) -> None:
    """Wait until slow orders were looked for once more, which is twice a second here."""
    await asyncio.sleep(3 * A_WHILE)


async def test_says_how_long_what_is_usual_and_what_can_be_done(
    world: World, chat: Person, panel: Panel
) -> None:
    order_id = await places(chat)
    await ages(world, 5)
    await looked(world)
    assert "pending for" not in chat.reads

    await ages(world, 2)
    news = await chat.sees(f"Order {order_id} has been pending for 7 hours")
    assert news.text == (
        f"🐢 Order {order_id} has been pending for 7 hours\n\n"
        "Instagram Followers\n"
        "This service usually takes 2 hours, says the panel.\n\n"
        "What you can do:\n"
        "• wait: many start late, and I go on watching\n"
        f"• ask support at {world.url}; give them the order's id\n"
        "• ask the panel to cancel it; if it does, your money comes back"
    ), news.text
    assert news.buttons == ["Cancel order", "Show order", "Copy id"]
    await taps(chat, "Cancel order", on=news)
    assert [call["orders"] for call in panel.calls("cancel")] == [order_id]


async def test_once_also_across_a_restart(world: World, chat: Person) -> None:
    await places(chat)
    await ages(world, 7)
    await chat.sees("has been pending")
    await ages(world, 70)
    await world.stop()
    await world.start()
    await looked(world)
    assert chat.reads.count("has been pending") == 1


async def test_nothing_is_offered_that_the_service_refuses(world: World, chat: Person, panel: Panel) -> None:
    panel.set_service("1", average_time="2 hours", cancel=False)
    await places(chat)
    await ages(world, 7)
    news = await chat.sees("has been pending")
    assert news.buttons == ["Show order", "Copy id"]
    assert "cancel" not in news.text


async def test_what_waits_on_purpose_or_goes_on_is_not_slow(world: World, chat: Person, panel: Panel) -> None:
    panel.set_service("1", average_time="2 hours", dripfeed=True)
    going, drip = await places(chat), await places(chat, f"1 {LINK}/2 100")
    panel.set_order(going, status="In progress")
    await chat.sees("In progress")
    await change(
        world,
        "UPDATE orders SET fields = json_set(fields, '$.runs', '3', '$.interval', '60') "
        "WHERE panel_order_id = ?",
        drip,
    )
    await ages(world, 999)
    await looked(world)
    assert "has been pending" not in chat.reads


async def test_several_slow_ones_come_as_one(world: World, chat: Person) -> None:
    ids = [await places(chat, f"1 {LINK}/{number} 100") for number in range(3)]
    await ages(world, 7)
    news = await chat.sees("3 pieces of news")
    for order_id in ids:
        assert f"🐢 Order {order_id} has been pending for 7 hours" in news.text


async def test_who_wants_to_hear_nothing_does_not(world: World, chat: Person) -> None:
    await places(chat)
    await taps(chat, "Nothing", on=await says(chat, "/settings"))
    await ages(world, 7)
    await eventually(lambda: rows(world, "SELECT 1 FROM orders WHERE slow_told_at IS NOT NULL"))
    await eventually(lambda: not rows(world, "SELECT 1 FROM outbox"))
    assert "has been pending" not in chat.reads


async def test_one_that_goes_on_by_the_end_of_quiet_hours_is_not_called_slow(
    world: World, chat: Person, panel: Panel
) -> None:
    order_id = await places(chat)
    await keeps_quiet(chat)
    await ages(world, 7)
    await eventually(lambda: held(world))
    panel.set_order(order_id, status="In progress")
    await eventually(lambda: len(held(world)) == 2 or None)
    await says(chat, "/settings off")
    await chat.sees(f"Order {order_id}: In progress")
    await asyncio.sleep(A_WHILE)
    assert "has been pending" not in chat.reads
    assert rows(world, "SELECT 1 FROM outbox") == []
