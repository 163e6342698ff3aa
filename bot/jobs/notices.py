"""Empties the outbox. What a notice looks like and how it is sent is handed in as `deliver`."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from storage import accounts, outbox, replies
from storage.database import Database
from storage.outbox import Notice

LEASE_SECONDS = 60.0
AT_ONCE = 29  # chats; what Telegram takes in a second

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Delivered:
    """Telegram took it, or it can never be sent."""


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Not now."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The person blocked the bot: their notices wait until they return."""


Delivery = Delivered | TryAgain | Unreachable


class NoticesJob:
    """`turn` waits until a notice may go to a chat and counts it; `count` only counts."""

    def __init__(
        self,
        db: Database,
        *,
        deliver: Callable[[Notice], Awaitable[Delivery]],
        turn: Callable[[int], Awaitable[None]],
        count: Callable[[int], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._db = db
        self._deliver = deliver
        self._turn = turn
        self._count = count
        self._clock = clock
        self._running: asyncio.Task[None] | None = None
        self._sending: dict[int, asyncio.Task[None]] = {}  # by notice
        self._again = False
        self._stopping = False

    def tick(self) -> None:
        """See what is to be told. Never waits for Telegram."""
        self._again = True
        if not self._stopping and (self._running is None or self._running.done()):
            self._running = asyncio.create_task(self._run())

    async def tell_outcome(self, order_id: str) -> None:
        """Show how placing an order went, at once: somebody waits for it. Only replies come before it."""
        notice = await outbox.outcome_of(self._db, order_id=order_id)
        if notice is None:
            return
        if await replies.first(self._db, chat_id=notice.chat_id) is not None:
            await self._settle(notice, TryAgain(0.0))
        else:
            self._count(notice.chat_id)
            await self._settle(notice, await self._deliver(notice))

    async def stop(self, grace: float) -> None:
        self._stopping = True
        if self._running:
            await asyncio.wait({self._running})  # one claim: what it takes has to be put back
        tasks = set(self._sending.values())
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        try:
            while self._again and not self._stopping and (room := AT_ONCE - len(self._sending)):
                self._again = False
                now = self._clock()
                for notice in await outbox.claim(self._db, now=now, lease=LEASE_SECONDS, limit=room):
                    if notice.id in self._sending:
                        continue  # a long pause outlasted its lease
                    self._again = True
                    self._sending[notice.id] = asyncio.create_task(self._send(notice))
        except Exception:
            log.exception("notices not claimed")

    async def _send(self, notice: Notice) -> None:
        try:
            await self._turn(notice.chat_id)
            if self._stopping:
                await outbox.put_off(self._db, notice_id=notice.id, until=self._clock())
                return
            await self._settle(notice, await self._deliver(notice))
        except Exception:
            log.exception("notice not sent")  # its lease ends by itself
        finally:
            del self._sending[notice.id]
            self.tick()

    async def _settle(self, notice: Notice, delivery: Delivery) -> None:
        match delivery:
            case Delivered():
                await outbox.done(self._db, notice_id=notice.id)
            case TryAgain(seconds):
                await outbox.put_off(self._db, notice_id=notice.id, until=self._clock() + seconds)
            case Unreachable():
                await accounts.set_blocked(self._db, chat_id=notice.chat_id, blocked_at=self._clock())
                await outbox.put_off(self._db, notice_id=notice.id, until=self._clock())
