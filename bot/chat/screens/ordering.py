"""The summary, and what may be changed of it."""

from collections.abc import Sequence
from decimal import Decimal

from markupsafe import Markup

from bot.chat.screens.questions import name_of, no_drip_feed, value_words
from bot.core import forms
from bot.core.drafts import Draft, Offer
from bot.core.fields import Field
from bot.core.price import old_posts, post_price
from bot.gateway.buttons import Button, Press
from bot.gateway.figures import money, number
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, paragraphs, shorten, t
from bot.panel.models import Service


def summary(
    service: Service, draft: Draft, offer: Offer, *, version: int, twin: bool, note: str | None
) -> Screen:
    """`twin`: an open order has this service and link. `note` stands above it."""
    return Screen(
        paragraphs(
            note,
            t("<b>Please check your order</b>"),
            lines(
                t("service: <b>{id}</b> · {name}", id=service.id, name=shorten(service.name, 250)),
                *(_answered(field, draft) for field in forms.questions(service, draft)),
                _counted(service, draft),
            ),
            _charge(service, draft, offer),
            _shortage(offer),
            t("⚠️ The panel says that this service cannot be cancelled: it goes on until its limit.")
            if forms.paid_by_post(service) and service.cancel is False
            else None,
            t("⚠️ You already have an open order for this service and link.") if twin else None,
        ),
        (
            (Button(t("Place order"), Press("place", draft.id, 0, version)),),
            *((_drip_feed(draft, version),) if forms.drips(service) else ()),
            (
                Button(t("Change"), Press("change", "", 0, version)),
                Button(t("Leave"), Press("leave", "", 0, version)),
            ),
        ),
    )


def _charge(service: Service, draft: Draft, offer: Offer) -> Markup:
    balance = offer.balance
    if offer.price is None:
        least, most = (money(each, offer.currency) for each in post_price(service, draft.answers))
        return lines(
            t("charge per future post: <b>{least} to {most}</b>", least=least, most=most)
            if least != most
            else t("charge per future post: <b>{price}</b>", price=least),
            _charged_at_once(draft, offer.currency, post_price(service, draft.answers)),
            t("balance: {amount}", amount=money(balance, offer.currency)) if balance is not None else None,
        )
    return lines(
        t("charge: <b>{price}</b>", price=money(offer.price, offer.currency)),
        t("balance after it: {rest}", rest=money(balance - offer.price, offer.currency))
        if balance is not None
        else t("I could not get your balance right now."),
    )


def _charged_at_once(draft: Draft, currency: str, a_post: tuple[Decimal, Decimal]) -> Markup:
    count = old_posts(draft.answers)
    if not count:
        return t("Nothing is charged now; each post is, when it comes.")
    least, most = (money(each * count, currency) for each in a_post)
    return lines(
        t("old posts, charged at once: <b>{least} to {most}</b>", least=least, most=most)
        if least != most
        else t("old posts, charged at once: <b>{price}</b>", price=least),
        t("Each new post is charged when it comes."),
    )


def _shortage(offer: Offer) -> Markup | None:
    if offer.balance is None or offer.price is None or offer.balance >= offer.price:
        return None
    return t(
        "⚠️ Your balance is too small for this order: {amount} are missing. Top it up first, or change the "
        "order.",
        amount=money(offer.price - offer.balance, offer.currency),
    )


def _drip_feed(draft: Draft, version: int) -> tuple[Button, ...]:
    if draft.drip:
        return (no_drip_feed(version),)
    return (Button(t("Drip-feed"), Press("drip", "on", 0, version)),)


def changed() -> str:
    return t("⚠️ The panel changed this service meanwhile, so please look once more.")


def tap_please() -> str:
    return t("Please tap one of the buttons below; nothing is ordered before that.")


def what_to_change(fields: Sequence[Field], *, version: int) -> Screen:
    buttons = [Button(name_of(f.name), Press("field", f.name, 0, version)) for f in fields]
    return Screen(
        t("<b>What do you want to change?</b> The rest stays as it is."),
        (
            *(tuple(buttons[place : place + 2]) for place in range(0, len(buttons), 2)),
            (Button(t("service"), Press("list", "", 0, version)),),
            (
                Button(t("‹ Back"), Press("back", "", 0, version)),
                Button(t("Leave"), Press("leave", "", 0, version)),
            ),
        ),
    )


def _answered(field: Field, draft: Draft) -> Markup | None:
    value = draft.answers.get(field.name, "")
    if field.name == "posts" and value in {"", "0"}:
        return t("posts: no limit")
    if field.name == "expiry" and not value:
        return t("expiry: none")
    if not value:
        return None
    return t(
        "{field}: {value}",
        field=name_of(field.name),
        value=value_words(field.name, value, in_runs=draft.drip),
    )


def _counted(service: Service, draft: Draft) -> Markup | None:
    count = forms.quantity(service, draft.answers)
    if count is None or ("quantity" in draft.answers and not draft.drip):
        return None
    if draft.drip:
        return t("in all: {n}", n=number(count))
    return t("quantity: {n}", n=number(count))
