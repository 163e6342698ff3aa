"""/admin: how everything does, for operators, and for nobody else."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from bot.sandbox.telegram.chats import Message
from tests.conftest import OTHER_KEY, World, world_in
from tests.journeys.stories import A_WHILE, LINK, change, confirms, eventually, places, rows, says, taps

OPERATOR = 77


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with world_in(tmp_path, admin_ids=(OPERATOR,)) as made:
        yield made


@pytest.fixture
async def operator(world: World) -> Person:
    """Without a key: an operator need not be a customer."""
    return await world.person(OPERATOR, key=None)


def line(message: Message, begins: str) -> str:
    return next(line for line in message.text.splitlines() if line.startswith(begins))


async def test_people_orders_and_charges(world: World, operator: Person, chat: Person, panel: Panel) -> None:
    other = await world.person(8, key=OTHER_KEY)
    gone = await world.person(9)
    await gone.blocks_bot()
    await eventually(lambda: rows(world, "SELECT 1 FROM people WHERE blocked_at IS NOT NULL"))
    await places(chat)
    panel.finish(await places(other, f"1 {LINK}/2 500"))
    await other.sees("Completed")
    panel.misbehave(Trouble.LOST_ANSWER, action="add", times=1)
    await confirms(chat, "I do not know whether", f"1 {LINK}/3 1000")
    await change(world, "UPDATE people SET created_at = 0 WHERE chat_id = 8")
    await change(world, "UPDATE accounts SET parked_at = 1 WHERE chat_id = 9")
    shown = await says(operator, "/admin")

    assert shown.file
    assert shown.file.is_photo
    assert shown.buttons == ["Refresh"]
    assert line(shown, "People") == "People: 2 connected, 1 new this week, 1 blocked the bot"
    assert line(shown, "1 key") == "1 key is parked"
    assert line(shown, "Orders") == "Orders: 1 open, 1 uncertain"
    assert line(shown, "30 days") == "30 days: 2 orders, $1.35"
    assert line(shown, "Waiting") == "Waiting to be told: 0 notices, 0 replies"
    assert re.fullmatch(r"Overview, \d\d:\d\d · version [\d.]+, up \d+ \w+", line(shown, "Overview"))
    assert re.fullmatch(r"Database: [\d.]+ [KM]B, [\d,.]+ GB of disk free", line(shown, "Database"))


async def test_the_panel_and_telegram(world: World, operator: Person, chat: Person, panel: Panel) -> None:
    await places(chat)
    panel.misbehave(Trouble.SERVER_ERROR, action="balance", times=1)
    world.telegram.trouble("sendMessage", status=502, times=1)
    await says(chat, "/balance")
    shown = await says(operator, "/admin")

    assert line(shown, "Panel") == "Panel: answers"
    assert line(shown, "add: ").startswith("add: 1 · ")
    assert line(shown, "balance: ").endswith("1 unanswered")
    assert "Slowest: " in shown.text
    assert line(shown, "Telegram").endswith("errors in the last hour: 1 × 502")


async def test_before_anything_has_happened(operator: Person) -> None:
    shown = await says(operator, "/admin")
    assert "No calls since " in shown.text
    assert line(shown, "30 days") == "30 days: 0 orders, 0.00"


async def test_refresh_takes_the_pictures_place(world: World, operator: Person, chat: Person) -> None:
    shown = await says(operator, "/admin")
    before, count = shown.file, len(operator.messages)
    await places(chat)
    for _ in range(2):
        await (await operator.taps_on(shown, "Refresh")).answer()
    await eventually(lambda: "30 days: 1 order, $0.90" in shown.text)

    assert shown.file
    assert shown.file is not before
    assert len(operator.messages) == count


async def test_for_everybody_else_there_is_no_such_command(operator: Person, chat: Person) -> None:
    unknown = await says(chat, "/nonsense")
    assert (await says(chat, "/admin")).text == unknown.text
    assert (await says(chat, f"/admin {OPERATOR}")).text == unknown.text


async def test_for_everybody_else_there_is_no_such_button(
    world: World, operator: Person, chat: Person
) -> None:
    shown = await says(chat, "/help")
    old = await (await chat.taps_data("nonsense::0:0", shown)).answer()
    assert await (await chat.taps_data("admin::0:0", shown)).answer() == old
    await asyncio.sleep(A_WHILE)
    assert "Overview" not in chat.reads
    assert "Overview" in (await says(operator, "/admin")).text


async def test_a_button_of_who_is_no_operator_any_more_does_nothing(world: World, operator: Person) -> None:
    shown = await says(operator, "/admin")
    before = shown.text
    await world.stop()
    world.settings["admin_ids"] = ()
    await world.start()
    assert "earlier step" in await (await operator.taps_on(shown, "Refresh")).answer()
    assert shown.text == before


async def test_a_panel_that_is_away_is_pointed_out(world: World, operator: Person, panel: Panel) -> None:
    people = [await world.person(n, key=key) for n, key in ((1, None), (2, OTHER_KEY))]
    panel.accounts["c" * 32] = panel.accounts["d" * 32] = panel.accounts[OTHER_KEY]
    for number, key in ((3, "c" * 32), (4, "d" * 32)):
        people.append(await world.person(number, key=key))
    for person in people[1:]:
        await places(person, f"1 {LINK}/{person.user.id} 50")
    panel.misbehave(Trouble.SERVER_ERROR)
    await taps_until(operator, "no answer for")


async def taps_until(operator: Person, words: str) -> None:
    shown = await says(operator, "/admin")
    for _ in range(50):
        if words in shown.text:
            return
        await taps(operator, "Refresh", on=shown)
        await asyncio.sleep(0.1)
    raise AssertionError(shown.text)
