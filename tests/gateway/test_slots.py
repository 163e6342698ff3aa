"""A slot while a handler works, none while it waits for a panel."""

import asyncio

import pytest

from bot.gateway import slots
from bot.gateway.dialog import Turn, set_turn
from bot.gateway.slots import SLOTS, Slots
from storage.conversations import Conversation, Visit


async def test_each_of_several_calls_at_once_keeps_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when orders of two keys are asked about, or a price list is fetched aside."""
    monkeypatch.setattr(slots, "LEAST_CALL_SECONDS", 0.05)

    async def typing(_: int) -> None: ...

    held = Slots(typing=typing)
    visit = Visit(Conversation(), known=True, language="", blocked=False)
    turn = Turn.begin(1, visit, deadline=asyncio.get_running_loop().time())
    set_turn(turn)

    async def call() -> None:
        async with held.aside():
            await asyncio.sleep(10.0)

    async with held.held(turn), asyncio.timeout(1.0):
        ends = await asyncio.gather(call(), call(), return_exceptions=True)
        assert (turn.holds, held._free._value) == (True, SLOTS - 1)
    assert [type(end) for end in ends] == [TimeoutError, TimeoutError]
    assert held._free._value == SLOTS
