"""When a request may go to the panel: evenly, people before machines, and gently after trouble."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from enum import Enum, auto
from typing import NamedTuple

from bot.panel.errors import PanelBusy, PanelError

PEOPLE_IN_A_ROW = 4  # requests, while a poll waits: then it has its turn
SLOWEST = 8  # gaps between two polls, however often the panel says that it is too much
SOONER = 0.03  # of the gap between polls, with each answer
FASTER = 1.0  # requests a second, at most, by which polls become more each second
_NO_GAP = 0.01  # seconds


class Who(Enum):
    PERSON = auto()
    MACHINE = auto()


class Turn(NamedTuple):
    """When the next requests are due by it, and when they would be without it."""

    due: float
    due_before: float
    polls_due_before: float


class Pace:
    """Pure: whoever asks brings the time. `waiting` counts those who want a turn.

    With a limit, two requests are 60 / `per_minute` seconds apart, never less: so there are never more than
    `per_minute` in any minute. People go first, but a poll has its turn after PEOPLE_IN_A_ROW of theirs. A
    rate limit met all the same makes polls rarer, not people's calls.

    After an outage all that waited is due at once. `ease` spreads it: polls begin that many seconds apart
    and come closer with each answer: from one a second, 500 keys have been asked about within a minute.
    """

    def __init__(self, per_minute: int = 0) -> None:
        self.waiting = dict.fromkeys(Who, 0)
        self._gap = 60.0 / per_minute if per_minute else 0.0
        self._polls_gap = 0.0  # when it is more than that
        self._due = 0.0
        self._polls_due = 0.0
        self._in_a_row = 0

    def is_free(self, who: Who) -> bool:
        """There is nothing to wait for, now and soon."""
        return not self._gap and (who is Who.PERSON or not self._polls_gap)

    def wait(self, who: Who, now: float) -> float:
        """Seconds to wait and then ask again; 0: go now, with `take`."""
        until = self._due if who is Who.PERSON else max(self._due, self._polls_due)
        if until > now:
            return until - now
        return 0.0 if who is self._first(now) else self._gap / 4

    def take(self, who: Who, now: float) -> Turn:
        turn = Turn(now + self._gap, self._due, self._polls_due)
        self._due = turn.due
        if who is Who.MACHINE:
            self._polls_due = now + self._polls_gap
            self._in_a_row = 0
        else:
            self._in_a_row += 1
        return turn

    def give_back(self, turn: Turn) -> None:
        """It was not needed, and is somebody else's unless the next one was taken already."""
        if self._due == turn.due:
            _, self._due, self._polls_due = turn

    def ease(self, gap: float) -> None:
        self._polls_gap = max(self._polls_gap, gap)

    def hear(self, error: PanelError | None) -> None:
        """How a request went."""
        if isinstance(error, PanelBusy):
            slower = max(2 * self._polls_gap, 2 * self._gap)
            self._polls_gap = max(self._polls_gap, min(slower, SLOWEST * self._gap))
        elif self._polls_gap and (error is None or not error.is_away):
            gap = self._polls_gap / (1 + min(FASTER * self._polls_gap**2, SOONER))
            self._polls_gap = gap if gap > max(self._gap, _NO_GAP) else 0.0

    def _first(self, now: float) -> Who:
        machines = self.waiting[Who.MACHINE] and now >= self._polls_due
        if machines and (not self.waiting[Who.PERSON] or self._in_a_row >= PEOPLE_IN_A_ROW):
            return Who.MACHINE
        return Who.PERSON


_reserved: ContextVar[Turn | None] = ContextVar("reserved", default=None)


class Turns:
    """Waits for turns, those of a kind in the order in which they came. One for all who call a panel."""

    def __init__(
        self,
        pace: Pace,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.pace = pace
        self._clock = clock
        self._sleep = sleep
        self._lines = {who: asyncio.Lock() for who in Who}
        self._people: set[asyncio.Timeout] = set()
        self._ended = False

    async def person(self) -> None:
        """Raises TimeoutError at the `end`."""
        async with asyncio.timeout(0.0 if self._ended else None) as wait:
            self._people.add(wait)
            try:
                await self._turn(Who.PERSON)
            finally:
                self._people.discard(wait)

    def end(self) -> None:
        """No person waits any more: what has no turn by now is certainly not sent, and they can be told."""
        self._ended = True
        for wait in self._people:
            wait.reschedule(asyncio.get_running_loop().time())

    async def machine(self) -> None:
        """At once for the task that has reserved it."""
        if _reserved.get() is None:
            await self._turn(Who.MACHINE)
        _reserved.set(None)

    async def reserve(self) -> None:
        """A machine's turn before anything is taken up, which then does not wait."""
        _reserved.set(await self._turn(Who.MACHINE))

    def give_back(self) -> None:
        """There was nothing to ask."""
        turn = _reserved.get()
        if turn is not None:
            _reserved.set(None)
            self.pace.give_back(turn)

    async def _turn(self, who: Who) -> Turn | None:
        if self.pace.is_free(who):
            return None
        self.pace.waiting[who] += 1
        try:
            async with self._lines[who]:
                while (wait := self.pace.wait(who, self._clock())) > 0:
                    await self._sleep(wait)
                return self.pace.take(who, self._clock())
        finally:
            self.pace.waiting[who] -= 1
