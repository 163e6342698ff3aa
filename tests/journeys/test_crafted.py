"""Callbacks that no visible button carries: nothing is taken from them that a button could not say."""

import pytest

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from bot.sandbox.telegram.chats import Message
from tests.journeys.stories import LINK, becomes, data_of, says


async def crafts(chat: Person, shown: Message, verb: str, button_id: str = "") -> None:
    """Send a callback with the version of the buttons that are shown."""
    version = data_of(shown, "Leave").rsplit(":", 1)[1]
    tap = await chat.taps_data(f"{verb}:{button_id}:0:{version}", shown)
    await tap.answer()


@pytest.mark.parametrize(
    ("verb", "button_id"),
    [
        ("choose", "5"),
        ("choose", "no-such-choice"),
        ("skip", ""),
        ("back", ""),
        ("anyway", ""),
        ("field", "key"),
        ("field", "service"),
        ("drip", "sideways"),
    ],
)
async def test_at_a_question_they_only_ask_it_again(
    chat: Person, panel: Panel, verb: str, button_id: str
) -> None:
    asked = await says(chat, "/order 1")
    await crafts(chat, asked, verb, button_id)
    assert "Send the quantity" in (await says(chat, LINK)).text
    assert "quantity: 100" in (await says(chat, "100")).text
    assert panel.calls("add") == []


@pytest.mark.parametrize(
    ("verb", "button_id"), [("choose", "5"), ("skip", ""), ("anyway", ""), ("field", "key"), ("back", "")]
)
async def test_at_the_summary_they_only_show_it_again(
    chat: Person, panel: Panel, verb: str, button_id: str
) -> None:
    shown = await says(chat, f"/order 1 {LINK} 100")
    await crafts(chat, shown, verb, button_id)
    again = await says(chat, "hm")
    assert "Please check your order" in again.text
    assert "quantity: 100" in again.text
    assert panel.calls("add") == []


async def test_drip_feed_where_the_service_says_no(chat: Person, panel: Panel) -> None:
    panel.set_service("1", dripfeed=False)
    shown = await says(chat, f"/order 1 {LINK} 100")
    await crafts(chat, shown, "drip", "on")
    shown = await says(chat, "hm")
    assert shown.buttons == ["Place order", "Change", "Leave"]
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    assert panel.calls("add") == [{"service": "1", "link": LINK, "quantity": "100"}]
