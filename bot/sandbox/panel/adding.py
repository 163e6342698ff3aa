"""The action `add`."""

import math

from bot.sandbox.panel.orders import Order, as_told
from bot.sandbox.panel.panel import Panel
from bot.sandbox.panel.rules import (
    Fields,
    Refused,
    Service,
    check,
    check_range,
    end_of_day,
    price,
    runs,
    type_of,
    units,
)
from bot.sandbox.panel.series import DripFeed, Subscription

QUIET_AFTER = 10  # posts of a subscription without limit: a demo left alone should not empty the account


def add(panel: Panel, key: str, fields: Fields) -> dict[str, object]:
    service = panel.service(fields.get("service", "").strip())
    if service is None:
        raise Refused("Incorrect service ID")
    check(service, fields)
    order = _read(service, fields, key, panel.clock())
    if panel.busy(key, order.service, order.link):
        raise Refused("You have active order with this link. Please wait until order being completed.")
    if order.charge > panel.balance(key):
        raise Refused("Not enough funds on balance")
    panel.place(order)
    return {"order": as_told(order.id)}


def _read(service: Service, fields: Fields, key: str, now: float) -> Order:
    if type_of(service) == "subscriptions":
        return _read_subscription(service, fields, key, now)
    count, times = units(service, fields), runs(service, fields)
    charge, link, service_id = price(service, count), fields["link"].strip(), fields["service"].strip()
    if not times:
        return Order(key=key, service=service_id, link=link, quantity=count, charge=charge, placed_at=now)
    return DripFeed(
        key=key,
        service=service_id,
        link=link,
        quantity=count,
        charge=charge * times,
        placed_at=now,
        most=times,
    )


def _read_subscription(service: Service, fields: Fields, key: str, now: float) -> Subscription:
    least, largest = int(fields["min"]), int(fields["max"])
    check_range(service, least)
    check_range(service, largest)
    if least > largest:
        raise Refused("Incorrect max")
    expiry = fields.get("expiry") or None
    expires_at = end_of_day(expiry) if expiry else math.inf
    if expires_at <= now:
        raise Refused("Incorrect expiry")
    posts = int(fields.get("posts") or 0)
    return Subscription(
        key=key,
        service=fields["service"].strip(),
        link=fields["username"].strip(),
        quantity=largest,
        placed_at=now,
        most=posts or QUIET_AFTER,
        least=least,
        each=price(service, 1),
        posts=posts,
        expiry=expiry,
        expires_at=expires_at,
    )
