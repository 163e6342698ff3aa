"""Runs the program, and takes it down again."""

import asyncio
import hashlib
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from telegram.error import InvalidToken

from bot.chat.menu import set_menu, set_own_menu
from bot.gateway.absence import reach
from bot.gateway.context import Context
from bot.gateway.languages import speaking
from bot.gateway.polling import TokenInUse
from bot.jobs.outage import TRY_SECONDS
from bot.parts.assembly import Parts
from bot.settings import Settings
from bot.web.webhook import WebhookRefused
from storage import broadcasts, cancelling, languages, orders, outbox, pruning, refills, rotation
from storage.database import Database, DatabaseTrouble
from storage.lock import hold, of_database
from storage.opening import open_sqlite
from storage.vault import Vault

GRACE_SECONDS = 5.0  # for what is in flight at the end; all of the end takes under 10
ABANDONED_SECONDS = 60.0  # between two looks for what was left in the middle
HOUSEKEEPING_SECONDS = 3600.0
SLOW_FACTOR = 5  # POLL_INTERVALs between two looks for orders that are slow
MASSES_SECONDS = 2.0  # a confirmed one begins at once; this is for what waits its turn
BROADCASTS_SECONDS = 2.0  # as with mass orders; this is for whom it was put off

log = structlog.get_logger()


class Bot:
    """The running program on one database and one bot token."""

    def __init__(self, settings: Settings, db: Database) -> None:
        self._db = db
        self._parts = Parts(settings, db)
        self._slow_every = settings.poll_interval * SLOW_FACTOR
        self._look_every = min(settings.poll_interval / 2, 1.0)

    async def run(self) -> None:
        """Serve until cancelled.

        Raises TokenInUse, InvalidToken when Telegram does not know the token; in webhook mode WebhookRefused;
        OSError when a port is in use.
        """
        try:
            await self._parts.watch.start()
            await reach(self._parts.application.initialize)
            log.info("serving", bot=self._parts.application.bot.username, panel=self._parts.about.panel_name)
            await self._parts.application.start()
            await self._find_abandoned()
            await outbox.take_back(self._db, now=self._parts.clock())
            await broadcasts.take_up(self._db)
            await self._parts.core.gate.look()
            await self._parts.telegram.replies.resume()
            self._wind_clock()
            await self._parts.runner.resume()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._set_menus())
                tasks.create_task(self._receive())
        except BaseExceptionGroup as group:  # `except*` wraps what it raises, before Python 3.11.4
            expected, others = group.split((TokenInUse, InvalidToken, WebhookRefused, OSError))
            if expected is None or others is not None:
                raise
            raise expected.exceptions[0] from None
        finally:
            await self._take_down()

    async def _set_menus(self) -> None:
        bot, desk = self._parts.application.bot, self._parts.application.desk
        await set_menu(bot, desk.about)
        for chat_id in sorted(desk.operators):
            with suppress(DatabaseTrouble), speaking(await languages.spoken(self._db, chat_id=chat_id)):
                await set_own_menu(bot, chat_id, is_operator=True)

    async def _receive(self) -> None:
        if self._parts.webhook is not None:
            await self._parts.webhook.run()
        else:
            await reach(self._parts.application.bot.delete_webhook)
            await self._parts.polling.run()

    def _wind_clock(self) -> None:
        clock = self._parts.application.job_queue
        if clock is None:
            raise RuntimeError("the application was built without a job queue")
        for tick, every in (
            (self._parts.jobs.tracking.tick, self._look_every),
            (self._parts.jobs.notices.tick, 0.5),
            (self._parts.jobs.replies.tick, 0.5),
            (self._parts.jobs.masses.tick, MASSES_SECONDS),
            (self._parts.jobs.broadcasts.tick, BROADCASTS_SECONDS),
            (self._parts.jobs.slow.tick, self._slow_every),
            (self._find_abandoned, ABANDONED_SECONDS),
            (self._keep_house, HOUSEKEEPING_SECONDS),
            (self._parts.jobs.outage.tick, TRY_SECONDS),
        ):
            clock.run_repeating(
                self._calling(tick),
                every,
                first=0,
                job_kwargs={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            )

    def _calling(
        self, tick: Callable[[], Awaitable[None] | None]
    ) -> Callable[[Context], Coroutine[Any, Any, None]]:
        """While the database takes nothing, only what waits for the end of that goes on."""

        async def callback(_: Context) -> None:
            self._parts.watch.pulse.tick()
            if self._db.trouble is None or tick == self._parts.jobs.outage.tick:
                found = tick()
                with suppress(DatabaseTrouble):  # said once, for all
                    if found is not None:
                        await found

        return callback

    async def _find_abandoned(self) -> None:
        """What an earlier run left in the middle, or the database did not take from this one."""
        if self._parts.jobs.outage.is_just_over:
            return
        process, now = self._parts.core.process, self._parts.clock()
        self._parts.metrics.uncertain(await orders.find_abandoned(self._db, process=process, now=now))
        await refills.find_abandoned(self._db, process=process, now=now)
        await cancelling.find_abandoned(self._db, process=process, now=now)

    async def _keep_house(self) -> None:
        await pruning.prune(self._db, now=self._parts.clock())

    async def _take_down(self) -> None:
        """No new claims; what runs may finish, an order in flight has 5 s. Under 10 s in all."""
        for job in self._parts.application.job_queue.jobs() if self._parts.application.job_queue else ():
            job.schedule_removal()
        await self._parts.runner.stop(2.0)
        self._parts.panel.turns.end()
        await asyncio.gather(
            self._parts.jobs.placing.stop(GRACE_SECONDS),
            self._parts.jobs.masses.stop(GRACE_SECONDS),
            self._parts.jobs.broadcasts.stop(2.0),
            self._parts.jobs.tracking.stop(2.0),
            self._parts.jobs.notices.stop(2.0),
            self._parts.jobs.outage.stop(),
            self._parts.jobs.replies.stop(2.0),
        )
        await self._parts.core.catalogs.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                if self._parts.application.running:
                    await self._parts.application.stop()
                await self._parts.application.shutdown()
        for panel in (self._parts.panel.people, self._parts.panel.machines):
            await panel.close()
        await self._parts.telegram.transport.shutdown()
        await self._parts.watch.stop()


async def serve(settings: Settings) -> None:
    """Run the bot until cancelled.

    Raises StorageError when the database or the token is in use, or a key is wrong; see also `Bot.run`.
    """
    path = settings.database_path
    with (
        of_database(path),
        hold(_token_lock(settings), "this BOT_TOKEN"),
    ):
        db = await open_sqlite(path)
        try:
            vault = Vault(settings.keys)
            await vault.check(db)
            await rotation.announce(db, vault, now=time.time())
            await Bot(settings, db).run()
        finally:
            await db.close()


def _token_lock(settings: Settings) -> Path:
    name = hashlib.sha256(f"{settings.telegram_api_url} {settings.token}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"panelgram-{name}.lock"
