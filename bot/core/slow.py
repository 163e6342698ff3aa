"""When an order is pending far longer than its service usually takes. Pure."""

import re
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from bot.panel.models import Status
from bot.panel.replies import status_of
from storage.orders import Order

HOUR = 3600.0
DAY = 24 * HOUR
FAR = 3  # times as long as usual
LEAST_SECONDS = HOUR  # nothing is slow before
ENOUGH = 5  # ended orders that tell how long is usual
LONGEST_USUAL = 60 * DAY

_UNITS = {"s": 1.0, "m": 60.0, "h": HOUR, "d": DAY, "w": 7 * DAY, "mo": 30 * DAY}
_PART = re.compile(r"(\d{1,6}(?:[.,]\d{1,3})?)\s*(mo|[smhdw])[a-z]*\.?")
_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)(?::([0-5]\d))?")


class Usual(NamedTuple):
    """How long a service usually takes, in seconds; who says so: panel | here | nobody."""

    seconds: float
    source: str
    slow_after: float


def usual(average_time: str, took: Sequence[float]) -> Usual:
    """What to expect of a service, of whose ended orders the last ones `took` so many seconds.

    | what is known                              | usual             | slow after being pending for   |
    |--------------------------------------------|-------------------|--------------------------------|
    | the panel names an average time            | that              | 3 times as long, 1 hour at least |
    | it does not, but 5 orders or more ended    | their median      | 3 times as long, 1 hour at least |
    | neither                                    | 24 hours          | 72 hours                       |

    Pending means Pending, Awaiting, or no status yet. Never slow are subscriptions and drip-feeds, which
    wait on purpose, the orders they made, and orders placed elsewhere, of which no service is known.
    """
    said = duration(average_time)
    if said is not None:
        seconds, source = said, "panel"
    elif len(took) >= ENOUGH:
        seconds, source = median(took), "here"
    else:
        seconds, source = DAY, "nobody"
    return Usual(seconds, source, max(FAR * seconds, LEAST_SECONDS))


def is_pending(order: Order) -> bool:
    known = status_of(order.word) if order.word else Status.PENDING
    return order.state == "open" and known in {Status.PENDING, Status.AWAITING}


def duration(text: str) -> float | None:
    """Seconds, from "3 hours 12 minutes", "52 min", "1h 5m", "2:30" (hours); of a range its longer end.

    None when it names none ("Not enough data", "Instant"), or one that cannot be.
    """
    plain = text.casefold()
    clock = _CLOCK.fullmatch(plain.strip())
    if clock:
        return _believable(int(clock[1]) * HOUR + int(clock[2]) * 60.0 + int(clock[3] or 0))
    ends = re.split(r"[-–—]|\bto\b", plain)
    parts = _PART.findall(ends[-1])
    return _believable(sum(float(n.replace(",", ".")) * _UNITS[unit] for n, unit in parts))


def _believable(seconds: float) -> float | None:
    return seconds if 0 < seconds <= LONGEST_USUAL else None
