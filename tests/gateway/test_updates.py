"""An update from the inbox to its end."""

import asyncio
from typing import Any

import pytest

from bot.gateway import updates
from bot.gateway.dialog import Turn, set_turn
from bot.gateway.updates import SLOTS, Runner
from storage.conversations import Conversation, Visit
from tests.conftest import World
from tests.journeys.stories import A_WHILE, change, eventually, rows, says

WAITING = "SELECT 1 FROM inbox WHERE handled_at IS NULL"


async def test_an_update_whose_end_is_not_stored_is_handled_once_and_ends_later(world: World) -> None:
    """As when the disk is full for a while: the person's next message waits for it."""
    chat = await world.person()
    await eventually(lambda: not rows(world, WAITING))
    await change(
        world,
        "CREATE TRIGGER full BEFORE UPDATE OF handled_at ON inbox "
        "BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    )
    assert "Balance:" in (await says(chat, "/balance")).text
    await chat.types("/help")
    await asyncio.sleep(A_WHILE)
    assert "What I can do" not in chat.reads

    await change(world, "DROP TRIGGER full")
    await chat.sees("What I can do")
    assert chat.reads.count("Balance:") == 1
    await eventually(lambda: not rows(world, WAITING))


async def test_each_of_several_calls_at_once_keeps_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when orders of two keys are asked about, or a price list is fetched aside."""
    monkeypatch.setattr(updates, "LEAST_CALL_SECONDS", 0.05)
    nobody: Any = None
    runner = Runner(
        nobody, nobody, nobody, handle=nobody, overflow=nobody, typing=nobody, clock=nobody, outage=nobody
    )
    visit = Visit(Conversation(), known=True, language="", blocked=False)
    turn = Turn.begin(1, visit, deadline=asyncio.get_running_loop().time())
    await runner._slots.acquire()
    turn.holds = True
    set_turn(turn)

    async def call() -> None:
        async with runner.aside():
            await asyncio.sleep(10.0)

    async with asyncio.timeout(1.0):
        ends = await asyncio.gather(call(), call(), return_exceptions=True)
    assert [type(end) for end in ends] == [TimeoutError, TimeoutError]
    assert (turn.holds, runner._slots._value) == (True, SLOTS - 1)
