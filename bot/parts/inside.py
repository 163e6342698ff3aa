"""The business, and what happens without a person asking."""

import secrets

from bot.chat.broadcast_notices import BroadcastNotices
from bot.chat.mass_notices import MassNotices
from bot.chat.notices import Notices
from bot.chat.unexpected import tell_outage
from bot.core.accounts import Accounts
from bot.core.cancelling import Cancelling
from bot.core.catalog import Catalogs
from bot.core.gate import Gate
from bot.core.masses import Masses
from bot.core.ordering import Ordering
from bot.core.refills import Refills
from bot.core.statuses import Statuses
from bot.core.stranded import Stranded
from bot.core.tracking import Tracking
from bot.gateway.context import About
from bot.jobs.broadcasts import BroadcastsJob
from bot.jobs.masses import MassesJob
from bot.jobs.notices import GATHER_SECONDS, NoticesJob
from bot.jobs.outage import Outage
from bot.jobs.placing import Placing
from bot.jobs.replies import RepliesJob
from bot.jobs.slow import SlowJob
from bot.jobs.tracking import TrackingJob
from bot.parts.outside import CLOCK, Panel, Telegram
from bot.settings import Settings
from bot.web.metrics import Metrics
from storage.database import Database
from storage.vault import Vault


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
        self.outage = Outage(db, tell=lambda chat_id: tell_outage(db, telegram.messenger, chat_id))
