"""The bot goes down and comes back: nobody notices, nothing is lost, nothing is done twice."""

import asyncio
import json
from typing import Any

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from storage.vault import Vault, read_encryption_key
from tests.conftest import KEY, World
from tests.journeys.stories import (
    A_WHILE,
    LINK,
    becomes,
    change,
    confirms,
    hears,
    places,
    rows,
    says,
    summary,
    taps,
)


async def again(world: World) -> None:
    await world.stop()
    await world.start()


async def test_a_restart_at_every_step_is_not_noticed(world: World, panel: Panel) -> None:
    chat = await world.person(7, key=None)
    await again(world)
    assert "Connected." in (await says(chat, KEY)).text
    await again(world)
    await says(chat, "/order")
    await again(world)
    await taps(chat, "Next ›")
    await taps(chat, "‹ Back")
    await taps(chat, "Instagram Followers")
    await again(world)
    await taps(chat, "1 · Instagram Followers")
    await again(world)
    assert "Send the quantity" in (await says(chat, LINK)).text
    await again(world)
    shown = await says(chat, "1000")
    await again(world)
    await taps(chat, "Change")
    await again(world)
    await taps(chat, "quantity")
    await again(world)
    shown = await says(chat, "2000")
    await again(world)
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "Order 23501 is placed")
    await again(world)
    panel.set_order("23501", status="Completed")
    await chat.sees("Order 23501: Completed")

    assert panel.calls("add") == [{"service": "1", "link": LINK, "quantity": "2000"}]


async def test_a_restart_while_a_key_interrupts_an_order(world: World, chat: Person) -> None:
    await says(chat, f"/order 1 {LINK}")
    await says(chat, "/key")
    await again(world)
    key = await chat.types(KEY)

    await hears(chat, "Send the quantity", after=key)


async def test_a_restart_while_the_id_of_an_order_is_asked_for(
    world: World, chat: Person, panel: Panel
) -> None:
    panel.misbehave(Trouble.LOST_ANSWER, action="add")
    await confirms(chat, "I do not know whether")
    await taps(chat, "Enter the id")
    await again(world)

    assert "Order 23501 was placed" in (await says(chat, "23501")).text


async def test_a_restart_while_it_asks_whether_to_erase(world: World, chat: Person) -> None:
    await says(chat, "/forget")
    await again(world)

    assert "erased" in (await taps(chat, "Erase everything")).text


async def test_what_was_sent_while_it_was_down_is_handled_afterwards(
    world: World, chat: Person, panel: Panel
) -> None:
    shown = await summary(chat)
    await world.stop()
    tap = await chat.taps_on(shown, "Place order")
    second = await chat.taps_on(shown, "Place order")
    await chat.types("/balance")
    await world.start()

    await becomes(chat, shown, "Order 23501 is placed")
    await chat.sees("Balance:")
    await tap.answer()
    await second.answer()
    assert len(panel.calls("add")) == 1


def sealed(world: World, update: dict[str, Any]) -> bytes:
    """An update as the inbox keeps it."""
    return Vault([read_encryption_key(world.settings["encryption_keys"])]).wrap(json.dumps(update))


async def test_an_update_that_was_stored_but_not_handled_is_taken_up(
    world: World, chat: Person, panel: Panel
) -> None:
    await says(chat, f"/order 1 {LINK}")
    await world.stop()
    await chat.types("1000")
    update = world.telegram.updates.waiting[-1]
    await change(
        world,
        "INSERT INTO inbox (update_id, chat_id, body, received_at) VALUES (?, ?, ?, 0)",
        update["update_id"],
        chat.user.id,
        sealed(world, update),
    )
    await world.start()

    await chat.sees("Please check your order")
    await asyncio.sleep(A_WHILE)
    assert chat.reads.count("Please check your order") == 1  # Telegram sent it once more


async def test_a_confirmation_that_comes_again_places_nothing_twice(
    world: World, chat: Person, panel: Panel
) -> None:
    """The update was handled, but the crash came before that was written down."""
    shown = await summary(chat)
    before = rows(world, "SELECT * FROM conversations")[0]
    tap = await chat.taps_on(shown, "Place order")
    update = {"update_id": world.telegram.updates.waiting[-1]["update_id"], "callback_query": tap.json()}
    await becomes(chat, shown, "is placed")
    await world.stop()
    await change(
        world,
        "UPDATE conversations SET step = ?, draft = ?, version = ?",
        before["step"],
        before["draft"],
        before["version"],
    )
    await change(
        world,
        "UPDATE inbox SET body = ?, chat_id = ?, handled_at = NULL WHERE update_id = ?",
        sealed(world, update),
        chat.user.id,
        update["update_id"],
    )
    await world.start()

    assert "Balance:" in (await says(chat, "/balance")).text
    assert len(panel.calls("add")) == 1
    assert "Order 23501" in shown.text


async def test_an_order_that_was_being_placed_is_uncertain_after_the_restart(
    world: World, chat: Person, panel: Panel
) -> None:
    await says(chat, "/order")
    panel.misbehave(Trouble.HANG, action="add")
    shown = await summary(chat)
    arrives = asyncio.ensure_future(panel.next_call("add"))
    await chat.taps_on(shown, "Place order")
    await arrives
    await world.stop()  # gives it five seconds
    panel.calm()
    await world.start()

    await chat.sees("I do not know whether this order was placed")
    await asyncio.sleep(A_WHILE)
    assert len(panel.calls("add")) == 1


async def test_notices_that_were_due_are_told_after_the_restart(
    world: World, chat: Person, panel: Panel
) -> None:
    order_id = await places(chat)
    await world.stop()
    panel.set_order(order_id, status="In progress")
    await world.start()

    await chat.sees(f"Order {order_id}: In progress")
    await again(world)
    await says(chat, "/balance")
    assert chat.reads.count("In progress") == 1


async def test_the_price_list_is_kept_over_a_restart(world: World, chat: Person, panel: Panel) -> None:
    await says(chat, "/order")
    await again(world)
    await says(chat, "/order")

    assert len(panel.calls("services")) == 1
