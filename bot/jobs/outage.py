"""While the database takes nothing: said once, nobody left in the dark, and gone on with when it is over.

trouble ──► one line in the log; no orders are begun, no panel is asked, nothing is claimed
   │        whoever writes is told once; their update is handled when it is over
   ▼
healed ───► one line in the log; everything goes on by itself
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import TypeVar

import structlog

from storage.database import Database, DatabaseDamaged, DatabaseTrouble

TRY_SECONDS = 2.0
LOOK_THROUGH_SECONDS = 60.0  # a damaged database is read from end to end each time
MOST_TOLD = 1000  # people in one outage
AGAIN_SECONDS = 600.0  # until the same person is told of another
STORING_SECONDS = 30.0  # in which what waited for the end of it is stored
NOBODY = 0  # in place of a chat: what happened is none of its business

log = structlog.get_logger()

T = TypeVar("T")


class Outage:
    """`tell` says it to a chat. It may fail: it is of less weight than what the chat waits for."""

    def __init__(
        self,
        db: Database,
        *,
        tell: Callable[[int], Awaitable[None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._db = db
        self._tell = tell
        self._clock = clock
        self._since: float | None = None
        self._healed_at = -math.inf
        self._next_try = 0.0
        self._trying: asyncio.Task[None] | None = None
        self._told: dict[int, float] = {}  # when, by chat
        self._telling: set[asyncio.Task[None]] = set()

    def tick(self) -> None:
        """Notice that there is trouble, and when it is over. Never waits for the database."""
        idle = self._trying is None or self._trying.done()
        if self._db.trouble is not None and idle and self._clock() >= self._next_try:
            self._trying = asyncio.create_task(self._try(self._db.trouble))

    @property
    def is_just_over(self) -> bool:
        """What could not be stored meanwhile may still be on its way."""
        return self._clock() < self._healed_at + STORING_SECONDS

    def tell(self, chat_ids: Iterable[int]) -> None:
        """Let these chats know, each once an outage."""
        for chat_id in set(chat_ids) - self._told.keys():
            if chat_id != NOBODY and len(self._told) < MOST_TOLD:
                self._told[chat_id] = self._clock()
                task = asyncio.create_task(self._say(chat_id))
                self._telling.add(task)
                task.add_done_callback(self._telling.discard)

    async def outlast(self, chat_id: int, work: Callable[[], Awaitable[T]]) -> T:
        """Do `work` for the chat, again and again while it meets the database's trouble.

        It must be harmless the second time.
        """
        while True:
            try:
                return await work()
            except DatabaseTrouble:
                self.tell([chat_id])
                await asyncio.sleep(TRY_SECONDS)
                while self._db.trouble is not None:  # noqa: ASYNC110 - `tick` sees to it that it ends
                    await asyncio.sleep(TRY_SECONDS)

    async def stop(self) -> None:
        tasks = {*self._telling, *({self._trying} if self._trying else ())}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _try(self, trouble: DatabaseTrouble) -> None:
        if self._since is None:
            self._since = self._clock()
            recently = self._since - AGAIN_SECONDS
            self._told = {chat_id: at for chat_id, at in self._told.items() if at > recently}
            log.error("no orders are taken: the database takes nothing", error=str(trouble))
        try:
            healed = await self._db.heal()
        except Exception:
            log.exception("no way was found to use the database again")
            return
        if healed:
            log.warning("the database takes orders again", after=round(self._clock() - self._since))
            self._since = None
            self._healed_at = self._clock()
        elif isinstance(self._db.trouble, DatabaseDamaged):
            self._next_try = self._clock() + LOOK_THROUGH_SECONDS

    async def _say(self, chat_id: int) -> None:
        with suppress(Exception):
            await self._tell(chat_id)
