"""Our own long poll. The framework's would lose a batch in a crash: it confirms before it has handled.

Whatever ends a poll but an answer of Telegram's (a refused or half-open connection, a page instead of JSON,
an error of our own) costs the connections too: the next poll begins on new ones.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.gateway.absence import Absence
from bot.gateway.messenger import seconds
from bot.gateway.shapes import is_update
from bot.gateway.transport import Transport
from storage.database import DatabaseTrouble

POLL_SECONDS = 25
FIRST_POLL_SECONDS = 1  # an older process takes less to come back and get this poll refused
ANSWER_SECONDS = 10.0  # for all of an answer to come, once the poll's own time is over
STALL_SECONDS = 10.0  # more, until a poll is given up that does not even notice that its time is over
MOST_BUSY = 5000  # updates; above it we do not fetch more, Telegram keeps them
LONGEST_PAUSE = 30.0
STORE_PAUSE = 2.0
# After a week of silence Telegram numbers updates anew, maybe lower; it keeps them for a day. So after two
# we ask for all there is: what we had already is either forgotten there or known here.
OFFSET_SECONDS = 2 * 86400
KINDS = ["message", "edited_message", "callback_query", "my_chat_member"]

log = structlog.get_logger()


class TokenInUse(Exception):
    """Another process polls with this bot token."""


class Polling:
    """`last_contact_at` is when Telegram last answered a poll, as `clock` tells; None: not yet."""

    def __init__(
        self,
        transport: Transport,
        url: str,
        *,
        accept: Callable[[Sequence[dict[str, Any]]], Awaitable[None]],
        busy: Callable[[], int],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """The transport is for polls alone: its connections are dropped when one fails."""
        self._transport = transport
        self._url = f"{url}/getUpdates"
        self._accept = accept
        self._busy = busy
        self._clock = clock
        self._absence = Absence("no updates from Telegram", "updates from Telegram again", clock=clock)
        self._failures = 0
        self.last_contact_at: float | None = None

    async def run(self, offset: int | None = None) -> None:
        """Fetch updates for ever. Raises TokenInUse when somebody else does, as far as it shows at start.

        Without an `offset` it asks for all there are: what we know already comes to nothing, and a webhook
        may have brought later ones before earlier ones.
        """
        await self._transport.initialize()
        try:
            await self._poll_on(offset)
        finally:
            await self._transport.shutdown()

    async def _poll_on(self, offset: int | None) -> None:
        news_at = self._clock()
        while True:
            # a conflict before our first answer means that another process was here first
            established = self.last_contact_at is not None
            if self._clock() - news_at > OFFSET_SECONDS:
                offset = None
            try:
                updates = await self._fetch(offset, POLL_SECONDS if established else FIRST_POLL_SECONDS)
            except Conflict:
                if not established:
                    raise TokenInUse("another process polls Telegram with this BOT_TOKEN") from None
                self._absence.failed("another process polls with this BOT_TOKEN")
                self._failures += 1
                await asyncio.sleep(min(0.3 * self._failures, 3.0))
                continue
            except Exception as error:
                await self._recover(error)
                continue
            self.last_contact_at, self._failures = self._clock(), 0
            self._absence.worked()
            if updates and await self._stored(updates):
                offset, news_at = max(update["update_id"] for update in updates) + 1, self._clock()
            while self._busy() > MOST_BUSY:  # noqa: ASYNC110 - rare, and nothing here ends it by an event
                await asyncio.sleep(0.05)

    async def _recover(self, error: Exception) -> None:
        self._failures += 1
        pause = min(0.5 * 2.0 ** min(self._failures, 10), LONGEST_PAUSE)
        if isinstance(error, RetryAfter):
            pause = seconds(error)
        elif isinstance(error, InvalidToken):
            pause = LONGEST_PAUSE
        else:
            await self._transport.renew()
        if not isinstance(error, TelegramError) and self._failures == 1:
            log.error("a poll failed on our side; going on", exc_info=error)
        self._absence.failed(error)
        await asyncio.sleep(pause)

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
        """Watched from outside: a poll that outlasts all its own limits is left to itself."""
        values = {"timeout": timeout, "allowed_updates": KINDS, "offset": offset}
        data = RequestData([RequestParameter.from_input(n, v) for n, v in values.items() if v is not None])
        longest = timeout + ANSWER_SECONDS
        poll = asyncio.ensure_future(self._transport.post(self._url, data, read_timeout=longest))
        try:
            await asyncio.wait({poll}, timeout=longest + STALL_SECONDS)
            if not poll.done():
                raise NetworkError("a poll does not end")
            found = poll.result()
        finally:
            poll.cancel()
        updates = [one for one in found if is_update(one)] if isinstance(found, list) else []
        if not updates and found != []:
            raise NetworkError("Telegram answered something unexpected")
        return updates
