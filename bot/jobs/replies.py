"""Gives the replies that were kept, as soon as Telegram takes them: chat by chat, each in its order."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import assert_never

import structlog
from structlog.contextvars import bind_contextvars

from bot.core.settling import surely
from bot.jobs.ending import end
from bot.jobs.notices import AT_ONCE, Delivered, Delivery, TryAgain, Unreachable
from storage import replies
from storage.database import Database
from storage.replies import Kept

log = structlog.get_logger()


class RepliesJob:
    """`turn` waits until a message may go to a chat and counts it.

    Only one process has the database, so nothing is claimed: a reply is there until Telegram took it.
    """

    def __init__(
        self,
        db: Database,
        *,
        deliver: Callable[[Kept], Awaitable[Delivery]],
        turn: Callable[[int], AbstractAsyncContextManager[None]],
    ) -> None:
        self._db = db
        self._deliver = deliver
        self._turn = turn
        self._room = asyncio.Semaphore(AT_ONCE)
        self._giving: dict[int, asyncio.Task[None]] = {}  # by chat
        self._stopping = False

    async def tick(self) -> None:
        """See what is kept. Never waits for Telegram."""
        try:
            for chat_id in await replies.chats(self._db):
                if chat_id not in self._giving and not self._stopping:
                    self._giving[chat_id] = asyncio.create_task(self._give(chat_id))
        except Exception:
            log.exception("kept replies not looked up")

    async def stop(self, grace: float) -> None:
        self._stopping = True
        await end(self._giving.values(), grace=grace)

    async def _give(self, chat_id: int) -> None:
        bind_contextvars(chat_id=chat_id)  # of this task alone
        try:
            while not self._stopping and (kept := await replies.first(self._db, chat_id=chat_id)):
                match await self._try(kept):
                    case None:
                        return
                    case Delivered():
                        await surely(partial(replies.done, self._db, kept))  # or it would come twice
                    case TryAgain(seconds):
                        await asyncio.sleep(seconds)
                    case Unreachable():
                        await replies.drop(self._db, chat_id=chat_id)
                    case other:
                        assert_never(other)
        except Exception:
            log.exception("a kept reply was not given")  # the next tick goes on with it
        finally:
            del self._giving[chat_id]

    async def _try(self, kept: Kept) -> Delivery | None:
        """None when the end came first."""
        async with self._room, self._turn(kept.chat_id):
            return None if self._stopping else await self._deliver(kept)
