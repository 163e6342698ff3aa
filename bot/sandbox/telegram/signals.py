"""Waiting for something to change, without looking at the clock."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TypeVar

Found = TypeVar("Found")


class Signal:
    """Wakes everyone who waits for it. Costs next to nothing while nobody does."""

    __slots__ = ("_waiters", "fired")

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] | None = None
        self.fired = 0  # times

    def fire(self) -> None:
        self.fired += 1
        waiters, self._waiters = self._waiters, None
        for waiter in waiters or ():
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self) -> None:
        await any_of([self])

    def wakes(self, waiter: "asyncio.Future[None]") -> set["asyncio.Future[None]"]:
        """When it fires next; until then the waiter can be taken out of this set."""
        if self._waiters is None:
            self._waiters = set()
        self._waiters.add(waiter)
        return self._waiters

    async def until(self, look: Callable[[], Found | None], *, within: float) -> Found | None:
        """What `look` finds, now or after some change; None once `within` seconds have passed."""
        try:
            async with asyncio.timeout(within):
                while (found := look()) is None:
                    await self.wait()
                return found
        except TimeoutError:
            return None


async def any_of(signals: Iterable[Signal]) -> None:
    """Wait until one of them fires."""
    waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    waiting = [signal.wakes(waiter) for signal in signals]
    try:
        await waiter
    finally:
        for waiters in waiting:
            waiters.discard(waiter)
