"""One order's card, and the news about it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from bot.chat.screens import aftersales
from bot.chat.screens.families import (
    NO_FAMILY,
    OF_SUBSCRIPTIONS,
    Family,
    belongs_to,
    family_line,
    family_rows,
)
from bot.chat.screens.outcomes import facts
from bot.chat.screens.refusals import meant
from bot.chat.screens.uncertain import evidence, uncertain_rows
from bot.chat.screens.wording import STATUSES
from bot.core.aftersales import NOTHING, Aftersales
from bot.core.changes import returned
from bot.gateway.buttons import Button, Press
from bot.gateway.context import About
from bot.gateway.figures import money, number
from bot.gateway.languages import RIGHT_TO_LEFT, spoken
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, named, paragraphs, phrase, shorten, t
from bot.panel.models import Status
from bot.panel.replies import status_of
from storage.masses import NOT_SENT
from storage.orders import Order

_MARKS = {
    Status.COMPLETED: "✅",
    Status.PARTIAL: "🌓",
    Status.CANCELED: "✖️",
    Status.REFUNDED: "↩️",
    Status.FAILED: "❌",
    Status.EXPIRED: "⌛",
}
_STATES = {
    "ended": phrase("ended"),
    "queued": phrase("waiting to be placed"),
    "placing": phrase("being placed"),
    "rejected": phrase("not placed"),
    "uncertain": phrase("uncertain"),
    "dismissed": phrase("closed as not placed"),
}
_BAR = 10  # cells


def card(
    order: Order,
    about: About,
    *,
    family: Family = NO_FAMILY,
    note: str | None = None,
    after: Aftersales = NOTHING,
) -> Screen:
    """One order in full. `note` stands above it, `after` is what can be done about it."""
    back = Button(t("‹ Back"), Press("orders"))
    if order.state == "uncertain":
        body, rows = evidence(order), (*uncertain_rows(order), (back,))
    elif order.panel_order_id is None:
        body, rows = _why(order, about), ((back,),)
    else:
        body = paragraphs(_progress(order), aftersales.said(order, after, now=after.seen_at))
        refresh = Button(t("Refresh"), Press("refresh", order.id))
        rows = ((refresh,), *aftersales.rows(order, after), (back,))
    return Screen(
        paragraphs(note, _title(order), family_line(order, family), facts(order) or None, body or None),
        (*family_rows(order, family), *rows),
    )


def _why(order: Order, about: About) -> Markup:
    """Why it was not placed, as far as anybody said."""
    if order.reason == NOT_SENT:
        return t("Not sent: the rest of its mass order was given up before it. Nothing was charged.")
    if order.reason is None:
        return Markup()
    says = t("{panel} says: “{words}”", panel=about.panel_name, words=order.reason)
    return lines(says, meant(order.reason))


def change(news: Mapping[str, Any], order_id: str) -> Screen:
    """What a person is told when their order's status changed; `news` are the facts of its notice."""
    status = status_of(news["word"])
    left, whole, start = news["remains"], news["quantity"], news["start_count"]
    back = news["returned"]
    return Screen(
        paragraphs(
            t(
                "{mark} Order <b>{id}</b>: <b>{status}</b>",
                mark=mark(status),
                id=news["panel_order_id"],
                status=status_text(news["word"]),
            ),
            lines(
                belongs_to(news["parent"]) if news.get("parent") else None,
                named(news["service"], 250),
                t("before: {status}", status=status_text(news["before"])) if news["before"] else None,
                _left(left, whole),
                t("start count: {n}", n=number(start)) if start is not None else None,
                t("came back: <b>{amount}</b>", amount=money(Decimal(back), news["currency"]))
                if back is not None
                else None,
                t("charge: {amount}", amount=money(Decimal(news["charge"]), news["currency"]))
                if news["charge"] is not None
                else None,
            ),
            _cancellation(status, unsure=bool(news.get("cancel_unsure")))
            if news.get("cancel_asked")
            else None,
            _comfort(status, back, status_of(news["before"] or "")),
        ),
        ((Button(t("Show order"), Press("order", order_id)),),),
    )


def mark(status: Status | None) -> str:
    """What stands before the news of it."""
    return _MARKS.get(status, "🔔") if status else "🔔"


def parked(last_four: str, about: About) -> Screen:
    return Screen(
        paragraphs(
            t(
                "⚠️ <b>{panel} does not accept your key …{last} any more.</b>",
                panel=about.panel_name,
                last=last_four,
            ),
            t(
                "Until it does I cannot follow your orders; they go on at the panel. Get your current key at "
                "{site} and send /key, or try /balance once the key works again.",
                site=about.panel_site,
            ),
        )
    )


def settled_meanwhile() -> Screen:
    return Screen(t("This order is settled by now. /orders shows it."))


def _title(order: Order) -> Markup:
    if order.panel_order_id is None:
        return t("<b>Order</b>: {state}", state=t(_STATES[order.state]))
    return t("Order <b>{id}</b>: <b>{status}</b>", id=order.panel_order_id, status=_status(order))


def _status(order: Order) -> str:
    return status_text(order.word) if order.word else t(_STATES.get(order.state, STATUSES[Status.PENDING]))


def status_text(word: str) -> str:
    """Known words in the person's language, unknown ones as the panel writes them."""
    status = status_of(word)
    return t(STATUSES[status]) if status else word


def _progress(order: Order) -> Markup:
    status = status_of(order.word) if order.word else None
    back = returned(order.price, order.charge, status)
    return lines(
        _bar(order, status),
        t("start count: {n}", n=number(order.start_count)) if order.start_count is not None else None,
        _left(order.remains, order.quantity),
        t("charged: {amount}", amount=money(order.charge, order.currency))
        if order.charge is not None
        else None,
        t("came back: {amount}", amount=money(back, order.currency)) if back is not None else None,
    )


def _bar(order: Order, status: Status | None) -> Markup | None:
    whole = order.quantity
    if not whole or (order.remains is None and status is not Status.COMPLETED):
        return None
    left = 0 if status is Status.COMPLETED else min(max(order.remains or 0, 0), whole)
    done = 1 - left / whole
    full = int(done * _BAR)
    bar = (RIGHT_TO_LEFT if spoken().is_rtl else "") + "▓" * full + "░" * (_BAR - full)
    return t("{bar} {percent} %", bar=bar, percent=number(int(done * 100)))


def _left(left: int | None, whole: int | None) -> Markup | None:
    if left is None:
        return None
    if whole is None:
        return t("remains: {left}", left=number(left))
    return t("remains: {left} of {whole}", left=number(left), whole=number(whole))


def _cancellation(status: Status | None, *, unsure: bool) -> Markup:
    """What became of the request to cancel, so far."""
    if unsure and status is Status.COMPLETED:
        return t(
            "You asked to cancel it, and I do not know whether the panel took that request. "
            "It was completed, so its charge stays."
        )
    if unsure and (status is None or not status.ended):
        return t(
            "You asked to cancel it, and I do not know whether the panel took that request; I go on watching."
        )
    match status:
        case Status.CANCELED | Status.PARTIAL | Status.REFUNDED:
            return t("You asked to cancel it: this is what came of it.")
        case Status.COMPLETED:
            return t("You asked to cancel it, but it was completed all the same, so its charge stays.")
        case Status.FAILED | Status.EXPIRED:
            return t("You had asked to cancel it.")
        case _:
            return t("You asked to cancel it. That is not done yet; I go on watching.")


def _comfort(status: Status | None, back: str | None, before: Status | None) -> Markup | None:
    """What the change means for the money, where the numbers above do not say it.

    Of a subscription nothing comes back: its posts are paid when they come.
    """
    if before in OF_SUBSCRIPTIONS:
        return None
    if status in {Status.PARTIAL, Status.CANCELED, Status.REFUNDED, Status.FAILED} and back is None:
        return t("The panel does not say what came back. /balance shows what you have.")
    return None


def label(order: Order, made: str | None = None) -> str:
    """An order in a list; `made` says how many runs or posts it has."""
    parts = (order.panel_order_id or "–", _status(order), made, order.service_name.replace("\n", " "))
    return shorten(" · ".join(part for part in parts if part), 48)
