"""What was spent, by day, service and currency."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.core.spending import Period, Spending, summarise
from storage.reports import Placed

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
DAY = 86400.0
MONTH = Period(TODAY, 30)
ORDER = Placed(
    id="a",
    parent_id=None,
    account_id="key-1",
    created_at=NOON,
    service_id="1",
    service_name="Followers",
    state="ended",
    word="Completed",
    price="0.90",
    charge="0.90",
    currency="USD",
    only_asked=False,
)


Change = dict[str, Any]


def spending(*changes: Change, period: Period = MONTH) -> Spending:
    """Of orders that differ from ORDER in this."""
    return summarise([ORDER._replace(**{"id": str(n), **c}) for n, c in enumerate(changes)], period)


def test_a_month_has_a_bar_for_each_day() -> None:
    assert MONTH.each == 1
    assert MONTH.bars[0] == date(2026, 10, 25)
    assert (len(MONTH.bars), MONTH.bars[-1]) == (30, TODAY)


def test_a_year_is_all_in_bars_of_five_days() -> None:
    year = Period(TODAY, 365)
    assert (year.each, len(year.bars), year.bars[-1]) == (5, 73, TODAY)
    assert year.begins[0] == datetime(2025, 11, 24, tzinfo=UTC).timestamp()
    assert datetime.fromtimestamp(year.begins[0], UTC).date() == TODAY - timedelta(days=364)


def test_a_day_begins_at_midnight_by_the_persons_clock_also_when_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    period = Period(date(2026, 10, 26), 3, berlin)
    lengths = [after - before for before, after in zip(period.begins, period.begins[1:], strict=False)]
    assert lengths == [DAY, DAY + 3600]
    late = datetime(2026, 10, 25, 23, 59, tzinfo=berlin).timestamp()
    found = spending({"created_at": late}, {"created_at": late + 60}, period=period)
    assert found.orders == {1: 1, 2: 1}


def test_the_first_instant_counts_and_the_one_before_does_not() -> None:
    first = MONTH.begins[0]
    found = spending({"created_at": first}, {"created_at": first - 0.001}, {"created_at": NOON + 5 * DAY})
    assert found.orders == {0: 1, 29: 1}
    assert found.currencies["USD"].bars == {0: Decimal("0.90"), 29: Decimal("0.90")}


def test_sums_are_exact() -> None:
    found = spending(
        {"charge": "0.1"},
        {"charge": "0.2", "service_id": "2", "service_name": "Views"},
        {"charge": "0.00001", "created_at": NOON - DAY},
        {"charge": None, "price": "12345678901234567890.5", "word": "In progress", "state": "open"},
    )
    spent = found.currencies["USD"]
    assert str(spent.whole) == "12345678901234567890.80001"
    assert spent.bars[28] == Decimal("0.00001")
    assert spent.ranking == [("1", Decimal("12345678901234567890.60001")), ("2", Decimal("0.2"))]
    assert found.names == {"1": "Followers", "2": "Views"}
    assert found.count == 4


def test_currencies_are_apart_the_most_used_first() -> None:
    found = spending({"currency": "EUR"}, {"currency": "USD"}, {"currency": "USD"}, {"currency": "AUD"})
    assert list(found.currencies) == ["USD", "AUD", "EUR"]
    assert [spent.orders for spent in found.currencies.values()] == [2, 1, 1]


@pytest.mark.parametrize(
    ("word", "charge", "whole", "back"),
    [
        ("Partial", "0.54", "0.54", "0.36"),
        ("Canceled", "0", "0", "0.90"),
        ("Refunded", "0.00", "0", "0.90"),
        ("Partial", "0.90", "0.90", "0"),
        ("Completed", "0.54", "0.54", "0"),
    ],
)
def test_what_came_back_is_not_spent(word: str, charge: str, whole: str, back: str) -> None:
    spent = spending({"word": word, "charge": charge}).currencies["USD"]
    assert (spent.whole, spent.back) == (Decimal(whole), Decimal(back))


def test_what_the_panel_does_not_tell_is_unknown_and_not_guessed() -> None:
    found = spending(
        {"word": "Canceled", "charge": None},
        {"price": None, "charge": None, "state": "open", "word": "Active"},
        {"state": "uncertain", "charge": None, "word": None},
        {"state": "rejected", "charge": None, "word": None},
    )
    assert (found.unknown, found.uncertain, found.count) == (2, 1, 2)
    assert found.currencies["USD"].whole == 0


def test_a_drip_feed_is_one_order_and_paid_once() -> None:
    runs: list[Change] = [{"parent_id": "0", "price": None, "charge": "0.3"} for _ in range(3)]
    running = spending({"state": "open", "word": "In progress"}, *runs)
    ended = spending({}, *runs)
    assert (running.count, running.currencies["USD"].whole, running.unknown) == (1, Decimal("0.90"), 0)
    assert (ended.count, ended.currencies["USD"].whole, ended.unknown) == (1, Decimal("0.9"), 0)


def test_what_came_back_of_a_drip_feed_is_told_although_its_runs_say_what_it_cost() -> None:
    run: Change = {"parent_id": "0", "price": None, "charge": "0.3"}
    canceled = {"word": "Canceled", "charge": "0"}
    spent = spending({"word": "Partial", "charge": "0.3"}, run, run | canceled).currencies["USD"]
    assert (spent.whole, spent.back) == (Decimal("0.3"), Decimal("0.6"))


def test_what_was_paid_before_the_period_is_not_counted_by_its_runs() -> None:
    parent = {"state": "open", "word": "In progress", "created_at": MONTH.begins[0] - DAY}
    found = spending(parent, {"parent_id": "0", "price": None, "charge": "0.3"})
    assert (found.count, found.currencies) == (0, {})


def test_posts_of_an_earlier_subscription_are_spent_when_they_come() -> None:
    parent: Change = {"state": "open", "word": "Active", "price": None, "charge": None}
    post: Change = {"parent_id": "0", "price": None, "charge": "0.3"}
    earlier = {"created_at": MONTH.begins[0] - DAY}
    found = spending(parent | earlier, post, post | earlier)
    assert (found.count, found.unknown) == (0, 0)
    assert found.currencies["USD"].whole == Decimal("0.3")


@pytest.mark.parametrize("parent", [{"state": "open", "word": "Active"}, {"word": "Completed"}])
def test_posts_of_a_subscription_that_itself_cost_nothing_are_spent(parent: Change) -> None:
    """Some panels say "charge": "0" of it, and not of each post what it cost."""
    post: Change = {"parent_id": "0", "price": None, "charge": "0.3"}
    found = spending(parent | {"price": None, "charge": "0"}, post, post | {"charge": None})
    assert found.currencies["USD"].whole == Decimal("0.3")


def test_what_was_only_refilled_here_is_nobodys_spending() -> None:
    found = spending({"only_asked": True, "service_id": "", "price": None})
    assert (found.count, found.currencies, found.keys) == (0, {}, 0)


def test_keys_are_counted() -> None:
    assert spending({}, {"account_id": "key-2"}, {"account_id": "key-2"}).keys == 2
