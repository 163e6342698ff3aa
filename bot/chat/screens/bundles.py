"""Several pieces of news in one message: a line each, in the order they happened."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from bot.chat.screens.aftersales import word_of_refill
from bot.chat.screens.orders import mark, status_text
from bot.gateway.buttons import Button, Press, Rows
from bot.gateway.figures import lasting, money
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, named, paragraphs, plural, shorten, t
from bot.panel.aftersales import refill_word
from bot.panel.models import RefillWord
from bot.panel.replies import status_of
from storage.outbox import Notice

MOST_BUTTONS = 10  # orders; a list is better for more
_IN_A_ROW = 2

# In UTF-16 units, so that a message holds as many lines as are told together.
_LONGEST_ID, _LONGEST_WORD, _LONGEST_MONEY, _LONGEST_NAME = 24, 24, 30, 36


def bundle(news: Sequence[Notice], said: Sequence[Markup]) -> Screen:
    """`said` is a line for each piece of news."""
    return Screen(
        paragraphs(
            plural("<b>{n} piece of news</b>", "<b>{n} pieces of news</b>", len(news)),
            lines(*said),
        ),
        _buttons(news),
    )


def line(notice: Notice, *, now: float) -> Markup:
    """Raises what a notice that cannot be read raises."""
    name = named(notice.facts["service"], _LONGEST_NAME)
    return Markup(" · ").join(part for part in (*_said(notice, now), name) if part)


def _said(notice: Notice, now: float) -> tuple[Markup, Markup | None]:
    """The news, and the money that came back with it."""
    match notice.kind:
        case "change":
            return _change(notice), _came_back(notice.facts)
        case "refill":
            return _refill(notice), None
        case _:
            time = lasting(now - notice.facts["since"])
            return t(
                "🐢 Order <b>{id}</b> has been pending for <b>{time}</b>", id=_id(notice), time=time
            ), None


def _change(notice: Notice) -> Markup:
    word = notice.facts["word"]
    return t(
        "{mark} Order <b>{id}</b>: <b>{status}</b>",
        mark=mark(status_of(word)),
        id=_id(notice),
        status=shorten(status_text(word), _LONGEST_WORD),
    )


def _came_back(facts: Mapping[str, Any]) -> Markup | None:
    if facts["returned"] is None:
        return None
    amount = money(Decimal(facts["returned"]), facts["currency"])
    return t("came back: {amount}", amount=shorten(amount, _LONGEST_MONEY))


def _refill(notice: Notice) -> Markup:
    word = notice.facts["word"]
    known = refill_word(word) if word else None
    if notice.facts["state"] == "uncertain":
        return t("⚠️ Order <b>{id}</b>: refill <b>uncertain</b>", id=_id(notice))
    if known is None:
        return t("❓ Order <b>{id}</b>: refill <b>unknown</b>", id=_id(notice))
    return t(
        "{mark} Order <b>{id}</b>: refill <b>{word}</b>",
        mark="✅" if known is RefillWord.COMPLETED else "❌",
        id=_id(notice),
        word=word_of_refill(word),
    )


def _buttons(news: Sequence[Notice]) -> Rows:
    orders = {notice.order_id: _id(notice) for notice in news if notice.order_id}
    if len(orders) > MOST_BUTTONS:
        return ((Button(t("My orders"), Press("orders_below")),),)
    buttons = [Button(t("Order {id}", id=shown), Press("order_below", one)) for one, shown in orders.items()]
    return tuple(tuple(buttons[at : at + _IN_A_ROW]) for at in range(0, len(buttons), _IN_A_ROW))


def _id(notice: Notice) -> str:
    return shorten(str(notice.facts["panel_order_id"]), _LONGEST_ID)
