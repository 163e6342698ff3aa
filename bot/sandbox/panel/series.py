"""Orders that are never delivered themselves but make child orders, one after the other.

Order
└── Series
    ├── DripFeed         a run at a time, paid in advance
    └── Subscription     a post at a time, each paid when it comes
"""

import math
import random
from abc import abstractmethod
from dataclasses import dataclass, field
from decimal import Decimal

from bot.sandbox.panel.orders import Order


@dataclass(kw_only=True)
class Series(Order):
    """Its `charge` is what has been paid and not yet handed on to a child."""

    every: int  # steps between two children: a demo cannot wait for the minutes that were asked for
    most: int  # how many children there will be
    children: list[str] = field(default_factory=list)

    @property
    @abstractmethod
    def next_may_cost(self) -> Decimal:
        """What the balance must hold for the next child."""

    @abstractmethod
    def next_child(self, at: float, chance: random.Random) -> tuple[Order, Decimal]:
        """The child, and what the balance pays for it."""

    @abstractmethod
    def wind_up(self, steps: float, now: float, children_ended: bool) -> None:
        """Take the status that is due, the children being made."""

    def due(self, steps: float) -> int:
        """How many children there should be by then."""
        if steps < self.life.starts or self.stops <= self.life.starts:
            return 0
        return min(self.most, 1 + int((min(steps, self.stops) - self.life.starts) / self.every))

    def end(self, remains: int, status: str | None = None) -> None:
        """The children that were made end in their own time."""
        self.status = status or ("Canceled" if remains else "Completed")
        self.back, self.charge = self.charge, Decimal(0)

    def _child(self, at: float, link: str, quantity: int, charge: Decimal) -> Order:
        return Order(
            key=self.key, service=self.service, link=link, quantity=quantity, charge=charge, placed_at=at
        )


@dataclass(kw_only=True)
class DripFeed(Series):
    every: int = 2

    @property
    def next_may_cost(self) -> Decimal:
        return Decimal(0)

    def next_child(self, at: float, chance: random.Random) -> tuple[Order, Decimal]:  # noqa: ARG002  all alike
        share = self.charge / max(1, self.most - len(self.children))
        self.charge -= share
        return self._child(at, self.link, self.quantity, share), Decimal(0)

    def wind_up(self, steps: float, now: float, children_ended: bool) -> None:  # noqa: ARG002  never expires
        if steps >= self.stops:
            self.end(1, "Canceled")
        elif len(self.children) >= self.most and children_ended:
            self.end(0, "Completed")
        elif self.children:
            self.status = "In progress"

    def report(self, currency: str) -> dict[str, object]:  # noqa: ARG002  no money is told here
        return {"status": self.status, "runs": str(self.most), "orders": list(self.children), **self.says}


@dataclass(kw_only=True)
class Subscription(Series):
    every: int = 3
    status: str = "Active"
    charge: Decimal = Decimal(0)
    least: int  # a post; its `quantity` is the most
    each: Decimal  # the price of one unit
    posts: int  # 0 is without limit
    expiry: str | None
    expires_at: float = math.inf

    @property
    def next_may_cost(self) -> Decimal:
        return self.each * self.quantity

    def next_child(self, at: float, chance: random.Random) -> tuple[Order, Decimal]:
        quantity = chance.randint(self.least, self.quantity)
        charge = self.each * quantity
        link = f"https://example.com/{self.link}/post/{len(self.children) + 1}"
        return self._child(at, link, quantity, charge), charge

    def wind_up(self, steps: float, now: float, children_ended: bool) -> None:  # noqa: ARG002  may outlast it
        if steps >= self.stops:
            self.end(1, "Canceled")
        elif self.posts and len(self.children) >= self.posts:
            self.end(0, "Completed")
        elif now >= self.expires_at:
            self.end(1, "Expired")
        else:
            self.status = "Active"

    def report(self, currency: str) -> dict[str, object]:  # noqa: ARG002  no money is told here
        shown = {"status": self.status, "expiry": self.expiry, "posts": str(self.posts)}
        return {**shown, "orders": list(self.children), **self.says}
