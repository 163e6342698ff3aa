"""Trouble on demand: what Telegram and the way to it do now and then."""

import asyncio
from dataclasses import dataclass

from bot.sandbox.telegram.errors import ApiError

REASONS = {
    400: "Bad Request: refused on demand",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


@dataclass(slots=True)
class Trouble:
    method: str | None  # None: any method
    chat_id: int | None  # None: any chat
    times: int
    delay: float  # seconds, before anything else happens
    status: int | None
    description: str | None
    retry_after: int | None  # seconds
    dropped: bool  # the connection closes, nothing was carried out
    lost: bool  # carried out, but the connection closes instead of an answer

    def concerns(self, method: str, chat_id: str) -> bool:
        return (
            self.times > 0
            and (self.method is None or self.method.lower() == method.lower())
            and (self.chat_id is None or str(self.chat_id) == chat_id)
        )

    async def strike(self) -> None:
        """Happens before the call; raises when the call is not to be carried out."""
        self.times -= 1
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.dropped:
            raise ConnectionResetError
        if self.status == 429:
            seconds = self.retry_after or 1
            raise ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
        if self.status is not None:
            raise ApiError(self.status, self.description or REASONS.get(self.status, "Internal Server Error"))
