"""Makes the parts of the running program and hands each what it needs."""

import secrets
import time
from contextlib import AbstractAsyncContextManager
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


class Parts:
    """One after another, in the order in which they need each other."""

    def __init__(self, settings: Settings, db: Database) -> None:
        self.clock = time.time
        about = About(settings.name, settings.site, settings.support_contact)
        self.about = about
        self.transport = Transport()
        api = f"{settings.telegram_api_url}/bot"
        bot: ExtBot[None] = ExtBot(
            settings.token, base_url=api, request=self.transport, get_updates_request=self.transport
        )
        budget = Budget()
        messenger = Messenger(bot, budget)
        absence = Absence("Telegram takes no messages", "Telegram takes messages again")
        telling = Messenger(bot, None, patience=0.0)
        self.replies = Replies(
            db, messenger, later=telling, absence=absence, pause=budget.pause, clock=self.clock
        )
        self.replies_job = RepliesJob(db, deliver=self.replies.deliver, turn=budget.turn)
        interval = settings.poll_interval
        pace = Pace(settings.panel_requests_per_minute)
        self.turns = turns = Turns(pace)
        self.breaker = Breaker(interval=interval, pace=pace)
        self.panels = (
            PanelClient(
                settings.panel_url,
                seconds=PERSON_SECONDS,
                aside=self._aside,
                turn=turns.person,
                hear=partial(self.breaker.hear, poll=False),
            ),
            PanelClient(settings.panel_url, turn=turns.machine, hear=partial(self.breaker.hear, poll=True)),
        )
        people, machines = self.panels
        vault = Vault(settings.keys, on_secret=logs.hide)
        keys = Accounts(db, vault, people, url=settings.panel_url)
        self.catalogs = Catalogs(db, keys, people)
        self.process = secrets.token_hex(8)
        ordering = Ordering(db, keys, people, process=self.process, interval=interval)
        # a look whose second request waits for its turn still holds its key
        lease = LEASE_SECONDS + (TURN_SECONDS if settings.panel_requests_per_minute else 0.0)
        tracking = Tracking(
            db, keys, machines=machines, people=people, interval=interval, lease=lease, breaker=self.breaker
        )
        following = Refills(
            db, keys, machines=machines, people=people, process=self.process, interval=interval, lease=lease
        )
        mass_notices = MassNotices(db, telling, about, turn=budget.turn, pause=budget.pause)
        notices = Notices(
            db,
            telling,
            about,
            masses=mass_notices,
            absence=absence,
            pause=budget.pause,
            clock=self.clock,
        )
        self.notices = NoticesJob(
            db,
            deliver=notices.deliver,
            turn=budget.turn,
            count=budget.charge,
            gather=min(GATHER_SECONDS, interval / 2),
        )
        self.placing = Placing(ordering, tell=self.notices.tell_outcome)
        mass_orders = Masses(db, keys, ordering, process=self.process)
        self.masses = MassesJob(db, mass_orders, show=mass_notices.show, news=self.notices.tick)
        self.slow = SlowJob(db, self.catalogs, panel=settings.panel_url, news=self.notices.news)
        stranded = Stranded(db, keys, machines, interval=interval)
        self.tracking = TrackingJob(
            tracking, following, stranded, news=self.notices.news, breaker=self.breaker, turns=turns
        )
        desk = Desk(
            about=about,
            db=db,
            messenger=self.replies,
            files=Files(bot, self.transport, url=f"{settings.telegram_api_url}/file/bot{settings.token}"),
            hasty=Messenger(bot, budget, patience=0.0),
            accounts=keys,
            catalogs=self.catalogs,
            ordering=ordering,
            tracking=tracking,
            refills=following,
            cancelling=Cancelling(db, keys, people, process=self.process, interval=interval),
            statuses=Statuses(db, keys, people, interval=interval),
            placing=self.placing,
            masses=mass_orders,
            mass_job=self.masses,
            clock=self.clock,
        )
        self.outage = Outage(db, tell=lambda chat_id: tell_outage(messenger, chat_id))
        self.application = _application(bot, desk)
        add_handlers(self.application)
        self.runner = Runner(
            db,
            bot,
            vault,
            handle=self.application.process_update,
            overflow=lambda chat_id: tell_overflow(self.replies, chat_id),
            typing=messenger.typing,
            clock=self.clock,
            outage=self.outage,
        )
        self.polling = Polling(
            Transport(connections=2),
            f"{api}{settings.token}",
            accept=self.runner.accept,
            busy=lambda: self.runner.busy,
            clock=self.clock,
        )

    def _aside(self) -> AbstractAsyncContextManager[None]:
        return self.runner.aside()


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
