"""The queue of updates and the long poll that empties it."""

import itertools
from collections import deque
from typing import Any

from bot.sandbox.telegram.chats import Json
from bot.sandbox.telegram.errors import ApiError
from bot.sandbox.telegram.signals import Signal

LONGEST_POLL = 50.0
ON_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}


class Updates:
    def __init__(self) -> None:
        self.waiting: deque[Json] = deque()
        self.allowed: list[str] = []
        self._ids = itertools.count(1)
        self._arrived = Signal()
        self._newest_poll = object()

    def add(self, kind: str, content: Json) -> None:
        if kind in self.allowed or (not self.allowed and kind not in ON_REQUEST):
            self.waiting.append({"update_id": next(self._ids), kind: content})
            self._arrived.fire()

    def forget(self) -> None:
        self.waiting.clear()

    async def poll(self, *, offset: int, limit: int, timeout: float) -> list[Json]:
        """Up to `limit` updates from `offset` on; those before it are confirmed, and gone.

        As soon as somebody else polls, this one ends with a conflict.
        """
        self._confirm(offset)
        self._newest_poll = mine = object()
        self._arrived.fire()

        def look() -> list[Json] | None:
            if self._newest_poll is not mine:
                raise CONFLICT
            batch = list(itertools.islice(self.waiting, min(max(limit, 1), 100)))
            return batch or None

        return await self._arrived.until(look, within=min(max(timeout, 0.0), LONGEST_POLL)) or []

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self.waiting) > -offset:
                self.waiting.popleft()
        while self.waiting and self.waiting[0]["update_id"] < offset:
            self.waiting.popleft()


CONFLICT = ApiError(
    409,
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
)


def allowed_updates(value: Any, before: list[str]) -> list[str]:
    """What a poll asks for; one that says nothing keeps what was asked before."""
    return [str(kind) for kind in value] if isinstance(value, list) else before
