"""The figures of a running bot for Prometheus. Labels are words of ours, never ids or what people wrote."""

from collections.abc import Callable
from functools import cache
from importlib.metadata import version

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector

from bot.core.breaker import State
from bot.panel.errors import (
    BadKey,
    NotSent,
    NoTurn,
    PanelBusy,
    PanelError,
    PanelGarbled,
    PanelRefused,
    PanelUnreachable,
)
from bot.web.health import Facts, wrong

TEXT = prometheus_client.CONTENT_TYPE_LATEST
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0)
# The first that fits, so kinds come before what they are kinds of.
_OUTCOMES: tuple[tuple[type[PanelError], str], ...] = (
    (NoTurn, "no turn"),
    (NotSent, "not sent"),
    (PanelUnreachable, "unreachable"),
    (PanelGarbled, "garbled"),
    (BadKey, "bad key"),
    (PanelBusy, "busy"),
    (PanelRefused, "refused"),
)
_CODES = {"200", "400", "401", "403", "404", "409", "413", "429", "500", "502", "503", "504"}
_NO_ANSWER = {"timeout", "network"}

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series each, read by nobody


class Metrics:
    """Of one bot: each has a registry of its own. The methods are what its parts are handed."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        Info("panelgram_build", "The running program", registry=self._registry).info(
            {"version": version("panelgram")}
        )
        self._updates = self._counter("updates", "Updates handled", "kind", "outcome")
        self._update_seconds = self._histogram("update_seconds", "From an update to its stored end", "kind")
        self._telegram = self._counter("telegram_answers", "Answers of the Bot API by HTTP status", "code")
        self._calls = self._counter("panel_calls", "Calls of the panel", "action", "outcome")
        self._call_seconds = self._histogram("panel_call_seconds", "How long they took", "action")
        self._orders = self._counter("orders", "Orders sent, by how it went", "outcome")
        self._notices = self._counter("notices", "What people were told unasked", "kind", "outcome")
        self._lag = self._histogram("event_loop_lag_seconds", "How late the event loop came to a timer")()
        # there from the beginning, so that the first of them is seen as an increase
        for outcome in ("placed", "rejected", "not now", "uncertain"):
            self._orders(outcome)
        for kind in ("command", "typed", "sent", "tapped", "other"):
            self._updates(kind, "fault")
        self._at_scrape()

    def _at_scrape(self) -> None:
        self._ready = self._gauge("ready", "1 when nothing keeps it from serving people, as /readyz")
        self._trouble = self._gauge("database_trouble", "1 while the database takes nothing")
        self._contact = self._gauge(
            "telegram_contact_seconds", "Since Telegram last brought updates, or said there are none"
        )
        self._taking = self._gauge("telegram_takes_messages", "0 while Telegram takes no messages")
        self._breaker = self._gauge("panel_breaker", "1 for the state the panel's breaker is in", "state")
        self._people = self._gauge("people", "People who gave a key")
        self._open = self._gauge("orders_open", "Orders that are followed")
        self._late = self._gauge("poll_lag_seconds", "How long the longest due waits", "queue")
        self._outbox = self._gauge("outbox_size", "Notices still to be told")
        self._outbox_lag = self._gauge("outbox_lag_seconds", "How long the longest due notice waits")
        self._replies = self._gauge("replies_kept", "Replies that Telegram would not take yet")
        self._waiting = self._gauge("updates_waiting", "Updates that wait or are being handled")

    def update(self, kind: str, outcome: str, seconds: float) -> None:
        self._updates(kind, outcome).inc()
        self._update_seconds(kind).observe(seconds)

    def telegram(self, code: str) -> None:
        self._telegram(code if code in _CODES or code in _NO_ANSWER else "other").inc()

    def panel(self, action: str, error: PanelError | None, seconds: float) -> None:
        self._calls(action, _outcome(error)).inc()
        self._call_seconds(action).observe(seconds)

    def order(self, outcome: str) -> None:
        self._orders(outcome).inc()

    def uncertain(self, orders: int) -> None:
        """So many were left in the middle."""
        self._orders("uncertain").inc(orders)

    def notice(self, kind: str, outcome: str) -> None:
        self._notices(kind, outcome).inc()

    def lag(self, seconds: float) -> None:
        self._lag.observe(seconds)

    def render(self, facts: Facts) -> bytes:
        """All figures as text."""
        self._ready.set(not wrong(facts))
        self._trouble.set(facts.database is not None)
        self._contact.set(float("nan") if facts.contact is None else facts.contact)
        self._taking.set(facts.takes_messages)
        self._waiting.set(facts.busy)
        for state in State:
            self._breaker.labels(state.value).set(facts.breaker is state)
        if facts.backlog is not None:  # else the figures before it stand
            self._people.set(facts.backlog.people)
            self._open.set(facts.backlog.orders)
            self._late.labels("orders").set(facts.backlog.orders_late)
            self._late.labels("refills").set(facts.backlog.refills_late)
            self._outbox.set(facts.backlog.notices)
            self._outbox_lag.set(facts.backlog.notices_late)
            self._replies.set(facts.backlog.replies)
        return prometheus_client.generate_latest(self._registry)

    def _counter(self, name: str, words: str, *labels: str) -> Callable[..., Counter]:
        """The one with these values of its labels; to look it up anew takes longer than to count."""
        return cache(Counter(f"panelgram_{name}", words, labels, registry=self._registry).labels)

    def _histogram(self, name: str, words: str, *labels: str) -> Callable[..., Histogram]:
        made = Histogram(f"panelgram_{name}", words, labels, registry=self._registry, buckets=SECONDS)
        return cache(made.labels) if labels else lambda: made

    def _gauge(self, name: str, words: str, *labels: str) -> Gauge:
        return Gauge(f"panelgram_{name}", words, labels, registry=self._registry)


def _outcome(error: PanelError | None) -> str:
    if error is None:
        return "ok"
    return next((word for kind, word in _OUTCOMES if isinstance(error, kind)), "other")
