"""The summary's warnings, changing a part of the order, and a price list that changes meanwhile."""

from decimal import Decimal

import pytest

from bot.core.catalog import PAUSE_SECONDS
from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from bot.sandbox.telegram.chats import Message
from tests.conftest import KEY, World
from tests.journeys.stories import (
    LINK,
    becomes,
    change,
    confirms,
    eventually,
    places,
    rows,
    says,
    summary,
    taps,
)


async def with_a_new_price_list(world: World, chat: Person, panel: Panel) -> Message:
    """The half hour is over; the summary as it stands when the new list has come."""
    before = rows(world, "SELECT catalog_digest FROM accounts")
    await change(world, "UPDATE accounts SET catalog_at = 0")
    shown = await says(chat, "hm")
    await eventually(lambda: rows(world, "SELECT catalog_digest FROM accounts") != before)
    return shown


async def test_warns_when_the_balance_is_too_small(chat: Person, panel: Panel) -> None:
    panel.add_account(KEY, Decimal("0.5"))
    shown = await summary(chat)
    assert "Your balance is too small" in shown.text
    assert "balance after it: -$0.40" in shown.text

    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "says: “Not enough funds on balance”")
    assert "Top up your balance" in shown.text


async def test_warns_of_an_open_order_for_the_same_service_and_link(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    shown = await summary(chat)
    assert "already have an open order for this service and link" in shown.text
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "You have active order with this link")
    assert "still busy with another order" in shown.text

    assert "already have" not in (await summary(chat, f"1 {LINK}/other 1000")).text
    panel.finish(order_id)
    await chat.sees(f"Order {order_id}: Completed")
    assert "already have" not in (await summary(chat)).text


async def test_shows_a_summary_also_when_the_balance_is_not_to_be_had(chat: Person, panel: Panel) -> None:
    await says(chat, "/order")
    panel.misbehave(Trouble.SERVER_ERROR, action="balance")
    shown = await summary(chat)
    assert "could not get your balance" in shown.text

    panel.calm()
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")


async def test_changes_the_link(chat: Person, panel: Panel) -> None:
    await summary(chat)
    choice = await taps(chat, "Change")
    assert choice.buttons == ["link", "quantity", "service", "‹ Back", "Leave"]
    await taps(chat, "link")
    shown = await says(chat, "https://example.com/new")
    assert "quantity: 1,000" in shown.text

    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    assert panel.calls("add") == [{"service": "1", "link": "https://example.com/new", "quantity": "1000"}]


async def test_changes_the_quantity(chat: Person) -> None:
    await summary(chat)
    await taps(chat, "Change")
    assert "Send the quantity" in (await taps(chat, "quantity")).text
    shown = await says(chat, "2000")

    assert f"link: {LINK}" in shown.text
    assert "charge: $1.80" in shown.text


async def test_changes_the_comments(chat: Person) -> None:
    await summary(chat, f"2 {LINK} Nice!")
    await taps(chat, "Change")
    await taps(chat, "comments")

    assert "comments: Wow / Great" in (await says(chat, "Wow\nGreat")).text


async def test_changes_the_service_and_keeps_the_link(chat: Person) -> None:
    await summary(chat)
    await taps(chat, "Change")
    assert "which category" in (await taps(chat, "service")).text
    question = await says(chat, "4")
    assert "Send the quantity" in question.text

    shown = await says(chat, "500")
    assert f"link: {LINK}" in shown.text
    assert "service: 4 ·" in shown.text


async def test_leaves_from_changing(chat: Person, panel: Panel) -> None:
    await summary(chat)
    await taps(chat, "Change")

    assert "Left." in (await taps(chat, "Leave")).text
    assert panel.calls("add") == []


async def test_a_text_while_choosing_what_to_change_shows_the_summary_again(chat: Person) -> None:
    await summary(chat)
    await taps(chat, "Change")

    assert "Place order" in (await says(chat, "the link")).buttons


async def test_a_rate_changed_since_the_summary_shows_a_new_one(
    world: World, chat: Person, panel: Panel
) -> None:
    await summary(chat)
    panel.set_service("1", rate="1.20")
    shown = await with_a_new_price_list(world, chat, panel)
    assert "charge: $0.90" in shown.text

    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "The panel changed this service meanwhile")
    assert "charge: $1.20" in shown.text
    assert panel.calls("add") == []
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    assert len(panel.calls("add")) == 1


async def test_a_confirmation_looks_at_the_prices_again_after_some_minutes(
    world: World, chat: Person, panel: Panel
) -> None:
    shown = await summary(chat)
    panel.set_service("1", rate="1.20")
    await change(world, "UPDATE accounts SET catalog_at = catalog_at - ?", PAUSE_SECONDS + 1)

    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "The panel changed this service meanwhile")
    assert "charge: $1.20" in shown.text
    assert panel.calls("add") == []
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "is placed")
    assert (len(panel.calls("services")), len(panel.calls("add"))) == (2, 1)


async def test_a_confirmation_within_minutes_does_not_ask_for_prices_again(
    chat: Person, panel: Panel
) -> None:
    await confirms(chat, "is placed")

    assert len(panel.calls("services")) == 1


async def test_limits_changed_since_the_summary_ask_again(world: World, chat: Person, panel: Panel) -> None:
    await summary(chat)
    panel.set_service("1", max="500")
    shown = await with_a_new_price_list(world, chat, panel)

    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "must be from 50 to 500")
    assert "Send the quantity" in shown.text
    assert panel.calls("add") == []
    assert "Please check your order" in (await says(chat, "500")).text


@pytest.mark.parametrize(
    ("changes", "asks"),
    [({"dripfeed": False}, "charge: $0.09"), ({"type": "Package"}, "charge: $0.90")],
)
async def test_what_is_sent_differently_since_the_summary_is_shown_again(
    world: World, chat: Person, panel: Panel, changes: dict[str, object], asks: str
) -> None:
    shown = await summary(chat, f"1 {LINK} 100")
    await taps(chat, "Drip-feed", on=shown)
    await says(chat, "5")
    shown = await says(chat, "60")
    panel.set_service("1", **changes)
    shown = await with_a_new_price_list(world, chat, panel)

    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "The panel changed this service meanwhile")
    assert asks in shown.text
    assert panel.calls("add") == []


async def test_a_type_that_asks_more_since_the_summary_asks_it(
    world: World, chat: Person, panel: Panel
) -> None:
    await summary(chat)
    panel.set_service("1", type="SEO")
    shown = await with_a_new_price_list(world, chat, panel)
    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "keywords")
    assert panel.calls("add") == []


async def test_a_service_gone_since_the_summary_is_said(world: World, chat: Person, panel: Panel) -> None:
    await summary(chat)
    panel.remove_service("1")
    shown = await with_a_new_price_list(world, chat, panel)

    await chat.taps_on(shown, "Place order")
    await becomes(chat, shown, "does not offer service 1")
    assert panel.calls("add") == []


async def test_a_service_the_panel_no_longer_takes(chat: Person, panel: Panel) -> None:
    await says(chat, "/order")
    panel.remove_service("1")
    refusal = await confirms(chat, "Incorrect service ID")

    assert "does not offer this service any more" in refusal.text
