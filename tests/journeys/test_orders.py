"""/orders: the list, one order's card, Refresh; and /balance beside them."""

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import World
from tests.journeys.stories import LINK, becomes, confirms, places, says, taps

FILTERS = ["• All", "Open", "Ended", "Refilling", "Uncertain"]


async def test_no_orders_yet(chat: Person) -> None:
    shown = await says(chat, "/orders")
    assert "No orders yet" in shown.text

    assert "which category" in (await taps(chat, "New order", on=shown)).text


async def test_the_newest_come_first_and_are_paged(chat: Person) -> None:
    ids = [await places(chat, f"1 {LINK}/{number} 50") for number in range(10)]
    first = await says(chat, "/orders")
    assert [label.split(" · ")[0] for label in first.buttons] == [*reversed(ids[2:]), "Next ›", *FILTERS]
    assert "Page 1" in first.text

    second = await taps(chat, "Next ›")
    assert [label.split(" · ")[0] for label in second.buttons] == [ids[1], ids[0], "‹ Back", *FILTERS]
    assert "Page 2" in second.text
    assert "Next ›" in (await taps(chat, "‹ Back")).buttons


async def test_a_page_of_exactly_eight_is_the_only_one(chat: Person) -> None:
    for number in range(8):
        await places(chat, f"1 {LINK}/{number} 50")
    shown = await says(chat, "/orders")

    assert len(shown.buttons) == 8 + len(FILTERS)
    assert "Page" not in shown.text


async def test_the_card_says_how_an_order_stands(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    panel.set_order(order_id, status="In progress", start_count=1234, remains=600, charge="0.90")
    await chat.sees(f"Order {order_id}: In progress")
    listed = await says(chat, "/orders")
    assert listed.buttons == [f"{order_id} · In progress · Instagram Followers", *FILTERS]

    card = await taps(chat, order_id, on=listed)
    for part in (
        f"Order {order_id}: In progress",
        "1 · Instagram Followers",
        f"link: {LINK}",
        "▓▓▓▓░░░░░░ 40 %",
        "start count: 1,234",
        "remains: 600 of 1,000",
        "charged: $0.90",
    ):
        assert part in card.text
    assert card.buttons == ["Refresh", "Cancel order", "Order again", "Copy id", "‹ Back"]
    assert await chat.copies("Copy id") == order_id
    assert "newest first" in (await taps(chat, "‹ Back")).text


@pytest.mark.parametrize(
    ("says_panel", "bar"),
    [
        ({"status": "Completed", "remains": 0}, "▓▓▓▓▓▓▓▓▓▓ 100 %"),
        ({"status": "Completed", "remains": None}, "▓▓▓▓▓▓▓▓▓▓ 100 %"),
        ({"status": "In progress", "remains": 1}, "▓▓▓▓▓▓▓▓▓░ 99 %"),
        ({"status": "In progress", "remains": -5}, "▓▓▓▓▓▓▓▓▓▓ 100 %"),
        ({"status": "In progress", "remains": 5000}, "░░░░░░░░░░ 0 %"),
        ({"status": "In progress", "remains": "Unknown", "charge": None}, ""),
    ],
)
async def test_the_bar_keeps_to_what_is_possible(
    chat: Person, panel: Panel, says_panel: dict[str, object], bar: str
) -> None:
    order_id = await places(chat)
    panel.set_order(order_id, **says_panel)
    await chat.sees(f"Order {order_id}: {says_panel['status']}")

    assert bar in (await taps(chat, "Show order")).text


async def test_refresh_asks_the_panel_at_once(world: World, chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    card = await taps(chat, "Show order")
    panel.misbehave(Trouble.LOST_REQUEST, action="status", times=2)
    panel.calm()
    panel.set_order(order_id, status="In progress", remains=500)
    await chat.taps_on(card, "Refresh")
    await becomes(chat, card, "50 %")

    tap = await chat.taps_on(card, "Refresh")
    assert await tap.answer() == "Up to date."


@pytest.mark.parametrize(
    "trouble", [Trouble.SERVER_ERROR, Trouble.HTML, Trouble.CUT_JSON, Trouble.LOST_REQUEST]
)
async def test_refresh_while_the_panel_is_down_shows_what_was_known(
    chat: Person, panel: Panel, trouble: Trouble
) -> None:
    order_id = await places(chat)
    card = await taps(chat, "Show order")
    panel.misbehave(trouble, action="status")
    await chat.taps_on(card, "Refresh")

    await becomes(chat, card, "The panel does not answer right now; that changes nothing about your order.")
    assert "Please try again in a minute. This is what I knew before" in card.text
    assert f"Order {order_id}: Pending" in card.text
    panel.calm()
    await chat.taps_on(card, "Refresh")
    await becomes(chat, card, f"Order {order_id}: Pending")


async def test_refresh_of_an_order_the_panel_does_not_know_yet(chat: Person, panel: Panel) -> None:
    await places(chat)
    card = await taps(chat, "Show order")
    panel.misbehave(Trouble.ERROR, action="status", text="Incorrect <order> ID")
    await chat.taps_on(card, "Refresh")

    await becomes(chat, card, "The panel says: “Incorrect <order> ID”")


async def test_a_refused_order_stands_in_the_list_with_its_reason(chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.ERROR, action="add", text="Bad <b>link</b>")
    await confirms(chat, "Not placed.")
    listed = await says(chat, "/orders")
    assert listed.buttons == ["– · not placed · Instagram Followers", *FILTERS]

    card = await taps(chat, "not placed", on=listed)
    assert "says: “Bad <b>link</b>”" in card.text
    assert card.buttons == ["‹ Back"]


async def test_a_package_has_no_bar(chat: Person, panel: Panel) -> None:
    order_id = await places(chat, f"3 {LINK}")
    panel.set_order(order_id, status="In progress", remains=1)
    await chat.sees(f"Order {order_id}: In progress")

    card = await taps(chat, "Show order")
    assert "▓" not in card.text
    assert "░" not in card.text


async def test_balance_has_every_digit_and_counts_open_orders(chat: Person, panel: Panel) -> None:
    assert (await says(chat, "/balance")).text == "Balance: $100.84292\nNo open orders"
    first = await places(chat)
    assert (await says(chat, "/balance")).text == "Balance: $99.94292\n1 open order"
    await places(chat, f"3 {LINK}")
    assert (await says(chat, "/balance")).text == "Balance: $98.44292\n2 open orders"

    panel.finish(first)
    await chat.sees(f"Order {first}: Completed")
    assert "1 open order" in (await says(chat, "/balance")).text


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{"balance": 0, "currency": "EUR"}', "Balance: €0.00"),
        ('{"balance": "1234567.5", "currency": "usd"}', "Balance: $1,234,567.50"),
        ('{"balance": "-0.000001"}', "Balance: -$0.000001"),
        ('{"balance": "1,234.5678901", "currency": "INR"}', "Balance: ₹1,234.5678901"),
    ],
)
async def test_balances_as_panels_write_them(chat: Person, panel: Panel, body: str, shown: str) -> None:
    panel.misbehave(Trouble.CUSTOM, action="balance", body=body)

    assert shown in (await says(chat, "/balance")).text


@pytest.mark.parametrize("text", ["/balance", "/order"])
@pytest.mark.parametrize("trouble", [Trouble.SERVER_ERROR, Trouble.LOST_REQUEST, Trouble.CUT_JSON])
async def test_a_panel_that_is_down_is_said_so(
    chat: Person, panel: Panel, text: str, trouble: Trouble
) -> None:
    panel.misbehave(trouble)

    assert "does not answer right now" in (await says(chat, text)).text
    panel.calm()
    assert "does not answer" not in (await says(chat, text)).text


async def test_a_panel_that_is_busy_is_quoted(chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.RATE_LIMIT, action="balance")

    assert "“Rate limit exceeded”" in (await says(chat, "/balance")).text
