"""Our own long poll. The framework's would lose a batch in a crash: it confirms before it has handled."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.gateway.messenger import seconds
from bot.gateway.transport import Transport
from storage.database import DatabaseTrouble

POLL_SECONDS = 25
FIRST_POLL_SECONDS = 1  # an older process takes less to come back and get this poll refused
MOST_BUSY = 5000  # updates; above it we do not fetch more, Telegram keeps them
LONGEST_PAUSE = 30.0
STORE_PAUSE = 2.0
KINDS = ["message", "edited_message", "callback_query", "my_chat_member"]

log = structlog.get_logger()


class TokenInUse(Exception):
    """Another process polls with this bot token."""


class Polling:
    def __init__(
        self,
        transport: Transport,
        url: str,
        *,
        accept: Callable[[Sequence[dict[str, Any]]], Awaitable[None]],
        busy: Callable[[], int],
    ) -> None:
        self._transport = transport
        self._url = f"{url}/getUpdates"
        self._accept = accept
        self._busy = busy

    async def run(self, offset: int | None) -> None:
        """Fetch updates for ever. Raises TokenInUse when somebody else does, as far as it shows at start."""
        established = False  # a conflict before our first answer means that another process was here first
        conflicts = failures = 0
        while True:
            try:
                updates = await self._fetch(offset, POLL_SECONDS if established else FIRST_POLL_SECONDS)
            except Conflict:
                if not established:
                    raise TokenInUse("another process polls Telegram with this BOT_TOKEN") from None
                log.warning("another process polls Telegram with this token; going on")
                conflicts += 1
                await asyncio.sleep(min(0.3 * conflicts, 3.0))
                continue
            except TelegramError as error:
                failures += 1
                pause = min(0.5 * 2.0 ** min(failures, 10), LONGEST_PAUSE)
                if isinstance(error, RetryAfter):
                    pause = seconds(error)
                elif isinstance(error, InvalidToken):
                    pause = LONGEST_PAUSE
                log.warning("no updates from Telegram", error=str(error), pause=pause)
                await asyncio.sleep(pause)
                continue
            established, failures = True, 0
            if updates and await self._stored(updates):
                offset = max(update["update_id"] for update in updates) + 1
            while self._busy() > MOST_BUSY:  # noqa: ASYNC110 - rare, and nothing here ends it by an event
                await asyncio.sleep(0.05)

    async def _stored(self, updates: Sequence[dict[str, Any]]) -> bool:
        """False when they could not be: not confirmed, they come again."""
        try:
            await self._accept(updates)
        except DatabaseTrouble:  # said once, for all
            await asyncio.sleep(STORE_PAUSE)
            return False
        except Exception:
            log.exception("updates could not be stored; trying again")
            await asyncio.sleep(STORE_PAUSE)
            return False
        return True

    async def _fetch(self, offset: int | None, timeout: int) -> list[dict[str, Any]]:
        values = {"timeout": timeout, "allowed_updates": KINDS, "offset": offset}
        data = RequestData([RequestParameter.from_input(n, v) for n, v in values.items() if v is not None])
        found = await self._transport.post(self._url, data, read_timeout=timeout + 10)
        return found if isinstance(found, list) else []
