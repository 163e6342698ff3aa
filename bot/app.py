"""Puts the parts together and takes them down again; knows everyone."""

import asyncio
import hashlib
import secrets
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, suppress
from pathlib import Path
from typing import Any

import structlog
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, ContextTypes, ExtBot, JobQueue

from bot import logs
from bot.chat.build import add_handlers
from bot.chat.mass_notices import MassNotices
from bot.chat.menu import set_menu
from bot.chat.notices import Notices
from bot.chat.unexpected import tell_overflow
from bot.core.accounts import Accounts
from bot.core.cancelling import Cancelling
from bot.core.catalog import Catalogs
from bot.core.masses import Masses
from bot.core.ordering import Ordering
from bot.core.refills import Refills
from bot.core.statuses import Statuses
from bot.core.tracking import Tracking
from bot.gateway.context import About, ChatApplication, Context, Desk
from bot.gateway.files import Files
from bot.gateway.messenger import Messenger
from bot.gateway.pacing import Budget
from bot.gateway.polling import Polling, TokenInUse
from bot.gateway.transport import Transport
from bot.gateway.updates import Runner
from bot.jobs.masses import MassesJob
from bot.jobs.notices import NoticesJob
from bot.jobs.placing import Placing
from bot.jobs.tracking import TrackingJob
from bot.panel.client import PERSON_SECONDS, PanelClient
from bot.settings import Settings
from storage import accounts, cancelling, inbox, masses, orders, outbox, refills
from storage.database import Database
from storage.lock import hold
from storage.sqlite import open_sqlite
from storage.vault import Vault

GRACE_SECONDS = 5.0  # for what is in flight at the end; all of the end takes under 10
HOUSEKEEPING_SECONDS = 3600.0
MASSES_SECONDS = 2.0  # a confirmed one begins at once; this is for what waits its turn

log = structlog.get_logger()


class Bot:
    """The running program on one database and one bot token."""

    def __init__(self, settings: Settings, db: Database) -> None:
        self._db = db
        self._clock = time.time
        about = About(settings.name, settings.site, settings.support_contact)
        self._about = about
        self._transport = Transport()
        api = f"{settings.telegram_api_url}/bot"
        bot: ExtBot[None] = ExtBot(
            settings.token, base_url=api, request=self._transport, get_updates_request=self._transport
        )
        budget = Budget()
        messenger = Messenger(bot, budget)
        self._panels = (
            PanelClient(settings.panel_url, seconds=PERSON_SECONDS, aside=self._aside),
            PanelClient(settings.panel_url),
        )
        people, machines = self._panels
        interval = settings.poll_interval
        vault = Vault(settings.keys, on_secret=logs.hide)
        keys = Accounts(db, vault, people, url=settings.panel_url)
        self._catalogs = Catalogs(db, keys, people)
        self._process = secrets.token_hex(8)
        ordering = Ordering(db, keys, people, process=self._process, interval=interval)
        tracking = Tracking(db, keys, machines=machines, people=people, interval=interval)
        following = Refills(
            db, keys, machines=machines, people=people, process=self._process, interval=interval
        )
        telling = Messenger(bot, None, patience=0.0)
        mass_notices = MassNotices(db, telling, about, turn=budget.turn)
        notices = Notices(db, telling, about, masses=mass_notices, pause=budget.pause, clock=self._clock)
        self._notices = NoticesJob(db, deliver=notices.deliver, turn=budget.turn, count=budget.charge)
        self._placing = Placing(ordering, tell=self._notices.tell_outcome)
        mass_orders = Masses(db, keys, ordering, process=self._process)
        self._masses = MassesJob(db, mass_orders, show=mass_notices.show, news=self._notices.tick)
        self._tracking = TrackingJob(tracking, following, news=self._notices.tick)
        desk = Desk(
            about=about,
            db=db,
            messenger=messenger,
            files=Files(bot, self._transport, url=f"{settings.telegram_api_url}/file/bot{settings.token}"),
            hasty=Messenger(bot, budget, patience=0.0),
            accounts=keys,
            catalogs=self._catalogs,
            ordering=ordering,
            tracking=tracking,
            refills=following,
            cancelling=Cancelling(db, keys, people, interval=interval),
            statuses=Statuses(db, keys, people, interval=interval),
            placing=self._placing,
            masses=mass_orders,
            mass_job=self._masses,
            clock=self._clock,
        )
        self._application = _application(bot, desk)
        add_handlers(self._application)
        self._runner = Runner(
            db,
            bot,
            vault,
            handle=self._application.process_update,
            overflow=lambda chat_id: tell_overflow(messenger, chat_id),
            typing=messenger.typing,
            clock=self._clock,
        )
        self._polling = Polling(
            self._transport,
            f"{api}{settings.token}",
            accept=self._runner.accept,
            busy=lambda: self._runner.busy,
        )
        self._look_every = min(interval / 2, 1.0)

    async def run(self) -> None:
        """Serve until cancelled. Raises TokenInUse, or InvalidToken when Telegram does not know the token."""
        try:
            await self._connect()
            await self._application.start()
            await orders.find_abandoned(self._db, process=self._process, now=self._clock())
            await refills.find_abandoned(self._db, process=self._process, now=self._clock())
            await cancelling.find_abandoned(self._db, now=self._clock())
            await outbox.take_back(self._db, now=self._clock())
            self._wind_clock()
            offset = await self._runner.resume()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(set_menu(self._application.bot, self._about))
                tasks.create_task(self._polling.run(offset))
        except* TokenInUse as group:
            raise group.exceptions[0] from None
        finally:
            await self._take_down()

    async def _connect(self) -> None:
        pause = 1.0
        while True:
            try:
                await self._application.initialize()
                await self._application.bot.delete_webhook()
                break
            except InvalidToken:
                raise
            except TelegramError as error:
                log.warning("Telegram does not answer; trying again", error=str(error), pause=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 30.0)
        log.info("serving", bot=self._application.bot.username, panel=self._about.panel_name)

    def _wind_clock(self) -> None:
        clock = self._application.job_queue
        if clock is None:
            raise RuntimeError("the application was built without a job queue")
        for tick, every in (
            (self._tracking.tick, self._look_every),
            (self._notices.tick, 0.5),
            (self._masses.tick, MASSES_SECONDS),
            (self._keep_house, HOUSEKEEPING_SECONDS),
        ):
            clock.run_repeating(
                _calling(tick),
                every,
                first=0,
                job_kwargs={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            )

    def _aside(self) -> AbstractAsyncContextManager[None]:
        return self._runner.aside()

    async def _keep_house(self) -> None:
        await accounts.drop_unneeded_keys(self._db)
        await inbox.forget_old(self._db, now=self._clock())
        await masses.drop_old_drafts(self._db, now=self._clock())

    async def _take_down(self) -> None:
        """No new claims; what runs may finish, an order in flight has 5 s. Under 10 s in all."""
        for job in self._application.job_queue.jobs() if self._application.job_queue else ():
            job.schedule_removal()
        await self._runner.stop(2.0)
        await asyncio.gather(
            self._placing.stop(GRACE_SECONDS),
            self._masses.stop(GRACE_SECONDS),
            self._tracking.stop(2.0),
            self._notices.stop(2.0),
        )
        await self._catalogs.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                if self._application.running:
                    await self._application.stop()
                await self._application.shutdown()
        for panel in self._panels:
            await panel.close()
        await self._transport.shutdown()


async def serve(settings: Settings) -> None:
    """Run the bot until cancelled.

    Raises StorageError when the database or the token is in use, or a key is wrong; see also `Bot.run`.
    """
    path = settings.database_path
    with (
        hold(path.with_name(path.name + ".lock"), f"the database {path}"),
        hold(_token_lock(settings), "this BOT_TOKEN"),
    ):
        db = await open_sqlite(path)
        try:
            await Vault(settings.keys).check(db)
            await Bot(settings, db).run()
        finally:
            await db.close()


def _application(bot: "ExtBot[None]", desk: Desk) -> ChatApplication:
    application: Application[Any, Any, Any, Any, Any, Any] = (
        ApplicationBuilder()
        .application_class(ChatApplication, kwargs={"desk": desk})
        .bot(bot)
        .updater(None)
        .job_queue(JobQueue())
        .context_types(ContextTypes(context=Context))
        .build()
    )
    if not isinstance(application, ChatApplication):
        raise TypeError("the builder built something else")
    return application


def _calling(tick: Callable[[], Awaitable[None] | None]) -> Callable[[Context], Coroutine[Any, Any, None]]:
    async def callback(_: Context) -> None:
        found = tick()
        if found is not None:
            await found

    return callback


def _token_lock(settings: Settings) -> Path:
    name = hashlib.sha256(f"{settings.telegram_api_url} {settings.token}".encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"panelgram-{name}.lock"
