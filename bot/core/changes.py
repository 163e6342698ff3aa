"""What a fresh status means for an order. Pure."""

from decimal import Decimal
from operator import attrgetter
from typing import Any

from bot.core import schedule
from bot.panel.models import OrderStatus, Status
from bot.panel.replies import status_of
from storage.looks import MOST_CHILDREN, OLD, Followed, Look
from storage.orders import CANCEL_UNSURE

_compared = attrgetter(
    "state", "word", "charge", "start_count", "remains", "said", "look_factor", "steady_until"
)
GIVES_BACK = {Status.PARTIAL, Status.CANCELED, Status.REFUNDED, Status.FAILED}


def decide(
    order: Followed, status: OrderStatus, *, now: float, interval: float, scheduled: bool = True
) -> Look | None:
    """What to store, and what to tell; None when nothing differs from what is known.

    A new status word is told; numbers that move are stored silently. The first look at a fresh order
    tells nothing when it is merely pending. A value the panel does not give now keeps its last one.
    The charge of one placed elsewhere is its price as long as it runs and nobody knows it.
    Of an order that another one made, a run or a post, only its end is told.
    A `scheduled` look at an ended order is its last; one that a person asked for is not.
    """
    told = _is_new(order, status)
    changed_at = now if told else order.changed_at
    # A request to cancel makes a change likely, however long nothing happened before.
    moved_at = _moved_at(order, changed_at)
    pace = schedule.pace(status, unchanged_for=now - moved_at, cancelling=order.cancel_asked_at is not None)
    state = "ended" if status.ended else "open"
    last_look = scheduled and state == order.state == "ended" and not told
    look = Look(
        state=state,
        word=status.word,
        charge=order.charge if status.charge is None else status.charge,
        start_count=order.start_count if status.start_count is None else status.start_count,
        remains=order.remains if status.remains is None else status.remains,
        said=status.said,
        look_factor=pace.factor,
        steady_until=moved_at + pace.steady_for,
        next_poll_at=None if last_look else now + pace.factor * interval,
        facts=None,
        children=status.children[:MOST_CHILDREN],
        price=None if status.ended or order.parent is not None else status.charge,
    )
    if told:
        return _with_facts(order, look, status)
    same = _compared(look) == _compared(order) and (order.price is not None or look.price is None)
    unheard = status.said is None and bool(status.children)  # some of them may be new
    return None if same and not last_look and not unheard else look


def unreadable(order: Followed, *, now: float, interval: float) -> Look | None:
    """The panel says nothing of it that can be read: that ends nothing, but a running order is looked at
    more seldom, and an ended one no more."""
    if order.state == "ended":
        return _put_off(order, order.look_factor, steady_until=order.steady_until, next_poll_at=None)
    factor = schedule.unreadable_pace(unchanged_for=now - _moved_at(order, order.changed_at)).factor
    if (factor, 0.0) == (order.look_factor, order.steady_until):
        return None
    return _put_off(order, factor, steady_until=0.0, next_poll_at=now + factor * interval)


def _moved_at(order: Followed, changed_at: float) -> float:
    return max(changed_at, order.cancel_asked_at or 0.0)


def _put_off(order: Followed, factor: int, *, steady_until: float, next_poll_at: float | None) -> Look:
    return Look(
        state=order.state,
        word=order.word,
        charge=order.charge,
        start_count=order.start_count,
        remains=order.remains,
        said=order.said,
        look_factor=factor,
        steady_until=steady_until,
        next_poll_at=next_poll_at,
        facts=None,
    )


def returned(price: Decimal | None, charge: Decimal | None, status: Status | None) -> Decimal | None:
    """What an ended order gave back, as far as its reported charge tells; None when it does not."""
    if status not in GIVES_BACK or price is None or charge is None or not 0 <= charge < price:
        return None
    return price - charge


def _is_new(order: Followed, status: OrderStatus) -> bool:
    if order.word == OLD or (order.parent is not None and not status.ended):
        return False
    if order.word is None:
        if not order.service_name and not status.ended:
            return False  # placed elsewhere, and only the end was asked for
        return status.status not in {Status.PENDING, Status.AWAITING}
    known = status_of(order.word)
    if known is None and status.status is None:
        return order.word.casefold() != status.word.casefold()
    return known is not status.status


def _with_facts(order: Followed, look: Look, status: OrderStatus) -> Look:
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
        "parent": order.parent,
    }
    if order.cancel_asked_at is not None:
        facts["cancel_asked"] = True
        facts["cancel_unsure"] = order.process == CANCEL_UNSURE
    return look._replace(facts=facts)
