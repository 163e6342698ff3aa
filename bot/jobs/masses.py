"""Sends the lines of confirmed mass orders: one mass order of a key after the other, keys side by side."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context

import structlog
from structlog.contextvars import bind_contextvars

from bot.core.masses import Masses, Progress
from bot.jobs.ending import end
from bot.jobs.notices import Delivered, Delivery, TryAgain, Unreachable
from storage import masses
from storage.database import Database
from storage.masses import Mass

PROGRESS_SECONDS = 3.0  # between two looks at how far it is

log = structlog.get_logger()


class MassesJob:
    """`show` tells how far a mass order is; `news`: one has ended, and its notice waits."""

    def __init__(
        self,
        db: Database,
        core: Masses,
        *,
        show: Callable[[Mass, Progress], Awaitable[Delivery]],
        news: Callable[[], None],
    ) -> None:
        self._db = db
        self._masses = core
        self._show = show
        self._news = news
        self._running: dict[str, asyncio.Task[None]] = {}  # by account
        self._stopping = asyncio.Event()

    async def tick(self) -> None:
        """Take up what waits at this panel: confirmed just now, or left by an earlier run."""
        try:
            for mass in await masses.unfinished(self._db, panel=self._masses.panel):
                if mass.account_id not in self._running and not self._stopping.is_set():
                    task = asyncio.create_task(self._run(mass), context=Context())
                    self._running[mass.account_id] = task
        except Exception:
            log.exception("mass orders not looked up")

    async def stop(self, grace: float) -> None:
        """Give orders in flight so many seconds; those still open are found at the next start."""
        self._stopping.set()
        await end(self._running.values(), grace=grace)

    async def _run(self, mass: Mass) -> None:
        bind_contextvars(chat_id=mass.chat_id)
        telling = asyncio.create_task(self._keep_telling(mass))
        try:
            if await self._masses.carry_out(mass, self._stopping):
                log.info("mass order ended")
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)  # or it could come after the end
                await self._tell_end(mass)
                self._news()
        except Exception:
            log.exception("mass order not carried through")  # the next tick goes on with it
        finally:
            telling.cancel()
            del self._running[mass.account_id]

    async def _keep_telling(self, mass: Mass) -> None:
        """What is shown already is not shown again, and nothing to who cannot see it."""
        shown: Progress | None = None
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            try:
                progress = await self._masses.progress(mass.id)
                if progress == shown:
                    continue
                match await self._show(mass, progress):
                    case Delivered():
                        shown = progress
                    case TryAgain(seconds):
                        await asyncio.sleep(seconds)
                    case Unreachable():
                        return
            except Exception:
                log.exception("progress of a mass order not shown")

    async def _tell_end(self, mass: Mass) -> None:
        try:
            await self._show(mass, await self._masses.progress(mass.id))
        except Exception:
            log.exception("progress of a mass order not shown")
