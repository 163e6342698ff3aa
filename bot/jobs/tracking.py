"""Polls due orders: workers take a key at a time until nothing is due."""

import asyncio
from collections.abc import Callable

import structlog

from bot.core.tracking import Tracking

WORKERS = 8  # as many as the panel's polling connections

log = structlog.get_logger()


class TrackingJob:
    """`news` is called when a look brought something to tell."""

    def __init__(self, tracking: Tracking, *, news: Callable[[], None]) -> None:
        self._tracking = tracking
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
            while not self._stopping and (claim := await self._tracking.claim()):
                self.tick()  # where one key is due, others may be
                if await self._tracking.look(claim):
                    self._news()
        except Exception:
            log.exception("a look at orders failed")  # its lease ends by itself
