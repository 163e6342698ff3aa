"""The queue of updates, and what empties it: the long poll, or the webhook."""

import asyncio
import itertools
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bot.sandbox.telegram.chats import Json
from bot.sandbox.telegram.errors import ApiError
from bot.sandbox.telegram.signals import Signal

if TYPE_CHECKING:
    from bot.sandbox.telegram.webhooks import Webhook

LONGEST_POLL = 50.0
ON_REQUEST = {"chat_member", "message_reaction", "message_reaction_count"}


class Updates:
    def __init__(self) -> None:
        self.waiting: deque[Json] = deque()
        self.allowed: list[str] = []
        self.webhook: Webhook | None = None
        self._delivering: asyncio.Task[None] | None = None
        self._ids = itertools.count(1)
        self._arrived = Signal()
        self._newest_poll = object()

    def add(self, kind: str, content: Json) -> None:
        if kind in self.allowed or (not self.allowed and kind not in ON_REQUEST):
            update = {"update_id": next(self._ids), kind: content}
            self.waiting.append(update)
            self._arrived.fire()
            if self.webhook is not None:
                self.webhook.take(update)

    def forget(self) -> None:
        self.waiting.clear()

    def is_waiting(self, update: Json) -> bool:
        return any(one is update for one in self.waiting)

    def taken(self, update: Json) -> None:
        with suppress(ValueError):  # forgotten meanwhile
            self.waiting.remove(update)

    async def deliver_to(self, webhook: "Webhook | None") -> None:
        """From now on, and what waits already; None: to polls."""
        if self._delivering is not None:
            self._delivering.cancel()
            await asyncio.wait({self._delivering})
        self.webhook, self._delivering = webhook, None
        if webhook is not None:
            self._arrived.fire()
            self._delivering = asyncio.create_task(webhook.run())
            for update in self.waiting:
                webhook.take(update)

    async def poll(self, *, offset: int, limit: int, timeout: float) -> list[Json]:
        """Up to `limit` updates from `offset` on; those before it are confirmed, and gone.

        As soon as somebody else polls, or a webhook is set, this one ends with a conflict.
        """
        if self.webhook is not None:
            raise WEBHOOK_SET
        self._confirm(offset)
        self._newest_poll = mine = object()
        self._arrived.fire()

        def look() -> list[Json] | None:
            if self.webhook is not None:
                raise ENDED_BY_WEBHOOK
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

ENDED_BY_WEBHOOK = ApiError(409, "Conflict: terminated by setWebhook request")
WEBHOOK_SET = ApiError(
    409,
    "Conflict: can't use getUpdates method while webhook is active;"
    " use deleteWebhook to delete the webhook first",
)


def allowed_updates(value: Any, before: list[str]) -> list[str]:
    """What a poll asks for; one that says nothing keeps what was asked before."""
    return [str(kind) for kind in value] if isinstance(value, list) else before
