"""What can be done about an order once the panel has it. Pure."""

from dataclasses import dataclass

from bot.core.cancelling import may_be_cancelled
from bot.core.guarantee import UNKNOWN, Guarantee, may_be_refilled, of_service
from bot.panel.models import Service
from bot.panel.replies import status_of
from storage.orders import Order
from storage.refills import Refill


@dataclass(frozen=True, slots=True)
class Aftersales:
    """`refill` is the order's newest. `seen_at` is when this was so, in whole seconds, and after that refill:
    a button made of it asks for another one."""

    guarantee: Guarantee = UNKNOWN
    refill: Refill | None = None
    may_refill: bool = False
    may_cancel: bool = False
    may_repeat: bool = False
    seen_at: int = 0


NOTHING = Aftersales()
SKEW_SECONDS = 2.0  # by which `seen_at` may lie ahead


def aftersales(order: Order, service: Service | None, refill: Refill | None, *, now: float) -> Aftersales:
    """`service` is the order's own, None when the key's price list does not have it any more."""
    if order.panel_order_id is None:
        return NOTHING
    guarantee = of_service(service)
    status = status_of(order.word) if order.word else None
    in_flight = refill is not None and refill.in_flight
    is_series = bool({"runs", "delay"} & order.fields.keys())  # what it made can be refilled
    return Aftersales(
        guarantee=guarantee,
        refill=refill,
        may_refill=not is_series
        and may_be_refilled(guarantee, status, ended_at=order.changed_at, in_flight=in_flight, now=now),
        may_cancel=may_be_cancelled(order, service.cancel if service else None, now=now),
        may_repeat=bool(order.fields),
        seen_at=max(int(now), int(refill.created_at) + 1 if refill else 0),
    )
