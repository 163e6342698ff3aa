"""Mass orders whose way is not smooth: refusals, lost answers, restarts, erasing."""

import asyncio
import csv
import io
from decimal import Decimal

import pytest

from bot.core import mass_pace
from bot.jobs import masses as jobs
from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from bot.sandbox.telegram.chats import Message
from tests.conftest import KEY, World
from tests.journeys.stories import (
    A_WHILE,
    change,
    eventually,
    hears,
    next_message,
    places,
    rows,
    says,
    taps,
)

ENDED = "Your mass order has ended"


def link(number: int) -> str:
    return f"https://example.com/p/{number}"


def listed(count: int, *, quantity: int = 50) -> str:
    return "\n".join(f"1 | {link(number)} | {quantity}" for number in range(1, count + 1))


async def begins(chat: Person, count: int, *, quantity: int = 50) -> Message:
    """Confirm a list; the message that shows how far it is."""
    typed = await chat.sends_file("list.txt", listed(count, quantity=quantity), "/mass")
    shown = await next_message(chat, typed)
    tap = await chat.taps_on(shown, f"Place {count} orders")
    await tap.answer()
    return shown


async def ended(chat: Person, shown: Message) -> Message:
    return await hears(chat, ENDED, after=shown, within=20.0)


def errors(message: Message) -> dict[str, str]:
    """What the file says is wrong, by line."""
    assert message.file
    table = csv.DictReader(io.StringIO(message.file.text, newline=""))
    return {row["line"]: row["error"] for row in table if row["error"]}


async def test_a_refused_line_is_told_in_the_panel_s_words_and_defused(chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.ERROR, action="add", text="=Ой <b>", times=1)
    summary = await ended(chat, await begins(chat, 3))

    assert "placed: 2 of 3" in summary.text
    assert "not placed: 1" in summary.text
    assert "line 1: “=Ой <b>”" in summary.text
    assert errors(summary) == {"1": "'=Ой <b>"}


async def test_an_order_already_open_for_the_link_costs_only_its_line(chat: Person, panel: Panel) -> None:
    await places(chat, f"1 {link(2)} 100")
    summary = await ended(chat, await begins(chat, 3))

    assert "placed: 2 of 3" in summary.text
    assert list(errors(summary)) == ["2"]


async def test_lost_answers_are_uncertain_and_never_sent_again(
    world: World, chat: Person, panel: Panel
) -> None:
    panel.misbehave(Trouble.LOST_ANSWER, action="add", times=1)
    summary = await ended(chat, await begins(chat, 3))

    assert "Uncertain: lines 1." in summary.text
    assert "/orders shows them" in summary.text
    assert len(panel.calls("add")) == 3
    assert errors(summary) == {"1": "uncertain: it may have been placed and charged"}
    await taps(chat, "My orders", on=summary)
    card = await taps(chat, "uncertain")
    assert card.buttons[:3] == ["Look again", "Enter the id", "It was not placed"]
    assert "so your balance does not tell" in card.text
    await taps(chat, "It was not placed", on=card)
    assert "Closed as not placed" in card.text


async def test_an_empty_balance_stops_the_rest(chat: Person, panel: Panel) -> None:
    panel.add_account(KEY, Decimal("9.5"))
    summary = await ended(chat, await begins(chat, 20, quantity=10000))

    assert "placed: 1 of 20" in summary.text
    assert "Your balance was used up" in summary.text
    assert len(panel.calls("add")) <= 4
    found = errors(summary)
    assert (found["20"], len(found)) == ("not sent", 19)
    await taps(chat, "My orders", on=summary)
    while "Next ›" in summary.buttons or "Next ›" in chat.buttons:
        await taps(chat, "Next ›")
    card = await taps(chat, "not placed")
    assert "Not sent" in card.text or "Not enough funds" in card.text


async def test_a_rejected_key_stops_at_the_first_line(chat: Person, panel: Panel) -> None:
    shown = await next_message(chat, await chat.sends_file("list.txt", listed(9), "/mass"))
    panel.misbehave(Trouble.WRONG_KEY, action="add")
    await chat.taps_on(shown, "Place 9 orders")
    summary = await ended(chat, shown)

    assert "does not accept your key any more" in summary.text
    assert "Not sent: 8 lines" in summary.text
    assert len(panel.calls("add")) == 1


@pytest.fixture
def short_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mass_pace, "BUSY_PAUSES", (2.0,))
    monkeypatch.setattr(mass_pace, "GAP_SECONDS", 0.01)
    monkeypatch.setattr(jobs, "PROGRESS_SECONDS", 0.1)


@pytest.mark.usefixtures("short_rests")
async def test_a_rate_limit_is_waited_for_and_costs_one_line(chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.RATE_LIMIT, action="add", times=1, retry_after=1)
    shown = await begins(chat, 4)
    await eventually(lambda: "does not take orders for the moment. I wait" in shown.text)
    summary = await ended(chat, shown)

    assert "placed: 3 of 4" in summary.text
    assert errors(summary) == {"1": "Rate limit exceeded"}
    assert [form["link"] for form in panel.calls("add")] == [link(n) for n in range(1, 5)]
    assert "for the moment" not in shown.text


@pytest.mark.usefixtures("short_rests")
async def test_a_stop_while_it_waits_goes_on_at_the_next_start(
    world: World, chat: Person, panel: Panel
) -> None:
    panel.misbehave(Trouble.RATE_LIMIT, action="add", times=1, retry_after=3600)
    shown = await begins(chat, 4)
    await eventually(lambda: "for the moment" in shown.text)
    assert len(rows(world, "SELECT 1 FROM orders WHERE state = 'queued'")) == 3
    await world.stop()
    await world.start()
    summary = await ended(chat, shown)

    assert "placed: 3 of 4" in summary.text
    assert len(panel.calls("add")) == 4
    assert rows(world, "SELECT 1 FROM masses") == []


@pytest.mark.usefixtures("short_rests")
async def test_a_panel_that_takes_no_orders_is_given_up_in_the_end(
    chat: Person, panel: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mass_pace, "BUSY_PATIENCE", 1.0)
    panel.misbehave(Trouble.RATE_LIMIT, action="add", retry_after=1)
    summary = await ended(chat, await begins(chat, 4))

    assert "not placed: 2" in summary.text
    assert "Not sent: 2 lines" in summary.text
    assert "takes no more orders for now" in summary.text
    assert errors(summary) == {
        "1": "Rate limit exceeded",
        "2": "Rate limit exceeded",
        "3": "not sent",
        "4": "not sent",
    }


async def test_a_stop_in_the_middle_goes_on_at_the_next_start(
    world: World, chat: Person, panel: Panel
) -> None:
    panel.misbehave(Trouble.SLOW, action="add", delay=0.1)
    shown = await begins(chat, 12)
    await panel.next_call("add")
    await world.stop()
    sent = len(panel.calls("add"))
    assert 0 < sent < 12
    assert rows(world, "SELECT 1 FROM orders WHERE state = 'placing'") == []
    await world.start()
    summary = await ended(chat, shown)

    assert "placed: 12 of 12" in summary.text
    assert sorted(form["link"] for form in panel.calls("add")) == sorted(link(n) for n in range(1, 13))
    assert len(chat.files) == 1


async def test_a_line_that_hangs_at_the_end_is_uncertain_after_the_restart(
    world: World, chat: Person, panel: Panel
) -> None:
    shown = await next_message(chat, await chat.sends_file("list.txt", listed(3), "/mass"))
    panel.misbehave(Trouble.HANG, action="add", times=1)
    await chat.taps_on(shown, "Place 3 orders")
    await panel.next_call("add")
    await world.stop()
    panel.calm()
    await world.start()
    summary = await ended(chat, shown)

    assert "placed: 2 of 3" in summary.text
    assert "Uncertain: lines 1." in summary.text
    assert "I do not know whether this order was placed" not in chat.reads
    assert len(panel.calls("add")) == 3


async def test_after_an_erasure_nothing_further_is_sent(world: World, chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.HANG, action="add")
    await begins(chat, 9)
    await panel.next_call("add")
    await says(chat, "/forget")
    erased = await taps(chat, "Erase everything")
    assert "is erased" in erased.text
    panel.calm()
    await asyncio.sleep(A_WHILE)

    assert len(panel.calls("add")) == 1
    assert [rows(world, f"SELECT 1 FROM {table}") for table in ("orders", "masses", "outbox")] == [[], [], []]
    assert ENDED not in chat.reads


async def test_the_summary_comes_once_telegram_takes_it(world: World, chat: Person, panel: Panel) -> None:
    world.telegram.trouble("sendDocument", status=429, retry_after=1)
    summary = await ended(chat, await begins(chat, 2))

    assert "placed: 2 of 2" in summary.text
    await eventually(lambda: rows(world, "SELECT 1 FROM outbox") == [] or None)
    assert len(chat.files) == 1


async def test_a_person_who_left_reads_it_when_they_return(world: World, chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.HANG, action="add")
    shown = await begins(chat, 2)
    await panel.next_call("add")
    await chat.blocks_bot()
    panel.calm()
    await eventually(lambda: rows(world, "SELECT 1 FROM outbox WHERE kind = 'mass'"))
    await chat.unblocks_bot()

    assert "placed: 2 of 2" in (await ended(chat, shown)).text


async def test_a_message_that_cannot_be_edited_stops_nothing(
    world: World, chat: Person, panel: Panel
) -> None:
    shown = await next_message(chat, await chat.sends_file("list.txt", listed(2), "/mass"))
    world.telegram.trouble("editMessageText", times=99, status=400)
    await chat.taps_on(shown, "Place 2 orders")

    assert "placed: 2 of 2" in (await ended(chat, shown)).text


async def test_a_list_that_can_not_be_checked_right_now(world: World, chat: Person, panel: Panel) -> None:
    await change(world, "UPDATE accounts SET catalog_digest = NULL")
    panel.misbehave(Trouble.SERVER_ERROR, action="services")
    assert "does not answer right now" in (await says(chat, f"/mass\n{listed(2)}")).text
    panel.calm()
    panel.misbehave(Trouble.SERVER_ERROR, action="balance")

    shown = await says(chat, f"/mass\n{listed(2)}")
    assert "I could not get your balance right now" in shown.text
    await taps(chat, "Place 2 orders", on=shown)
    await ended(chat, shown)


@pytest.mark.parametrize("what", ["telegram gives no file", "it is an edited message"])
async def test_what_is_no_list(world: World, chat: Person, panel: Panel, what: str) -> None:
    await says(chat, "/mass")
    if what == "telegram gives no file":
        world.telegram.trouble("getFile", status=400)
        sent = await chat.sends_file("list.txt", listed(2))
        await hears(chat, "Telegram did not give me your file", after=sent)
    else:
        typed = await chat.types(listed(2))
        await next_message(chat, typed)
        await chat.edits(typed, listed(3))
        await chat.sees("I do not read edited messages")
    assert "Place 1 order" in (await says(chat, listed(1))).buttons
