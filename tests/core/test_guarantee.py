"""What names and flags tell about refills."""

import pytest

from bot.core import guarantee
from bot.core.guarantee import DAY, UNKNOWN, Guarantee, may_be_refilled, of_name, of_service
from bot.panel.models import Status
from tests.core.core_world import service

NOW = 1_800_000_000.0
YES, NO, LIFE = Guarantee(True), Guarantee(False), Guarantee(True, lifetime=True)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Followers | 30 Days Refill", Guarantee(True, 30)),
        ("Followers [30D Refill]", Guarantee(True, 30)),
        ("Followers - Refill 60 Days", Guarantee(True, 60)),
        ("Followers R30", Guarantee(True, 30)),
        ("Followers [R365] ⭐", Guarantee(True, 365)),
        ("Followers AR30 Instant", Guarantee(True, 30)),
        ("Followers 365 Days ♻️", Guarantee(True, 365)),
        ("Followers ♻️ 30", Guarantee(True, 30)),
        ("Followers | 30-Day Guarantee", Guarantee(True, 30)),
        ("Followers | 6 months refill", Guarantee(True, 180)),
        ("Followers | 1 Year Refill", Guarantee(True, 365)),
        ("متابعين | ضمان 30 يوم", Guarantee(True, 30)),
        ("Followers ♻️", YES),
        ("Followers | Refill Button", YES),
        ("Followers | Auto Refill | Max 500K", YES),
        ("Followers | Lifetime Guarantee", LIFE),
        ("Followers | Life Time Refill ♻️", LIFE),
        ("Followers | Lifetime", Guarantee(None, lifetime=True)),
        ("Followers | 30 Days", Guarantee(None, 30)),
        ("Followers | No Refill ⚠️", NO),
        ("Followers [No-Refill]", NO),
        ("Followers [NoRefill]", NO),
        ("Followers | Non Refill | 30 Days Drip", NO),
        ("Followers | without guarantee", NO),
        ("Followers | Refill: No", NO),
        ("Followers | 🚫 Refill", NO),
        ("Followers | Refill: No | 30 Days Drip", NO),
        ("Followers | Refill No, Fast", NO),
        ("Followers [Refill - No] 30 Days", NO),
        ("Followers | Refill ❌", NO),
        ("Followers | 30 Days Refill No Drop", Guarantee(True, 30)),
        ("Followers | 30 Days Refill No-Drop", Guarantee(True, 30)),
        ("Followers | Lifetime Refill - No Drop", LIFE),
        ("Followers | 365 Days Guarantee - No Password needed", Guarantee(True, 365)),
        ("Followers R0", NO),
        ("Followers", UNKNOWN),
        ("Followers | Non Drop | Max 500K | Start: 0-1 Days", UNKNOWN),
        ("Followers | Speed: 10K/Day", UNKNOWN),
        ("Followers | 5/day", UNKNOWN),
        ("Views | R5K Real", UNKNOWN),
        ("Refill ♻️ | 10K/Day", YES),
        ("Refill ♻️ 500K | R30", Guarantee(True, 30)),
        ("Followers R0.5 | Refill 99999 days", YES),
        ("3D Views | Start: 2 days | Refill", YES),
        ("", UNKNOWN),
    ],
)
def test_a_name_tells(name: str, told: Guarantee) -> None:
    assert of_name(name) == told


@pytest.mark.parametrize(
    ("name", "flag", "told"),
    [
        ("Followers", True, YES),
        ("Followers | 30 Days", True, Guarantee(True, 30)),
        ("Followers | Lifetime", True, LIFE),
        ("Followers | No refill", True, YES),
        ("Followers R30", False, NO),
        ("Followers R30", None, Guarantee(True, 30)),
        ("Followers | 30 Days", None, UNKNOWN),
        ("Followers | No refill", None, NO),
        ("Followers", None, UNKNOWN),
    ],
)
def test_the_panels_flag_rules_and_the_name_tells_the_period(
    name: str, flag: bool | None, told: Guarantee
) -> None:
    assert of_service(service(name=name, refill=flag)) == told


def test_nothing_is_known_of_a_service_that_is_gone() -> None:
    assert of_service(None) == UNKNOWN


@pytest.mark.parametrize(
    ("told", "status", "in_flight", "days_ago", "may"),
    [
        (YES, Status.COMPLETED, False, 1, True),
        (UNKNOWN, Status.PARTIAL, False, 1, True),
        (LIFE, Status.COMPLETED, False, 5000, True),
        (Guarantee(True, 30), Status.COMPLETED, False, 30, True),
        (Guarantee(True, 30), Status.COMPLETED, False, 31, False),
        (NO, Status.COMPLETED, False, 1, False),
        (YES, Status.COMPLETED, True, 1, False),
        (YES, Status.IN_PROGRESS, False, 1, False),
        (YES, Status.CANCELED, False, 1, False),
        (YES, None, False, 1, False),
    ],
)
def test_a_refill_is_offered_where_it_makes_sense(
    told: Guarantee, status: Status | None, in_flight: bool, days_ago: int, may: bool
) -> None:
    ended_at = NOW - days_ago * DAY
    assert may_be_refilled(told, status, ended_at=ended_at, in_flight=in_flight, now=NOW) is may


def test_a_period_counts_from_the_orders_end() -> None:
    assert Guarantee(True, 30).until(NOW) == NOW + 30 * DAY
    assert guarantee.UNKNOWN.until(NOW) is LIFE.until(NOW) is None
