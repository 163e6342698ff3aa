"""Questions and the summary."""

from collections.abc import Mapping

from markupsafe import Markup

from bot.chat.screens.catalog import rate
from bot.core.fields import Field, InvalidAnswer
from bot.core.forms import Draft, Offer, form, quantity
from bot.gateway.buttons import Button, Press
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, money, number, paragraphs, shorten, t
from bot.panel.models import Service

_LONGEST_VALUE = 300  # characters of an answer that a summary shows


def question(
    field: Field,
    service: Service,
    currency: str,
    *,
    version: int,
    wrong: InvalidAnswer | None,
    note: str | None,
) -> Screen:
    return Screen(
        paragraphs(
            note,
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
    "comments": "Send {min} to {max} <b>comments</b>, one on each line.",
}


def invalid(wrong: InvalidAnswer) -> Markup:
    values = {n: number(v) if isinstance(v, int) else v for n, v in wrong.params.items()}
    texts = {
        "link": "That is no link I can order for. Please copy it from your browser or app: "
        "one address without spaces, like https://example.com/p/1",
        "number": "I need a whole number, written like 1000 or 1 000.",
        "range": "The quantity must be from {min} to {max}.",
        "count": "Lines counted: {count}. Please send {min} to {max}, one on each line.",
    }
    return t("⚠️ {problem}", problem=t(texts[wrong.reason], **values))


def summary(
    service: Service, draft: Draft, offer: Offer, *, version: int, twin: bool, note: str | None
) -> Screen:
    """`twin`: an open order has this service and link. `note` stands above it."""
    after = None if offer.balance is None or offer.price is None else offer.balance - offer.price
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
                t("charge: <b>{price}</b>", price=money(offer.price, offer.currency))
                if offer.price is not None
                else None,
                t("balance after it: {rest}", rest=money(after, offer.currency))
                if after is not None
                else t("I could not get your balance right now."),
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
        t("<b>What do you want to change?</b> The rest stays as it is."),
        (
            tuple(Button(t(f.name), Press("field", f.name, 0, version)) for f in fields),
            (Button(t("service"), Press("list", "", 0, version)),),
            (Button(t("Leave"), Press("leave", "", 0, version)),),
        ),
    )


def _value(name: str, draft: Draft) -> Markup | str:
    value = draft.answers[name]
    return number(int(value)) if name == "quantity" else shorten(value.replace("\n", " / "), _LONGEST_VALUE)


def _counted(service: Service, draft: Draft) -> Markup | None:
    count = quantity(service, draft.answers)
    return None if count is None or "quantity" in draft.answers else t("quantity: {n}", n=number(count))
