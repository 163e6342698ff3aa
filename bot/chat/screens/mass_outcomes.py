"""What came of a mass order: the summary and the file under it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from markupsafe import Markup

from bot.chat.screens.masses import numbers, plain
from bot.chat.screens.refusals import meant
from bot.core.charges import charged
from bot.core.mass_pace import Stop
from bot.core.tables import Cell, as_csv
from bot.gateway.buttons import Button, Press
from bot.gateway.context import About
from bot.gateway.figures import money, number, numeral
from bot.gateway.messenger import LONGEST_CAPTION, Screen
from bot.gateway.texts import lines, paragraphs, phrase, plural, shorten, t, units
from storage.masses import NOT_SENT
from storage.orders import Order

_SHOWN = 4  # refusals that the summary quotes
_LONGEST_WORDS = 60  # characters of each
_NAMED = 15  # uncertain lines; the others are in the file


def summary(found: Sequence[Order], stopped: Stop | None, about: About) -> Screen:
    """It stands under a file, so it is short: without quotes where it would be too long with them."""
    full = _summary(found, stopped, about, quoted=_SHOWN)
    if units(full.text) <= LONGEST_CAPTION:
        return full
    return _summary(found, stopped, about, quoted=0)


def _summary(found: Sequence[Order], stopped: Stop | None, about: About, *, quoted: int) -> Screen:
    uncertain = [order for order in found if order.state == "uncertain"]
    unsent = [order for order in found if _is_unsent(order)]
    refused = [o for o in found if o.state in {"rejected", "dismissed"} and not _is_unsent(o)]
    placed = len(found) - len(uncertain) - len(unsent) - len(refused)
    return Screen(
        paragraphs(
            t("<b>Your mass order has ended.</b>"),
            lines(
                t("✅ placed: {n} of {whole}", n=number(placed), whole=number(len(found))),
                t("charge in all: {price}", price=_charge(found)) if placed else None,
                t("❌ not placed: {n}", n=number(len(refused))) if refused else None,
                *(_refusal(order) for order in refused[:quoted]),
                t("… and more in the file") if len(refused) > quoted else None,
            ),
            meant(*(order.reason or "" for order in refused if quoted)),
            _uncertain(uncertain, stopped, about),
            _unsent(unsent, stopped, about),
            _file_holds(all_placed=placed == len(found)),
        ),
        ((Button(t("My orders"), Press("orders")),),),
    )


def _file_holds(*, all_placed: bool) -> Markup:
    if all_placed:
        return t("The file has every line that was confirmed, with its order id.")
    return t(
        "The file has every line that was confirmed, with its order id or what was wrong. "
        "Lines not placed cost nothing."
    )


def file(found: Sequence[Order]) -> bytes:
    header = [t("line"), t("service"), t("link"), t("quantity"), t("order id"), t("charge"), t("error")]
    return as_csv([plain(title) for title in header], (_row(order) for order in found))


def file_name(mass_id: str) -> str:
    return f"mass-{mass_id}.csv"


def _row(order: Order) -> tuple[Cell, ...]:
    line, error = order.mass_line, _error(order)
    return line, order.service_id, order.link, order.quantity, order.panel_order_id, charged(order), error


def _error(order: Order) -> str | None:
    if order.state == "uncertain":
        return plain(t("uncertain: it may have been placed and charged"))
    if order.state == "dismissed":
        return plain(t("closed as not placed"))
    if order.state != "rejected":
        return None
    if _is_unsent(order):
        return plain(t("not sent"))
    return order.reason or plain(t("the panel could not be reached; nothing was sent"))


def _is_unsent(order: Order) -> bool:
    return order.state == "rejected" and order.reason == NOT_SENT


def _charge(found: Sequence[Order]) -> str:
    placed = [order for order in found if order.panel_order_id is not None]
    whole = sum((charged(order) or Decimal() for order in placed), Decimal())
    return money(whole, placed[0].currency if placed else "")


def _refusal(order: Order) -> Markup:
    words = shorten(_error(order) or "", _LONGEST_WORDS)
    return t("line {n}: “{words}”", n=numeral(order.mass_line or 0), words=words)


def _uncertain(found: Sequence[Order], stopped: Stop | None, about: About) -> Markup | None:
    if not found:
        return None
    which = numbers([order.mass_line or 0 for order in found], most=_NAMED)
    why = (
        t("I was set back to an older copy, so they may have been placed and charged since.")
        if stopped is Stop.RESTORED
        else t(
            "{panel} gave no clear answer, so they may have been placed and charged.", panel=about.panel_name
        )
    )
    return lines(
        t("⚠️ <b>Uncertain: lines {lines}.</b>", lines=which),
        Markup(" ").join(
            (
                why,
                t(
                    "I do not send them again. /orders shows them: look at {site} and tell me there.",
                    site=about.panel_site,
                ),
            )
        ),
    )


def _unsent(found: Sequence[Order], stopped: Stop | None, about: About) -> Markup | None:
    if not found:
        return None
    reason = _REASONS.get(stopped) if stopped else None
    why = t(reason, panel=about.panel_name) if reason else None
    return lines(plural("✋ <b>Not sent: {n} line.</b>", "✋ <b>Not sent: {n} lines.</b>", len(found)), why)


_REASONS: Mapping[Stop, str] = {
    Stop.FUNDS: phrase("Your balance was used up. Top it up and send those lines again."),
    Stop.BAD_KEY: phrase("{panel} does not accept your key any more. Send /key, then those lines again."),
    Stop.BUSY: phrase("{panel} takes no more orders for now. Send those lines again in some minutes."),
    Stop.NO_ANSWER: phrase("{panel} stopped answering. Send those lines again when it works."),
}
