"""/track, `Follow`, `Stop following`: orders that were placed elsewhere."""

import asyncio
import itertools
from pathlib import Path

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from bot.sandbox.telegram.chats import Message
from tests.conftest import KEY, OTHER_KEY, World, world_in
from tests.journeys.elsewhere import elsewhere
from tests.journeys.stories import (
    A_WHILE,
    LINK,
    confirms,
    data_of,
    eventually,
    hears,
    places,
    rows,
    says,
    taps,
)

OLD_BUTTON = "This button is from an earlier step"


async def test_an_order_placed_elsewhere_is_followed_to_its_end(
    world: World, chat: Person, panel: Panel
) -> None:
    order_id = elsewhere(panel)
    panel.set_order(order_id, status="In progress", remains=60, start_count=7)
    answer = await says(chat, f"/track #{order_id}")
    assert "I follow this order now" in answer.text
    assert order_id in answer.text
    await eventually(lambda: len(panel.calls("status")) > 3)

    panel.set_order(order_id, status="Partial", remains=40, charge="0.054")
    news = await chat.sees(f"🌓 Order {order_id}: Partial")
    assert news.text.splitlines()[1:] == [
        "",
        "before: In progress",
        "remains: 40",
        "start count: 7",
        "came back: $0.036",
        "charge: $0.054",
    ]
    assert f"Order {order_id}: In progress" not in chat.reads  # it stood so before
    (row,) = rows(world, "SELECT * FROM orders")
    assert (row["state"], row["service_id"], row["link"], row["fields"]) == ("ended", "", "", "{}")
    assert (row["price"], row["charge"], row["currency"]) == ("0.09", "0.054", "USD")


async def test_its_card_reads_well_without_service_and_link(chat: Person, panel: Panel) -> None:
    order_id = elsewhere(panel)
    panel.set_order(order_id, status="In progress", remains=60, start_count=7)
    await says(chat, f"/track {order_id}")
    card = await taps(chat, "Show order")

    assert card.text.splitlines() == [
        f"Order {order_id}: In progress",
        "",
        "placed elsewhere; I only follow it",
        "",
        "start count: 7",
        "remains: 60",
        "charged: $0.09",
    ]
    assert "Stop following" in card.buttons
    listed = await says(chat, "/orders")
    assert listed.buttons[0] == f"{order_id} · In progress"


async def test_the_button_follows_those_that_can_be(chat: Person, panel: Panel) -> None:
    running = [elsewhere(panel, number) for number in range(3)]
    panel.finish(running[0])
    await says(chat, f"/track {running[1]}")
    answer = await says(chat, f"/status {' '.join(running)} 999")
    assert answer.buttons == ["Follow"]
    assert f"{running[1]} · Pending · remains: 100 · charge: $0.09 · I follow it" in answer.text

    told = await hears(chat, "I follow this order now", after=await _taps(chat, "Follow"))
    assert told.text.splitlines()[1:] == [running[2]]
    panel.set_order(running[2], status="In progress")
    await chat.sees(f"Order {running[2]}: In progress")


async def test_an_old_button_works_after_a_restart(world: World, chat: Person, panel: Panel) -> None:
    ids = [elsewhere(panel, number) for number in range(3)]
    answer = await says(chat, f"/status {','.join(ids)}")
    await says(chat, "/balance")
    await world.stop()
    await world.start()
    panel.finish(ids[2])
    await chat.taps_on(answer, "Follow 3 orders")

    told = await chat.sees("I follow these 2 orders now")
    assert ", ".join(ids[:2]) in told.text
    assert f"This one has ended, so there is nothing to follow:\n{ids[2]}" in told.text
    assert told.buttons == ["My orders"]


async def test_following_twice_is_harmless_and_said_so(world: World, chat: Person, panel: Panel) -> None:
    order_id, mine = elsewhere(panel), await places(chat)
    await says(chat, f"/track {order_id}")
    for text in (order_id, mine, f"{order_id} {mine}"):
        assert "already" in (await says(chat, f"/track {text}")).text

    assert len(rows(world, "SELECT 1 FROM orders")) == 2


@pytest.mark.parametrize(
    ("wish", "words"),
    [("When it ends", "and tell you when it ends:"), ("Nothing", "/orders shows how it is doing")],
)
async def test_says_only_what_its_person_wants_to_hear(
    chat: Person, panel: Panel, wish: str, words: str
) -> None:
    await taps(chat, wish, on=await says(chat, "/settings"))
    assert words in (await says(chat, f"/track {elsewhere(panel)}")).text


async def test_ended_and_unknown_ones_are_not_followed(world: World, chat: Person, panel: Panel) -> None:
    ended, theirs = elsewhere(panel), elsewhere(panel, key=OTHER_KEY)
    panel.finish(ended)
    answer = await says(chat, f"/track {ended} {theirs} 999")

    assert answer.text.splitlines() == [
        "This one has ended, so there is nothing to follow:",
        ended,
        f"{theirs} · the panel says: “Incorrect order ID”",
        "999 · the panel says: “Incorrect order ID”",
        "The panel does not know this order.",
    ]
    assert rows(world, "SELECT 1 FROM orders") == []


async def test_a_hundred_are_followed_with_one_request(world: World, chat: Person, panel: Panel) -> None:
    panel.next_order_id = (f"ord_{'x' * 30}{number:04}" for number in itertools.count()).__next__
    ids = [elsewhere(panel, number) for number in range(100)]
    await says(chat, f"/track {' '.join(ids)}")
    await chat.sees(ids[-1])

    assert panel.calls("status")[0] == {"orders": ",".join(ids)}
    assert len(rows(world, "SELECT 1 FROM orders")) == 100


async def test_without_ids_and_with_too_many(chat: Person, panel: Panel) -> None:
    assert "23501, 23502" in (await says(chat, "/track")).text
    await says(chat, "/track " + " ".join(str(number) for number in range(5001, 5103)))

    assert (await chat.sees("so 2 are left")).text.endswith("/track 5101 5102")


async def test_a_button_out_of_its_place_answers_like_an_old_one(chat: Person, panel: Panel) -> None:
    order_id = elsewhere(panel)
    answer = await says(chat, f"/status {order_id}")
    balance = await says(chat, "/balance")

    assert OLD_BUTTON in await (await chat.taps_data(data_of(answer, "Follow"), balance)).answer()
    for data in ("follow:../etc:0:0", "follow", "orders:nonsense:0:0", "found::3:0"):
        assert OLD_BUTTON in await (await chat.taps_data(data, balance)).answer()


async def test_stop_following_lets_go_of_all_of_it(world: World, chat: Person, panel: Panel) -> None:
    order_id = elsewhere(panel)
    await says(chat, f"/track {order_id}")
    card = await taps(chat, "Show order")
    stopped = await taps(chat, "Stop following", on=card)
    assert f"I do not follow order {order_id} any more" in stopped.text
    panel.set_order(order_id, status="Completed")
    await asyncio.sleep(A_WHILE)
    assert "Completed" not in chat.reads
    assert rows(world, "SELECT 1 FROM orders") == rows(world, "SELECT 1 FROM outbox") == []

    assert "has ended" in (await says(chat, f"/track {order_id}")).text


async def test_only_ones_own_and_only_from_elsewhere_can_be_let_go(
    world: World, chat: Person, panel: Panel
) -> None:
    other = await world.person(8)
    await places(chat)
    own = chat.last.keyboard[0][0]["callback_data"].split(":")[1]
    await says(chat, f"/track {elsewhere(panel)}")
    followed = chat.last.keyboard[0][0]["callback_data"].split(":")[1]
    for person, order_id in ((chat, own), (other, followed), (chat, "0" * 12)):
        tap = await person.taps_data(f"unfollow:{order_id}:0:0")
        assert "do not know this order" in await tap.answer()

    assert len(rows(world, "SELECT 1 FROM orders")) == 2


async def test_two_people_with_one_key_follow_each_for_themselves(
    world: World, chat: Person, panel: Panel
) -> None:
    other, order_id = await world.person(8), elsewhere(panel)
    await says(chat, f"/track {order_id}")
    panel.set_order(order_id, status="In progress")
    await chat.sees(f"Order {order_id}: In progress")
    assert order_id not in other.reads

    assert "I follow this order now" in (await says(other, f"/track {order_id}")).text


async def test_an_uncertain_order_takes_the_place_of_the_one_that_is_followed(
    world: World, chat: Person, panel: Panel
) -> None:
    panel.misbehave(Trouble.LOST_ANSWER, action="add", times=1)
    unsure = await confirms(chat, "I do not know whether this order was placed")
    await says(chat, "/track 23501")
    await taps(chat, "Enter the id", on=unsure)
    assert "Order 23501 was placed" in (await says(chat, "23501")).text

    (row,) = rows(world, "SELECT state, panel_order_id, link FROM orders")
    assert row == {"state": "open", "panel_order_id": "23501", "link": LINK}
    panel.set_order("23501", status="In progress")
    assert "Instagram Followers" in (await chat.sees("Order 23501: In progress")).text


async def test_a_lost_answer_follows_nothing_and_the_button_stays(chat: Person, panel: Panel) -> None:
    answer = await says(chat, f"/status {elsewhere(panel)}")
    panel.misbehave(Trouble.HTML, action="status")
    await chat.taps_on(answer, "Follow")
    await chat.sees("does not answer right now")
    panel.calm()
    await chat.taps_on(answer, "Follow")

    await chat.sees("I follow this order now")


@pytest.mark.parametrize("charge", [None, "", "Unknown"])
async def test_a_charge_that_nobody_tells(
    world: World, chat: Person, panel: Panel, charge: str | None
) -> None:
    order_id = elsewhere(panel)
    panel.set_order(order_id, status="In progress", charge=charge, remains=None)
    assert f"Order {order_id}: In progress" == (await says(chat, f"/status {order_id}")).text
    await says(chat, f"/track {order_id}")

    card = await taps(chat, "Show order")
    assert "charge" not in card.text
    assert rows(world, "SELECT price, charge FROM orders") == [{"price": None, "charge": None}]


async def test_what_is_followed_survives_a_new_key(tmp_path: Path) -> None:
    async with world_in(tmp_path) as world:
        chat, panel = await world.person(), world.panel
        order_id = elsewhere(panel)
        await says(chat, f"/track {order_id}")
        await says(chat, f"/key {OTHER_KEY}")
        panel.set_order(order_id, status="In progress")
        await chat.sees(f"Order {order_id}: In progress")
        assert "already" in (await says(chat, f"/track {order_id}")).text
        await eventually(lambda: rows(world, "SELECT 1 FROM orders WHERE word = 'In progress'"))
        assert {c.key for c in panel.requests if order_id in c.fields.get("orders", "")} == {KEY}


async def _taps(person: Person, label: str) -> Message:
    before = person.last
    await person.taps(label)
    return before
