"""A Telegram that takes nothing, for as long as it likes: whatever was to be said is said in the end."""

import asyncio
import io
import json
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from bot.gateway import transport
from bot.gateway.pacing import IN_ALL, PER_CHAT_SECONDS
from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from bot.sandbox.telegram.chats import Message
from tests.conftest import OTHER_KEY, World
from tests.journeys.stories import (
    A_WHILE,
    LINK,
    becomes,
    change,
    eventually,
    places,
    rows,
    says,
    summary,
)

# The framework warns whenever Telegram asks for a pause.
pytestmark = pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")

SPEAKING = ("sendMessage", "sendDocument", "editMessageText", "deleteMessage", "answerCallbackQuery")
TROUBLES: tuple[dict[str, Any], ...] = (
    {"status": 500},
    {"status": 502},
    {"status": 409},
    {"status": 401},
    {"status": 429, "retry_after": 3},
    {"dropped": True},
    {"delay": 60.0},
)


def goes_away(world: World, *, chat_id: int | None = None, **how: Any) -> None:
    """It still gives updates, but takes nothing."""
    for method in SPEAKING:
        world.telegram.trouble(method, chat_id=chat_id, times=10**6, **(how or {"status": 502}))


async def is_kept(world: World, count: int) -> None:
    await eventually(lambda: len(rows(world, "SELECT 1 FROM replies")) == count)


def answers(person: Person, *, after: Message) -> list[str]:
    return [m.text.split("\n")[0] for m in person.messages if m.sender.is_bot and m.id > after.id]


@pytest.fixture(autouse=True)
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "READ_SECONDS", 1.0)


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
async def test_every_reply_comes_in_the_end_and_in_order(
    world: World, chat: Person, trouble: dict[str, Any]
) -> None:
    goes_away(world, **trouble)
    typed = [await chat.types(text) for text in ("/balance", "/nonsense", f"/order 1 {LINK}", "1000")]
    await is_kept(world, 4)
    assert answers(chat, after=typed[0]) == []
    world.telegram.calm()

    await chat.sees("Please check your order", within=20.0)
    assert answers(chat, after=typed[0]) == [
        "Balance: $100.84292",
        "I do not know this command. /help shows what I can do.",
        "1 · Instagram Followers",
        "Please check your order",
    ]
    await is_kept(world, 0)
    assert "Balance:" in (await says(chat, "/balance")).text


async def test_replies_outlast_a_restart(world: World, chat: Person) -> None:
    goes_away(world)
    typed = await chat.types("/balance")
    await chat.types("/nonsense")
    await is_kept(world, 2)
    await world.stop()
    await world.start()
    await chat.types("/export")
    await is_kept(world, 3)
    world.telegram.calm()

    await chat.sees("No orders yet")
    assert [text[:8] for text in answers(chat, after=typed)] == ["Balance:", "I do not", "No order"]


async def test_a_file_comes_in_the_end(world: World, chat: Person) -> None:
    order_id = await places(chat)
    goes_away(world)
    await chat.types("/export")
    await is_kept(world, 1)
    world.telegram.calm()

    await chat.sees("1 order")
    (file,) = chat.files
    assert order_id in file.text


async def test_a_list_is_turned_in_the_end_though_the_tap_is_forgotten(world: World, chat: Person) -> None:
    listed = await says(chat, "/order")
    goes_away(world)
    tap = await chat.taps_on(listed, "Next ›")
    await is_kept(world, 1)
    world.telegram.calm()

    await becomes(chat, listed, "Page 2 of 9")
    assert not tap.answered
    del world.telegram.taps._waiting[tap.id]


async def test_an_order_is_placed_meanwhile_and_its_outcome_told_after_the_replies(
    world: World, chat: Person, panel: Panel
) -> None:
    shown = await summary(chat)
    goes_away(world)
    tap = await chat.taps_on(shown, "Place order")
    typed = await chat.types("/nonsense")
    await is_kept(world, 1)
    await eventually(lambda: rows(world, "SELECT 1 FROM outbox"))
    assert len(panel.calls("add")) == 1
    world.telegram.calm()

    await chat.sees("I do not know this command")
    await becomes(chat, shown, "Order 23501 is placed")
    assert answers(chat, after=typed) == ["I do not know this command. /help shows what I can do."]
    del world.telegram.taps._waiting[tap.id]


async def test_trouble_with_one_chat_holds_up_no_other(world: World, chat: Person) -> None:
    other = await world.person(8, key=OTHER_KEY)
    goes_away(world, chat_id=chat.user.id)
    typed = await chat.types("/balance")
    await is_kept(world, 1)
    for _ in range(3):
        assert "Balance: $50.00" in (await says(other, "/balance")).text
    assert await places(other) == "23501"
    assert answers(chat, after=typed) == []

    world.telegram.calm()
    await chat.sees("Balance: $100.84292")


async def test_a_key_typed_meanwhile_is_taken_and_deleted_in_the_end(world: World) -> None:
    chat = await world.person(9, key=None)
    goes_away(world)
    typed = await chat.types(OTHER_KEY)
    await is_kept(world, 2)
    world.telegram.calm()

    await chat.sees("Connected. Your balance: $50.00")
    assert typed.deleted


async def test_nothing_is_kept_for_who_has_everything_erased(world: World, chat: Person) -> None:
    goes_away(world)
    await chat.types("/balance")
    await is_kept(world, 1)
    asked = next(m for m in chat.messages if "Connected" in m.text)
    await chat.taps_data("forget::0:0", asked)
    await eventually(lambda: not rows(world, "SELECT 1 FROM people"))
    await is_kept(world, 1)
    world.telegram.calm()
    world.telegram.taps._waiting.clear()

    await chat.sees("Everything about you is erased")
    assert "Balance: 100" not in chat.reads
    await is_kept(world, 0)


async def test_refused_connections_are_lived_through(world: World, chat: Person, panel: Panel) -> None:
    order_id = await places(chat)
    await world.cuts_line()
    typed = await chat.types("/balance")
    panel.set_order(order_id, status="In progress")
    await asyncio.sleep(A_WHILE)
    await world.mends_line()

    await chat.sees("Balance:", within=20.0)
    await chat.sees(f"Order {order_id}: In progress", within=20.0)
    assert len(answers(chat, after=typed)) == 2


async def test_the_log_hears_of_it_once(world: World, chat: Person, log_lines: io.StringIO) -> None:
    """However many there are to be told, and however often it is tried."""
    await outbox(world, range(100, 140))
    goes_away(world)
    for _ in range(10):
        await chat.types("/balance")
    await is_kept(world, 10)
    await eventually(lambda: len(world.telegram.calls("sendMessage")) > 80)

    lines = [json.loads(line) for line in log_lines.getvalue().splitlines()]
    told = [line["event"] for line in lines if line["level"] == "warning"]
    assert told == ["Telegram takes no messages"]


async def outbox(world: World, chat_ids: range, *, each: int = 2) -> None:
    """So many notices for each of these, whom Telegram knows."""
    for chat_id in chat_ids:
        world.telegram.person(chat_id).chat.started = True
    values = ", ".join(
        f"({c}, 'parked', '{{\"last_four\": \"{n:04}\"}}', 0, 0)" for n in range(each) for c in chat_ids
    )
    await change(world, f"INSERT INTO outbox (chat_id, kind, facts, send_at, created_at) VALUES {values}")


async def test_what_piled_up_goes_out_in_order_and_within_telegrams_limits(world: World) -> None:
    people = range(100, 140)
    goes_away(world)
    for chat_id in people[::4]:
        for text in ("/help", "/privacy"):
            await world.telegram.person(chat_id).types(text)
    await is_kept(world, 20)
    await outbox(world, people)
    await eventually(lambda: len(world.telegram.calls("sendMessage")) > 40)
    tried = len(world.telegram.calls("sendMessage"))
    world.telegram.calm()
    await eventually(
        lambda: not rows(world, "SELECT 1 FROM outbox UNION ALL SELECT 1 FROM replies"), within=30.0
    )

    sent = world.telegram.calls("sendMessage")[tried:]
    assert all(later.at - first.at > 0.97 for first, later in zip(sent, sent[IN_ALL:], strict=False))
    for chat_id in people:
        mine = [call.at for call in sent if call.fields["chat_id"] == str(chat_id)]
        assert all(after - before > PER_CHAT_SECONDS - 0.03 for before, after in pairwise(mine))
        said = [m.text for m in world.telegram.person(chat_id).messages if m.sender.is_bot]
        assert ["…0000" in text for text in said[-2:]] == [True, False]
        assert ["What I" in text for text in said] == [True] * (len(said) - 2) + [False] * 2
    assert Counter(len(world.telegram.person(c).messages) for c in people) == {2: 30, 6: 10}
