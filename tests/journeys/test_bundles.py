"""Many changes of one person within a moment: one message, and nothing lost on its way."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from tests.conftest import OTHER_KEY, World, world_in
from tests.journeys.stories import A_WHILE, LINK, eventually, hears, places, rows, says, taps

# The library builds its own RetryAfter in a way it deprecates.
pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Changes wait for half a second."""
    async with world_in(tmp_path, poll_interval=1.0) as made:
        yield made


async def several(person: Person, count: int) -> list[str]:
    return [await places(person, f"1 {LINK}/{number} 50") for number in range(count)]


def told(person: Person, *ids: str) -> list[str]:
    """The lines of news about these orders, message by message."""
    news = [m.text for m in person.messages if "news" in m.text or "🔔" in m.text or "✅" in m.text]
    lines = [line for text in news for line in text.splitlines() if re.search(r"Order \S+: ", line)]
    return [line.split(" · ")[0] for line in lines if any(f"Order {one}: " in line for one in ids)]


async def test_changes_at_one_time_come_as_one_message_that_leads_to_each(chat: Person, panel: Panel) -> None:
    ids = await several(chat, 3)
    panel.set_order(ids[0], status="Completed")
    panel.set_order(ids[1], status="Partial", remains=20, charge="0.027")
    panel.set_order(ids[2], status="In progress")
    news = await chat.sees("3 pieces of news", within=10)

    assert f"✅ Order {ids[0]}: Completed · Instagram Followers" in news.text
    assert f"🌓 Order {ids[1]}: Partial · came back: $0.018 · Instagram Followers" in news.text
    assert f"🔔 Order {ids[2]}: In progress · Instagram Followers" in news.text
    assert sorted(news.buttons) == [f"Order {one}" for one in ids]
    said = news.text
    for one, status in zip(ids, ("Completed", "Partial", "In progress"), strict=True):
        await taps(chat, f"Order {one}", on=news)
        shown = await chat.sees(f"Order {one}: {status}\n\n1 · Instagram Followers")
        assert shown.id > news.id
    assert news.text == said
    await asyncio.sleep(A_WHILE)
    assert sorted(told(chat, *ids)) == sorted(set(told(chat, *ids)))


async def test_a_single_change_looks_as_ever(chat: Person, panel: Panel) -> None:
    (order_id,) = await several(chat, 1)
    panel.set_order(order_id, status="Completed", remains=0)
    news = await chat.sees(f"Order {order_id}: Completed", within=10)
    assert "remains: 0 of 50" in news.text
    assert news.buttons == ["Show order"]


async def test_each_person_hears_of_their_own(world: World, chat: Person, panel: Panel) -> None:
    other = await world.person(8, key=OTHER_KEY)
    mine, theirs = await several(chat, 2), await several(other, 2)
    for order_id in (*mine, *theirs):
        panel.set_order(order_id, status="In progress")
    await chat.sees("2 pieces of news", within=10)
    await other.sees("2 pieces of news", within=10)
    assert not [one for one in theirs if one in chat.reads]
    assert not [one for one in mine if one in other.reads]


async def test_more_than_a_message_holds_comes_in_several(world: World, chat: Person, panel: Panel) -> None:
    shown = await says(chat, "/mass " + "\n".join(f"1 | {LINK}/{number} | 50" for number in range(30)))
    await chat.taps_on(shown, "Place 30 orders")
    await hears(chat, "Your mass order has ended", after=shown, within=20)
    ids = [row["panel_order_id"] for row in rows(world, "SELECT panel_order_id FROM orders")]
    for order_id in ids:
        panel.set_order(order_id, status="Completed")
    await eventually(lambda: len(told(chat, *ids)) >= 30 or None, within=20)
    await asyncio.sleep(A_WHILE)
    assert sorted(told(chat, *ids)) == sorted(f"✅ Order {one}: Completed" for one in ids)
    sizes = [int(m.text.split()[0]) for m in chat.messages if "pieces of news" in m.text]
    assert len(sizes) <= 3
    assert rows(world, "SELECT 1 FROM outbox WHERE kind = 'change'") == []


async def test_a_lost_answer_repeats_one_message_at_most_and_loses_none(
    world: World, chat: Person, panel: Panel
) -> None:
    ids = await several(chat, 3)
    world.telegram.trouble("sendMessage", chat_id=chat.user.id, lost=True)
    for order_id in ids:
        panel.set_order(order_id, status="Completed")
    await eventually(lambda: len(told(chat, *ids)) >= 6 or None, within=20)
    await asyncio.sleep(A_WHILE)
    assert sorted(told(chat, *ids)) == sorted([f"✅ Order {one}: Completed" for one in ids] * 2)
    assert rows(world, "SELECT 1 FROM outbox") == []
