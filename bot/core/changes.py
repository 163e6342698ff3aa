"""What a fresh status means for an order. Pure."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.core import schedule
from bot.panel.models import OrderStatus, Status
from bot.panel.replies import status_of
from storage.orders import Order
from storage.tracking import Look

_GIVES_BACK = {Status.PARTIAL, Status.CANCELED, Status.REFUNDED, Status.FAILED}


def decide(
    order: Order, status: OrderStatus, *, now: float, interval: float, scheduled: bool = True
) -> Look | None:
    """What to store, and what to tell; None when nothing differs from what is known.

    A new status word is told; numbers that move are stored silently. The first look at a fresh order
    tells nothing when it is merely pending. A value the panel does not give now keeps its last one.
    A `scheduled` look at an ended order is its last; one that a person asked for is not.
    """
    told = _is_new(order, status)
    charge = order.charge if status.charge is None else status.charge
    start_count = order.start_count if status.start_count is None else status.start_count
    remains = order.remains if status.remains is None else status.remains
    factor = schedule.look_factor(status, unchanged_for=0 if told else now - order.changed_at)
    state = "ended" if status.ended else "open"
    last_look = scheduled and state == order.state == "ended" and not told
    same = (status.word, charge, start_count, remains, factor, state) == (
        order.word,
        order.charge,
        order.start_count,
        order.remains,
        order.look_factor,
        order.state,
    )
    if same and not last_look:
        return None
    look = Look(
        order=order,
        state=state,
        word=status.word,
        charge=charge,
        start_count=start_count,
        remains=remains,
        look_factor=factor,
        next_poll_at=None if last_look else now + factor * interval,
        facts=None,
    )
    return look if not told else _with_facts(look, status)


def close(order: Order) -> Look:
    """The last look at an ended order that the panel does not mention any more."""
    return Look(
        order=order,
        state=order.state,
        word=order.word,
        charge=order.charge,
        start_count=order.start_count,
        remains=order.remains,
        look_factor=order.look_factor,
        next_poll_at=None,
        facts=None,
    )


def returned(price: Decimal, charge: Decimal | None, status: Status | None) -> Decimal | None:
    """What an ended order gave back, as far as its reported charge tells; None when it does not."""
    if status not in _GIVES_BACK or charge is None or not 0 <= charge < price:
        return None
    return price - charge


def _is_new(order: Order, status: OrderStatus) -> bool:
    if order.word is None:
        return status.status not in {Status.PENDING, Status.AWAITING}
    known = status_of(order.word)
    if known is None and status.status is None:
        return order.word.casefold() != status.word.casefold()
    return known is not status.status


def _with_facts(look: Look, status: OrderStatus) -> Look:
    order = look.order
    back = returned(order.price, look.charge, status.status)
    facts: dict[str, Any] = {
        "panel_order_id": order.panel_order_id,
        "service": order.service_name,
        "before": order.word,
        "word": status.word,
        "quantity": order.quantity,
        "remains": look.remains,
        "start_count": look.start_count,
        "charge": None if look.charge is None else str(look.charge),
        "returned": None if back is None else str(back),
        "currency": order.currency,
    }
    return replace(look, facts=facts)
