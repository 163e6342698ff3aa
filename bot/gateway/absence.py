"""Whether something far away fails right now. A log hears of it once when it begins and once when it ends."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog
from telegram.error import InvalidToken, TelegramError

STEADY_SECONDS = 10.0  # without a failure, until it counts as over: one that comes and goes is one outage
LONGEST_PAUSE = 30.0  # seconds between two tries to reach Telegram

log = structlog.get_logger()


class Absence:
    def __init__(self, begins: str, ends: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`begins` and `ends` are what the log says."""
        self._begins = begins
        self._ends = ends
        self._clock = clock
        self._since: float | None = None
        self._failed_at = 0.0
        self.lasts = False  # the latest try failed

    def failed(self, error: object) -> None:
        self.lasts = True
        self._failed_at = self._clock()
        if self._since is None:
            self._since = self._failed_at
            log.warning(self._begins, error=str(error))

    def worked(self) -> None:
        self.lasts = False
        if self._since is not None and (now := self._clock()) >= self._failed_at + STEADY_SECONDS:
            log.info(self._ends, seconds=round(now - self._since))
            self._since = None


async def reach(call: Callable[[], Awaitable[object]]) -> None:
    """Call Telegram until it answers. Raises InvalidToken when it does not know the bot."""
    pause = 1.0
    absence = Absence("Telegram does not answer; trying again", "Telegram answers")
    while True:
        try:
            await call()
        except InvalidToken:
            raise
        except TelegramError as error:
            absence.failed(error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            return
