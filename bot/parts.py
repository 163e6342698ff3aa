"""Makes the parts of the running program and hands each what it needs."""

import secrets
import time
from functools import partial
from typing import Any

from telegram.ext import Application, ApplicationBuilder, ContextTypes, ExtBot, JobQueue

from bot import logs
from bot.chat.build import add_handlers
from bot.chat.mass_notices import MassNotices
from bot.chat.notices import Notices
from bot.chat.unexpected import tell_outage, tell_overflow
from bot.core.accounts import Accounts
from bot.core.breaker import Breaker
from bot.core.cancelling import Cancelling
from bot.core.catalog import Catalogs
from bot.core.masses import Masses
from bot.core.ordering import Ordering
from bot.core.refills import Refills
from bot.core.statuses import Statuses
from bot.core.stranded import Stranded
from bot.core.tracking import LEASE_SECONDS, Tracking
from bot.gateway.absence import Absence
from bot.gateway.context import About, ChatApplication, Context, Desk
from bot.gateway.files import Files
from bot.gateway.messenger import Messenger
from bot.gateway.pacing import Budget
from bot.gateway.polling import Polling
from bot.gateway.replies import Replies
from bot.gateway.slots import Slots
from bot.gateway.transport import Transport
from bot.gateway.updates import Runner
from bot.jobs.masses import MassesJob
from bot.jobs.notices import GATHER_SECONDS, NoticesJob
from bot.jobs.outage import Outage
from bot.jobs.placing import Placing
from bot.jobs.replies import RepliesJob
from bot.jobs.slow import SlowJob
from bot.jobs.tracking import TrackingJob
from bot.panel.client import PERSON_SECONDS, TURN_SECONDS, PanelClient
from bot.panel.pacing import Pace, Turns
from bot.settings import Settings
from storage.database import Database
from storage.vault import Vault

CLOCK = time.time


class Telegram:
    """The ways to it: `replies` for people who wait, `telling` for what others count and try again."""

    def __init__(self, settings: Settings, db: Database) -> None:
        self.api = f"{settings.telegram_api_url}/bot"
        self.transport = Transport()
        self.bot: ExtBot[None] = ExtBot(
            settings.token, base_url=self.api, request=self.transport, get_updates_request=self.transport
        )
        self.budget = Budget()
        self.messenger = Messenger(self.bot, self.budget)
        self.telling = Messenger(self.bot, None, patience=0.0)
        self.absence = Absence("Telegram takes no messages", "Telegram takes messages again")
        self.replies = Replies(
            db,
            self.messenger,
            later=self.telling,
            absence=self.absence,
            pause=self.budget.pause,
            clock=CLOCK,
        )


class Panel:
    """The ways to it, for people and for machines, and what paces both. `lease` is as for Tracking."""

    def __init__(self, settings: Settings, slots: Slots) -> None:
        url, limit = settings.panel_url, settings.panel_requests_per_minute
        pace = Pace(limit)
        self.turns = Turns(pace)
        self.breaker = Breaker(interval=settings.poll_interval, pace=pace)
        hear = self.breaker.hear
        self.people = PanelClient(
            url,
            seconds=PERSON_SECONDS,
            aside=slots.aside,
            turn=self.turns.person,
            hear=partial(hear, poll=False),
        )
        self.machines = PanelClient(url, turn=self.turns.machine, hear=partial(hear, poll=True))
        # a look whose second request waits for its turn still holds its key
        self.lease = LEASE_SECONDS + (TURN_SECONDS if limit else 0.0)


class Core:
    """What the bot does, in the words of the business. `process` is this run of it."""

    def __init__(self, settings: Settings, db: Database, vault: Vault, panel: Panel) -> None:
        people, machines, lease = panel.people, panel.machines, panel.lease
        self.process = process = secrets.token_hex(8)
        interval = settings.poll_interval
        self.keys = keys = Accounts(db, vault, people, url=settings.panel_url)
        self.catalogs = Catalogs(db, keys, people, pause=settings.price_list_pause)
        self.ordering = Ordering(db, keys, people, process=process, interval=interval)
        self.tracking = Tracking(
            db, keys, machines=machines, people=people, interval=interval, lease=lease, breaker=panel.breaker
        )
        self.refills = Refills(
            db, keys, machines=machines, people=people, process=process, interval=interval, lease=lease
        )
        self.cancelling = Cancelling(db, keys, people, process=process, interval=interval)
        self.statuses = Statuses(db, keys, people, interval=interval)
        self.stranded = Stranded(db, keys, machines, interval=interval)
        self.masses = Masses(db, keys, self.ordering, process=process)


class Jobs:
    """What happens without a person asking."""

    def __init__(
        self, settings: Settings, db: Database, *, telegram: Telegram, panel: Panel, core: Core, about: About
    ) -> None:
        budget, telling, absence = telegram.budget, telegram.telling, telegram.absence
        of_masses = MassNotices(db, telling, about, turn=budget.turn, pause=budget.pause)
        notices = Notices(
            db, telling, about, masses=of_masses, absence=absence, pause=budget.pause, clock=CLOCK
        )
        self.notices = NoticesJob(
            db,
            deliver=notices.deliver,
            turn=budget.turn,
            count=budget.charge,
            gather=min(GATHER_SECONDS, settings.poll_interval / 2),
        )
        self.replies = RepliesJob(db, deliver=telegram.replies.deliver, turn=budget.turn)
        self.placing = Placing(core.ordering, tell=self.notices.tell_outcome)
        self.masses = MassesJob(db, core.masses, show=of_masses.show, news=self.notices.tick)
        self.slow = SlowJob(db, core.catalogs, panel=settings.panel_url, news=self.notices.news)
        self.tracking = TrackingJob(
            core.tracking,
            core.refills,
            core.stranded,
            news=self.notices.news,
            breaker=panel.breaker,
            turns=panel.turns,
        )
        self.outage = Outage(db, tell=lambda chat_id: tell_outage(telegram.messenger, chat_id))


class Parts:
    """One after another, in the order in which they need each other."""

    def __init__(self, settings: Settings, db: Database) -> None:
        self.clock = CLOCK
        self.about = About(settings.name, settings.site, settings.support_contact)
        self.telegram = telegram = Telegram(settings, db)
        slots = Slots(typing=telegram.messenger.typing)
        self.panel = Panel(settings, slots)
        vault = Vault(settings.keys, on_secret=logs.hide)
        self.core = Core(settings, db, vault, self.panel)
        self.jobs = Jobs(settings, db, telegram=telegram, panel=self.panel, core=self.core, about=self.about)
        self.application = _application(telegram.bot, self._desk(settings, db))
        add_handlers(self.application)
        self.runner = Runner(
            db,
            telegram.bot,
            vault,
            handle=self.application.process_update,
            overflow=lambda chat_id: tell_overflow(telegram.replies, chat_id),
            slots=slots,
            clock=CLOCK,
            outage=self.jobs.outage,
        )
        self.polling = Polling(
            Transport(connections=2),
            f"{telegram.api}{settings.token}",
            accept=self.runner.accept,
            busy=lambda: self.runner.busy,
            clock=CLOCK,
        )

    def _desk(self, settings: Settings, db: Database) -> Desk:
        telegram, core = self.telegram, self.core
        files = f"{settings.telegram_api_url}/file/bot{settings.token}"
        return Desk(
            about=self.about,
            db=db,
            messenger=telegram.replies,
            files=Files(telegram.bot, telegram.transport, url=files),
            hasty=Messenger(telegram.bot, telegram.budget, patience=0.0),
            accounts=core.keys,
            catalogs=core.catalogs,
            ordering=core.ordering,
            tracking=core.tracking,
            refills=core.refills,
            cancelling=core.cancelling,
            statuses=core.statuses,
            placing=self.jobs.placing,
            masses=core.masses,
            mass_job=self.jobs.masses,
            operators=frozenset(settings.admin_ids),
            clock=CLOCK,
        )


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
