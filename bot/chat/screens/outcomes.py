"""How placing an order went."""

from markupsafe import Markup

from bot.chat.screens.questions import name_of, value_words
from bot.chat.screens.refusals import meant
from bot.gateway.buttons import Button, Press, Rows
from bot.gateway.context import About
from bot.gateway.figures import money, number
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, paragraphs, phrase, shorten, t
from bot.panel.errors import Meaning
from bot.panel.refusals import meaning_of
from storage.orders import Order


def placing(order: Order) -> Screen:
    return Screen(
        paragraphs(
            t("<b>Placing your order…</b>"),
            facts(order),
            t("I'll tell you here how it went; no need to wait."),
        )
    )


NEXT = {
    "every": phrase("I'll tell you when its status changes."),
    "ended": phrase("I'll tell you when it ends."),
    "none": phrase("/orders shows how it is doing."),
}


def placed(order: Order, told_of: str) -> Screen:
    """`told_of` is what its person wants to hear of."""
    return Screen(
        paragraphs(
            t("✅ <b>Order {id} is placed.</b>", id=order.panel_order_id or ""),
            facts(order),
            t(NEXT[told_of]),
        ),
        ((Button(t("Show order"), Press("order", order.id)),),),
    )


def rejected(order: Order, about: About) -> Screen:
    """The panel's no. Without `reason` it could not be reached, and nothing was sent."""
    if order.reason is None:
        return Screen(
            paragraphs(
                t("❌ <b>Not placed: {panel} could not be reached.</b>", panel=about.panel_name),
                facts(order),
                t("Nothing was sent and nothing was charged. Please try again in a minute."),
            ),
            _try_again(order),
        )
    return Screen(
        paragraphs(
            t("❌ <b>Not placed.</b> {panel} says: “{words}”", panel=about.panel_name, words=order.reason),
            facts(order),
            t("This order was not charged."),
            lines(meant(order.reason), _advice(meaning_of(order.reason), about)),
        ),
        _try_again(order),
    )


def dismissed(order: Order) -> Screen:
    return Screen(
        paragraphs(
            t("<b>Closed as not placed.</b>"),
            facts(order),
            t("Should it show up at the panel after all, it was charged there."),
        ),
        _try_again(order),
    )


def facts(order: Order) -> Markup:
    """What was ordered, in a few lines. Of an order placed elsewhere nothing is known."""
    if not order.service_id:
        return Markup()
    return lines(
        t("{id} · {name}", id=order.service_id, name=shorten(order.service_name, 250))
        if order.service_id
        else None,
        *_ordered(order),
        t("charge: {price}", price=money(order.price, order.currency)) if order.price is not None else None,
    )


def _ordered(order: Order) -> list[Markup]:
    """What was entered for it; of an order that this one's parent made, or from elsewhere, what is known."""
    sent = dict(order.fields) or {"link": order.link} if order.link or order.fields else {}
    told = [
        t("{field}: {value}", field=name_of(name), value=value_words(name, value, in_runs="runs" in sent))
        for name, value in sent.items()
    ]
    if order.quantity is not None and ("quantity" not in sent or "runs" in sent):
        n = number(order.quantity)
        told.append(t("in all: {n}", n=n) if "runs" in sent else t("quantity: {n}", n=n))
    return told


def _try_again(order: Order) -> Rows:
    return ((Button(t("Try again"), Press("again", order.id)),),)


def _advice(meaning: Meaning, about: About) -> Markup | None:
    match meaning:
        case Meaning.FUNDS:
            return t("Top up your balance at {site}, then try again.", site=about.panel_site)
        case Meaning.LINK_BUSY:
            return t("Try again when it has ended.")
        case Meaning.SERVICE_GONE:
            return t("/order shows what there is.")
        case Meaning.BAD_KEY:
            return t("Get your current key at {site} and send /key.", site=about.panel_site)
        case Meaning.BUSY:
            return t("That is only for now: please try again in a few minutes.")
        case _:
            return None
