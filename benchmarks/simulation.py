"""The schedule against a fixed interval that costs as many looks, over lives of orders drawn at random.

No network: `decide` and `judge` are asked at each look, as the program does; looks that hear the same again
before it could mean something else are only counted, as there. Batches are taken to be full.
"""

import math
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import drawing
from benchmarks.figures import Figure, percentile
from benchmarks.lives import Life, lives
from bot.core.changes import decide
from bot.core.refills import FIRST_FACTOR, judge
from bot.panel.models import OrderStatus, RefillStatus, RefillWord, Status
from storage.looks import Followed, Look
from storage.refill_queue import FollowedRefill
from storage.tracking import LARGEST_BATCH

SAMPLED, ORDERS, DAYS = 100_000, 10_000_000, 30
INTERVAL = 60.0  # seconds, the default POLL_INTERVAL
SLOWER = 4.0  # how many times as long all takes in another run
PICTURE = Path("build/schedule.png")


class Run(NamedTuple):
    """`ours` and `fixed` are the seconds from each change to the look that saw it."""

    looks: int
    minutely: int  # looks if each order were looked at each INTERVAL until its end
    ours: Sequence[float]
    fixed: Sequence[float]
    every: float  # seconds: the fixed interval of equal cost


def measure() -> list[Figure]:
    usual = simulate(list(lives(SAMPLED)))
    slower = simulate([life.slowed(SLOWER) for life in lives(SAMPLED // 4)])
    drawing.draw(PICTURE, ours=usual.ours, fixed=usual.fixed, every=usual.every)
    requests = usual.looks / SAMPLED * ORDERS / DAYS / LARGEST_BATCH
    return [
        Figure("a change is seen, p50 / fixed interval", ratio(usual), "<=", 0.4, detail=_detail(usual)),
        Figure("the same if all took 4 times as long", ratio(slower), "<=", 0.4, detail=_detail(slower)),
        Figure("a change is seen at the latest after", max(usual.ours) / 60, "<=", 60.0, "min"),
        Figure(
            "looks / looking each minute",
            usual.looks / usual.minutely,
            "<=",
            0.15,
            detail=f"{requests / 1e6:.2f} million requests a day, for {ORDERS:,} orders in {DAYS} days",
        ),
    ]


def ratio(run: Run) -> float:
    return percentile(run.ours, 50) / percentile(run.fixed, 50)


def _detail(run: Run) -> str:
    (a, b), (c, d) = ([percentile(each, at) for at in (50, 99)] for each in (run.ours, run.fixed))
    return f"p50 {a:.0f}, p99 {b:.0f} s; looking each {run.every:.0f} s: {c:.0f}, {d:.0f} s"


def simulate(found: Sequence[Life]) -> Run:
    looks = 0
    ours: list[float] = []
    for life in found:
        looks += look_at_order(life, ours)
        if life.refill:
            looks += _look_at_refill(life, ours)
    changes = [[at for at, _ in each] for life in found for each in (life.changes, life.refill) if each]
    ends = [each[-1] for each in changes]
    every = _interval_of(looks, ends)
    fixed = [math.ceil(at / every) * every - at for each in changes for at in each]
    return Run(looks, _looks_each(INTERVAL, ends), ours, fixed, every)


def look_at_order(life: Life, delays: list[float]) -> int:
    """The number of looks; how late each change is seen is appended to `delays`."""
    order, changes = _FRESH, life.changes
    looks = seen = 0
    at = INTERVAL
    while True:
        looks += 1
        while seen < len(changes) and changes[seen][0] <= at:
            delays.append(at - changes[seen][0])
            seen += 1
        status = _status(changes[seen - 1][1] if seen else Status.PENDING)
        look = decide(order, status, now=at, interval=INTERVAL)
        if look is not None:
            if look.next_poll_at is None:
                return looks
            order = _after(order, look, now=at)
        pause = order.look_factor * INTERVAL
        at += pause
        if seen < len(changes):
            until = min(order.steady_until, changes[seen][0])
            same_again = max(math.ceil((until - at) / pause), 0)
            looks += same_again
            at += same_again * pause


def _look_at_refill(life: Life, delays: list[float]) -> int:
    refill, changes = _ASKED, life.refill
    looks = seen = 0
    at = FIRST_FACTOR * INTERVAL
    while True:
        looks += 1
        while seen < len(changes) and changes[seen][0] <= at:
            delays.append(at - changes[seen][0])
            seen += 1
        word = changes[seen - 1][1] if seen else RefillWord.PENDING
        look = judge(refill, RefillStatus(word, word), now=at, interval=INTERVAL)
        if look is not None:
            if look.next_poll_at is None:
                return looks
            refill = refill._replace(word=look.word, look_factor=look.look_factor, changed_at=look.changed_at)
        at += refill.look_factor * INTERVAL


def _after(order: Followed, look: Look, *, now: float) -> Followed:
    """As `storage.tracking` stores it."""
    kept: dict[str, Any] = {name: getattr(look, name) for name in _KEPT}
    return order._replace(**kept, changed_at=order.changed_at if look.facts is None else now)


@cache
def _status(status: Status) -> OrderStatus:
    return OrderStatus(status, status, said=status)


def _interval_of(looks: int, ends: Sequence[float]) -> float:
    """The fixed interval at which so many looks are made until these ends."""
    short, long = 1.0, 1e6
    while long - short > 0.1:
        middle = (short + long) / 2
        if _looks_each(middle, ends) > looks:
            short = middle
        else:
            long = middle
    return short


def _looks_each(interval: float, ends: Sequence[float]) -> int:
    return sum(math.ceil(end / interval) for end in ends)


_KEPT = ("state", "word", "said", "look_factor", "steady_until")
_FRESH = Followed(
    id="draft-1",
    panel_order_id="1",
    state="open",
    word=None,
    start_count=None,
    remains=None,
    said=None,
    change_number=0,
    look_factor=1,
    steady_until=0.0,
    changed_at=0.0,
    service_name="Followers",
    quantity=50,
    currency="USD",
    price=Decimal("0.045"),
    charge=None,
    cancel_asked_at=None,
)
_ASKED = FollowedRefill("refill-1", "1", "draft-1", word=None, look_factor=FIRST_FACTOR, changed_at=0.0)
