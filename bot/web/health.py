"""How the program is: what it can say of itself without asking anybody, and what is wrong in words."""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.core.breaker import Breaker, State
from bot.gateway.absence import Absence
from bot.gateway.polling import ANSWER_SECONDS, POLL_SECONDS, STALL_SECONDS
from bot.web.pulse import Pulse
from storage.backlog import Backlog, look
from storage.database import Database, DatabaseTrouble

LOOK_SECONDS = 3.0  # between two looks into the database, however often somebody asks
SILENT_SECONDS = 60.0  # of the jobs' clock, which ticks twice a second
HELD_UP_SECONDS = 5.0  # the event loop
CONTACT_SECONDS = POLL_SECONDS + ANSWER_SECONDS + STALL_SECONDS + 15.0  # an idle poll lasts for most of that
LATE_SECONDS = 60.0  # a notice; an order three of its intervals more


@dataclass(frozen=True, slots=True)
class Facts:
    """Seconds throughout. `database` is its trouble; without a `backlog` it could not be looked into."""

    loop_lag: float
    clock_silent: float
    database: str | None
    backlog: Backlog | None
    contact: float | None  # since Telegram answered last; None: not yet
    takes_messages: bool  # the last one at least
    busy: int  # updates that wait or are being handled
    breaker: State
    panel_away: float  # since when, 0 when it is not
    interval: float


def wrong(facts: Facts) -> list[str]:
    """What keeps it from serving people, a sentence each."""
    found = []
    if facts.clock_silent > SILENT_SECONDS:
        found.append(f"the clock of the jobs has not ticked for {facts.clock_silent:.0f} s: restart the bot")
    if facts.loop_lag > HELD_UP_SECONDS:
        found.append(f"everything stood still for {facts.loop_lag:.1f} s: is the machine too busy?")
    if facts.database is not None:
        found.append(f"no orders are taken: {facts.database}")
    if facts.contact is None:
        found.append("Telegram has not answered yet")
    elif facts.contact > CONTACT_SECONDS:
        found.append(f"no updates from Telegram for {facts.contact:.0f} s")
    if not facts.takes_messages and facts.backlog and (facts.backlog.replies or facts.backlog.notices_late):
        found.append("Telegram takes no messages: they are kept, and given when it does")
    return found + _late(facts)


def _late(facts: Facts) -> list[str]:
    """While polls rest, since the panel does not answer, late orders are no fault of the bot."""
    backlog = facts.backlog
    if backlog is None:
        return []
    longest = LATE_SECONDS + 3 * facts.interval
    late = [
        ("order", backlog.orders_late, longest),
        ("refill", backlog.refills_late, longest),
        ("notice", backlog.notices_late, LATE_SECONDS),
    ]
    return [
        f"the {what} that is due longest waits for {seconds:.0f} s beyond its time"
        for what, seconds, most in late
        if seconds > most and (what == "notice" or facts.breaker is State.CLOSED)
    ]


def notes(facts: Facts) -> list[str]:
    """What an operator wants to know, though nothing here is at fault."""
    if facts.breaker is State.CLOSED:
        return []
    return [f"the panel has not answered for {facts.panel_away:.0f} s: polls rest, people's calls go through"]


def described(facts: Facts) -> dict[str, Any]:
    backlog = facts.backlog
    return {
        "event_loop": {"held_up_seconds": round(facts.loop_lag, 3)},
        "database": {"writable": facts.database is None},
        "telegram": {
            "last_contact_seconds_ago": None if facts.contact is None else round(facts.contact, 1),
            "takes_messages": facts.takes_messages,
        },
        "panel": {"breaker": facts.breaker.value, "away_seconds": round(facts.panel_away, 1)},
        "jobs": {
            "orders_late_seconds": round(backlog.orders_late, 1),
            "refills_late_seconds": round(backlog.refills_late, 1),
            "notices_late_seconds": round(backlog.notices_late, 1),
            "notices_waiting": backlog.notices,
            "replies_waiting": backlog.replies,
        }
        if backlog
        else None,
    }


@dataclass(frozen=True, slots=True)
class Sources:
    """Where it is seen how the program is.

    `contact` says when Telegram last brought updates, or that there are none; None: not yet. `absence` is of
    messages to it, `busy` how many updates wait or are being handled, `panel` the panel's address, and
    `interval` how often orders are looked at.
    """

    db: Database
    contact: Callable[[], float | None]
    absence: Absence
    busy: Callable[[], int]
    breaker: Breaker
    panel: str
    interval: float
    clock: Callable[[], float] = time.time


class Health:
    def __init__(self, sources: Sources, pulse: Pulse) -> None:
        self._sources = sources
        self._pulse = pulse
        self._looking = asyncio.Lock()
        self._looked_at = -math.inf
        self._found: tuple[str | None, Backlog | None] = None, None

    @property
    def alive(self) -> bool:
        """Whether a restart would be of no use."""
        return self._pulse.silent <= SILENT_SECONDS

    async def facts(self) -> Facts:
        trouble, backlog = await self._database()
        known = self._sources
        now, contact, away = known.clock(), known.contact(), known.breaker.since
        return Facts(
            loop_lag=self._pulse.lag,
            clock_silent=self._pulse.silent,
            database=trouble,
            backlog=backlog,
            contact=None if contact is None else now - contact,
            takes_messages=not known.absence.lasts,
            busy=known.busy(),
            breaker=known.breaker.state,
            panel_away=0.0 if away is None else now - away,
            interval=known.interval,
        )

    async def _database(self) -> tuple[str | None, Backlog | None]:
        """Asked by many at once it is looked at once."""
        db, clock = self._sources.db, self._sources.clock
        async with self._looking:
            if db.trouble is not None:
                return str(db.trouble), None
            if clock() >= self._looked_at + LOOK_SECONDS:
                self._found = await self._look()
                self._looked_at = clock()
            return self._found

    async def _look(self) -> tuple[str | None, Backlog | None]:
        db = self._sources.db
        try:
            backlog = await look(db, panel=self._sources.panel, now=self._sources.clock())
            await db.probe()
        except DatabaseTrouble as trouble:
            return str(trouble), None
        return None, backlog
