"""Who is let in. Asked before anything else is done about what somebody sent."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import TypeVar

from bot.core.typed import ascii_digits
from storage import gate
from storage.database import Database
from storage.gate import Rules

TOLD_SECONDS = 3600.0  # between two answers to somebody who is blocked
MOST_NUMBERS = 100  # at once

T = TypeVar("T")
Asked = tuple[str, str]  # what kind of update, and which of it; as handlers have it


class Shut(Enum):
    """Why somebody is not let in."""

    BLOCKED = "by the operators"
    NOT_LISTED = "only who is listed is let in"
    MAINTENANCE = "nobody is, for now"


_OWN_DATA = {("command", "privacy"), ("command", "forget"), ("tapped", "forget"), ("tapped", "keep")}
OPEN: dict[Shut, set[Asked]] = {
    Shut.BLOCKED: _OWN_DATA,
    Shut.NOT_LISTED: _OWN_DATA,
    Shut.MAINTENANCE: _OWN_DATA | {("command", "help"), ("command", "cancel"), ("tapped", "leave")},
}


def judge(rules: Rules, chat_id: int, asked: Asked | None) -> Shut | None:
    """Why this is not done for somebody who is no operator; None: it is."""
    if chat_id in rules.blocked:
        shut = Shut.BLOCKED
    elif rules.listed_only and chat_id not in rules.allowed:
        shut = Shut.NOT_LISTED
    elif rules.maintenance is not None:
        shut = Shut.MAINTENANCE
    else:
        return None
    return None if asked in OPEN[shut] else shut


def chat_numbers(text: str) -> list[int]:
    """The chats these are the numbers of, each once; none where anything else stands among them."""
    words = re.sub(r"[,،]", " ", ascii_digits(text)).split()
    if not all(re.fullmatch(r"[0-9]{1,16}", word) for word in words):
        return []
    return list(dict.fromkeys(map(int, words)))[:MOST_NUMBERS]


class Gate:
    """Knows the rules by heart. Whoever changes them changes them here, so they hold at once."""

    def __init__(
        self, db: Database, *, operators: frozenset[int], clock: Callable[[], float] = time.time
    ) -> None:
        self._db = db
        self._operators = operators
        self._clock = clock
        self._changing = asyncio.Lock()
        self.rules = Rules()

    async def look(self) -> None:
        """Learn the rules."""
        async with self._changing:
            self.rules = await gate.rules(self._db)

    def judge(self, chat_id: int, asked: Asked | None = None) -> Shut | None:
        """As the function; operators are always let in."""
        return None if chat_id in self._operators else judge(self.rules, chat_id, asked)

    async def tells_blocked(self, chat_id: int) -> bool:
        """Whether it is time to tell a blocked person so."""
        now = self._clock()
        return await gate.tell_blocked(self._db, chat_id=chat_id, now=now, pause=TOLD_SECONDS)

    async def maintain(self, words: str | None) -> None:
        """Begin with these words for people, "" for none; or end."""
        await self._change(gate.set_maintenance(self._db, words))

    async def open_to_all(self) -> None:
        await self._change(gate.open_to_all(self._db))

    async def open_to_listed(self, *, with_everybody: bool) -> None:
        """`with_everybody` lists first who is here now."""
        now = self._clock()
        await self._change(gate.open_to_listed(self._db, with_everybody=with_everybody, now=now))

    async def allow(self, chat_ids: Sequence[int]) -> None:
        await self._change(gate.allow(self._db, chat_ids, now=self._clock()))

    async def deny(self, chat_ids: Sequence[int]) -> None:
        await self._change(gate.deny(self._db, chat_ids))

    async def block(self, chat_id: int, reason: str) -> None:
        now = self._clock()
        await self._change(gate.block(self._db, chat_id=chat_id, reason=reason, now=now))

    async def unblock(self, chat_id: int) -> bool:
        """False when they were not blocked."""
        return await self._change(gate.unblock(self._db, chat_id=chat_id))

    async def _change(self, change: Awaitable[T]) -> T:
        async with self._changing:
            done = await change
            self.rules = await gate.rules(self._db)
            return done
