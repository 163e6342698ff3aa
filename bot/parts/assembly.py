"""All parts, each handed what it needs."""

from typing import Any
from urllib.parse import urlsplit

from telegram.ext import Application, ApplicationBuilder, ContextTypes, ExtBot, JobQueue

from bot import logs
from bot.chat.build import add_handlers
from bot.chat.unexpected import tell_overflow
from bot.gateway.context import About, ChatApplication, Context, Desk
from bot.gateway.files import Files
from bot.gateway.messenger import Messenger
from bot.gateway.polling import Polling
from bot.gateway.slots import Slots
from bot.gateway.transport import Transport
from bot.gateway.updates import Runner
from bot.gateway.vitals import Vitals
from bot.parts.inside import Core, Jobs
from bot.parts.outside import CLOCK, Panel, Telegram
from bot.settings import Settings
from bot.web.health import Sources
from bot.web.metrics import Metrics
from bot.web.watch import Watch
from bot.web.webhook import Place, Webhook
from storage.database import Database
from storage.vault import Vault


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
            overflow=lambda chat_id: tell_overflow(db, telegram.replies, self.core.gate, chat_id),
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
