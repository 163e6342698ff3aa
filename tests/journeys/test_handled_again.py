"""A crash after an update was handled and before that was written down: it is handled once more, and
nothing is done twice, undone, or left without an answer."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from bot.sandbox.telegram.chats import Message
from storage.vault import Vault, read_encryption_key
from tests.conftest import KEY, OTHER_KEY, World
from tests.journeys.stories import LINK, change, confirms, eventually, places, rows, says, summary, taps

Act = Callable[[], Awaitable[object]]
MOVING = ("add", "refill", "cancel")  # what asks the panel for a change


async def with_a_crash_before_its_end(world: World, chat: Person, act: Act, done: str) -> Message:
    """What the person sees once the update was handled for the second time."""
    await eventually(lambda: not rows(world, "SELECT 1 FROM inbox WHERE handled_at IS NULL"))
    theirs = "FROM conversations WHERE chat_id = ?"
    before = rows(world, f"SELECT step, draft, version {theirs}", chat.user.id)
    await act()
    update: dict[str, Any] = world.telegram.updates.waiting[-1]
    handled = f"SELECT 1 FROM inbox WHERE update_id = {update['update_id']} AND handled_at IS NOT NULL"
    await eventually(lambda: rows(world, handled))
    await chat.sees(done)
    await world.stop()
    await change(world, f"DELETE {theirs}", chat.user.id)
    for row in before:
        await change(
            world,
            "INSERT INTO conversations (chat_id, step, draft, version) VALUES (?, ?, ?, ?)",
            chat.user.id,
            *row.values(),
        )
    await change(
        world,
        "UPDATE inbox SET body = ?, chat_id = ?, handled_at = NULL WHERE update_id = ?",
        Vault([read_encryption_key(world.settings["encryption_keys"])]).wrap(json.dumps(update)),
        chat.user.id,
        update["update_id"],
    )
    world.telegram.calm()
    await world.start()
    await eventually(lambda: not rows(world, "SELECT 1 FROM inbox WHERE handled_at IS NULL"))
    return chat.last


def asked_for(panel: Panel) -> list[str]:
    return [request.action for request in panel.requests if request.action in MOVING]


async def test_a_confirmed_order(world: World, chat: Person, panel: Panel) -> None:
    shown = await summary(chat)
    await with_a_crash_before_its_end(world, chat, lambda: chat.taps_on(shown, "Place order"), "is placed")

    assert "Order 23501 is placed" in shown.text
    assert asked_for(panel) == ["add"]


async def test_a_confirmed_list(world: World, chat: Person, panel: Panel) -> None:
    shown = await says(chat, f"/mass\n1 | {LINK}/1 | 100\n1 | {LINK}/2 | 100")
    await with_a_crash_before_its_end(
        world, chat, lambda: chat.taps_on(shown, "Place 2 orders"), "The file has every line"
    )

    assert asked_for(panel) == ["add", "add"]
    assert len(chat.files) == 1


async def card_of(chat: Person, order_id: str) -> Message:
    return await taps(chat, f"{order_id} ·", on=await says(chat, "/orders"))


async def test_a_refill(world: World, chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    panel.finish(order_id)
    await chat.sees(f"Order {order_id}: Completed")
    card = await card_of(chat, order_id)
    await with_a_crash_before_its_end(world, chat, lambda: chat.taps_on(card, "Refill"), "Refill requested.")

    assert asked_for(panel) == ["add", "refill"]


async def test_several_refills(world: World, chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    panel.finish(order_id)
    await chat.sees(f"Order {order_id}: Completed")
    await with_a_crash_before_its_end(world, chat, lambda: chat.types(f"/refill {order_id}"), "Refill")

    assert asked_for(panel) == ["add", "refill"]


async def test_a_cancellation(world: World, chat: Person, panel: Panel) -> None:
    card = await card_of(chat, await places(chat))
    await with_a_crash_before_its_end(
        world, chat, lambda: chat.taps_on(card, "Cancel order"), "Cancellation requested."
    )

    assert asked_for(panel) == ["add", "cancel"]


async def test_several_cancellations(world: World, chat: Person, panel: Panel) -> None:
    asked = await says(chat, f"/cancel_orders {await places(chat)}")
    await with_a_crash_before_its_end(world, chat, lambda: chat.taps_on(asked, "Cancel 1 order"), "requested")

    assert asked_for(panel) == ["add", "cancel"]


async def test_a_star(world: World, chat: Person) -> None:
    card = await says(chat, "/services 2")
    await with_a_crash_before_its_end(
        world, chat, lambda: chat.taps_on(card, "☆ Favourite"), "Instagram Custom Comments"
    )

    assert [row["service_id"] for row in rows(world, "SELECT * FROM favourites")] == ["2"]
    assert "★ Favourite" in card.buttons


async def test_another_period_of_a_picture(world: World, chat: Person) -> None:
    await places(chat)
    shown = await says(chat, "/stats")
    await with_a_crash_before_its_end(world, chat, lambda: chat.taps_on(shown, "7 days"), "1 order in 7 days")

    assert "1 order in 7 days" in shown.text
    assert len(chat.files) == 1


async def test_a_language(world: World, chat: Person) -> None:
    shown = await says(chat, "/language")
    await with_a_crash_before_its_end(
        world, chat, lambda: chat.taps_on(shown, "English"), "English, as you chose."
    )

    assert [row["language"] for row in rows(world, "SELECT language FROM languages")] == ["en"]


async def test_the_id_of_an_uncertain_order(world: World, chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.LOST_ANSWER, action="add")
    await confirms(chat, "I do not know whether")
    await taps(chat, "Enter the id")
    await with_a_crash_before_its_end(world, chat, lambda: chat.types("23501"), "Order 23501 was placed")

    assert [row["state"] for row in rows(world, "SELECT state FROM orders")] == ["open"]
    assert asked_for(panel) == ["add"]


async def test_a_key(world: World, chat: Person) -> None:
    await with_a_crash_before_its_end(
        world, chat, lambda: chat.types(f"/key {OTHER_KEY}"), "Connected. Your balance: $50.00"
    )

    found = rows(world, "SELECT last_four FROM accounts WHERE replaced_at IS NULL")
    assert found == [{"last_four": OTHER_KEY[-4:]}]
    assert "could not delete" not in chat.reads


async def test_a_confirmed_announcement(world: World, operator: Person) -> None:
    anna = await world.person(1)
    await operator.types("/broadcast Hello everybody")
    shown = await operator.sees("This is what people will get.")
    await with_a_crash_before_its_end(
        world, operator, lambda: operator.taps_on(shown, "Send to 2 people"), "The announcement is out."
    )

    assert anna.reads.count("Hello everybody") == 1
    assert rows(world, "SELECT 1 FROM broadcasts") == []


async def test_the_text_of_an_announcement(world: World, operator: Person) -> None:
    await says(operator, "/broadcast")
    await with_a_crash_before_its_end(
        world, operator, lambda: operator.types("Hello everybody"), "This is what people will get."
    )

    assert len(rows(world, "SELECT 1 FROM broadcasts WHERE state = 'draft'")) == 1
    await operator.taps("Send to 1 person")
    await operator.sees("The announcement is out.")


@pytest.mark.parametrize(
    ("text", "answer", "table"),
    [
        ("/maintenance on Back soon.", "Maintenance is on.", "gate"),
        ("/allow 5", "on the list", "allowed"),
        ("/deny 5", "not on the list", "allowed"),
        ("/block 5 spam", "is blocked", "blocked"),
        ("/unblock 5", "Not blocked", "blocked"),
    ],
)
async def test_whom_operators_let_in(
    world: World, operator: Person, text: str, answer: str, table: str
) -> None:
    await says(operator, text)
    before = [row | {"allowed_at": 0, "blocked_at": 0} for row in rows(world, f"SELECT * FROM {table}")]
    await with_a_crash_before_its_end(world, operator, lambda: operator.types(text), answer)

    after = [row | {"allowed_at": 0, "blocked_at": 0} for row in rows(world, f"SELECT * FROM {table}")]
    assert after == before


@pytest.mark.parametrize(
    "text", ["/balance", "/order", f"/order 1 {LINK}", "/mass", "/status", "/key", "/stats", "?"]
)
async def test_whatever_is_asked_is_answered_again(world: World, chat: Person, text: str) -> None:
    """There is no telling whether the first answer arrived."""
    typed = await says(chat, text)
    again = await with_a_crash_before_its_end(world, chat, lambda: chat.types(text), typed.text[:20])

    def undated(message: Message) -> str:
        return re.sub(r"\d+", "", message.text)

    assert undated(again) == undated(typed)
    assert KEY not in chat.reads
