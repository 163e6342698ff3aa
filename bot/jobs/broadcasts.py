"""Sends announcements, behind all other notices. What one looks like and how it is sent is handed in."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import Protocol, assert_never

import structlog

from bot.core.quiet import quiet_until
from bot.core.settling import surely
from bot.jobs.ending import end
from bot.jobs.notices import Delivered, TryAgain, Unreachable
from storage import accounts, broadcasts
from storage.broadcasts import Broadcast, Recipient
from storage.database import Database

AT_ONCE = 25  # people; what goes out in a second
PROGRESS_SECONDS = 3.0  # between two looks at how far it is
AWAY_SECONDS = 5.0  # between two looks whether Telegram is back

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Failed:
    """Telegram will never take it for them."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """Nobody knows whether they got it, so it is not sent to them again. Telegram is away."""


Outcome = Delivered | TryAgain | Unreachable | Failed | Unsure


class Turn(Protocol):
    def __call__(self, chat_id: int, *, last: bool) -> AbstractAsyncContextManager[None]:
        """Wait until a message may go to a chat, and count it."""


class BroadcastsJob:
    """`show` tells the operator how far one is, `is_back` whether Telegram takes messages again; `news`: one
    has ended, and its notice waits."""

    def __init__(
        self,
        db: Database,
        *,
        deliver: Callable[[Recipient, str], Awaitable[Outcome]],
        show: Callable[[Broadcast, Mapping[str, int]], Awaitable[None]],
        is_back: Callable[[], Awaitable[bool]],
        turn: Turn,
        news: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._db = db
        self._deliver = deliver
        self._show = show
        self._is_back = is_back
        self._turn = turn
        self._news = news
        self._clock = clock
        self._running: dict[str, asyncio.Task[None]] = {}
        self._shown: dict[str, tuple[float, Mapping[str, int]]] = {}  # when, and what
        self._is_away = False
        self._stopping = asyncio.Event()

    async def tick(self) -> None:
        """Take up what was confirmed, and whom it was put off for."""
        try:
            for one in await broadcasts.unfinished(self._db):
                if one.id not in self._running and not self._stopping.is_set():
                    self._running[one.id] = asyncio.create_task(self._run(one))
        except Exception:
            log.exception("announcements not looked up")

    async def stop(self, grace: float) -> None:
        """Those on their way have so many seconds; the others get it from the next run."""
        self._stopping.set()
        await end(self._running.values(), grace=grace)

    async def _run(self, one: Broadcast) -> None:
        """Send it to everybody who may get it now."""
        try:
            await self._tell(one)
            while found := await self._due(one):
                await self._send_all(one, found)
                await self._tell(one)
                await self._wait_for_telegram()
            if not self._stopping.is_set() and await broadcasts.end(self._db, one, now=self._clock()):
                log.info("announcement ended")
                self._shown.pop(one.id, None)
                self._news()
        except Exception:
            log.exception("announcement not carried through")  # the next tick goes on with it
        finally:
            del self._running[one.id]

    async def _due(self, one: Broadcast) -> list[Recipient]:
        if self._stopping.is_set():
            return []
        return await broadcasts.due(self._db, broadcast_id=one.id, now=self._clock(), limit=AT_ONCE)

    async def _send_all(self, one: Broadcast, people: Sequence[Recipient]) -> None:
        """Raises what the database raised, when all have ended: to go on at once would be of no use."""
        tries = (self._send(one, person) for person in people)
        for failure in await asyncio.gather(*tries, return_exceptions=True):
            if failure is not None:
                raise failure

    async def _send(self, one: Broadcast, person: Recipient) -> None:
        now = self._clock()
        at = quiet_until(person.wanted, now)
        if at > now:
            await broadcasts.put_off(self._db, person, until=at)
            return
        async with self._turn(person.chat_id, last=True):
            if self._stopping.is_set() or self._is_away or not await broadcasts.begin(self._db, person):
                return
            outcome = await self._try(person, one.text)
        if outcome is not None:
            await surely(lambda: self._settle(person, outcome))  # or it would count as unsure

    async def _try(self, person: Recipient, text: str) -> Outcome | None:
        """None when that failed on our side."""
        try:
            outcome = await self._deliver(person, text)
        except Exception:
            log.exception("announcement not sent to somebody")
            return None
        self._is_away |= isinstance(outcome, Unsure)
        return outcome

    async def _settle(self, person: Recipient, outcome: Outcome) -> None:
        match outcome:
            case Delivered():
                await broadcasts.settle(self._db, person, "sent")
            case TryAgain(seconds):
                await broadcasts.put_off(self._db, person, until=self._clock() + seconds)
            case Unreachable():
                await accounts.set_blocked(self._db, chat_id=person.chat_id, blocked_at=self._clock())
                await broadcasts.settle(self._db, person, "blocked")
            case Failed():
                await broadcasts.settle(self._db, person, "failed")
            case Unsure():
                await broadcasts.settle(self._db, person, "unsure")
            case other:
                assert_never(other)

    async def _tell(self, one: Broadcast) -> None:
        """What is shown already is not shown again."""
        now = self._clock()
        found = await broadcasts.counts(self._db, broadcast_id=one.id, now=now)
        shown_at, shown = self._shown.get(one.id, (0.0, None))
        if found != shown and now >= shown_at + PROGRESS_SECONDS:
            self._shown[one.id] = now, found
            await self._show(one, found)

    async def _wait_for_telegram(self) -> None:
        """Each try at sending would leave somebody of whom nobody knows whether they got it."""
        while self._is_away and not self._stopping.is_set():
            self._is_away = not await self._is_back()
            if self._is_away:
                with suppress(TimeoutError):
                    async with asyncio.timeout(AWAY_SECONDS):
                        await self._stopping.wait()
