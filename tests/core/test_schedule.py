"""When to look again: one table each for orders, for what cannot be read, and for refills."""

import math

import pytest

from bot.core import schedule
from bot.panel.models import OrderStatus
from bot.panel.replies import status_of

HOUR, DAY = 3600.0, 86400.0
RUNNING = ("Pending", "Processing", "In progress", "Awaiting")
SUBSCRIBED = ("Active", "Paused")
ENDED = ("Completed", "Partial", "Canceled", "Refunded", "Fail", "Expired")


def says(word: str) -> OrderStatus:
    return OrderStatus(word, status_of(word))


def factor(word: str | None, *, hours: float, cancelling: bool = False) -> int:
    status = None if word is None else says(word)
    return schedule.pace(status, unchanged_for=hours * HOUR, cancelling=cancelling).factor


@pytest.mark.parametrize(("hours", "wanted"), [(0, 1), (0.9, 1), (1, 5), (23, 5), (24, 15), (9999, 15)])
def test_looks_more_seldom_the_longer_nothing_happens(hours: float, wanted: int) -> None:
    assert {factor(word, hours=hours) for word in (None, *RUNNING)} == {wanted}
    assert factor("On hold", hours=hours) == max(wanted, 5)


@pytest.mark.parametrize("hours", [0, 1, 24, 9999])
def test_a_subscription_is_looked_at_hourly(hours: float) -> None:
    assert {factor(word, hours=hours) for word in SUBSCRIBED} == {60}


@pytest.mark.parametrize(("hours", "wanted"), [(0, 1), (1, 5), (23, 5), (24, 60)])
def test_a_subscription_that_is_to_be_cancelled_is_looked_at_often_for_a_day(
    hours: float, wanted: int
) -> None:
    assert {factor(word, hours=hours, cancelling=True) for word in SUBSCRIBED} == {wanted}


@pytest.mark.parametrize("hours", [0, 1, 24, 9999])
@pytest.mark.parametrize("word", ENDED)
def test_an_ended_order_is_looked_at_a_day_later(hours: float, word: str) -> None:
    found = schedule.pace(says(word), unchanged_for=hours * HOUR)
    assert found == (1440, 0.0)  # and never passed over as the same again: that look is its last


@pytest.mark.parametrize("cancelling", [False, True])
@pytest.mark.parametrize("word", [None, *RUNNING, *SUBSCRIBED, "On hold"])
def test_a_pace_lasts_exactly_until_the_next_one(word: str | None, cancelling: bool) -> None:
    status = None if word is None else says(word)
    waited, seen = 0.0, []
    while math.isfinite(waited):
        found = schedule.pace(status, unchanged_for=waited, cancelling=cancelling)
        assert found.steady_for > waited
        just_before = min(math.nextafter(found.steady_for, 0), 400 * DAY)
        assert schedule.pace(status, unchanged_for=just_before, cancelling=cancelling) == found
        seen.append(found.factor)
        waited = found.steady_for
    assert seen == sorted(seen)  # never more often again


def test_no_running_order_waits_longer_than_an_hour() -> None:
    words = (None, *RUNNING, *SUBSCRIBED, "On hold")
    assert max(factor(word, hours=hours) for word in words for hours in range(2000)) * 60 == HOUR
