"""When to look again. Pure; every interval is a multiple of POLL_INTERVAL."""

import math
from typing import NamedTuple

from bot.panel.models import OrderStatus, RefillWord, Status

LONGEST_REST = 60.0  # seconds a failing panel is left alone, unless it names a longer Retry-After
DAY_FACTOR = 1440
SELDOMEST = 60  # hourly, by default


class Pace(NamedTuple):
    """Wait `factor` times POLL_INTERVAL between looks, until nothing changed for `steady_for` seconds."""

    factor: int
    steady_for: float


_RUNNING = (Pace(1, 3600.0), Pace(5, 86400.0), Pace(15, math.inf))
_SUBSCRIBED = {Status.ACTIVE, Status.PAUSED}


def pace(status: OrderStatus | None, *, unchanged_for: float, cancelling: bool = False) -> Pace:
    """How often to look at an order. `cancelling`: the panel took a request to cancel it.

    | status                          | unchanged for | factor |
    |---------------------------------|---------------|--------|
    | running, or not looked at yet   | under 1 hour  |      1 |
    |                                 | under 1 day   |      5 |
    |                                 | longer        |     15 |
    | a word we do not know           | any time      | 5 at least |
    | a subscription: active, paused  | any time      |     60 |
    | ... that is to be cancelled     | under 1 day   | as if running |
    | ended (one more look, then none)| any time      |   1440 |

    At the default POLL_INTERVAL of 60 s, 60 is an hour, and 1440 is a day: operators change ended orders
    by hand. A subscription runs for weeks; the orders of its posts are looked at as orders of their own.
    """
    if status is not None and status.ended:
        return Pace(DAY_FACTOR, 0.0)
    found = next(each for each in _RUNNING if unchanged_for < each.steady_for)
    if status is None:
        return found
    if status.status in _SUBSCRIBED and not (cancelling and math.isfinite(found.steady_for)):
        return Pace(SELDOMEST, math.inf)
    return found if status.status else found._replace(factor=max(found.factor, 5))


_UNREADABLE = (Pace(2, 3600.0), Pace(15, 86400.0), Pace(SELDOMEST, math.inf))


def unreadable_pace(*, unchanged_for: float) -> Pace:
    """How often to look at a running order of which the panel says nothing that can be read.

    | unchanged for | factor |
    |---------------|--------|
    | under 1 hour  |      2 |
    | under 1 day   |     15 |
    | longer        |     60 |

    A brand-new order may be unknown for some seconds.
    """
    return next(each for each in _UNREADABLE if unchanged_for < each.steady_for)


GIVE_UP_SECONDS = 14 * 86400.0
_REFILLING = (Pace(2, 3600.0), Pace(10, 86400.0), Pace(SELDOMEST, math.inf))


def refill_pace(known: RefillWord | None, *, unchanged_for: float) -> Pace | None:
    """How often to look at a refill, which takes hours to days. None: not any more.

    | status                          | unchanged for | factor |
    |---------------------------------|---------------|--------|
    | running                         | under 1 hour  |      2 |
    |                                 | under 1 day   |     10 |
    |                                 | longer        |     60 |
    | a word we do not know, or none  | under 14 days | 10 at least |
    |                                 | longer        |  never |
    | ended                           | any time      |  never |
    """
    if known.ended if known is not None else unchanged_for >= GIVE_UP_SECONDS:
        return None
    found = next(each for each in _REFILLING if unchanged_for < each.steady_for)
    return found._replace(factor=max(found.factor, 10)) if known is None else found


def rest(failures: int, *, interval: float, retry_after: float | None, chance: float) -> float:
    """Seconds to leave a key alone after its `failures`-th failure in a row.

    Doubles from at most 2 s to LONGEST_REST; `chance` in [0, 1) spreads it over its upper half, so that
    keys do not come back all at once. A Retry-After is never undercut.
    """
    longest = min(min(interval, 2.0) * 2.0 ** min(failures - 1, 30), LONGEST_REST)
    return max(longest * (0.5 + chance / 2), retry_after or 0.0)
