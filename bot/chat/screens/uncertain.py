"""An order of which nobody knows whether it was placed."""

from decimal import Decimal

from markupsafe import Markup

from bot.chat.screens.outcomes import NEXT, facts
from bot.chat.screens.refusals import meant
from bot.gateway.buttons import Button, Press, Rows
from bot.gateway.context import About
from bot.gateway.figures import money
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, paragraphs, t
from storage.orders import Order


def uncertain(order: Order, about: About, *, note: str | None = None) -> Screen:
    """`note` says why what is shown of the balance is not fresh."""
    return Screen(
        paragraphs(
            note,
            t("⚠️ <b>I do not know whether this order was placed.</b>"),
            facts(order),
            t(
                "{panel} gave no clear answer. The order may have been taken and charged, so I do not send "
                "it again: you never pay twice.",
                panel=about.panel_name,
            ),
            evidence(order) if note is None else None,
            t("Please look at your orders at {site} and tell me:", site=about.panel_site),
        ),
        uncertain_rows(order),
    )


def no_evidence(about: About) -> str:
    return t(
        "⚠️ {panel} does not answer right now, so I could not look at your balance. "
        "Please try again in a minute.",
        panel=about.panel_name,
    )


def another_key() -> str:
    return t(
        "⚠️ The key this order was sent with works no more, and your balance now may be another account's: "
        "I cannot compare it."
    )


def uncertain_rows(order: Order) -> Rows:
    return (
        (Button(t("Look again"), Press("look", order.id)),),
        (Button(t("Enter the id"), Press("enter_id", order.id)),),
        (Button(t("It was not placed"), Press("not_placed", order.id)),),
    )


def evidence(order: Order) -> Markup:
    """What the balance says about an uncertain order."""
    before, after = order.balance_before, order.balance_after
    if order.mass_id is not None:
        return t("It was one of many orders placed together, so your balance does not tell.")
    if before is None or after is None:
        return t("I could not compare your balance yet. Tap <b>Look again</b> in a minute.")
    shown = lines(
        t("balance before: {amount}", amount=money(before, order.currency)),
        t("balance now: {amount}", amount=money(after, order.currency)),
    )
    return lines(shown, _conclusion(before - after, order.price))


def _conclusion(spent: Decimal, price: Decimal | None) -> Markup:
    if spent == price:
        return t("That is exactly this order's charge: it was most likely placed.")
    if spent == 0:
        return t("Nothing was taken so far: it was probably not placed. Look again in some minutes.")
    return t("Something else moved your balance too, so this alone does not tell.")


def ask_order_id(about: About, *, version: int) -> Screen:
    return Screen(
        t(
            "Open your orders at {site}, find this order and send me its <b>id</b>. Then I follow it.",
            site=about.panel_site,
        ),
        ((Button(t("Leave"), Press("leave", "", 0, version)),),),
    )


def unknown_order_id(words: str | None, *, version: int) -> Screen:
    return Screen(
        paragraphs(
            t("⚠️ <b>I cannot find this order under your key.</b>"),
            lines(t("The panel says: “{words}”", words=words), meant(words)) if words else None,
            t("Please send the id just as the panel shows it, or leave."),
        ),
        ((Button(t("Leave"), Press("leave", "", 0, version)),),),
    )


def id_in_use(panel_order_id: str, *, version: int) -> Screen:
    return Screen(
        t(
            "I follow order {id} for you already: it is another one. Please send the id of this order.",
            id=panel_order_id,
        ),
        ((Button(t("Leave"), Press("leave", "", 0, version)),),),
    )


def adopted(order: Order, told_of: str) -> Screen:
    """`told_of` is what its person wants to hear of."""
    return Screen(
        paragraphs(
            t("✅ <b>Order {id} was placed.</b>", id=order.panel_order_id or ""),
            facts(order),
            t(NEXT[told_of]),
        ),
        ((Button(t("Show order"), Press("order", order.id)),),),
    )
