"""What an order's card says and offers once the panel has it: refills, cancellations, repeats."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from bot.chat.screens.wording import REFILLS
from bot.core.aftersales import Aftersales
from bot.core.guarantee import Guarantee
from bot.gateway.buttons import Button, Copy, Press, Rows
from bot.gateway.context import About
from bot.gateway.figures import day
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, named, paragraphs, plural, t
from bot.panel.aftersales import refill_word
from bot.panel.models import RefillWord, Status
from bot.panel.replies import status_of
from storage.orders import Order
from storage.refills import Refill


def rows(order: Order, after: Aftersales) -> Rows:
    """The buttons that make sense now."""
    asking = []
    if after.may_refill:
        asking.append(Button(t("Refill"), Press("refill", order.id, 0, after.seen_at)))
    if after.may_cancel:
        asking.append(Button(t("Cancel order"), Press("cancel_order", order.id, 0, after.seen_at)))
    keeping: list[Button | Copy] = []
    if after.may_repeat:
        keeping.append(Button(t("Order again"), Press("again", order.id)))
    if order.panel_order_id is not None:
        keeping.append(Copy(t("Copy id"), order.panel_order_id))
    return tuple(tuple(row) for row in (asking, keeping) if row)


def said(order: Order, after: Aftersales, *, now: float) -> Markup:
    """A line each on what was asked for and what may be."""
    status = status_of(order.word) if order.word else None
    return lines(
        _cancellation(order, status),
        _refill(after.refill),
        _guarantee(after.guarantee, order, status, now=now),
    )


def refill_news(news: Mapping[str, Any], order_id: str, about: About) -> Screen:
    """How a refill ended, or what nobody knows of it; `news` are its notice's facts."""
    known = refill_word(news["word"]) if news["word"] else None
    if news["state"] == "uncertain":
        title, more = (
            t("⚠️ Order <b>{id}</b>: refill <b>uncertain</b>", id=news["panel_order_id"]),
            t(
                "I was interrupted while I asked for it, and do not know whether {panel} took the request. "
                "If {site} shows no refill, you can ask for it once more.",
                panel=about.panel_name,
                site=about.panel_site,
            ),
        )
    elif known is None:
        title, more = (
            t("❓ Order <b>{id}</b>: refill <b>unknown</b>", id=news["panel_order_id"]),
            t(
                "The panel does not say what became of it, so I do not look at it any more. It cost nothing. "
                "If something is missing, you can ask for another one, or ask support at {site}.",
                site=about.panel_site,
            ),
        )
    else:
        title = t(
            "{mark} Order <b>{id}</b>: refill <b>{word}</b>",
            mark="✅" if known is RefillWord.COMPLETED else "❌",
            id=news["panel_order_id"],
            word=word_of_refill(news["word"]),
        )
        more = _what_it_means(known, about)
    return Screen(
        paragraphs(title, named(news["service"], 250), more),
        ((Button(t("Show order"), Press("order", order_id)),),),
    )


def word_of_refill(word: str | None) -> str:
    """Known words in the person's language, unknown ones as the panel writes them."""
    if word is None:
        return t("requested")
    known = refill_word(word)
    return t(REFILLS[known]) if known else word


def _what_it_means(known: RefillWord | None, about: About) -> Markup:
    if known is RefillWord.COMPLETED:
        return t("The panel has delivered again what was lost.")
    return t(
        "Nothing was refilled and nothing was charged. Support at {site} can say why.",
        site=about.panel_site,
    )


def _cancellation(order: Order, status: Status | None) -> Markup | None:
    if order.cancel_asked_at is None:
        return None
    if order.is_cancel_unsure and (status is None or not status.ended or status is Status.COMPLETED):
        return t(
            "⚠️ cancellation of {day}: I do not know whether the panel took the request",
            day=day(order.cancel_asked_at),
        )
    if status is None or not status.ended:
        return t("✋ cancellation requested on {day}, not done yet", day=day(order.cancel_asked_at))
    if status is Status.COMPLETED:
        return t("cancellation requested, but it was completed all the same")
    return None


def _refill(refill: Refill | None) -> Markup | None:
    if refill is None or refill.state == "refused":
        return None
    if refill.state == "uncertain":
        return t(
            "⚠️ refill of {day}: I do not know whether the panel took the request", day=day(refill.created_at)
        )
    if refill.state == "ended" and refill_word(refill.word or "") is None:
        return t("❓ refill of {day}: the panel does not say what became of it", day=day(refill.created_at))
    return t("♻️ refill of {day}: {word}", day=day(refill.created_at), word=word_of_refill(refill.word))


def _guarantee(told: Guarantee, order: Order, status: Status | None, *, now: float) -> Markup | None:
    if told.eligible and told.lifetime:
        return t("refill: for life")
    if not told.eligible or told.days is None:
        return None
    if status in {Status.COMPLETED, Status.PARTIAL}:
        until = told.until(order.changed_at) or 0.0
        if until < now:
            return t("refill was possible until {day}", day=day(until))
        return t("refill until {day}", day=day(until))
    if status is not None and status.ended:
        return None
    return plural("refill: for {n} day after it ends", "refill: for {n} days after it ends", told.days)
