"""Waiting for something to change, without looking at the clock."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class Signal:
    """Wakes everyone who waits for it. Costs next to nothing while nobody does."""

    __slots__ = ("_waiters",)

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] | None = None

    def fire(self) -> None:
        waiters, self._waiters = self._waiters, None
        for waiter in waiters or ():
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self) -> None:
        if self._waiters is None:
            self._waiters = set()
        waiters, waiter = self._waiters, asyncio.get_running_loop().create_future()
        waiters.add(waiter)
        try:
            await waiter
        finally:
            waiters.discard(waiter)

    async def until(self, look: Callable[[], Found | None], *, within: float) -> Found | None:
        """What `look` finds, now or after some change; None once `within` seconds have passed."""
        try:
            async with asyncio.timeout(within):
                while (found := look()) is None:
                    await self.wait()
                return found
        except TimeoutError:
            return None
