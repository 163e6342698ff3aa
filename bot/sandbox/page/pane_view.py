"""What the panel's operator sees: plain values, ready to be drawn."""

from decimal import Decimal
from itertools import islice
from typing import Any

from bot.sandbox.panel import Call, Order, Panel, Refill
from bot.sandbox.panel.orders import plain
from bot.sandbox.panel.rules import Service
from bot.sandbox.panel.series import Series, Subscription

Json = dict[str, Any]

SHOWN_ORDERS = 30  # runs and posts apart
SHOWN_CHILDREN = 12  # the newest of each
SHOWN_REFILLS = 20
SHOWN_CALLS = 30
LOOKS = {"status", "refill_status"}
LOOKED_AT_CALLS = 1_000


def seen_accounts(panel: Panel) -> list[Json]:
    return [
        {
            "key": key,
            "balance": plain(panel.balance(key)),
            "currency": panel.currency,
            "open": len(account.open),
        }
        for key, account in panel.accounts.items()
    ]


def seen_orders(panel: Panel) -> list[Json]:
    """The newest first, each followed by its runs or posts."""
    orders = panel.orders
    children = {child for order in orders.values() for child in _children(order)}
    newest = (order for order in reversed(orders.values()) if order.id not in children)
    return [
        _order(panel, each, order if each is not order else None)
        for order in islice(newest, SHOWN_ORDERS)
        for each in (order, *(orders[child] for child in reversed(_children(order)[-SHOWN_CHILDREN:])))
    ]


def seen_refills(panel: Panel) -> list[Json]:
    return [_refill(panel, refill) for refill in islice(reversed(panel.refills.values()), SHOWN_REFILLS)]


def seen_calls(panel: Panel) -> list[Json]:
    """The newest first; looks that went alike count as one until something else was asked."""
    rows: list[Json] = []
    looks: dict[tuple[str, str, str], Json] = {}
    for call in islice(reversed(panel.requests), LOOKED_AT_CALLS):
        alike = call.action, call.key, call.outcome
        if call.action not in LOOKS:
            looks.clear()
        if alike in looks:
            looks[alike]["times"] += 1
            continue
        if len(rows) == SHOWN_CALLS:
            break
        rows.append(row := _call(call))
        if call.action in LOOKS:
            looks[alike] = row
    return rows


def seen_service(service: Service, *, removed: bool) -> Json:
    names = ("name", "type", "category", "rate", "min", "max", "refill", "cancel")
    return {"id": str(service["service"]), "removed": removed} | {name: service.get(name) for name in names}


def _whose(panel: Panel, key: str) -> str:
    """Nothing while there is only one account."""
    return key[-4:] if len(panel.accounts) > 1 else ""


def _order(panel: Panel, order: Order, parent: Order | None) -> Json:
    service = panel.service(order.service) or panel.removed.get(order.service, (0, Service()))[1]
    return {
        "id": order.id,
        "of": parent.id if parent else None,
        "account": _whose(panel, order.key),
        "service": order.service,
        "name": str(service.get("name", "")),
        "link": "" if parent and parent.link == order.link else order.link,
        "charge": plain(order.charge),
        "currency": panel.currency,
        "status": order.status,
        "ended": order.ended,
        "at": order.placed_at,
        "by_hand": order.by_hand and not order.ended,
        "cancel_asked": order.stops < float("inf") and not order.ended,
        "can": _can(order),
        **(_series(order) if isinstance(order, Series) else _delivery(order)),
    }


def _delivery(order: Order) -> Json:
    done = order.quantity - order.remains
    return {"quantity": order.quantity, "remains": order.remains, "done": done, "start": order.start_count}


def _series(series: Series) -> Json:
    """`most` is None when nobody said how many there will be."""
    most = series.posts or None if isinstance(series, Subscription) else series.most
    made = {"kind": "drip-feed", "quantity": series.quantity}
    if isinstance(series, Subscription):
        made = {"kind": "subscription", "quantity": series.quantity, "least": series.least}
    return made | {"made": len(series.children), "most": most}


def _can(order: Order) -> list[str]:
    """What the operator may do with it now."""
    if order.ended:
        return [] if order.status == "Refunded" or not order.charge else ["refund"]
    divisible = order.quantity > 1 and not isinstance(order, Series)
    return ["progress", "complete", *(["partial"] if divisible else []), "cancel", "refund"]


def _children(order: Order) -> list[str]:
    return order.children if isinstance(order, Series) else []


def _refill(panel: Panel, refill: Refill) -> Json:
    shown = {
        "id": refill.id,
        "order": refill.order,
        "account": _whose(panel, refill.key),
        "at": refill.asked_at,
    }
    return shown | {"status": str(refill.status), "open": refill.open}


def _call(call: Call) -> Json:
    shown = {"action": call.action, "about": _about(call), "times": 1, "at": call.at}
    return shown | {"outcome": call.outcome, "bad": call.went_wrong}


def _about(call: Call) -> str:
    if "service" in call.fields:
        return f"service {call.fields['service']}"
    for name in ("order", "refill"):
        asked = call.fields.get(name, call.fields.get(f"{name}s", "")).split(",")
        if len(asked) > 1:
            return f"{len(asked)} {name}s"
        if asked[0]:
            return f"{name} {asked[0]}"
    return ""


def half(order: Order) -> int:
    """What remains of an order that ends as partial by hand."""
    return order.remains if 0 < order.remains < order.quantity else order.quantity // 2


def money(text: str) -> Decimal | None:
    """None when it reads as no amount; a comma may stand for the point."""
    try:
        amount = Decimal(text.strip().replace(",", "."))
    except ArithmeticError:
        return None
    fine = amount.is_finite() and abs(amount) <= 1_000_000 and amount == round(amount, 5)
    return amount if fine else None
