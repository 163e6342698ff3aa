"""A key made anew at the panel, and another panel: which orders are still asked for, and with which key."""

import asyncio
from decimal import Decimal

from bot.sandbox.panel import Panel, Trouble, panel_app
from bot.sandbox.telegram import Person
from bot.sandbox.telegram.chats import Message
from bot.serving import serve
from tests.conftest import KEY, OTHER_KEY, World
from tests.journeys.elsewhere import elsewhere
from tests.journeys.stories import (
    A_WHILE,
    LINK,
    change,
    confirms,
    eventually,
    places,
    rows,
    says,
    taps,
)

NEW = "c0ffee00c0ffee00c0ffee00c0ffee00"
TOLD = "does not accept your key …cdef any more"


def used(panel: Panel, key: str) -> list[str]:
    return [call.action for call in panel.requests if call.key == key]


async def uncertain(chat: Person, panel: Panel) -> Message:
    panel.misbehave(Trouble.LOST_ANSWER, action="add", times=1)
    return await confirms(chat, "whether this order was placed", f"1 {LINK}/9 1000")


async def renew(chat: Person, panel: Panel) -> None:
    panel.renew_key(KEY, NEW)
    await chat.sees(TOLD)
    assert "Connected." in (await says(chat, f"/key {NEW}")).text


async def test_with_a_new_key_everything_goes_on(world: World, chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    await renew(chat, panel)
    dead = len(used(panel, KEY))

    panel.set_order(order_id, status="In progress")
    await chat.sees(f"Order {order_id}: In progress")
    card = await says(chat, f"/status {order_id}")
    assert "In progress" in card.text
    assert "I follow this one already" in (await says(chat, f"/track {order_id}")).text
    panel.set_order(order_id, remains=77)
    assert "remains: 77" in (await taps(chat, "Refresh", on=card)).text
    ask = await says(chat, f"/cancel_orders {order_id}")
    await chat.taps_on(ask, "Cancel 1 order")
    await eventually(lambda: panel.calls("cancel"))
    assert used(panel, KEY)[dead:] == []
    assert chat.reads.count(f"Order {order_id}: In progress") == 2  # the notice, and the card
    assert len(rows(world, "SELECT 1 FROM orders")) == 1


async def test_an_ended_order_is_refilled_with_the_new_key(chat: Person, panel: Panel) -> None:
    order_id, ended = await places(chat), await places(chat, f"1 {LINK}/2 1000")
    panel.finish(ended)
    await chat.sees(f"Order {ended}: Completed")
    await renew(chat, panel)
    dead = len(used(panel, KEY))

    await says(chat, f"/refill {ended}")
    assert panel.calls("refill") == [{"order": ended}]
    panel.set_refill("1", status="Completed")
    await chat.sees("refill")
    assert used(panel, KEY)[dead:] == []
    panel.set_order(order_id, status="In progress")
    await chat.sees(f"Order {order_id}: In progress")


async def test_the_key_that_was_asked_is_named(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    other = elsewhere(panel)
    await says(chat, f"/key {OTHER_KEY}")
    del panel.orders[order_id]
    assert "with your key …cdef" in (await says(chat, f"/status {order_id}")).text
    assert f"with your key …{OTHER_KEY[-4:]}" in (await says(chat, f"/status {other}")).text


async def test_an_uncertain_order_that_is_tracked_by_a_new_key_is_counted_once(
    world: World, chat: Person, panel: Panel
) -> None:
    message = await uncertain(chat, panel)
    (order_id,) = panel.orders
    panel.renew_key(KEY, NEW)
    await says(chat, f"/key {NEW}")
    await says(chat, f"/track {order_id}")
    await taps(chat, "Enter the id", on=message)
    await says(chat, order_id)

    (row,) = rows(world, "SELECT state, service_id, panel_order_id FROM orders")
    assert row == {"state": "open", "service_id": "1", "panel_order_id": order_id}
    panel.set_order(order_id, status="In progress")
    await chat.sees(f"Order {order_id}: In progress")


async def test_another_accounts_balance_is_no_evidence(chat: Person, panel: Panel) -> None:
    message = await uncertain(chat, panel)
    await chat.sees("most likely placed")
    panel.close_account(KEY)
    await says(chat, "/balance")
    await says(chat, f"/key {OTHER_KEY}")
    asked = len(panel.calls("balance"))

    shown = await taps(chat, "Look again", on=message)
    assert "may be another account's" in shown.text
    assert "balance now:" not in shown.text
    assert len(panel.calls("balance")) == asked


async def test_nothing_of_another_panels_is_sent_to_this_one(
    world: World, chat: Person, panel: Panel
) -> None:
    order_id = await places(chat)
    unsettled = await uncertain(chat, panel)
    await world.stop()
    second = Panel(accounts={NEW: Decimal(50)})
    server = await serve(panel_app(second))
    try:
        world.settings["panel_url"] = f"{server.url}/api/v2"
        await world.start()
        await asyncio.sleep(A_WHILE)
        assert second.calls() == []

        await change(world, "UPDATE accounts SET parked_at = 1 WHERE last_four = 'cdef'")
        await says(chat, f"/key {NEW}")
        card = await taps(chat, f"{order_id} ·", on=await says(chat, "/orders"))
        for button in ("Refresh", "Cancel order"):
            tap = await chat.taps_on(card, button)
            assert "belongs to another panel" in await tap.answer()
        for button in ("Look again", "Enter the id"):
            tap = await chat.taps_on(unsettled, button)
            assert "belongs to another panel" in await tap.answer()
        await asyncio.sleep(A_WHILE)
        assert {call.action for call in second.requests} <= {"balance", "services"}
        assert {call.key for call in second.requests} == {NEW}
    finally:
        await world.stop()
        await server.stop()
