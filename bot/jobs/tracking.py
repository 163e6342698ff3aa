"""Polls what is due: workers take a key at a time, of orders or of refills, until nothing is due."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import structlog

WORKERS = 8  # as many as the panel's polling connections

log = structlog.get_logger()

C = TypeVar("C")


class Queue(Protocol[C]):
    async def claim(self) -> C | None:
        """What is due of one key, which nobody else looks at meanwhile; None: nothing."""

    async def look(self, claim: C, /) -> bool:
        """True when something is to be told."""


class TrackingJob:
    """`news` is called when a look brought something to tell."""

    def __init__(self, *queues: Queue[Any], news: Callable[[], None]) -> None:
        self._queues = queues
        self._next = 0
        self._news = news
        self._workers: set[asyncio.Task[None]] = set()
        self._stopping = False

    def tick(self) -> None:
        """Wake the workers. Never waits for a panel."""
        if not self._stopping and len(self._workers) < WORKERS:
            worker = asyncio.create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def stop(self, grace: float) -> None:
        self._stopping = True
        if self._workers:
            await asyncio.wait(self._workers, timeout=grace)
        for worker in list(self._workers):
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    async def _work(self) -> None:
        try:
            while not self._stopping and (found := await self._claim()):
                self.tick()  # where one key is due, others may be
                queue, claim = found
                if await queue.look(claim):
                    self._news()
        except Exception:
            log.exception("a look at orders failed")  # its lease ends by itself

    async def _claim(self) -> tuple[Queue[Any], Any] | None:
        """From another queue first each time, so that none waits for the others to be empty."""
        self._next += 1
        for place in range(len(self._queues)):
            queue = self._queues[(self._next + place) % len(self._queues)]
            claim = await queue.claim()
            if claim is not None:
                return queue, claim
        return None
