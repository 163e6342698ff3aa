"""Cancellations, told truthfully: one order's card, and /cancel_orders for many."""

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
    places,
    rows,
    says,
    taps,
)


async def card_of(chat: Person, order_id: str) -> Message:
    return await taps(chat, f"{order_id} ·", on=await says(chat, "/orders"))


async def asks(chat: Person, card: Message) -> None:
    await chat.taps_on(card, "Cancel order")
    await becomes(chat, card, "Cancellation requested.")


@pytest.mark.parametrize(
    ("word", "says_panel", "parts"),
    [
        ("Canceled", {"remains": 1000, "charge": "0"}, ["this is what came of it", "came back: $0.90"]),
        ("Partial", {"remains": 400, "charge": "0.54"}, ["this is what came of it", "came back: $0.36"]),
        ("Canceled", {"charge": None}, ["this is what came of it", "does not say what came back"]),
        ("Completed", {"remains": 0}, ["You asked to cancel it, but it was completed all the same"]),
        ("In progress", {"remains": 900}, ["That is not done yet"]),
    ],
)
async def test_it_is_requested_until_the_status_says_more(
    chat: Person, panel: Panel, word: str, says_panel: dict[str, object], parts: list[str]
) -> None:
    order_id = await places(chat)
    card = await card_of(chat, order_id)
    await asks(chat, card)
    assert "cancellation requested on" in card.text
    assert "not done yet" in card.text
    assert "Cancel order" not in card.buttons
    assert panel.calls("cancel") == [{"orders": order_id}]
    await asyncio.sleep(A_WHILE)
    assert "Canceled" not in chat.reads

    panel.set_order(order_id, status=word, **says_panel)
    news = await chat.sees(f"Order {order_id}: {word}")
    for part in parts:
        assert part in news.text


async def test_the_card_remembers_what_became_of_it(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    await asks(chat, await card_of(chat, order_id))
    panel.set_order(order_id, status="Completed")
    await chat.sees(f"Order {order_id}: Completed")

    assert "but it was completed all the same" in (await card_of(chat, order_id)).text


async def test_a_change_nobody_asked_for_does_not_say_so(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    panel.set_order(order_id, status="Canceled")

    assert "You asked" not in (await chat.sees(f"Order {order_id}: Canceled")).text


async def test_a_double_tap_is_one_request(chat: Person, panel: Panel) -> None:
    card = await card_of(chat, await places(chat))
    data = data_of(card, "Cancel order")
    first = await chat.taps_on(card, "Cancel order")
    second = await chat.taps_data(data, card)
    await first.answer()
    await second.answer()

    await becomes(chat, card, "You asked to cancel it already")
    assert len(panel.calls("cancel")) == 1


@pytest.mark.parametrize(
    "body", [None, '[{"order": 23501, "cancel": {"error": "Order cannot be <cancelled>"}}]']
)
async def test_the_panels_no_is_quoted_and_the_order_goes_on(
    chat: Person, panel: Panel, body: str | None
) -> None:
    card = await card_of(chat, await places(chat))
    if body:
        panel.misbehave(Trouble.CUSTOM, action="cancel", body=body, times=1)
    else:
        panel.misbehave(Trouble.ERROR, action="cancel", text="Order cannot be <cancelled>", times=1)
    await chat.taps_on(card, "Cancel order")

    await becomes(chat, card, "says no: “Order cannot be <cancelled>”")
    assert "Your order goes on as before." in card.text
    assert "cancellation requested" not in card.text
    await asks(chat, card)


@pytest.mark.parametrize("trouble", [Trouble.LOST_ANSWER, Trouble.LOST_REQUEST, Trouble.CUT_JSON])
async def test_a_lost_answer_is_told_and_the_order_watched(
    chat: Person, panel: Panel, trouble: Trouble
) -> None:
    order_id = await places(chat)
    card = await card_of(chat, order_id)
    data = data_of(card, "Cancel order")
    panel.misbehave(trouble, action="cancel")
    await chat.taps_on(card, "Cancel order")
    await becomes(chat, card, "I do not know whether")
    assert "took the request to cancel" in card.text

    await (await chat.taps_data(data, card)).answer()
    assert len(panel.calls("cancel")) == 1
    panel.set_order(order_id, status="Canceled", charge=0)
    assert "came back: $0.90" in (await chat.sees(f"Order {order_id}: Canceled")).text


async def test_a_tap_that_is_handled_again_after_a_crash_sends_nothing(
    world: World, chat: Person, panel: Panel
) -> None:
    card = await card_of(chat, await places(chat))
    panel.misbehave(Trouble.HANG, action="cancel")
    arrives = asyncio.ensure_future(panel.next_call("cancel"))
    await chat.taps_on(card, "Cancel order")
    await arrives
    await world.stop()
    panel.calm()
    await world.start()
    await says(chat, "/balance")

    assert len(panel.calls("cancel")) == 1
    await becomes(chat, card, "I do not know whether")
    text = (await card_of(chat, "23501")).text
    assert "I do not know whether the panel took the request" in text
    assert "cancellation requested" not in text


@pytest.mark.parametrize(("flag", "offered"), [(True, True), (None, True), (False, False)])
async def test_it_is_offered_where_it_makes_sense(
    chat: Person, panel: Panel, flag: bool | None, offered: bool
) -> None:
    panel.set_service("1", cancel=flag)
    order_id = await places(chat)
    assert ("Cancel order" in (await card_of(chat, order_id)).buttons) is offered
    panel.finish(order_id)
    await chat.sees(f"Order {order_id}: Completed")
    assert "Cancel order" not in (await card_of(chat, order_id)).buttons


async def test_it_is_offered_again_when_nothing_happened_for_an_hour(world: World, chat: Person) -> None:
    card = await card_of(chat, await places(chat))
    await asks(chat, card)
    await change(world, "UPDATE orders SET cancel_asked_at = cancel_asked_at - 3600")
    assert "Cancel order" in (await card_of(chat, "23501")).buttons


async def test_many_are_confirmed_and_answered_each(chat: Person, panel: Panel) -> None:
    first, second, done = [await places(chat, f"1 {LINK}/{number} 100") for number in range(3)]
    panel.finish(done)
    await chat.sees(f"Order {done}: Completed")
    asked = await says(chat, f"/cancel_orders {first},{second} #{done}\n77")
    assert "Cancel 4 orders?" in asked.text
    assert f"{first} {second} {done} 77" in asked.text
    assert asked.buttons == ["Cancel 4 orders", "Keep"]
    assert panel.calls("cancel") == []

    await chat.taps_on(asked, "Cancel 4 orders")
    await becomes(chat, asked, "Cancellations: 2 of 4 requested")
    for line in (
        f"✅ {first}: cancellation requested",
        f"✅ {second}: cancellation requested",
        f"❌ {done}: “Order cannot be canceled”",
        "❌ 77: “Incorrect order ID”",
        "That does not mean that they are done",
    ):
        assert line in asked.text
    assert panel.calls("cancel") == [{"orders": f"{first},{second},{done},77"}]
    panel.set_order(first, status="Canceled", charge=0)
    assert "this is what came of it" in (await chat.sees(f"Order {first}: Canceled")).text


async def test_a_double_tap_on_many_is_one_request(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    asked = await says(chat, f"/cancel_orders {order_id}")
    assert asked.buttons == ["Cancel 1 order", "Keep"]
    first = await chat.taps_on(asked, "Cancel 1 order")
    second = await chat.taps_on(asked, "Cancel 1 order")
    await first.answer()
    await second.answer()

    await says(chat, "/balance")
    assert "1 of 1 requested" in asked.text
    assert len(panel.calls("cancel")) == 1


async def test_a_tap_on_many_that_is_handled_again_after_a_crash_is_answered(
    world: World, chat: Person, panel: Panel
) -> None:
    ids = [await places(chat, f"1 {LINK}/{number} 100") for number in range(2)]
    asked = await says(chat, f"/cancel_orders {' '.join(ids)}")
    panel.misbehave(Trouble.HANG, action="cancel")
    arrives = asyncio.ensure_future(panel.next_call("cancel"))
    await chat.taps_on(asked, "Cancel 2 orders")
    await arrives
    await world.stop()
    panel.calm()
    await world.start()

    await becomes(chat, asked, f"⚠️ {ids[1]}: no clear answer, it may have been taken")
    assert asked.buttons == []
    assert len(panel.calls("cancel")) == 1
    panel.set_order(ids[0], status="Completed")
    news = await chat.sees(f"Order {ids[0]}: Completed")
    assert "I do not know whether the panel took that request" in news.text


async def test_an_older_tap_on_many_hears_what_was_requested_since(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    asked = await says(chat, f"/cancel_orders {order_id}")
    data = data_of(asked, "Cancel 1 order")
    await chat.taps_on(asked, "Cancel 1 order")
    await becomes(chat, asked, "1 of 1 requested")
    again = await says(chat, f"/cancel_orders {order_id}")
    await (await chat.taps_data(data, again)).answer()  # as the very same update would be
    await becomes(chat, again, f"✅ {order_id}: cancellation requested")
    assert len(panel.calls("cancel")) == 1


async def test_kept_is_kept(chat: Person, panel: Panel) -> None:
    asked = await says(chat, f"/cancel_orders {await places(chat)}")
    shown = await taps(chat, "Keep", on=asked)
    assert shown.text == "Kept. Nothing was cancelled."
    assert shown.buttons == []
    assert panel.calls("cancel") == []


async def test_the_question_outlives_a_restart_and_disturbs_no_dialog(
    world: World, chat: Person, panel: Panel
) -> None:
    order_id = await places(chat)
    await says(chat, f"/order 1 {LINK}/9")
    asked = await says(chat, f"/cancel_orders {order_id}")
    await world.stop()
    await world.start()
    assert "Please check your order" in (await says(chat, "200")).text
    await chat.taps_on(asked, "Cancel 1 order")
    await becomes(chat, asked, "1 of 1 requested")


async def test_without_ids_it_explains_itself(chat: Person) -> None:
    for text in ("/cancel_orders", "/cancel_orders all of them #"):
        shown = await says(chat, text)
        assert "23501, 23502" in shown.text
        assert "up to 100 at once" in shown.text


@pytest.mark.parametrize(
    ("trouble", "line"),
    [(Trouble.LOST_ANSWER, "no clear answer, it may have been taken"), (Trouble.CUT_JSON, "no clear answer")],
)
async def test_lost_answers_for_many_are_told(
    chat: Person, panel: Panel, trouble: Trouble, line: str
) -> None:
    ids = [await places(chat, f"1 {LINK}/{number} 100") for number in range(2)]
    panel.misbehave(trouble, action="cancel")
    asked = await says(chat, f"/cancel_orders {' '.join(ids)}")
    await chat.taps_on(asked, "Cancel 2 orders")
    await becomes(chat, asked, f"⚠️ {ids[1]}: {line}")
    assert "Where there was no clear answer I do not ask again by myself" in asked.text
    assert len(panel.calls("cancel")) == 1


async def test_an_order_placed_elsewhere_is_watched_to_its_end(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    await taps(chat, "Erase everything", on=await says(chat, "/forget"))
    await says(chat, KEY)
    await chat.sees("Connected.")
    asked = await says(chat, f"/cancel_orders {order_id} 77")
    await chat.taps_on(asked, "Cancel 2 orders")
    await becomes(chat, asked, f"✅ {order_id}: cancellation requested")
    panel.set_order(order_id, status="Canceled", charge="0")

    await chat.sees(f"Order {order_id}: Canceled")
    listed = (await says(chat, "/orders")).buttons
    assert [label for label in listed if "·" in label] == [f"{order_id} · Canceled"]  # nothing of 77


async def test_orders_of_an_older_key_are_asked_for_with_that_key(chat: Person, panel: Panel) -> None:
    old = await places(chat)
    await says(chat, f"/key {OTHER_KEY}")
    await chat.sees("Connected.")
    new = await places(chat, f"1 {LINK}/2 100")
    asked = await says(chat, f"/cancel_orders {old} {new}")
    await chat.taps_on(asked, "Cancel 2 orders")
    await becomes(chat, asked, "2 of 2 requested")

    sent = {(call.key, call.fields["orders"]) for call in panel.requests if call.action == "cancel"}
    assert sent == {(KEY, old), (OTHER_KEY, new)}


async def test_other_peoples_orders_are_like_unknown_ones(world: World, chat: Person, panel: Panel) -> None:
    other = await world.person(8, key=OTHER_KEY)
    theirs = await places(other)
    asked = await says(chat, f"/cancel_orders {theirs} 99999")
    await chat.taps_on(asked, "Cancel 2 orders")
    await becomes(chat, asked, f"❌ {theirs}: “Incorrect order ID”")
    assert "❌ 99999: “Incorrect order ID”" in asked.text
    order = rows(world, "SELECT id FROM orders")[0]["id"]
    tap = await chat.taps_data(f"cancel_order:{order}:0:1700000000")
    assert "I do not know this order" in await tap.answer()
    assert len(panel.calls("cancel")) == 1


@pytest.mark.parametrize(
    "data", ["cancel_order:{order}:0:0", "cancel_order:{order}:0:9999999999", "cancel_all::0:1"]
)
async def test_a_crafted_button_sends_nothing(world: World, chat: Person, panel: Panel, data: str) -> None:
    await places(chat)
    order = rows(world, "SELECT id FROM orders")[0]["id"]
    tap = await chat.taps_data(data.format(order=order))
    assert "from an earlier step" in await tap.answer()
    assert panel.calls("cancel") == []
