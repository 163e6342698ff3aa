"""Makes the parts of the running program and hands each what it needs."""

import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec
from urllib.parse import urlsplit

from telegram.ext import Application, ApplicationBuilder, ContextTypes, ExtBot, JobQueue

from bot import logs
from bot.chat.broadcast_notices import BroadcastNotices
from bot.chat.build import add_handlers
from bot.chat.mass_notices import MassNotices
from bot.chat.notices import Notices
from bot.chat.unexpected import tell_outage, tell_overflow
from bot.core.accounts import Accounts
from bot.core.breaker import Breaker
from bot.core.calls import Calls
from bot.core.cancelling import Cancelling
from bot.core.catalog import Catalogs
from bot.core.gate import Gate
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
from bot.gateway.vitals import Answers, Vitals
from bot.jobs.broadcasts import BroadcastsJob
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
from bot.web.health import Sources
from bot.web.metrics import Metrics
from bot.web.watch import Watch
from bot.web.webhook import Place, Webhook
from storage.database import Database
from storage.vault import Vault

CLOCK = time.time
P = ParamSpec("P")


def _each(*listeners: Callable[P, None]) -> Callable[P, None]:
    def tell(*args: P.args, **named: P.kwargs) -> None:
        for listener in listeners:
            listener(*args, **named)

    return tell


class Telegram:
    """The ways to it: `replies` for people who wait, `telling` for what others count and try again."""

    def __init__(self, settings: Settings, db: Database, metrics: Metrics) -> None:
        self.api = f"{settings.telegram_api_url}/bot"
        self.answers = Answers(clock=CLOCK)
        self.hear = _each(metrics.telegram, self.answers.hear)
        self.transport = Transport(hear=self.hear)
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

    def __init__(self, settings: Settings, slots: Slots, metrics: Metrics) -> None:
        url, limit = settings.panel_url, settings.panel_requests_per_minute
        pace = Pace(limit)
        self.turns = Turns(pace)
        self.breaker = Breaker(interval=settings.poll_interval, pace=pace)
        self.calls = Calls(clock=CLOCK)
        hear, time_call = self.breaker.hear, _each(metrics.panel, self.calls.hear)
        self.people = PanelClient(
            url,
            seconds=PERSON_SECONDS,
            aside=slots.aside,
            turn=self.turns.person,
            hear=partial(hear, poll=False),
            time=time_call,
        )
        self.machines = PanelClient(
            url, turn=self.turns.machine, hear=partial(hear, poll=True), time=time_call
        )
        # a look whose second request waits for its turn still holds its key
        self.lease = LEASE_SECONDS + (TURN_SECONDS if limit else 0.0)


class Core:
    """What the bot does, in the words of the business. `process` is this run of it."""

    def __init__(
        self, settings: Settings, db: Database, vault: Vault, panel: Panel, metrics: Metrics
    ) -> None:
        people, machines, lease = panel.people, panel.machines, panel.lease
        self.process = process = secrets.token_hex(8)
        interval = settings.poll_interval
        self.keys = keys = Accounts(db, vault, people, url=settings.panel_url)
        self.catalogs = Catalogs(db, keys, people, pause=settings.price_list_pause)
        self.ordering = Ordering(db, keys, people, process=process, interval=interval, hear=metrics.order)
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
        self.gate = Gate(db, operators=frozenset(settings.admin_ids), clock=CLOCK)


class Jobs:
    """What happens without a person asking."""

    def __init__(
        self,
        settings: Settings,
        db: Database,
        *,
        telegram: Telegram,
        panel: Panel,
        core: Core,
        about: About,
        metrics: Metrics,
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
            hear=metrics.notice,
        )
        self.replies = RepliesJob(db, deliver=telegram.replies.deliver, turn=budget.turn)
        self.placing = Placing(core.ordering, tell=self.notices.tell_outcome)
        self.masses = MassesJob(db, core.masses, show=of_masses.show, news=self.notices.tick)
        of_broadcasts = BroadcastNotices(
            db, telegram.bot, telling, turn=budget.turn, absence=absence, pause=budget.pause
        )
        self.broadcasts = BroadcastsJob(
            db,
            deliver=of_broadcasts.deliver,
            show=of_broadcasts.show,
            is_back=of_broadcasts.is_back,
            turn=budget.turn,
            news=self.notices.tick,
            clock=CLOCK,
        )
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
        self.metrics = metrics = Metrics()
        self.telegram = telegram = Telegram(settings, db, metrics)
        slots = Slots(typing=telegram.messenger.typing)
        self.panel = panel = Panel(settings, slots, metrics)
        vault = Vault(settings.keys, on_secret=logs.hide)
        self.core = core = Core(settings, db, vault, panel, metrics)
        self.jobs = Jobs(
            settings, db, telegram=telegram, panel=panel, core=core, about=self.about, metrics=metrics
        )
        self.application = _application(telegram.bot, self._desk(settings, db))
        add_handlers(self.application)
        self.runner = Runner(
            db,
            telegram.bot,
            vault,
            handle=self.application.process_update,
            overflow=lambda chat_id: tell_overflow(telegram.replies, self.core.gate, chat_id),
            slots=slots,
            clock=CLOCK,
            outage=self.jobs.outage,
            hear=metrics.update,
        )
        self.polling = Polling(
            Transport(connections=2, hear=telegram.hear),
            f"{telegram.api}{settings.token}",
            accept=self.runner.accept,
            busy=lambda: self.runner.busy,
            clock=CLOCK,
        )
        self.watch = Watch(
            settings.metrics_address,
            metrics,
            Sources(
                db,
                contact=self._last_contact,
                absence=telegram.absence,
                busy=lambda: self.runner.busy,
                breaker=panel.breaker,
                panel=settings.panel_url,
                interval=settings.poll_interval,
            ),
        )
        self.webhook = self._webhook(settings) if settings.webhook_url else None

    def _webhook(self, settings: Settings) -> Webhook:
        host, port = settings.webhook_address
        path = urlsplit(settings.webhook_url).path or "/"
        return Webhook(
            Place(settings.webhook_url, path, settings.webhook_token, host, port),
            self.telegram.bot,
            accept=self.runner.accept,
            busy=lambda: self.runner.busy,
            clock=CLOCK,
        )

    def _last_contact(self) -> float | None:
        return (self.webhook or self.polling).last_contact_at

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
            broadcast_job=self.jobs.broadcasts,
            gate=core.gate,
            operators=frozenset(settings.admin_ids),
            vitals=Vitals(
                database=settings.database_path,
                breaker=self.panel.breaker,
                calls=self.panel.calls,
                answers=telegram.answers,
                absence=telegram.absence,
                contact=self._last_contact,
                clock=CLOCK,
            ),
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
