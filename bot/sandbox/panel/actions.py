"""The API's actions: form fields in, what is answered as JSON out."""

import json
import math
from collections.abc import Callable

from bot.sandbox.panel.adding import add
from bot.sandbox.panel.orders import Order, Refill, as_told, plain
from bot.sandbox.panel.panel import Panel
from bot.sandbox.panel.rules import Fields, Refused
from bot.sandbox.panel.series import Series

MOST_IDS = 100
NO_ORDER = "Incorrect order ID"
NO_REFILL = "Refill not found"

Answer = dict[str, object] | list[dict[str, object]]


def perform(panel: Panel, action: str, key: str, fields: Fields) -> bytes:
    if not action or (action != "services" and action not in ACTIONS):
        return _json(_error("Incorrect request"))
    account = panel.accounts.get(key)
    if account is None or account.closed:
        return _json(_error("Invalid API key"))
    if action == "services":
        return panel.services_body()
    try:
        return _json(ACTIONS[action](panel, key, fields))
    except Refused as refused:
        return _json(_error(str(refused)))


def balance(panel: Panel, key: str, _: Fields) -> Answer:
    return {"balance": plain(panel.balance(key)), "currency": panel.currency}


def status(panel: Panel, key: str, fields: Fields) -> Answer:
    if "orders" in fields:
        return {asked: _status(panel, key, asked) for asked in _ids(fields["orders"])}
    return _status(panel, key, _id(fields, "order"))


def refill(panel: Panel, key: str, fields: Fields) -> Answer:
    if "orders" in fields:
        return [
            {"order": as_told(asked), "refill": _refill(panel, key, asked)}
            for asked in _ids(fields["orders"])
        ]
    made = _refill(panel, key, _id(fields, "order"))
    return {"refill": str(made) if isinstance(made, int) else made}


def refill_status(panel: Panel, key: str, fields: Fields) -> Answer:
    if "refills" in fields:
        return [
            {"refill": as_told(asked), "status": _refill_status(panel, key, asked)}
            for asked in _ids(fields["refills"])
        ]
    return {"status": _refill_status(panel, key, _id(fields, "refill"))}


def cancel(panel: Panel, key: str, fields: Fields) -> Answer:
    return [
        {"order": as_told(asked), "cancel": _cancel(panel, key, asked)}
        for asked in _ids(fields.get("orders", ""))
    ]


ACTIONS: dict[str, Callable[[Panel, str, Fields], Answer]] = {
    "add": add,
    "balance": balance,
    "status": status,
    "refill": refill,
    "refill_status": refill_status,
    "cancel": cancel,
}


def _status(panel: Panel, key: str, order_id: str) -> dict[str, object]:
    order = panel.order(order_id, key)
    return order.report(panel.currency) if order else _error(NO_ORDER)


def _refill(panel: Panel, key: str, order_id: str) -> object:
    order = panel.order(order_id, key)
    if order is None:
        return _error(NO_ORDER)
    if not _may_be_refilled(panel, order):
        return _error("Order not eligible for refill")
    refill_id = panel.next_refill_id()
    word = "Rejected" if panel.chance("refill", refill_id).random() < 0.15 else "Completed"
    panel.place_refill(Refill(id=refill_id, key=key, order=order.id, asked_at=panel.clock(), ending=word))
    return as_told(refill_id)


def _may_be_refilled(panel: Panel, order: Order) -> bool:
    service = panel.service(order.service)
    if isinstance(order, Series) or service is None or not service.get("refill"):
        return False
    delivered = order.status.lower() in {"completed", "partial"}
    return delivered and not any(r.order == order.id and r.open for r in panel.refills.values())


def _refill_status(panel: Panel, key: str, refill_id: str) -> object:
    found = panel.refill(refill_id, key)
    return found.status if found else _error(NO_REFILL)


def _cancel(panel: Panel, key: str, order_id: str) -> object:
    order = panel.order(order_id, key)
    if order is None:
        return _error(NO_ORDER)
    service = panel.service(order.service)
    if order.ended or order.stops < math.inf or not (service and service.get("cancel")):
        return _error("Order cannot be canceled")
    steps = (panel.clock() - order.placed_at) / panel.pace if panel.pace else 0
    order.stops = steps + 1  # accepted now, done a step later
    return 1


def _id(fields: Fields, name: str) -> str:
    if not (asked := fields.get(name, "").strip()):
        raise Refused("Incorrect request")
    return asked


def _ids(text: str) -> list[str]:
    asked = [part for part in map(str.strip, text.split(",")) if part]
    if not asked:
        raise Refused("Incorrect request")
    if len(asked) > MOST_IDS:
        raise Refused(f"Maximum {MOST_IDS} IDs in a request")
    return asked


def _error(text: str) -> dict[str, object]:
    return {"error": text}


def _json(answer: Answer) -> bytes:
    return json.dumps(answer).encode()
