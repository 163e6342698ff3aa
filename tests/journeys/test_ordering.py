"""From choosing a service to the news about its order."""

from decimal import Decimal

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from tests.conftest import KEY
from tests.journeys.stories import becomes, says, summary


async def test_places_an_order_after_link_quantity_and_confirmation(chat: Person, panel: Panel) -> None:
    await chat.types("/order")
    await chat.taps("Instagram Followers")
    await chat.taps("1 · ")
    await chat.sees("Send the link")
    await chat.types("https://example.com/p/1")
    await chat.sees("Send the quantity")
    await chat.types("1 000")
    await chat.taps("Place order")

    await chat.sees("Order 23501 is placed")
    assert panel.calls("add") == [{"service": "1", "link": "https://example.com/p/1", "quantity": "1000"}]


async def test_tells_every_change_of_status_once(chat: Person, panel: Panel) -> None:
    await chat.types("/order 1 https://example.com/p/1 1000")
    await chat.taps("Place order")
    await chat.sees("Order 23501 is placed")

    panel.set_order("23501", status="In progress", start_count=10, remains=600)
    await chat.sees("Order 23501: In progress")
    panel.set_order("23501", status="Partial", remains=157, charge="0.7587")
    news = await chat.sees("Order 23501: Partial")

    assert "remains: 157 of 1,000" in news.text
    assert "came back: $0.1413" in news.text
    assert chat.reads.count("Order 23501: In progress") == 1


async def test_amounts_of_currencies_with_many_digits(chat: Person, panel: Panel) -> None:
    panel.add_account(KEY, Decimal("150000000.5"))
    panel.set_service("1", rate="123456789.25")
    assert "150,000,000.50" in (await says(chat, "/balance")).text
    shown = await summary(chat)
    assert "charge: $123,456,789.25" in shown.text
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    panel.finish(next(iter(panel.orders)))
    assert "charge: $123,456,789.25" in (await chat.sees("Completed")).text
