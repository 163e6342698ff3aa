"""What operators read, whatever the numbers."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from bot.chat.screens.admin import overview
from bot.core.breaker import State
from bot.core.calls import Action, Call, Lately
from bot.core.spending import Period, Spending, Spent
from bot.gateway.messenger import LONGEST_CAPTION
from bot.gateway.texts import units
from bot.gateway.vitals import Facts
from storage.reports import Counts

NOW = 1_800_000_000.0
COUNTS = Counts(*[1_234_567] * 8)
FACTS = Facts(
    version="0.1.0",
    up=93_000.0,
    panel=State.CLOSED,
    panel_away=None,
    calls=Lately(NOW - 3600, [Action("status", 360, 2, 0.21, 12.4)], [Call(NOW, "status", 12.4, True)]),
    contact=3.0,
    takes_messages=True,
    errors={},
    database=12_345_678,
    free=48_000_000_000,
)
SPENDING = Spending(
    Period(date(2027, 1, 15), 30),
    {29: 12},
    {"USD": Spent(12, Decimal("0.63"))},
    {},
    unknown=0,
    uncertain=0,
    keys=9,
)


def read(facts: Facts = FACTS, spending: Spending = SPENDING) -> str:
    text = overview(COUNTS, spending, facts, now=NOW, picture=b"").text
    assert units(text) <= LONGEST_CAPTION
    return text.striptags()


def test_what_is_known_of_the_panel_and_telegram() -> None:
    text = read()
    assert "Overview, 08:00 · version 0.1.0, up 26 hours" in text
    assert "Panel: answers Calls since 07:00, median and slowest:" in text
    assert "status: 360 · 0.21 s, 12 s · 2 unanswered" in text
    assert "Slowest: status 12 s at 08:00" in text
    assert "Telegram: last contact 3 s ago; errors in the last hour: 0" in text
    assert "Database: 12.3 MB, 48 GB of disk free" in text


def test_trouble_is_pointed_out() -> None:
    facts = replace(
        FACTS, panel=State.OPEN, panel_away=720.0, takes_messages=False, errors={"502": 3, "timeout": 12}
    )
    text = read(facts)
    assert "⚠️ Panel: no answer for 12 minutes; polls wait" in text
    assert "⚠️ Telegram: takes no messages; errors in the last hour: 12 × timeout, 3 × 502" in text
    assert "last contact 10 minutes ago" in read(replace(FACTS, contact=600.0))
    assert "Telegram: no contact yet" in read(replace(FACTS, contact=None))


def test_costs_nobody_knows_are_not_passed_over() -> None:
    assert "12 orders, $0.63 without 3 orders whose cost nobody knows" in read(
        spending=replace(SPENDING, unknown=3)
    )


def test_the_caption_fits_whatever_there_is_to_say() -> None:
    actions = [Action("refill_status", 9_999_999, 9_999_999, 999.9, 9999.9)] * 20
    slowest = [Call(NOW, "refill_status", 9999.9, False)] * 3
    facts = replace(
        FACTS, calls=Lately(0.0, actions, slowest), errors={str(n): 99_999 for n in range(100, 600)}
    )
    spent = Spent(10**9, Decimal("12345678901234567890.123456789"))
    currencies = {f"CURRENCY{n}": spent for n in range(9)}
    text = read(facts, replace(SPENDING, currencies=currencies))
    assert "…" in text
    assert "refill_status: 9,999,999" in text
