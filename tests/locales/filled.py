"""Screens that page, shorten or count, filled with the most and the longest that can come into them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from bot.chat.screens import (
    admin,
    bundles,
    catalog,
    mass_outcomes,
    masses,
    ordering,
    orders,
    questions,
    requests,
    services,
    statuses,
)
from bot.core.aftersales import Aftersales
from bot.core.breaker import State
from bot.core.calls import Action, Call, Lately
from bot.core.drafts import Draft, Offer
from bot.core.exporting import Export, Totals
from bot.core.fields import QUANTITY
from bot.core.guarantee import Guarantee
from bot.core.invalid import InvalidAnswer
from bot.core.mass_lines import Bad, Good, Line
from bot.core.mass_pace import Stop
from bot.core.masses import Plan
from bot.core.requests import Answer, KeyGone, Refused, Taken, Unsure
from bot.core.spending import Period, Spending, Spent
from bot.core.statuses import Finding, Following
from bot.gateway.buttons import Press
from bot.gateway.context import About
from bot.gateway.messenger import Screen
from bot.gateway.shapes import LONGEST_TEXT
from bot.gateway.texts import units
from bot.gateway.vitals import Facts
from bot.panel.errors import LONGEST_WORDS
from bot.panel.models import OrderStatus, Service, Unreadable
from storage.masses import NOT_SENT
from storage.orders import Order
from storage.outbox import MOST_TOGETHER, Notice
from storage.refills import Refill
from storage.reports import Counts
from tests.storage.stored import ACCOUNT, ORDER

NOW = 1_800_000_000.0
ABOUT = About(
    "A panel with a rather long name", "https://panel-with-a-long-name.example.com/orders", "@" + "s" * 32
)
ID = "9" * 64
NAME = "🎁" * 300  # characters, as many as are read of one
WORD = "🎁" * 60
WORDS = "🎁" * LONGEST_WORDS
CURRENCY = "🎁" * 12
COUNT = 2**63 - 1
SUM = Decimal("111111111111111111.111111111111111111E+6")
SERVICE = Service("9" * 32, NAME, WORD, "🎁" * 200, SUM, COUNT, COUNT, True, False, True, "🎁" * 2000, WORD)
PACKAGE = SERVICE._replace(type="Package")
PLAIN = SERVICE._replace(type="Default")
OPEN = replace(
    ORDER,
    state="open",
    panel_order_id=ID,
    service_id=SERVICE.id,
    service_name=NAME,
    fields={
        "link": "https://example.com/" + "a" * 1980,
        "quantity": str(COUNT),
        "usernames": "\n".join(["🎁" * 300] * 100),
        "hashtags": "\n".join(["🎁" * 300] * 100),
        "runs": "10000",
        "interval": "99999",
    },
    quantity=COUNT,
    price=SUM,
    currency=CURRENCY,
    charge=SUM,
    word="🎁" * 120,
    start_count=COUNT,
    remains=COUNT,
    balance_before=SUM,
    balance_after=SUM / 2,
    cancel_asked_at=NOW,
)
NEWS = MappingProxyType(
    {
        "panel_order_id": ID,
        "parent": ID,
        "service": NAME,
        "word": "🎁" * 120,
        "before": "🎁" * 120,
        "remains": COUNT,
        "quantity": COUNT,
        "start_count": COUNT,
        "returned": str(SUM),
        "charge": str(SUM),
        "currency": CURRENCY,
        "cancel_asked": True,
        "cancel_unsure": True,
        "since": NOW - 86400 * 400,
        "usual": 86400.0 * 400,
        "source": "panel",
        "may_cancel": True,
        "state": "uncertain",
    }
)


def bundle(kind: str, **facts: object) -> Screen:
    news = [Notice(n, 7, str(n), kind, {**NEWS, **facts}, "en", NOW) for n in range(MOST_TOGETHER)]
    return bundles.bundle(news, [bundles.line(one, now=NOW) for one in news])


def page_of(service: Service) -> Screen:
    found = [service._replace(id=f"{n:032}") for n in range(100)]
    return catalog.services(
        found, title=NAME, page=5, version=1, currency=CURRENCY, ordering=True, guessed=True
    )


def card_of(service: Service) -> Screen:
    link, site = "https://t.me/" + "a" * 120, ABOUT.panel_site
    return services.card(service, CURRENCY, link=link, starred=True, page=1, site=site)


def plan(good: int, bad: int) -> Plan:
    text = f"{SERVICE.id} | https://example.com/{'a' * 60} | {COUNT}"
    problem = InvalidAnswer("type", type=WORD)
    return Plan(
        "m",
        "key-1",
        [
            *(Good(Line(10_000 + n, text), PLAIN, {}, SUM) for n in range(good)),
            *(Bad(Line(20_000 + n, text), problem) for n in range(bad)),
        ],
        CURRENCY,
        SUM / 2,
        *[range(10_000, 10_500)] * 3,
    )


def dry_run(good: int, bad: int) -> Screen:
    """With a list of all lines as far as they fit, else with a file."""
    listed, note = plan(good, bad), masses.maybe_cut()
    screen = masses.dry_run(listed, version=1, note=note)
    if units(screen.text) <= LONGEST_TEXT:
        return screen
    return masses.dry_run(listed, version=1, note=note, filed=True)


def lines(state: str, count: int, reason: str | None = None) -> list[Order]:
    return [replace(OPEN, state=state, mass_line=10_000 + n, reason=reason) for n in range(count)]


def mass_summary(stopped: Stop) -> Screen:
    placed = [replace(one, panel_order_id=ID) for one in lines("open", 1)]
    return mass_outcomes.summary(
        [
            *lines("uncertain", 200),
            *lines("rejected", 200, NAME),
            *lines("rejected", 99, NOT_SENT),
            *placed,
        ],
        stopped,
        ABOUT,
    )


def answers() -> dict[str, Answer]:
    kinds: Sequence[Answer] = (Taken(), Refused("invalid api key" + WORDS[15:]), Unsure(), KeyGone())
    return {f"{n:064}": kinds[n % len(kinds)] for n in range(100)}


def findings() -> list[Finding]:
    status = OrderStatus("🎁" * 120, None, SUM, COUNT, COUNT, tuple(f"{n:064}" for n in range(100)))
    found: Sequence[OrderStatus | Unreadable | None] = (status, Unreadable(WORDS), None, Unreadable(""))
    return [Finding(f"{n:064}", found[n % len(found)], None, ACCOUNT) for n in range(100)]


def followed(told_of: str) -> Iterable[Screen]:
    found = findings()
    new = [replace(OPEN, panel_order_id=one.id) for one in found[:50]]
    return statuses.followed(Following(found, new), CURRENCY, told_of)


def spending() -> Spending:
    spent = Spent(10**9, SUM, SUM, {0: SUM}, {f"{n:032}": SUM for n in range(100)})
    names = {f"{n:032}": NAME for n in range(100)}
    currencies = {CURRENCY[n:]: spent for n in range(9)}
    return Spending(Period(date(2027, 9, 30), 365), {0: 10**9}, currencies, names, 10**6, 10**6, 10**6)


def export() -> Export:
    sums = [(f"{n:032}", SUM) for n in range(100)]
    totals = Totals(SUM, [("2026-11", SUM)] * 100, sums)
    return Export(b"", 10**9, {CURRENCY[n:]: totals for n in range(9)}, dict.fromkeys(dict(sums), NAME))


def overview(panel: State) -> Screen:
    facts = Facts(
        "100.100.100",
        86400.0 * 400,
        panel,
        86400.0 * 400,
        Lately(
            0.0,
            [Action("refill_statuses", 10**7, 10**7, 999.9, 9999.9)] * 20,
            [Call(NOW, "refill_statuses", 9999.9, False)] * 3,
        ),
        None,
        False,
        {str(n): 99_999 for n in range(100, 600)},
        10**15,
        10**15,
    )
    return admin.overview(Counts(*[10**9] * 8), spending(), facts, now=NOW, picture=b"picture")


def order_card(order: Order) -> Screen:
    refill = Refill(
        id="r",
        chat_id=1,
        account_id="a",
        order_id="o",
        state="ended",
        word=WORD,
        created_at=NOW,
        changed_at=NOW,
    )
    after = Aftersales(Guarantee(True, 3650), refill, True, True, True, int(NOW))
    return orders.card(order, ABOUT, note=requests.refill_note(Unsure(), ABOUT), after=after)


def summary() -> Screen:
    service = PLAIN._replace(type="Mentions with Hashtags")
    draft = Draft("d", service.id, OPEN.fields, drip=True)
    offer = Offer("key-1", SUM, COUNT, COUNT, SUM, CURRENCY, SUM / 2)
    return ordering.summary(service, draft, offer, version=1, twin=True, note=ordering.changed())


def question() -> Screen:
    wrong = InvalidAnswer("bounds", min=COUNT, max=COUNT)
    return questions.question(
        QUANTITY, PLAIN, CURRENCY, version=1, wrong=wrong, note=ordering.changed(), back=Press("back")
    )
