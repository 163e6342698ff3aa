"""An order that is pending far longer than its service usually takes."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bot.core.cancelling import may_be_cancelled
from bot.gateway.buttons import Button, Copy, Press
from bot.gateway.context import About
from bot.gateway.figures import lasting
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, named, paragraphs, t
from storage.orders import Order


def slow(news: Mapping[str, Any], order: Order, about: About, *, now: float) -> Screen:
    """What its notice's facts tell, and what can be done about it now."""
    may_cancel = may_be_cancelled(order, news["may_cancel"], now=now)
    asking = (Button(t("Cancel order"), Press("cancel_order", order.id, 0, int(now))),) if may_cancel else ()
    return Screen(
        paragraphs(
            t(
                "🐢 Order <b>{id}</b> has been pending for <b>{time}</b>",
                id=news["panel_order_id"],
                time=lasting(now - news["since"]),
            ),
            lines(named(news["service"], 250), _usual(news)),
            lines(
                t("What you can do:"),
                t("• wait: many start late, and I go on watching"),
                t("• ask support at {site}; give them the order's id", site=about.panel_site),
                t("• ask the panel to cancel it; if it does, your money comes back") if may_cancel else None,
            ),
        ),
        (
            *((asking,) if asking else ()),
            (Button(t("Show order"), Press("order", order.id)), Copy(t("Copy id"), news["panel_order_id"])),
        ),
    )


def _usual(news: Mapping[str, Any]) -> Markup:
    match news["source"]:
        case "panel":
            return t("This service usually takes {time}, says the panel.", time=lasting(news["usual"]))
        case "here":
            return t("Its last orders took {time}, as far as I saw.", time=lasting(news["usual"]))
        case _:
            return t("That is far longer than most services take.")
