"""A key that the panel rejects later: parked for machines, its owner told once."""

import asyncio
from decimal import Decimal

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import KEY, World
from tests.journeys.stories import (
    A_WHILE,
    change,
    confirms,
    eventually,
    places,
    rows,
    says,
    summary,
    taps,
)

TOLD = "does not accept your key …cdef any more"


async def is_left_alone(panel: Panel) -> bool:
    await asyncio.sleep(0.1)
    looks = len(panel.calls("status"))
    await asyncio.sleep(A_WHILE)
    return len(panel.calls("status")) == looks


async def test_a_rejected_key_is_parked_and_its_owner_told_once(chat: Person, panel: Panel) -> None:
    await places(chat)
    panel.close_account(KEY)

    await chat.sees(TOLD)
    assert await is_left_alone(panel)
    assert chat.reads.count(TOLD) == 1


async def test_the_owners_balance_unparks_it_and_polling_goes_on(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    panel.close_account(KEY)
    await chat.sees(TOLD)
    assert "The panel says: “Invalid API key”" in (await says(chat, "/balance")).text

    panel.add_account(KEY, Decimal(5))
    assert "Balance: $5.00" in (await says(chat, "/balance")).text
    panel.set_order(order_id, status="In progress")
    await chat.sees(f"Order {order_id}: In progress")
    assert chat.reads.count(TOLD) == 1


async def test_sending_the_same_key_again_unparks_it_too(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    panel.close_account(KEY)
    await chat.sees(TOLD)
    panel.add_account(KEY, Decimal(5))
    await says(chat, f"/key {KEY}")
    panel.set_order(order_id, status="In progress")

    await chat.sees(f"Order {order_id}: In progress")


@pytest.mark.parametrize("text", ["/balance", "/order 1 https://example.com/p/2 1000", "/order"])
async def test_who_learns_it_from_an_answer_gets_no_notice_on_top(
    world: World, chat: Person, panel: Panel, text: str
) -> None:
    panel.close_account(KEY)
    answer = await says(chat, text)

    assert "does not accept your key any more" in answer.text
    assert rows(world, "SELECT parked_at IS NOT NULL AS parked FROM accounts") == [{"parked": 1}]
    await asyncio.sleep(A_WHILE)
    assert TOLD not in chat.reads


async def test_an_order_refused_for_its_key_says_where_to_get_a_new_one(chat: Person, panel: Panel) -> None:
    shown = await summary(chat)
    panel.close_account(KEY)
    await chat.taps_on(shown, "Place order")

    refusal = await chat.sees("Not placed.")
    assert "Invalid API key" in refusal.text
    assert "send /key" in refusal.text
    assert len(panel.calls("add")) == 1


async def test_is_told_when_only_the_balance_behind_an_uncertain_order_shows_it(
    world: World, chat: Person, panel: Panel
) -> None:
    """The evidence is looked up without the person asking, so nobody else tells them."""
    shown = await summary(chat)
    panel.misbehave(Trouble.LOST_REQUEST, action="add")
    panel.misbehave(Trouble.WRONG_KEY, action="balance")
    await chat.taps_on(shown, "Place order")
    await chat.sees("I do not know whether this order was placed")

    await chat.sees(TOLD)


async def test_is_told_when_look_again_finds_the_key_rejected(chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.LOST_REQUEST, action="add")
    await confirms(chat, "I do not know whether")
    panel.close_account(KEY)
    await chat.taps("Look again")

    await chat.sees("does not accept your key")


async def test_is_told_when_a_price_list_fetched_aside_shows_it(
    world: World, chat: Person, panel: Panel
) -> None:
    await says(chat, "/order")
    await change(world, "UPDATE accounts SET catalog_at = 0")
    panel.misbehave(Trouble.WRONG_KEY, action="services")
    await says(chat, "/order")
    await eventually(lambda: rows(world, "SELECT 1 FROM accounts WHERE parked_at IS NOT NULL"))

    await chat.sees(TOLD)


async def test_refresh_with_a_rejected_key_says_so(chat: Person, panel: Panel) -> None:
    await places(chat)
    await taps(chat, "Show order")
    panel.misbehave(Trouble.WRONG_KEY, action="status")
    await chat.taps("Refresh")

    await chat.sees("does not accept your key")
