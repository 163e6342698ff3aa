"""Empties the outbox. What a notice looks like and how it is sent is handed in as `deliver`."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import assert_never

import structlog
from structlog.contextvars import bound_contextvars

from bot.core.quiet import when
from bot.core.settling import surely
from bot.jobs.ending import end
from storage import accounts, outbox, replies
from storage.database import Database
from storage.outbox import Notice

LEASE_SECONDS = 60.0
AT_ONCE = 30  # chats; what Telegram takes in a second
GATHER_SECONDS = 3.0  # a change waits for others, to come in one message with them

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Delivered:
    """Telegram took it, or it can never be sent: then it is `given_up`."""

    given_up: bool = False


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Not now."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The person blocked the bot: their notices wait until they return."""


Delivery = Delivered | TryAgain | Unreachable
Hear = Callable[[str, str], None]


class NoticesJob:
    """`turn` waits until a notice may go to a chat and counts it; `count` only counts.

    `gather` is for how many seconds a change waits for others. `hear` is told of each notice its kind, and
    what became of it.
    """

    def __init__(
        self,
        db: Database,
        *,
        deliver: Callable[[Notice], Awaitable[Delivery]],
        turn: Callable[[int], AbstractAsyncContextManager[None]],
        count: Callable[[int], None],
        gather: float = GATHER_SECONDS,
        hear: Hear = lambda _, __: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._db = db
        self._deliver = deliver
        self._hear = hear
        self._turn = turn
        self._count = count
        self._gather = gather
        self._clock = clock
        self._running: asyncio.Task[None] | None = None
        self._sending: dict[int, asyncio.Task[None]] = {}  # by chat
        self._under_way: dict[int, int] = {}  # chats by notices, those told at once too
        self._again = False
        self._stopping = False

    def tick(self) -> None:
        """See what is to be told. Never waits for Telegram."""
        self._again = True
        if not self._stopping and (self._running is None or self._running.done()):
            self._running = asyncio.create_task(self._run())

    def news(self) -> None:
        """Something new is to be told, at once or when others had time to join it."""
        self.tick()
        asyncio.get_running_loop().call_later(self._gather, self.tick)

    async def tell_outcome(self, order_id: str) -> None:
        """Show how placing an order went, at once: somebody waits for it. Only replies come before it.

        Nothing is done where it took so long that the queue tells it by now.
        """
        notice = await outbox.outcome_of(self._db, order_id=order_id)
        if notice is None or notice.id in self._under_way:
            return
        self._under_way[notice.id] = notice.chat_id
        try:
            if await replies.first(self._db, chat_id=notice.chat_id) is not None:
                await self._settle(notice, TryAgain(0.0))
            else:
                self._count(notice.chat_id)
                delivery = await self._try(notice)
                await surely(lambda: self._settle(notice, delivery))
        finally:
            del self._under_way[notice.id]

    async def stop(self, grace: float) -> None:
        self._stopping = True
        if self._running:
            await asyncio.wait({self._running})  # one claim: what it takes has to be put back
        await end(self._sending.values(), grace=grace)

    async def _run(self) -> None:
        try:
            while self._again and not self._stopping and (room := AT_ONCE - len(self._sending)):
                self._again = False
                for notice in await outbox.claim(
                    self._db,
                    now=self._clock(),
                    lease=LEASE_SECONDS,
                    limit=room,
                    when=when,
                    gather=self._gather,
                    busy=tuple(self._under_way.values()),  # a long pause may outlast a lease
                ):
                    self._again = True
                    if notice.id in self._under_way:
                        continue  # told at once since the claim began
                    self._under_way[notice.id] = notice.chat_id
                    self._sending[notice.chat_id] = asyncio.create_task(self._send(notice))
        except Exception:
            log.exception("notices not claimed")

    async def _send(self, notice: Notice) -> None:
        try:
            async with self._turn(notice.chat_id):
                delivery = TryAgain(0.0) if self._stopping else await self._try(notice)
            await surely(lambda: self._settle(notice, delivery))  # or it would be told twice
        except Exception:
            log.exception("notice not sent", chat_id=notice.chat_id)  # its lease ends by itself
        finally:
            del self._sending[notice.chat_id], self._under_way[notice.id]
            self.tick()

    async def _try(self, notice: Notice) -> Delivery:
        with bound_contextvars(chat_id=notice.chat_id):
            delivery = await self._deliver(notice)
            outcome = _word(delivery)
            for one in notice.all:
                self._hear(one.kind, outcome)
            say = log.debug if isinstance(delivery, TryAgain) else log.info  # an outage is one line
            waited = round(self._clock() - notice.created_at, 1)
            say("notice", kind=notice.kind, outcome=outcome, news=len(notice.all), waited=waited)
        return delivery

    async def _settle(self, notice: Notice, delivery: Delivery) -> None:
        match delivery:
            case Delivered():
                await outbox.done(self._db, notice)
            case TryAgain(seconds):
                await outbox.put_off(self._db, notice, until=self._clock() + seconds)
            case Unreachable():
                await accounts.set_blocked(self._db, chat_id=notice.chat_id, blocked_at=self._clock())
                await outbox.put_off(self._db, notice, until=self._clock())


def _word(delivery: Delivery) -> str:
    match delivery:
        case Delivered(given_up):
            return "given up" if given_up else "sent"
        case TryAgain():
            return "later"
        case Unreachable():
            return "blocked"
        case other:
            assert_never(other)
