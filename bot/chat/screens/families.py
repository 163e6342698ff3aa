"""Orders that other orders made, the runs of a drip-feed and the posts of a subscription; and orders placed
elsewhere: what their cards have beside the others'."""

from dataclasses import dataclass

from markupsafe import Markup

from bot.gateway.buttons import Button, Press, Rows
from bot.gateway.texts import plural, t
from bot.panel.models import Status
from bot.panel.replies import status_of
from storage.orders import Order

OF_SUBSCRIPTIONS = {Status.ACTIVE, Status.PAUSED, Status.EXPIRED}


@dataclass(frozen=True, slots=True)
class Family:
    """The order that made this one, and how many orders this one made."""

    parent: Order | None = None
    children: int = 0


NO_FAMILY = Family()


def family_line(order: Order, family: Family) -> Markup | None:
    if family.parent is not None:
        return belongs_to(family.parent.panel_order_id or "")
    if order.is_from_elsewhere:
        return t("placed elsewhere; I only follow it")
    return None


def belongs_to(panel_order_id: str) -> Markup:
    return t("belongs to order <b>{id}</b>", id=panel_order_id)


def family_rows(order: Order, family: Family) -> Rows:
    rows: list[tuple[Button, ...]] = []
    if family.children:
        rows.append((Button(_count_all(order, family.children), Press("children", order.id)),))
    if family.parent is not None:
        rows.append((parent_button(family.parent),))
    if order.is_from_elsewhere:
        rows.append((Button(t("Stop following"), Press("unfollow", order.id)),))
    return tuple(rows)


def parent_button(parent: Order) -> Button:
    return Button(t("‹ Order {id}", id=parent.panel_order_id or ""), Press("order", parent.id))


def count_made(order: Order, count: int) -> Markup | None:
    """How many runs or posts an order has, in words; None for none."""
    if not count:
        return None
    if makes_posts(order):
        return plural("{n} post", "{n} posts", count)
    return plural("{n} run", "{n} runs", count)


def makes_posts(order: Order) -> bool:
    """A subscription, going by what was ordered or by its status; anything else makes runs."""
    if "runs" in order.fields:
        return False
    status = status_of(order.word) if order.word else None
    return "delay" in order.fields or status in OF_SUBSCRIPTIONS


def _count_all(order: Order, count: int) -> Markup:
    return t("Posts ({n})", n=count) if makes_posts(order) else t("Runs ({n})", n=count)
