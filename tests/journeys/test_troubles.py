"""A panel in trouble: polling backs off for that key alone and resumes by itself; nobody waits for others."""

import asyncio
from itertools import pairwise

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import KEY, OTHER_KEY, World
from tests.journeys.stories import A_WHILE, LINK, places, says


@pytest.mark.parametrize(
    "trouble",
    [Trouble.SERVER_ERROR, Trouble.HTML, Trouble.CUT_JSON, Trouble.EMPTY, Trouble.LOST_ANSWER],
)
async def test_polling_resumes_by_itself(chat: Person, panel: Panel, trouble: Trouble) -> None:
    order_id = await places(chat)
    panel.misbehave(trouble, action="status", times=3)
    panel.set_order(order_id, status="In progress")

    await chat.sees(f"Order {order_id}: In progress")


async def test_a_refused_poll_is_no_news_and_resumes(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    panel.misbehave(Trouble.ERROR, action="status", times=4, text="Incorrect order ID")
    panel.set_order(order_id, status="In progress")

    await chat.sees(f"Order {order_id}: In progress")
    assert "Incorrect order ID" not in chat.reads


async def test_retry_after_is_obeyed_for_this_key_alone(world: World, chat: Person, panel: Panel) -> None:
    other = await world.person(8, key=OTHER_KEY)
    mine, theirs = await places(chat), await places(other)
    panel.misbehave(Trouble.RATE_LIMIT, action="status", key=KEY, times=1, retry_after=2)
    await panel.next_call("status")
    panel.set_order(mine, status="In progress")
    panel.set_order(theirs, status="In progress")
    await other.sees(f"Order {theirs}: In progress")
    await chat.sees(f"Order {mine}: In progress")

    calls = [call for call in panel.requests if call.action == "status" and call.key == KEY]
    gaps = [after.at - before.at for before, after in pairwise(calls)]
    assert max(gaps) >= 1.99  # what the panel asked for
    assert chat.reads.count("In progress") == 1


async def test_backs_off_instead_of_hammering(chat: Person, panel: Panel) -> None:
    await places(chat)
    panel.misbehave(Trouble.SERVER_ERROR, action="status")
    await panel.next_call("status")
    before = len(panel.calls("status"))
    await asyncio.sleep(A_WHILE)

    assert len(panel.calls("status")) - before <= 4  # of an interval of 0.1 s, doubling


async def test_while_one_waits_for_the_panel_another_is_served(
    world: World, chat: Person, panel: Panel
) -> None:
    other = await world.person(8, key=OTHER_KEY)
    panel.misbehave(Trouble.HANG, action="balance", key=KEY)
    await chat.types("/balance")
    await panel.next_call("balance")

    assert "Balance: $50.00" in (await says(other, "/balance")).text
    assert await places(other) == "23501"
    assert "Balance:" not in chat.reads
    await world.telegram.hears("sendChatAction")
    panel.calm()
    await chat.sees("Balance: $100.84292")


async def test_what_a_person_types_meanwhile_is_taken_in_turn(
    world: World, chat: Person, panel: Panel
) -> None:
    await says(chat, "/order")
    panel.misbehave(Trouble.HANG, action="balance", times=1)
    for text in ("/balance", "1", LINK, "1000"):
        await chat.types(text)
    await asyncio.sleep(0.1)
    assert "Send the link" not in chat.reads
    panel.calm()

    await chat.sees("Please check your order")
    answers = [m.text for m in chat.messages if m.sender.is_bot][-4:]
    expected = ("Balance: $100.84292", "Send the link", "Send the quantity", "Please check your order")
    assert all(part in answer for part, answer in zip(expected, answers, strict=True))


async def test_an_add_that_hangs_holds_nobody_up(world: World, chat: Person, panel: Panel) -> None:
    other = await world.person(8)
    panel.misbehave(Trouble.HANG, action="add", times=3)
    for number in range(3):
        shown = await says(chat, f"/order 1 {LINK}/{number} 50")
        await chat.taps_on(shown, "Place order")
    await asyncio.sleep(0.1)
    assert await places(other) == "23504"

    panel.calm()
    for order_id in ("23501", "23502", "23503"):
        await chat.sees(f"Order {order_id} is placed")
    assert len(panel.calls("add")) == 4


async def test_a_hanging_poll_of_one_key_does_not_stop_others(
    world: World, chat: Person, panel: Panel
) -> None:
    other = await world.person(8, key=OTHER_KEY)
    await places(chat)
    theirs = await places(other)
    panel.misbehave(Trouble.HANG, action="status", key=KEY)
    await panel.next_call("status")
    panel.set_order(theirs, status="In progress")

    await other.sees(f"Order {theirs}: In progress")
    panel.calm()


async def test_choosing_goes_on_with_the_stored_price_list(chat: Person, panel: Panel) -> None:
    await says(chat, "/order")
    panel.misbehave(Trouble.SERVER_ERROR)

    assert "which category" in (await says(chat, "/order")).text
    assert "Send the link" in (await says(chat, "1")).text


@pytest.mark.parametrize("trouble", [Trouble.SERVER_ERROR, Trouble.RATE_LIMIT, Trouble.ERROR, Trouble.HTML])
async def test_without_a_price_list_order_says_why(chat: Person, panel: Panel, trouble: Trouble) -> None:
    panel.misbehave(trouble, action="services")
    answer = (await says(chat, "/order")).text
    assert "Nothing was ordered or charged by this" in answer

    panel.calm()
    assert "which category" in (await says(chat, "/order")).text


async def test_one_fetch_of_a_price_list_serves_all_who_wait(chat: Person, panel: Panel) -> None:
    for _ in range(3):
        await says(chat, "/order")

    assert len(panel.calls("services")) == 1
