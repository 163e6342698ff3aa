"""Ends of turns: the dialog's new row and the end of the inbox row, in one transaction."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from bot.gateway.dialog import Turn
from storage import conversations, inbox
from storage.database import Database

log = structlog.get_logger()


@dataclass(slots=True)
class _Done:
    update_id: int
    turn: Turn
    stored: asyncio.Future[None]


class Endings:
    def __init__(self, db: Database, *, clock: Callable[[], float]) -> None:
        self._db = db
        self._clock = clock
        self._waiting: list[_Done] = []
        self._committing: asyncio.Task[None] | None = None

    async def write(self, update_id: int, turn: Turn) -> None:
        """Ends of turns that come while another is being written are written together."""
        done = _Done(update_id, turn, asyncio.get_running_loop().create_future())
        self._waiting.append(done)
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit())
        await done.stored

    async def _commit(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await self._store(batch)
            except Exception as error:
                log.exception("dialogs not stored")
                for done in batch:
                    if not done.stored.cancelled():
                        done.stored.set_exception(error)
            else:
                for done in batch:
                    if not done.stored.cancelled():
                        done.stored.set_result(None)

    async def _store(self, batch: list[_Done]) -> None:
        async with self._db.write() as tx:
            for done in batch:
                after = done.turn.after()
                if after is not None:
                    before = done.turn.visit.conversation
                    await conversations.put(tx, chat_id=done.turn.chat_id, before=before, after=after)
            await inbox.finish(tx, [done.update_id for done in batch], now=self._clock())

    async def stop(self, grace: float) -> None:
        """Give what is being written so many seconds."""
        if self._committing is not None:
            await asyncio.wait([self._committing], timeout=grace)
