"""What an operator reads afterwards: a line an event, whose it was by a hash, and nobody's number."""

import io
import json
import re
from typing import Any

import pytest

from bot import logs
from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import World
from tests.journeys.stories import LINK, confirms, eventually, places, says

ANNA, BORIS = 7360194825, 6481920573


@pytest.fixture
async def chat(world: World) -> Person:
    return await world.person(ANNA)


def lines(log_lines: io.StringIO, event: str | None = None) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in log_lines.getvalue().splitlines()]
    return [line for line in found if event is None or line["event"] == event]


def handled(log_lines: io.StringIO, name: str) -> dict[str, Any]:
    (line,) = [line for line in lines(log_lines, "update handled") if line["name"] == name]
    return line


async def test_one_line_an_update_says_who_what_and_how_it_went(
    chat: Person, panel: Panel, log_lines: io.StringIO
) -> None:
    await says(chat, "/help")
    panel.misbehave(Trouble.SERVER_ERROR, action="balance")
    await says(chat, "/balance")
    await eventually(lambda: len(lines(log_lines, "update handled")) == 4)
    start, key, help_, balance = lines(log_lines, "update handled")
    assert [line["update_id"] for line in (start, key, help_, balance)] == [1, 2, 3, 4]
    assert len({line["user"] for line in lines(log_lines, "update handled")}) == 1
    assert re.fullmatch("[0-9a-f]{10}", start["user"])
    assert (help_["kind"], help_["name"], help_["outcome"]) == ("command", "help", "ok")
    assert (balance["outcome"], balance["error"]) == ("told", "PanelGarbled")
    assert "error" not in help_


async def test_an_order_can_be_followed_from_the_tap_to_its_end(
    chat: Person, panel: Panel, log_lines: io.StringIO
) -> None:
    order_id = await places(chat)
    panel.misbehave(Trouble.LOST_ANSWER, action="add")
    await confirms(chat, "I do not know", f"1 {LINK}/lost 100")
    await eventually(lambda: len(lines(log_lines, "notice")) == 2)
    taps = [line for line in lines(log_lines, "update handled") if line["name"] == "place"]
    settled = lines(log_lines, "order settled")
    assert [line["outcome"] for line in settled] == ["placed", "uncertain"]
    assert [line["update_id"] for line in settled] == [line["update_id"] for line in taps]
    assert [(line["kind"], line["outcome"]) for line in lines(log_lines, "notice")] == [
        ("outcome", "sent")
    ] * 2
    told = [*taps, *settled, *lines(log_lines, "notice"), *lines(log_lines, "key connected")]
    assert {line["user"] for line in told} == {taps[0]["user"]}
    assert LINK not in log_lines.getvalue()
    assert order_id not in re.sub(r'"timestamp": "[^"]*"', "", log_lines.getvalue())


async def test_a_key_that_is_parked_is_said_once(
    world: World, chat: Person, panel: Panel, log_lines: io.StringIO
) -> None:
    await places(chat)
    panel.misbehave(Trouble.WRONG_KEY)
    await chat.sees("does not accept your key")
    (line,) = lines(log_lines, "key parked")
    assert line["user"] == handled(log_lines, "start")["user"]
    await says(chat, "/balance")
    assert len(lines(log_lines, "key parked")) == 1


async def test_no_line_holds_a_chats_number_or_what_was_typed(
    world: World, chat: Person, panel: Panel, log_lines: io.StringIO
) -> None:
    boris = await world.person(BORIS, key=None)
    for person in (chat, boris):
        for text in ("/mysecretcommand", "some words of mine", f"/order 1 {LINK} 100", "/settings Berlin"):
            await says(person, text)
    await boris.blocks_bot()
    await chat.types("/forget")
    await chat.taps("Erase everything")
    await chat.sees("erased")
    await eventually(lambda: len({line.get("user") for line in lines(log_lines)} - {None}) == 2)
    for private in (str(ANNA), str(BORIS), "mysecretcommand", "words of mine", LINK, "Berlin"):
        assert private not in log_lines.getvalue()


def test_the_hash_of_a_user_depends_on_the_secret_and_is_the_same_tomorrow() -> None:
    ours = logs.Pseudonyms(b"a secret")
    assert ours.of(ANNA) == logs.Pseudonyms(b"a secret").of(ANNA)
    assert ours.of(ANNA) != logs.Pseudonyms(b"another").of(ANNA)
    assert ours.of(ANNA) != ours.of(BORIS)
