"""What holds in every journey: no error in the log, no key either, and no tap left without an answer."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from bot import logs
from bot.sandbox.telegram import Person
from tests.conftest import KEY, OTHER_KEY, World
from tests.journeys.stories import LINK, OPERATOR


@pytest.fixture(autouse=True)
def log_lines() -> Iterator[io.StringIO]:
    """The program's own log at its chattiest, just as an operator gets it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.set_up(level="DEBUG", form="json")
    structlog.configure(cache_logger_on_first_use=False)
    lines = io.StringIO()
    root.handlers[:] = [handler := root.handlers[0]]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(lines)
    yield lines
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    written = lines.getvalue()
    assert KEY not in written
    assert OTHER_KEY not in written
    assert LINK not in written
    errors = [line for line in written.splitlines() if json.loads(line)["level"] in {"error", "critical"}]
    assert not errors, "\n".join(errors)


@pytest.fixture
async def world(world: World) -> AsyncIterator[World]:
    yield world
    for _ in range(100):
        if world.running is None or not world.telegram.taps._waiting:
            return
        await asyncio.sleep(0.02)
    assert [tap.data for tap in world.telegram.taps._waiting.values()] == []


@pytest.fixture
async def operator(world: World) -> Person:
    """One of the people who run the bot, connected like anybody."""
    world.settings["admin_ids"] = (OPERATOR,)
    await world.stop()
    await world.start()
    return await world.person(OPERATOR, first_name="Olga")
