"""News about orders: each change once, to the right person, with what matters."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import OTHER_KEY, World, world_in
from tests.journeys.stories import A_WHILE, LINK, eventually, places, rows


async def test_each_change_is_told_once_in_order(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    for word in ("Processing", "In progress", "Completed"):
        panel.set_order(order_id, status=word)
        await chat.sees(f"Order {order_id}: {word}")
    await asyncio.sleep(A_WHILE)

    told = [m.text.splitlines()[0] for m in chat.messages if f"Order {order_id}: " in m.text]
    assert told == [
        f"🔔 Order {order_id}: Processing",
        f"🔔 Order {order_id}: In progress",
        f"✅ Order {order_id}: Completed",
    ]
    assert "before: In progress" in chat.last.text
    assert chat.last.buttons == ["Show order"]


async def test_numbers_that_move_are_not_told(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    panel.set_order(order_id, status="In progress", remains=900)
    await chat.sees("In progress")
    for remains in (800, 700):
        panel.set_order(order_id, remains=remains)
        await asyncio.sleep(0.2)

    assert chat.reads.count(f"Order {order_id}: In progress") == 1


@pytest.mark.parametrize(
    ("word", "says_panel", "parts"),
    [
        ("Partial", {"remains": 400, "charge": "0.54"}, ["remains: 400 of 1,000", "came back: $0.36"]),
        ("Canceled", {"remains": 1000, "charge": "0"}, ["remains: 1,000 of 1,000", "came back: $0.90"]),
        ("Refunded", {"charge": 0}, ["came back: $0.90"]),
        ("Canceled", {"charge": None}, ["does not say what came back", "/balance"]),
        ("Partial", {"charge": "0.90", "remains": 10}, ["does not say what came back"]),
        ("Completed", {"remains": 0, "start_count": 77}, ["start count: 77", "remains: 0 of 1,000"]),
        ("In progress", {"remains": 600}, ["remains: 600 of 1,000"]),
        ("Failed", {"remains": ""}, ["Failed"]),
    ],
)
async def test_says_what_changed_what_is_left_and_what_came_back(
    chat: Person, panel: Panel, word: str, says_panel: dict[str, object], parts: list[str]
) -> None:
    order_id = await places(chat)
    panel.set_order(order_id, status=word, **says_panel)
    news = await chat.sees(f"Order {order_id}: {word}")

    assert "Instagram Followers" in news.text
    for part in parts:
        assert part in news.text


@pytest.mark.parametrize(
    ("word", "shown"),
    [("cancelled", "Canceled"), ("in_progress", "In progress"), ("Inprogress", "In progress")],
)
async def test_known_words_in_any_spelling(chat: Person, panel: Panel, word: str, shown: str) -> None:
    order_id = await places(chat)
    panel.set_order(order_id, status=word)

    await chat.sees(f"Order {order_id}: {shown}")


async def test_an_unknown_word_is_shown_as_it_is_and_polled_on(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    panel.set_order(order_id, status="Under review ⏳")
    await chat.sees(f"Order {order_id}: Under review ⏳")
    panel.set_order(order_id, status="Completed")

    assert "before: Under review ⏳" in (await chat.sees(f"Order {order_id}: Completed")).text


async def test_news_goes_to_the_right_person(world: World, chat: Person, panel: Panel) -> None:
    other, same_key = await world.person(8, key=OTHER_KEY), await world.person(9)
    ids = {
        person: await places(person, f"1 {LINK}/{person.user.id} 100") for person in (chat, other, same_key)
    }
    for person, order_id in ids.items():
        panel.set_order(order_id, status="In progress")
        await person.sees(f"Order {order_id}: In progress")
    await asyncio.sleep(A_WHILE)

    for person, order_id in ids.items():
        assert person.reads.count("In progress") == 1
        assert not [i for i in ids.values() if i != order_id and i in person.reads]


@pytest.mark.parametrize("trouble", [Trouble.MISSING_IDS, Trouble.BAD_ITEM])
@pytest.mark.parametrize("item", ["Incorrect order ID", {"error": "Incorrect order ID"}, None, 7])
async def test_one_bad_item_does_not_stop_the_others(
    chat: Person, panel: Panel, trouble: Trouble, item: object
) -> None:
    bad, good = await places(chat), await places(chat, f"1 {LINK}/2 100")
    panel.misbehave(trouble, action="status", ids=[bad], item=item)
    panel.set_order(bad, status="In progress")
    panel.set_order(good, status="In progress")
    await chat.sees(f"Order {good}: In progress")
    assert f"Order {bad}: In progress" not in chat.reads

    panel.calm()
    await chat.sees(f"Order {bad}: In progress")


async def test_many_orders_of_one_key_share_a_request(chat: Person, panel: Panel) -> None:
    ids = [await places(chat, f"1 {LINK}/{number} 50") for number in range(5)]
    asked = await panel.next_call("status")
    while asked.fields != {"orders": ",".join(sorted(asked.fields["orders"].split(",")))} or (
        len(asked.fields["orders"].split(",")) < len(ids)
    ):
        asked = await asyncio.wait_for(panel.next_call("status"), 5)

    assert sorted(asked.fields["orders"].split(",")) == ids


async def test_an_ended_order_gets_one_more_look_a_day_later(tmp_path: Path) -> None:
    """A day is 1440 intervals."""
    async with world_in(tmp_path, poll_interval=0.001) as world:
        chat = await world.person()
        order_id = await places(chat)
        world.panel.set_order(order_id, status="Completed", remains=0)
        await chat.sees(f"Order {order_id}: Completed")
        world.panel.set_order(order_id, status="Partial", remains=200, charge=Decimal("0.72"))
        news = await chat.sees(f"Order {order_id}: Partial")  # by hand, after it had ended
        assert "came back: $0.18" in news.text

        await eventually(lambda: rows(world, "SELECT 1 FROM orders WHERE next_poll_at IS NULL"))
        looks = len(world.panel.calls("status"))
        world.panel.set_order(order_id, status="Completed")
        await asyncio.sleep(A_WHILE)
        assert len(world.panel.calls("status")) == looks


async def test_an_ended_order_is_left_alone_until_then(chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    panel.set_order(order_id, status="Completed")
    await chat.sees("Completed")
    looks = len(panel.calls("status"))
    await asyncio.sleep(A_WHILE)

    assert len(panel.calls("status")) == looks


@pytest.mark.parametrize("answer", ["list", "nested"])
async def test_other_shapes_of_statuses(chat: Person, panel: Panel, answer: str) -> None:
    order_id = await places(chat)
    item = f'{{"order": {order_id}, "status": "In progress", "remains": "5"}}'
    body = f"[{item}]" if answer == "list" else f'{{"orders": {{"{order_id}": {item}}}}}'
    panel.misbehave(Trouble.CUSTOM, action="status", body=body)

    assert "remains: 5 of 1,000" in (await chat.sees(f"Order {order_id}: In progress")).text
