"""Questions, the summary, and how placing an order went."""

from collections.abc import Mapping
from decimal import Decimal

from markupsafe import Markup

from bot.chat.screens.catalog import rate
from bot.core.fields import Field, InvalidAnswer
from bot.core.forms import Draft, Offer, form, quantity
from bot.gateway.buttons import Button, Press, Rows
from bot.gateway.context import About
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, money, number, paragraphs, shorten, t
from bot.panel.errors import Meaning
from bot.panel.models import Service
from bot.panel.replies import meaning_of
from storage.orders import Order

_LONGEST_VALUE = 300  # characters of an answer that a summary shows


def question(
    field: Field, service: Service, currency: str, *, version: int, wrong: InvalidAnswer | None = None
) -> Screen:
    return Screen(
        paragraphs(
            invalid(wrong) if wrong else None,
            lines(
                t("<b>{id}</b> · {name}", id=service.id, name=shorten(service.name, 250)),
                rate(service, currency),
            ),
            t(_ASKING[field.name], min=number(service.min), max=number(service.max)),
        ),
        ((Button(t("Leave"), Press("leave", "", 0, version)),),),
    )


_ASKING: Mapping[str, str] = {
    "link": "Send the <b>link</b> it is for, like https://example.com/p/1",
    "quantity": "Send the <b>quantity</b>: a number from {min} to {max}.",
    "comments": "Send the <b>comments</b>, each on a line of its own: {min} to {max} of them.",
}


def invalid(wrong: InvalidAnswer) -> Markup:
    values = {n: number(v) if isinstance(v, int) else v for n, v in wrong.params.items()}
    texts = {
        "link": "That is no link I can order for. Please copy it from your browser or app: "
        "one address without spaces, like https://example.com/p/1",
        "number": "I need a whole number, written like 1000 or 1 000.",
        "range": "The quantity must be from {min} to {max}.",
        "count": "You sent {count} comments; it must be {min} to {max}, one on each line.",
    }
    return t("⚠️ {problem}", problem=t(texts[wrong.reason], **values))


def summary(
    service: Service, draft: Draft, offer: Offer, *, version: int, twin: bool, note: str | None
) -> Screen:
    """`twin`: an open order has this service and link. `note` stands above it."""
    after = None if offer.balance is None else offer.balance - offer.price
    return Screen(
        paragraphs(
            note,
            t("<b>Please check your order</b>"),
            lines(
                t("service: <b>{id}</b> · {name}", id=service.id, name=shorten(service.name, 250)),
                *(
                    t("{field}: {value}", field=t(f.name), value=_value(f.name, draft))
                    for f in form(service) or ()
                ),
                _counted(service, draft),
            ),
            lines(
                t("charge: <b>{price}</b>", price=money(offer.price, offer.currency)),
                t("balance after it: {rest}", rest=money(after, offer.currency))
                if after is not None
                else t("The panel does not tell your balance right now."),
            ),
            t("⚠️ Your balance is too small for this order. Top it up first, or change the order.")
            if after is not None and after < 0
            else None,
            t("⚠️ You already have an open order for this service and link.") if twin else None,
        ),
        (
            (Button(t("Place order"), Press("place", draft.id, 0, version)),),
            (
                Button(t("Change"), Press("change", "", 0, version)),
                Button(t("Leave"), Press("leave", "", 0, version)),
            ),
        ),
    )


def changed() -> str:
    return t("⚠️ The panel changed this service meanwhile, so please look once more.")


def tap_please() -> str:
    return t("Please tap one of the buttons below; nothing is ordered before that.")


def what_to_change(service: Service, *, version: int) -> Screen:
    fields = form(service) or ()
    return Screen(
        t("<b>What shall be changed?</b> The rest stays as it is."),
        (
            tuple(Button(t(f.name), Press("field", f.name, 0, version)) for f in fields),
            (Button(t("service"), Press("list", "", 0, version)),),
            (Button(t("Leave"), Press("leave", "", 0, version)),),
        ),
    )


def placing(order: Order) -> Screen:
    return Screen(
        paragraphs(
            t("<b>Placing your order…</b>"),
            facts(order),
            t("I tell you right here how it went. You need not wait."),
        )
    )


def placed(order: Order) -> Screen:
    return Screen(
        paragraphs(
            t("✅ <b>Order {id} is placed.</b>", id=order.panel_order_id or ""),
            facts(order),
            t("I tell you when its status changes."),
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
            _advice(meaning_of(order.reason), about),
        ),
        _try_again(order),
    )


def uncertain(order: Order, about: About) -> Screen:
    return Screen(
        paragraphs(
            t("⚠️ <b>I do not know whether this order was placed.</b>"),
            facts(order),
            t(
                "{panel} gave no clear answer. The order may have been taken and charged, so I do not send "
                "it again: you never pay twice.",
                panel=about.panel_name,
            ),
            evidence(order),
            t("Please look at your orders at {site} and tell me:", site=about.panel_site),
        ),
        uncertain_rows(order),
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
    if before is None or after is None:
        return t("I could not compare your balance yet. Tap <b>Look again</b> in a minute.")
    shown = lines(
        t("balance before: {amount}", amount=money(before, order.currency)),
        t("balance now: {amount}", amount=money(after, order.currency)),
    )
    return lines(shown, _conclusion(before - after, order.price))


def _conclusion(spent: Decimal, price: Decimal) -> Markup:
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
            t("⚠️ <b>That is no order I can follow for you.</b>"),
            t("The panel says: “{words}”", words=words) if words else None,
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


def adopted(order: Order) -> Screen:
    return Screen(
        paragraphs(
            t("✅ <b>Order {id} was placed.</b>", id=order.panel_order_id or ""),
            facts(order),
            t("I follow it and tell you when its status changes."),
        ),
        ((Button(t("Show order"), Press("order", order.id)),),),
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
    """What was ordered, in a few lines."""
    return lines(
        t("{id} · {name}", id=order.service_id, name=shorten(order.service_name, 250)),
        t("link: {link}", link=shorten(order.link, _LONGEST_VALUE)) if order.link else None,
        t("quantity: {n}", n=number(order.quantity)) if order.quantity is not None else None,
        t("charge: {price}", price=money(order.price, order.currency)),
    )


def _value(name: str, draft: Draft) -> Markup | str:
    value = draft.answers[name]
    return number(int(value)) if name == "quantity" else shorten(value.replace("\n", " / "), _LONGEST_VALUE)


def _counted(service: Service, draft: Draft) -> Markup | None:
    count = quantity(service, draft.answers)
    return None if count is None or "quantity" in draft.answers else t("quantity: {n}", n=number(count))


def _try_again(order: Order) -> Rows:
    return ((Button(t("Try again"), Press("again", order.id)),),)


def _advice(meaning: Meaning, about: About) -> Markup | None:
    match meaning:
        case Meaning.FUNDS:
            return t("Top up your balance at {site}, then try again.", site=about.panel_site)
        case Meaning.LINK_BUSY:
            return t("Another order for this link is still running. Try again when it has ended.")
        case Meaning.SERVICE_GONE:
            return t("The panel no longer offers this service. /order shows what there is.")
        case Meaning.BAD_KEY:
            return t("Get your current key at {site} and send /key.", site=about.panel_site)
        case Meaning.BUSY:
            return t("That is only for now: please try again in a few minutes.")
        case _:
            return None
