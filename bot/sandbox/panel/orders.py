"""Orders and refills: what they are, how they go with time, and what the panel tells about them."""

import math
import random
from dataclasses import dataclass, field
from decimal import Decimal

ENDED = frozenset(
    {"completed", "partial", "canceled", "cancelled", "refunded", "fail", "failed", "error", "expired"}
)


@dataclass(frozen=True, slots=True)
class Life:
    """How an order goes when nobody interferes. Instants are steps since it was placed."""

    starts: float
    ends: float
    delivers: float  # the share that is delivered in the end: 1 is Completed, 0 is Canceled
    start_count: int


UNPLANNED = Life(starts=math.inf, ends=math.inf, delivers=0, start_count=0)


def plan_life(chance: random.Random) -> Life:
    starts = chance.uniform(1, 2)
    return Life(
        starts=starts,
        ends=starts + chance.uniform(5, 8),
        delivers=chance.choices((1.0, chance.uniform(0.3, 0.9), 0.0), (85, 11, 4))[0],
        start_count=chance.randrange(20, 20_000),
    )


@dataclass(kw_only=True)
class Order:
    id: str = ""  # this and its life are given when it is accepted
    life: Life = UNPLANNED
    key: str
    service: str
    link: str
    quantity: int
    charge: Decimal
    placed_at: float
    status: str = "Pending"
    start_count: int | None = None
    remains: int = field(init=False)
    stops: float = math.inf  # the step at which an accepted cancel takes effect
    by_hand: bool = False  # moved on by the operator, and no longer by itself
    back: Decimal = Decimal(0)  # money on its way back to the balance
    says: dict[str, object] = field(default_factory=dict)  # set by hand: shown instead, and time stands still

    def __post_init__(self) -> None:
        self.remains = self.quantity

    @property
    def ended(self) -> bool:
        return self.status.lower() in ENDED

    def advance(self, steps: float) -> None:
        """Be as an order is that many steps after it was placed."""
        life, end = self.life, min(self.life.ends, self.stops)
        if steps >= life.starts and end > life.starts:
            done = (min(steps, end) - life.starts) / (life.ends - life.starts)
            self.status, self.start_count = "In progress", life.start_count
            self.remains = self.quantity - math.floor(self.quantity * life.delivers * done)
        if steps >= end:
            self.end(self.remains)

    def step(self) -> None:
        """Go on by hand: it starts, then one quarter after the other is delivered."""
        self.by_hand = True
        if self.start_count is None:
            self.status, self.start_count = "In progress", self.life.start_count
            return
        self.remains = max(0, self.remains - math.ceil(self.quantity / 4))
        if self.remains == 0:
            self.end(0)

    def refund(self) -> None:
        self.status = "Refunded"
        self.back, self.charge = self.charge, Decimal(0)

    def end(self, remains: int, status: str | None = None) -> None:
        """What was not delivered is not charged. Without a status it follows from what remains."""
        self.remains = min(remains, self.quantity)
        self.status = status or _ending(self.remains, self.quantity)
        self.back = self.charge * self.remains / self.quantity
        self.charge -= self.back

    def report(self, currency: str) -> dict[str, object]:
        return {
            "charge": plain(self.charge),
            "start_count": None if self.start_count is None else str(self.start_count),
            "status": self.status,
            "remains": str(self.remains),
            "currency": currency,
            **self.says,
        }


@dataclass(kw_only=True)
class Refill:
    id: str
    key: str
    order: str
    asked_at: float
    ending: str
    status: object = "Pending"
    by_hand: bool = False

    @property
    def open(self) -> bool:
        return self.status in {"Pending", "In progress"}

    def advance(self, steps: float) -> None:
        if not self.by_hand:
            self.status = "Pending" if steps < 1 else "In progress" if steps < 3 else self.ending


def _ending(remains: int, quantity: int) -> str:
    return "Completed" if remains == 0 else "Canceled" if remains == quantity else "Partial"


def as_told(some_id: str) -> int | str:
    """Ids are numbers in answers, unless they have letters."""
    return int(some_id) if some_id.isascii() and some_id.isdigit() else some_id


def plain(amount: Decimal) -> str:
    """Digits only: no exponent, no zeros at the end."""
    return f"{amount.normalize():f}"
