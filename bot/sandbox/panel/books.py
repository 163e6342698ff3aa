"""The panel's memory of money and orders, brought up to the clock whenever somebody looks."""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from bot.sandbox.panel.orders import Order, Refill, plan_life
from bot.sandbox.panel.series import Series


@dataclass
class Account:
    balance: Decimal
    closed: bool = False
    busy: dict[tuple[str, str], Order] = field(default_factory=dict)  # by service and link
    open: dict[str, Order] = field(default_factory=dict)


class Books:
    """`pace` is the seconds a step of an order's life takes. None: nothing moves by itself."""

    def __init__(
        self,
        *,
        currency: str,
        clock: Callable[[], float],
        pace: float | None,
        seed: int,
        order_ids: Callable[[], str] | None,
    ) -> None:
        self.currency = currency
        self.clock = clock
        self.pace = pace
        self.seed = seed
        self.next_order_id = order_ids or map(str, itertools.count(23501)).__next__
        self.next_refill_id = map(str, itertools.count(1)).__next__
        self.accounts: dict[str, Account] = {}
        self._orders: dict[str, Order] = {}
        self._refills: dict[str, Refill] = {}

    @property
    def orders(self) -> dict[str, Order]:
        for order in list(self._orders.values()):
            self._settle(order)
        return self._orders

    @property
    def refills(self) -> dict[str, Refill]:
        for refill in self._refills.values():
            self._settle_refill(refill)
        return self._refills

    def order(self, order_id: str, key: str) -> Order | None:
        """None also for somebody else's."""
        order = self._orders.get(order_id)
        if order is None or order.key != key:
            return None
        self._settle(order)
        return order

    def refill(self, refill_id: str, key: str) -> Refill | None:
        """None also for somebody else's."""
        refill = self._refills.get(refill_id)
        if refill is None or refill.key != key:
            return None
        self._settle_refill(refill)
        return refill

    def balance(self, key: str) -> Decimal:
        account = self.accounts[key]
        for order in list(account.open.values()) if self.pace else ():
            self._settle(order)
        return account.balance

    def busy(self, key: str, service: str, link: str) -> bool:
        """Whether the account has an unfinished order of that service for that link."""
        order = self.accounts[key].busy.get((service, link))
        if order is None:
            return False
        self._settle(order)
        return not order.ended

    def place(self, order: Order) -> None:
        """Accept the order: it gets its id and its way to go, and its charge is taken."""
        account = self.accounts[order.key]
        account.balance -= order.charge
        account.busy[order.service, order.link] = order
        self._keep(order)

    def place_refill(self, refill: Refill) -> None:
        self._refills[refill.id] = refill

    def finish(self, order_id: int | str, remains: int = 0, *, status: str | None = None) -> None:
        """End an order now and give back what remains: 0 is Completed, the whole quantity is Canceled."""
        order = self.orders[str(order_id)]
        if order.ended:
            raise ValueError(f"Order {order.id} has ended: {order.status}")
        order.end(remains, status)
        self._pay_back(order)

    def progress(self, order_id: int | str) -> None:
        """Move an order on by hand: a quarter of its quantity, or its next run or post.

        From then on it no longer moves by itself.
        """
        order = self.orders[str(order_id)]
        if order.ended:
            raise ValueError(f"Order {order.id} has ended: {order.status}")
        if isinstance(order, Series):
            self._progress_series(order)
        else:
            order.step()
        self._pay_back(order)

    def refund(self, order_id: int | str) -> None:
        """Give back all that was paid, also for an order that has ended."""
        order = self.orders[str(order_id)]
        if order.status == "Refunded":
            raise ValueError(f"Order {order.id} is refunded already")
        order.refund()
        self._pay_back(order)

    def add_child(self, order_id: int | str) -> Order:
        """The next run of a drip-feed order, or the next post of a subscription, happens now."""
        order = self.orders[str(order_id)]
        if not isinstance(order, Series):
            raise TypeError(f"Order {order.id} makes no child orders")
        return self._add_child(order, self.clock())

    def chance(self, *about: object) -> random.Random:
        """The same for the same subject, whatever happened before."""
        return random.Random(repr((self.seed, about)))

    def _settle(self, order: Order) -> None:
        if self.pace is None or order.ended or order.says:
            return
        now = self.clock()
        steps = (now - order.placed_at) / self.pace
        if isinstance(order, Series):
            self._settle_series(order, steps, now)
        elif not order.by_hand:
            order.advance(steps)
        self._pay_back(order)

    def _settle_series(self, series: Series, steps: float, now: float) -> None:
        pace, poor = self.pace or 0, False
        due = 0 if series.by_hand else series.due(steps)
        for number in range(len(series.children), due):
            if poor := self.accounts[series.key].balance < series.next_may_cost:
                break
            self._add_child(series, series.placed_at + (series.life.starts + number * series.every) * pace)
        for child in series.children:
            self._settle(self._orders[child])
        series.wind_up(steps, now, self._children_ended(series))
        if poor and not series.ended:
            series.status = "Paused"

    def _progress_series(self, series: Series) -> None:
        if len(series.children) >= series.most:
            raise ValueError(f"Order {series.id} has made all its orders: Complete ends it")
        if self.accounts[series.key].balance < series.next_may_cost:
            raise ValueError("The balance is too small for the next post")
        series.by_hand = True
        now = self.clock()
        self._add_child(series, now)
        series.wind_up(0, now, self._children_ended(series))

    def _children_ended(self, series: Series) -> bool:
        return all(self._orders[child].ended for child in series.children)

    def _settle_refill(self, refill: Refill) -> None:
        if self.pace is not None:
            refill.advance((self.clock() - refill.asked_at) / self.pace)

    def _add_child(self, series: Series, at: float) -> Order:
        child, costs = series.next_child(at, self.chance(series.id, len(series.children)))
        self.accounts[series.key].balance -= costs
        self._keep(child)
        series.children.append(child.id)
        return child

    def _keep(self, order: Order) -> None:
        order.id = self.next_order_id()
        order.life = plan_life(self.chance(order.id))
        self._orders[order.id] = self.accounts[order.key].open[order.id] = order

    def _pay_back(self, order: Order) -> None:
        if order.ended:
            account = self.accounts[order.key]
            account.balance += order.back
            account.open.pop(order.id, None)
            order.back = Decimal(0)
