"""Polls what is due: workers take a key at a time, of orders or of refills, until nothing is due."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import structlog

from bot.core.breaker import Breaker
from bot.jobs.ending import end
from bot.panel.pacing import Pace, Turns

WORKERS = 8  # as many as the panel's polling connections
FAILING = 4  # of them at most look at keys whose last look failed: those may hang, and others are due

log = structlog.get_logger()


class Claim(Protocol):
    @property
    def failures(self) -> int:
        """Of its key in a row."""


C = TypeVar("C", bound=Claim)


class Queue(Protocol[C]):
    async def claim(self, *, failing: bool) -> C | None:
        """What is due of one key, which nobody else looks at meanwhile; None: nothing.

        Without `failing` only keys whose last look brought an answer count.
        """

    async def look(self, claim: C, /) -> bool:
        """True when something is to be told."""


class TrackingJob:
    """`news` is called when a look brought something to tell. `turns` and `breaker` say when one may be."""

    def __init__(
        self,
        *queues: Queue[Any],
        news: Callable[[], None],
        breaker: Breaker | None = None,
        turns: Turns | None = None,
    ) -> None:
        self._queues = queues
        self._breaker = breaker or Breaker()
        self._turns = turns or Turns(Pace())
        self._failing = 0
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
        await end(self._workers, grace=grace)

    async def _work(self) -> None:
        try:
            while not self._stopping:
                await self._turns.reserve()
                if not (self._breaker.enter() and await self._poll()):
                    self._turns.give_back()
                    break
        except Exception:
            log.exception("a look at orders failed")  # its lease ends by itself

    async def _poll(self) -> bool:
        """Look at one key. False when nothing is due."""
        failing = self._failing < FAILING
        self._failing += failing
        try:
            found = await self._claim(failing)
            if found is None:
                return False
            self.tick()  # where one key is due, others may be
            queue, claim = found
            if failing and not claim.failures:
                failing = False
                self._failing -= 1
            if await queue.look(claim):
                self._news()
            return True
        finally:
            self._failing -= failing
            self._breaker.leave()

    async def _claim(self, failing: bool) -> tuple[Queue[Any], Any] | None:
        """From another queue first each time, so that none waits for the others to be empty."""
        self._next += 1
        for place in range(len(self._queues)):
            queue = self._queues[(self._next + place) % len(self._queues)]
            claim = await queue.claim(failing=failing)
            if claim is not None:
                return queue, claim
        return None
