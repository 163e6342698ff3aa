"""Pieces of stories that many journeys tell, and looks behind the scenes."""

import asyncio
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, TypeVar

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from bot.sandbox.telegram.chats import Message
from bot.sandbox.telegram.taps import Tap
from tests.conftest import World

LINK = "https://example.com/p/1"
OPERATOR = 9000
A_WHILE = 0.4  # seconds in which something would have happened if it were to happen

T = TypeVar("T")


async def says(person: Person, text: str) -> Message:
    """Type, and wait for the bot's next message."""
    typed = await person.types(text)
    return await next_message(person, typed)


async def next_message(person: Person, after: Message) -> Message:
    def look() -> Message | None:
        return next((m for m in person.chat.newest(from_bot=True) if m.id > after.id), None)

    found = await person.chat.changed.until(look, within=person.patience)
    assert found is not None, f"no answer to {after.text!r}\n{person.reads}"
    return found


async def hears(person: Person, text: str, *, after: Message, within: float | None = None) -> Message:
    """Wait for a message that came after this one and says so."""

    def look() -> Message | None:
        return next(
            (m for m in person.chat.newest(from_bot=True) if m.id > after.id and text in m.text), None
        )

    found = await person.chat.changed.until(look, within=person.patience if within is None else within)
    assert found is not None, f"{text!r} did not come\n{person.reads}"
    return found


async def taps(person: Person, label: str, *, on: Message | None = None) -> Message:
    """Tap, and wait for the message that changes by it, or comes."""
    tap = await (person.taps(label) if on is None else person.taps_on(on, label))
    shown = {m.id: (m.text, m.buttons) for m in person.messages}

    def look() -> Message | None:
        newest = person.chat.newest(from_bot=True)
        return next((m for m in newest if shown.get(m.id) != (m.text, m.buttons)), None)

    found = await person.chat.changed.until(look, within=person.patience)
    assert found is not None, f"a tap on {label!r} showed nothing new\n{person.reads}"
    await tap.answer()
    return found


async def becomes(person: Person, message: Message, text: str) -> Message:
    """Wait until this very message says so."""
    found = await person.chat.changed.until(lambda: text in message.text or None, within=person.patience)
    assert found, f"{text!r} is not in {message.text!r}"
    return message


async def summary(person: Person, order: str = f"1 {LINK} 1000") -> Message:
    shown = await says(person, f"/order {order}")
    assert "Please check your order" in shown.text, shown.text
    return shown


async def places(person: Person, order: str = f"1 {LINK} 1000") -> str:
    """Order and confirm; the panel's id of the order."""
    shown = await summary(person, order)
    await person.taps_on(shown, "Place order")
    await becomes(person, shown, "is placed")
    found = re.search(r"Order (\S+) is placed", shown.text)
    assert found
    return found[1]


async def confirms(person: Person, outcome: str, order: str = f"1 {LINK} 1000") -> Message:
    """Order and confirm; the message that tells this outcome."""
    shown = await summary(person, order)
    await person.taps_on(shown, "Place order")
    return await becomes(person, shown, outcome)


async def toast_of(tap: Tap) -> str:
    return await tap.answer()


def data_of(message: Message, label: str) -> str:
    """What a button carries."""
    return next(
        str(button["callback_data"])
        for row in message.keyboard
        for button in row
        if label in str(button["text"])
    )


async def eventually(look: Callable[[], T | None], *, within: float = 10.0) -> T:
    """Wait for something that nobody signals."""
    for _ in range(int(within / 0.02)):
        if found := look():
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come about")


def rows(world: World, sql: str, *values: Any) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(world.database, timeout=5)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(sql, values)]


async def change(world: World, sql: str, *values: Any) -> None:
    def act() -> None:
        with closing(sqlite3.connect(world.database, timeout=5)) as db, db:
            db.execute(sql, values)

    await asyncio.to_thread(act)


def traces(world: World, *words: str) -> list[str]:
    """Where in any table any of these words stands."""
    return [f"{table}: {word}" for table, value in _cells(world) for word in words if word in value]


def _cells(world: World) -> Iterator[tuple[str, str]]:
    for table in rows(world, "SELECT name FROM sqlite_master WHERE type = 'table'"):
        for row in rows(world, f"SELECT * FROM {table['name']}"):
            for value in row.values():
                text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                yield table["name"], text


async def refresh_catalog(world: World, person: Person, panel: Panel) -> None:
    """Let the price list age, so that the next look at it fetches the panel's new one aside."""
    await change(world, "UPDATE accounts SET catalog_at = 0")
    asked = len(panel.calls("services"))
    before = rows(world, "SELECT catalog_digest FROM accounts")
    await says(person, "is there anything new?")
    await eventually(lambda: len(panel.calls("services")) > asked)
    await eventually(lambda: rows(world, "SELECT catalog_digest FROM accounts") != before)
