"""Commands that take ids, tapped in the menu: it sends them bare."""

import pytest

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from tests.journeys.stories import LINK, places, says


@pytest.mark.parametrize(
    ("command", "asks", "answers"),
    [
        ("status", "Which orders do you want to see?", "Order 23501: Pending"),
        ("track", "Which orders shall I follow for you?", "23501"),
        ("refill", "Which orders shall the panel refill?", "23501: “Order not eligible for refill”"),
        ("cancel_orders", "Which orders shall the panel cancel?", "Cancel 1 order?"),
    ],
)
async def test_the_next_message_is_taken_for_the_ids(
    chat: Person, panel: Panel, command: str, asks: str, answers: str
) -> None:
    await places(chat)
    assert asks in (await says(chat, f"/{command}")).text
    again = await says(chat, "which ones?")
    assert "I found no id in “which ones?”" in again.text
    assert asks in again.text
    assert answers in (await says(chat, "#23501, please")).text
    assert "did not expect a message" in (await says(chat, "23501")).text


async def test_a_dialog_that_stands_is_not_left_for_it(chat: Person) -> None:
    await says(chat, f"/order 1 {LINK}")
    assert "/refill 23501, 23502" in (await says(chat, "/refill")).text
    assert "quantity: 100" in (await says(chat, "100")).text


async def test_waiting_for_ids_can_be_left(chat: Person) -> None:
    await says(chat, "/status")
    assert "Left." in (await says(chat, "/cancel")).text
    assert "did not expect a message" in (await says(chat, "23501")).text


async def test_cancel_with_ids_says_what_cancels_orders(chat: Person) -> None:
    assert "/cancel_orders 23501" in (await says(chat, "/cancel 23501")).text
