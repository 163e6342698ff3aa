"""A service's card."""

from markupsafe import Markup

from bot.chat.screens.catalog import rate, unknown_type
from bot.core.forms import form
from bot.gateway.buttons import Button, Press
from bot.gateway.figures import money, number
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, paragraphs, shorten, t
from bot.panel.models import Service

_LONGEST_DESCRIPTION = 2000  # UTF-16 units; with all the rest a message stays under Telegram's 4096


def card(service: Service, currency: str, *, link: str, starred: bool, page: int, site: str) -> Screen:
    """Everything the panel says of it. `page` is where its list was."""
    orderable = form(service) is not None
    price = rate(service, currency) if orderable else money(service.rate, currency)
    label, verb = (t("★ Favourite"), "unstar") if starred else (t("☆ Favourite"), "star")
    star = Button(label, Press(verb, service.id, page))
    order = (Button(t("Order"), Press("buy", service.id)),) if orderable else ()
    return Screen(
        paragraphs(
            t("<b>{id} · {name}</b>", id=service.id, name=shorten(service.name, 300)),
            lines(
                t("category: {name}", name=service.category) if service.category else None,
                t("type: {type}", type=service.type),
                t("price: {price}", price=price),
                t("min: {n}", n=number(service.min)),
                t("max: {n}", n=number(service.max)),
                _said(t("refill"), service.refill),
                _said(t("cancel"), service.cancel),
                _said(t("drip-feed"), service.dripfeed),
                t("average time: {time}", time=service.average_time) if service.average_time else None,
            ),
            t("{words}", words=shorten(service.description, _LONGEST_DESCRIPTION))
            if service.description
            else None,
            None if orderable else unknown_type(service, site),
            t("To share it: <code>{link}</code>", link=link),
        ),
        (
            (*order, star),
            (Button(t("‹ Back"), Press("services", "", page)),),
        ),
    )


def gone(service_id: str) -> Screen:
    return Screen(
        t("The panel does not offer service {id} to you.", id=service_id),
        ((Button(t("All services"), Press("services")),),),
    )


def _said(what: str, flag: bool | None) -> Markup | None:
    """Nothing when the panel does not say, which is not a no."""
    if flag is None:
        return None
    return t("{what}: {answer}", what=what, answer=t("yes") if flag else t("no"))
