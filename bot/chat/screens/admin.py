"""How everything does, for operators: people, orders, the panel, Telegram, the machine."""

from collections.abc import Iterator
from datetime import tzinfo
from decimal import Decimal

from markupsafe import Markup

from bot.chat.pictures import Columns, Drawing, either
from bot.chat.pictures.charts import GREEN
from bot.chat.screens.stats import spent_by_day
from bot.core.breaker import State
from bot.core.calls import Action, Call, Lately
from bot.core.spending import Spending, Spent
from bot.gateway.buttons import Button, Press, Rows
from bot.gateway.figures import brief_date, brief_day, clock, lasting, money, number, size
from bot.gateway.messenger import LONGEST_CAPTION, Screen
from bot.gateway.texts import lines, listed, paragraphs, phrase, plural, t, units
from bot.gateway.vitals import Facts
from storage.reports import Counts

_SEVERAL = 3  # currencies, at most
_MOST_ERRORS = 5  # kinds of them
_MINUTES_FROM = 120.0  # seconds; less are told as such
_PANEL = {
    State.CLOSED: phrase("<b>Panel</b>: answers"),
    State.OPEN: phrase("⚠️ <b>Panel</b>: no answer for {since}; polls wait"),
    State.HALF_OPEN: phrase("⚠️ <b>Panel</b>: no answer for {since}; trying one poll"),
}


def drawing(spending: Spending) -> Drawing:
    period, currency = spending.period, next(iter(spending.currencies), "")
    spent = spending.currencies.get(currency, Spent())
    orders = [
        (either(brief_day(last), brief_date(last)), Decimal(spending.orders.get(bar, 0)))
        for bar, last in enumerate(period.bars)
    ]
    return (
        either(plural("{n} order", "{n} orders", spending.count), number(spending.count)),
        either(
            t("{amount} in {days}", amount=money(spent.whole, currency), days=_days(spending)),
            money(spent.whole, currency),
        ),
        [
            Columns(
                t("Orders per day"),
                orders,
                highest=number(max((amount for _, amount in orders), default=Decimal())),
                least=Decimal(1),
            ),
            spent_by_day(t("Charges per day"), period, spent, currency, color=GREEN),
        ],
    )


def overview(counts: Counts, spending: Spending, facts: Facts, *, now: float, picture: bytes) -> Screen:
    """As much of the calls as there is room for."""
    for most in range(len(facts.calls.actions), -1, -1):
        text = _caption(counts, spending, facts, now, most)
        if units(text) <= LONGEST_CAPTION:
            break
    return Screen(text, rows(), picture)


def rows() -> Rows:
    return ((Button(t("Refresh"), Press("admin")),),)


def _caption(counts: Counts, spending: Spending, facts: Facts, now: float, most: int) -> Markup:
    return paragraphs(
        t(
            "<b>Overview</b>, {clock} · version {version}, up {up}",
            clock=clock(now, spending.period.clock),
            version=facts.version,
            up=lasting(facts.up),
        ),
        lines(*_people(counts), _charged(spending), _unknown(spending)),
        lines(
            t(_PANEL[facts.panel], since=lasting(facts.panel_away or 0.0)),
            *_calls(facts.calls, most, spending.period.clock),
        ),
        lines(_telegram(facts), _waiting(counts), _disk(facts)),
    )


def _people(counts: Counts) -> Iterator[Markup]:
    yield t(
        "<b>People</b>: {connected} connected, {new} new this week, {blocked} blocked the bot",
        connected=number(counts.connected),
        new=number(counts.new),
        blocked=number(counts.blocked),
    )
    if counts.parked:
        yield plural("{n} key is parked", "{n} keys are parked", counts.parked)
    yield t(
        "<b>Orders</b>: {open} open, {uncertain} uncertain",
        open=number(counts.open),
        uncertain=number(counts.uncertain),
    )


def _charged(spending: Spending) -> Markup:
    sums = [money(spent.whole, currency) for currency, spent in spending.currencies.items()]
    more = ["…"] if len(sums) > _SEVERAL else []
    return t(
        "<b>{days}</b>: {orders}, {sums}",
        days=_days(spending),
        orders=plural("{n} order", "{n} orders", spending.count),
        sums=listed([*sums[:_SEVERAL], *more]) or money(Decimal(), ""),
    )


def _unknown(spending: Spending) -> Markup | None:
    if not spending.unknown:
        return None
    return plural(
        "without {n} order whose cost nobody knows",
        "without {n} orders whose cost nobody knows",
        spending.unknown,
    )


def _calls(calls: Lately, most: int, zone: tzinfo) -> Iterator[Markup]:
    since = clock(calls.since, zone)
    if not calls.actions:
        yield t("No calls since {clock}.", clock=since)
        return
    yield t("Calls since {clock}, median and slowest:", clock=since)
    for action in calls.actions[:most]:
        yield _action(action)
    if most:
        yield t("Slowest: {calls}", calls=listed([_slowest(call, zone) for call in calls.slowest]))


def _action(action: Action) -> Markup:
    return t(
        "{name}: {calls} · {median} s, {slowest} s{unanswered}",
        name=action.name,
        calls=number(action.calls),
        median=_seconds(action.median),
        slowest=_seconds(action.slowest),
        unanswered=plural(" · {n} unanswered", " · {n} unanswered", action.unanswered)
        if action.unanswered
        else "",
    )


def _slowest(call: Call, zone: tzinfo) -> Markup:
    return t(
        "{action} {seconds} s at {clock}",
        action=call.action,
        seconds=_seconds(call.seconds),
        clock=clock(call.at, zone),
    )


def _telegram(facts: Facts) -> Markup:
    if not facts.takes_messages:
        state = t("⚠️ <b>Telegram</b>: takes no messages")
    elif facts.contact is None:
        state = t("<b>Telegram</b>: no contact yet")
    else:
        state = t("<b>Telegram</b>: last contact {time} ago", time=_ago(facts.contact))
    found = sorted(facts.errors.items(), key=lambda error: (-error[1], error[0]))
    errors = listed([f"{number(count)} × {answer}" for answer, count in found[:_MOST_ERRORS]])
    return t("{state}; errors in the last hour: {errors}", state=state, errors=errors or number(0))


def _waiting(counts: Counts) -> Markup:
    return t(
        "<b>Waiting to be told</b>: {notices} notices, {replies} replies",
        notices=number(counts.notices),
        replies=number(counts.replies),
    )


def _disk(facts: Facts) -> Markup:
    return t("<b>Database</b>: {size}, {free} of disk free", size=size(facts.database), free=size(facts.free))


def _days(spending: Spending) -> Markup:
    return plural("{n} day", "{n} days", spending.period.days)


def _ago(seconds: float) -> str:
    return t("{n} s", n=number(round(seconds))) if seconds < _MINUTES_FROM else lasting(seconds)


def _seconds(seconds: float) -> str:
    return number(Decimal(f"{seconds:.2f}" if seconds < 10 else f"{seconds:.0f}"))
