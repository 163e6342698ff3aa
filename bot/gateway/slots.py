"""How many handlers work at once. One that waits for a panel gives its slot up, so none starves others."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.gateway.dialog import Turn, maybe_turn

SLOTS = 1000
LEAST_CALL_SECONDS = 5.0  # for a panel call, also when Telegram took all the time before
TYPING_AFTER, TYPING_EVERY = 1.0, 4.5  # seconds of waiting for a panel


class Slots:
    """`typing` shows a chat that an answer is on its way."""

    def __init__(self, *, typing: Callable[[int], Awaitable[None]]) -> None:
        self._typing = typing
        self._free = asyncio.Semaphore(SLOTS)

    @asynccontextmanager
    async def held(self, turn: Turn) -> AsyncIterator[None]:
        """For as long as the turn lasts; it is over at the end."""
        await self._free.acquire()
        turn.holds = True
        try:
            yield
        finally:
            turn.open = False
            if turn.holds:
                self._free.release()

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[None]:
        """Around a panel call made for a person: frees the slot, shows "typing", keeps the deadline."""
        turn = maybe_turn()
        if turn is None or not turn.open:
            yield
            return
        soonest = asyncio.get_running_loop().time() + LEAST_CALL_SECONDS
        async with self._without(turn), asyncio.timeout_at(max(turn.deadline, soonest)):
            yield

    @asynccontextmanager
    async def _without(self, turn: Turn) -> AsyncIterator[None]:
        """The first of several calls at once frees the slot."""
        if not turn.holds:
            yield
            return
        turn.holds = False
        self._free.release()
        typing = asyncio.create_task(self._keep_typing(turn))
        try:
            yield
        finally:
            typing.cancel()
            if turn.open:
                await self._free.acquire()
                turn.holds = turn.open
                if not turn.open:
                    self._free.release()

    async def _keep_typing(self, turn: Turn) -> None:
        await asyncio.sleep(TYPING_AFTER)
        while turn.open:
            await self._typing(turn.chat_id)
            await asyncio.sleep(TYPING_EVERY)
