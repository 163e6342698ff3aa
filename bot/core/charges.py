"""What orders were charged, as far as anybody knows; nothing is counted twice. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from bot.core.changes import GIVES_BACK
from bot.panel.replies import status_of


class Charged(Protocol):
    """An order, whoever reads it. Amounts are text or Decimal."""

    @property
    def id(self) -> str: ...
    @property
    def parent_id(self) -> str | None: ...
    @property
    def state(self) -> str: ...
    @property
    def word(self) -> str | None: ...
    @property
    def price(self) -> str | Decimal | None: ...
    @property
    def charge(self) -> str | Decimal | None: ...


def amounts_of(orders: Sequence[Charged]) -> dict[str, Decimal | None]:
    """What each was charged, nothing twice.

    A drip-feed pays for its runs in advance, and once it has ended they know better what became of it. Where
    it cost nothing itself, as a subscription, they are what it cost.
    """
    amounts = {order.id: charged(order) for order in orders}
    runs: dict[str, list[str]] = defaultdict(list)
    for order in orders:
        if order.parent_id is not None:
            runs[order.parent_id].append(order.id)
    for order in orders:
        made = runs.get(order.id)
        if not made or not amounts[order.id]:
            continue
        known = order.state == "ended" and all(amounts[one] is not None for one in made)
        for one in [order.id] if known else made:
            amounts[one] = None
    return amounts


def charged(order: Charged) -> Decimal | None:
    """What the panel says it charged, else what was confirmed. None when there is no order, when nobody
    knows, and when some of it may have come back."""
    if order.state not in {"open", "ended"}:
        return None
    if order.charge is not None:
        return Decimal(order.charge)
    if order.price is None or (order.word and status_of(order.word) in GIVES_BACK):
        return None
    return Decimal(order.price)
