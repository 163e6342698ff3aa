"""Lives of orders, drawn at random: what becomes of them, and when.

Nobody publishes how long orders take: this is a guess, and no measurement. Panels promise classes (such as
https://emailer.beastsmm.pk/term/delivery-policy): "instant" starts within minutes and is complete in 1 to 24
hours, "standard" starts in 1 to 6 hours and takes 1 to 7 days, "gradual" takes days to weeks, "high volume"
7 to 30 days. Here the durations of a class are log-normal, as service times mostly are (Brown et al.,
Statistical Analysis of a Telephone Call Center, 2005), and the promises lie at about their 10th and 90th
percentiles. How many are of each class, and how many end otherwise, is made up.
"""

import math
import random
from collections.abc import Iterator
from typing import NamedTuple

from bot.panel.models import RefillWord, Status

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
SEED = 4
PROCESSING, CANCELED, PARTIAL, REFILLED, PAUSED = 0.3, 0.04, 0.06, 0.05, 0.1  # shares of those that could


class Kind(NamedTuple):
    """Seconds in the median, and the spread of their logarithm."""

    share: float
    start: tuple[float, float]
    run: tuple[float, float]


KINDS = {
    "instant": Kind(0.50, (5 * MINUTE, 1.2), (5 * HOUR, 1.2)),
    "standard": Kind(0.32, (2.5 * HOUR, 0.7), (2.6 * DAY, 0.75)),
    "gradual": Kind(0.12, (3 * HOUR, 1.0), (8 * DAY, 0.75)),
    "high volume": Kind(0.04, (6 * HOUR, 1.0), (14 * DAY, 0.6)),
    "subscription": Kind(0.02, (5 * MINUTE, 1.2), (30 * DAY, 0.7)),
}


class Life(NamedTuple):
    """An order, Pending at first, and its refill. Seconds after it was placed or asked for, and what it is
    from then on; the last ends it."""

    changes: tuple[tuple[float, Status], ...]
    refill: tuple[tuple[float, RefillWord], ...] = ()

    def slowed(self, times: float) -> "Life":
        """The same, each step taking so many times as long."""
        return Life(
            tuple((at * times, status) for at, status in self.changes),
            tuple((at * times, word) for at, word in self.refill),
        )


def lives(count: int) -> Iterator[Life]:
    """Always the same."""
    chance = random.Random(SEED)
    shares = [kind.share for kind in KINDS.values()]
    for name in chance.choices(list(KINDS), shares, k=count):
        start, run = (_seconds(about, chance) for about in (KINDS[name].start, KINDS[name].run))
        yield (_subscription if name == "subscription" else _life)(start, run, chance)


def _life(start: float, run: float, chance: random.Random) -> Life:
    if chance.random() < CANCELED:
        return Life(((start, Status.CANCELED),))
    processing = ((start * chance.random(), Status.PROCESSING),) if chance.random() < PROCESSING else ()
    begun = (*processing, (start, Status.IN_PROGRESS))
    if chance.random() < PARTIAL:
        return Life((*begun, (start + run * chance.random(), Status.PARTIAL)))
    refill = _refill(chance) if chance.random() < REFILLED else ()
    return Life((*begun, (start + run, Status.COMPLETED)), refill)


def _subscription(start: float, run: float, chance: random.Random) -> Life:
    """Its posts are orders like any other."""
    end = (start + run, Status.COMPLETED)
    if chance.random() >= PAUSED:
        return Life(((start, Status.ACTIVE), end))
    paused, resumed = sorted(start + run * chance.random() for _ in range(2))
    return Life(((start, Status.ACTIVE), (paused, Status.PAUSED), (resumed, Status.ACTIVE), end))


def _refill(chance: random.Random) -> tuple[tuple[float, RefillWord], ...]:
    begins = _seconds((2 * HOUR, 1.0), chance)
    ends = begins + _seconds((12 * HOUR, 1.0), chance)
    return (begins, RefillWord.IN_PROGRESS), (ends, RefillWord.COMPLETED)


def _seconds(about: tuple[float, float], chance: random.Random) -> float:
    median, spread = about
    return chance.lognormvariate(math.log(median), spread)
