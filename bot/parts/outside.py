"""The ways to Telegram and to the panel."""

import time
from collections.abc import Callable
from functools import partial
from typing import ParamSpec

from telegram.ext import ExtBot

from bot.core.breaker import Breaker
from bot.core.calls import Calls
from bot.core.tracking import LEASE_SECONDS
from bot.gateway.absence import Absence
from bot.gateway.messenger import Messenger
from bot.gateway.pacing import Budget
from bot.gateway.replies import Replies
from bot.gateway.slots import Slots
from bot.gateway.transport import Transport
from bot.gateway.vitals import Answers
from bot.panel.client import PERSON_SECONDS, TURN_SECONDS, PanelClient
from bot.panel.pacing import Pace, Turns
from bot.settings import Settings
from bot.web.metrics import Metrics
from storage.database import Database

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
