"""Refills, from the tap to the end: one order's card, and /refill for many."""

import asyncio

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from bot.sandbox.telegram.chats import Message
from tests.conftest import KEY, OTHER_KEY, World
from tests.journeys.stories import (
    A_WHILE,
    LINK,
    becomes,
    change,
    data_of,
    eventually,
    hears,
    places,
    rows,
    says,
    taps,
)


async def completed(chat: Person, panel: Panel, number: int = 1) -> str:
    """An order that may be refilled, and is known to be."""
    order_id = await places(chat, f"1 {LINK}/{number} 100")
    panel.finish(order_id)
    await chat.sees(f"Order {order_id}: Completed")
    return order_id


async def card_of(chat: Person, order_id: str) -> Message:
    listed = await says(chat, "/orders")
    return await taps(chat, f"{order_id} ·", on=listed)


@pytest.mark.parametrize(
    ("word", "title", "meaning"),
    [
        ("Completed", "✅ Order 23501: refill Completed", "delivered again what was lost"),
        ("Rejected", "❌ Order 23501: refill Rejected", "nothing was charged"),
        ("Error", "❌ Order 23501: refill Error", "nothing was charged"),
    ],
)
async def test_a_refill_is_requested_followed_and_told_once(
    chat: Person, panel: Panel, word: str, title: str, meaning: str
) -> None:
    order_id = await completed(chat, panel)
    card = await card_of(chat, order_id)
    assert card.buttons == ["Refresh", "Refill", "Order again", "Copy id", "‹ Back"]
    await chat.taps_on(card, "Refill")
    await becomes(chat, card, "Refill requested.")
    assert "♻️ refill of" in card.text
    assert "Refill" not in card.buttons
    assert panel.calls("refill") == [{"order": order_id}]

    await panel.next_call("refill_status")
    assert panel.calls("refill_status")[0] == {"refill": "1"}
    assert "refill Completed" not in chat.reads
    panel.set_refill("1", status="In progress")
    await asyncio.sleep(A_WHILE)
    panel.set_refill("1", status=word)
    news = await chat.sees(title)
    assert meaning in news.text
    assert "Instagram Followers" in news.text
    await asyncio.sleep(A_WHILE)
    assert chat.reads.count(": refill ") == 1
    shown = await taps(chat, "Show order", on=news)
    assert f": {word}" in shown.text
    assert "Refill" in shown.buttons


async def test_a_double_tap_is_one_request(chat: Person, panel: Panel) -> None:
    card = await card_of(chat, await completed(chat, panel))
    data = data_of(card, "Refill")
    first = await chat.taps_on(card, "Refill")
    second = await chat.taps_data(data, card)
    await first.answer()
    await second.answer()

    await becomes(chat, card, "A refill is under way already")
    assert len(panel.calls("refill")) == 1


async def test_an_old_card_hears_how_its_refill_ended(chat: Person, panel: Panel) -> None:
    card = await card_of(chat, await completed(chat, panel))
    data = data_of(card, "Refill")
    await chat.taps_on(card, "Refill")
    await becomes(chat, card, "Refill requested.")
    panel.set_refill("1", status="Rejected")
    await chat.sees("refill Rejected")

    await (await chat.taps_data(data, card)).answer()
    await becomes(chat, card, "The refill that was asked for has ended: Rejected.")
    assert "Nothing was sent just now; you can ask for another one." in card.text
    assert "under way" not in card.text
    assert "Refill" in card.buttons
    assert len(panel.calls("refill")) == 1


async def test_one_the_panel_never_tells_of_ends_as_unknown(world: World, chat: Person, panel: Panel) -> None:
    order_id = await completed(chat, panel)
    await chat.taps_on(await card_of(chat, order_id), "Refill")
    await panel.next_call("refill_status")
    panel.misbehave(Trouble.ERROR, action="refill_status", text="Refill not found")
    await eventually(lambda: rows(world, "SELECT 1 FROM refills WHERE word IS NULL AND look_factor > 2"))
    assert "Refill" not in (await card_of(chat, order_id)).buttons
    await change(world, "UPDATE refills SET changed_at = changed_at - 14 * 86400, next_poll_at = 1")

    news = await chat.sees(f"❓ Order {order_id}: refill unknown")
    assert "The panel does not say what became of it" in news.text
    assert "you can ask for another one" in news.text
    card = await card_of(chat, order_id)
    assert "the panel does not say what became of it" in card.text
    assert "Refill" in card.buttons


async def test_the_panels_no_is_quoted(chat: Person, panel: Panel) -> None:
    card = await card_of(chat, await completed(chat, panel))
    panel.misbehave(Trouble.ERROR, action="refill", text="Order not <eligible> for refill", times=1)
    await chat.taps_on(card, "Refill")

    await becomes(chat, card, "says no: “Order not <eligible> for refill”")
    assert "nothing was charged" in card.text
    await chat.taps_on(card, "Refill")
    await becomes(chat, card, "Refill requested.")


@pytest.mark.parametrize("trouble", [Trouble.LOST_ANSWER, Trouble.LOST_REQUEST, Trouble.CUT_JSON])
async def test_a_lost_answer_is_told_and_not_asked_for_again(
    chat: Person, panel: Panel, trouble: Trouble
) -> None:
    card = await card_of(chat, await completed(chat, panel))
    panel.misbehave(trouble, action="refill")
    data = data_of(card, "Refill")
    await chat.taps_on(card, "Refill")
    await becomes(chat, card, "I do not know whether")
    assert "took the refill request" in card.text

    again = await chat.taps_data(data, card)  # the very same button once more
    await again.answer()
    await asyncio.sleep(A_WHILE)
    assert len(panel.calls("refill")) == 1
    assert "Refill" in card.buttons  # its person may decide to


async def test_a_restart_while_it_is_asked_for_leaves_it_uncertain_and_told(
    world: World, chat: Person, panel: Panel
) -> None:
    card = await card_of(chat, await completed(chat, panel))
    panel.misbehave(Trouble.HANG, action="refill")
    arrives = asyncio.ensure_future(panel.next_call("refill"))
    await chat.taps_on(card, "Refill")
    await arrives
    await world.stop()
    panel.calm()
    await world.start()

    await chat.sees("Order 23501: refill uncertain")
    await asyncio.sleep(A_WHILE)
    assert len(panel.calls("refill")) == 1
    assert chat.reads.count("refill uncertain") == 1


async def test_a_restart_while_it_is_followed_goes_unnoticed(
    world: World, chat: Person, panel: Panel
) -> None:
    card = await card_of(chat, await completed(chat, panel))
    await chat.taps_on(card, "Refill")
    await becomes(chat, card, "Refill requested.")
    await world.stop()
    panel.set_refill("1", status="Completed")
    await world.start()

    await chat.sees("Order 23501: refill Completed")


async def test_the_card_tells_until_when(world: World, chat: Person, panel: Panel) -> None:
    panel.set_service("1", name="Instagram Followers | R30")
    order_id = await places(chat, f"1 {LINK} 100")
    listed = await card_of(chat, order_id)
    assert "refill: for 30 days after it ends" in listed.text
    panel.finish(order_id)
    await chat.sees(f"Order {order_id}: Completed")
    await change(world, "UPDATE orders SET changed_at = ?", 1_700_000_000)
    shown = await card_of(chat, order_id)
    assert "refill was possible until Dec 14, 2023" in shown.text
    assert "Refill" not in shown.buttons
    await change(world, "UPDATE orders SET changed_at = ?", 4_000_000_000)
    shown = await card_of(chat, order_id)
    assert "refill until Nov 1, 2096" in shown.text
    assert "Refill" in shown.buttons


@pytest.mark.parametrize(
    ("says_panel", "offered"),
    [
        ({"refill": False}, False),
        ({"refill": None}, True),
        ({"refill": None, "name": "Followers | No refill"}, False),
        ({"refill": True}, True),
    ],
)
async def test_it_is_offered_where_it_makes_sense(
    chat: Person, panel: Panel, says_panel: dict[str, object], offered: bool
) -> None:
    panel.set_service("1", **says_panel)
    card = await card_of(chat, await completed(chat, panel))

    assert ("Refill" in card.buttons) is offered


async def test_the_card_does_not_wait_for_the_panel(chat: Person, panel: Panel) -> None:
    order_id = await completed(chat, panel)
    asked = len(panel.calls("services"))
    panel.misbehave(Trouble.HANG, action="services")
    assert "Refill" in (await card_of(chat, order_id)).buttons
    assert len(panel.calls("services")) == asked
    panel.calm()


async def test_many_at_once_cost_one_request_and_each_is_answered(chat: Person, panel: Panel) -> None:
    first, second = await completed(chat, panel, 1), await completed(chat, panel, 2)
    running = await places(chat, f"1 {LINK}/3 100")
    shown = await says(chat, f"/refill #{first}, {second}\n{running} 77 {first}")

    assert panel.calls("refill") == [{"orders": f"{first},{second},{running},77"}]
    for line in (
        "Refills: 2 of 4 requested",
        f"✅ {first}: requested",
        f"✅ {second}: requested",
        f"❌ {running}: “Order not eligible for refill”",
        "❌ 77: “Incorrect order ID”",
        "I'll tell you when each is done or rejected.",
    ):
        assert line in shown.text
    panel.set_refill("1", status="Completed")
    panel.set_refill("2", status="Rejected")
    await chat.sees(f"Order {first}: refill Completed")
    await chat.sees(f"Order {second}: refill Rejected")
    assert {"refills": "1,2"} in panel.calls("refill_status")

    again = await says(chat, f"/refill {first}")
    assert "1 of 1 requested" in again.text
    assert "0 of 1 requested" in (await says(chat, f"/refill {first}")).text
    assert f"⏳ {first}: asked for already" in chat.last.text


async def test_without_ids_it_explains_itself(chat: Person, panel: Panel) -> None:
    shown = await says(chat, "/refill")
    assert "23501, 23502" in shown.text
    assert "up to 100 at once" in shown.text
    assert panel.calls("refill") == []


@pytest.mark.parametrize("command", ["refill", "cancel_orders"])
async def test_more_than_a_hundred_come_back_in_portions(chat: Person, panel: Panel, command: str) -> None:
    ids = [str(number) for number in range(5000, 5230)]
    await says(chat, f"/{command} {' '.join(ids)}")
    await chat.sees(ids[-1])
    first, *portions = chat.messages[-4:]
    assert "These are 230 ids, and the panel takes up to 100" in first.text
    assert "Nothing was sent yet" in first.text
    assert [len(p.text.split()) - 1 for p in portions] == [100, 100, 30]
    assert [one for p in portions for one in p.text.split()[1:]] == ids
    assert all(p.text.startswith(f"/{command} ") for p in portions)
    assert panel.calls(command.removesuffix("_orders")) == []


async def test_a_hundred_at_once_are_answered_however_long_the_panels_words_are(
    chat: Person, panel: Panel
) -> None:
    ids = [str(number) for number in range(5000, 5100)]
    panel.misbehave(Trouble.ERROR, action="refill", text="No & never " * 40)
    typed = await chat.types(f"/refill {','.join(ids)}")
    await hears(chat, f"{ids[-1]}: “No & never", after=typed)
    for one in ids:
        assert f"❌ {one}: “No & never" in chat.reads
    assert panel.calls("refill") == [{"orders": ",".join(ids)}]


async def test_an_order_placed_elsewhere_is_refilled_and_followed(chat: Person, panel: Panel) -> None:
    order_id = await completed(chat, panel)
    other = await says(chat, "/forget")
    await taps(chat, "Erase everything", on=other)
    await says(chat, KEY)
    await chat.sees("Connected.")
    shown = await says(chat, f"/refill {order_id}")
    assert f"✅ {order_id}: requested" in shown.text
    panel.set_refill("1", status="Completed")

    news = await chat.sees(f"Order {order_id}: refill Completed")
    card = await taps(chat, "Show order", on=news)
    assert card.buttons == ["Stop following", "Refresh", "Copy id", "‹ Back"]
    await taps(chat, "Refresh", on=card)
    await becomes(chat, card, f"Order {order_id}: Completed")


async def test_orders_of_an_older_key_are_asked_for_with_that_key(
    world: World, chat: Person, panel: Panel
) -> None:
    old = await completed(chat, panel)
    await says(chat, f"/key {OTHER_KEY}")
    await chat.sees("Connected.")
    new = await completed(chat, panel, 2)
    shown = await says(chat, f"/refill {old} {new}")

    assert "2 of 2 requested" in shown.text
    asked = {(call.key, call.fields["order"]) for call in panel.requests if call.action == "refill"}
    assert asked == {(KEY, old), (OTHER_KEY, new)}


async def test_other_peoples_orders_are_like_unknown_ones(world: World, chat: Person, panel: Panel) -> None:
    other = await world.person(8, key=OTHER_KEY)
    theirs = await completed(other, panel)
    shown = await says(chat, f"/refill {theirs} 99999")
    assert f"❌ {theirs}: “Incorrect order ID”" in shown.text
    assert "❌ 99999: “Incorrect order ID”" in shown.text

    order = rows(world, "SELECT id FROM orders")[0]["id"]
    for data in (f"refill:{order}:0:1700000000", f"refill:{order}:0:0", "refill::0:1"):
        tap = await chat.taps_data(data)
        assert "I do not know this order" in await tap.answer()
    assert len(panel.calls("refill")) == 1


@pytest.mark.parametrize("version", ["0", "9999999999"])
async def test_a_crafted_button_sends_nothing(world: World, chat: Person, panel: Panel, version: str) -> None:
    await completed(chat, panel)
    order = rows(world, "SELECT id FROM orders")[0]["id"]
    tap = await chat.taps_data(f"refill:{order}:0:{version}")
    assert "from an earlier step" in await tap.answer()
    assert panel.calls("refill") == []


async def test_a_closed_key_is_said_so(chat: Person, panel: Panel) -> None:
    order_id = await completed(chat, panel)
    panel.close_account(KEY)
    shown = await says(chat, f"/refill {order_id}")
    assert f"❌ {order_id}: “Invalid API key”" in shown.text
    assert "send /key" in shown.text


async def test_a_dialog_goes_on_after_it(chat: Person, panel: Panel) -> None:
    order_id = await completed(chat, panel)
    await says(chat, f"/order 1 {LINK}/9")
    await says(chat, f"/refill {order_id}")
    shown = await says(chat, "200")
    assert "Please check your order" in shown.text


async def test_forgetting_erases_refills(world: World, chat: Person, panel: Panel) -> None:
    order_id = await completed(chat, panel)
    await says(chat, f"/refill {order_id}")
    asked = await says(chat, "/forget")
    await taps(chat, "Erase everything", on=asked)
    await eventually(lambda: not rows(world, "SELECT 1 FROM refills"))


async def test_a_stranger_is_asked_for_a_key(world: World) -> None:
    stranger = await world.person(9, key=None)
    assert "API key" in (await says(stranger, "/refill 23501")).text
