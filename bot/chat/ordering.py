"""The service's form, the summary, and placing."""

import asyncio
from contextlib import suppress
from functools import partial

from telegram.error import TelegramError

from bot.chat.asking import account_and_catalog
from bot.chat.screens import catalog as catalog_screens
from bot.chat.screens import ordering as screens
from bot.chat.screens import outcomes
from bot.core import forms
from bot.core.fields import InvalidAnswer
from bot.core.forms import Draft, Offer
from bot.gateway.context import ChatApplication, Context, Desk, first_word
from bot.gateway.dialog import Step
from bot.gateway.handlers import Sent, Tapped, Typed
from bot.gateway.texts import t
from bot.panel.models import Service
from storage import orders
from storage.accounts import Account
from storage.orders import Order

SHOW_PLACING_SECONDS = 3.0


async def choose(context: Context, account: Account, service: Service, *, typed: str = "") -> None:
    """A service is chosen; `typed` may hold answers already, as behind `/order SERVICE`."""
    fields = forms.form(service)
    if fields is None:
        version = context.go(Step.CHOOSING)
        await context.show(catalog_screens.not_orderable(service, version=version))
        return
    draft, wrong = forms.recheck(service, context.draft.with_service(service.id))
    for field in fields:
        if not typed or wrong:
            break
        last = field is fields[-1]
        answer, typed = (typed, "") if last else first_word(typed)
        try:
            draft = draft.with_answer(field.name, field.parse(answer, service))
        except InvalidAnswer as error:
            wrong = error
    await ask(context, account, service, draft, wrong=wrong)


async def ask(
    context: Context,
    account: Account,
    service: Service,
    draft: Draft,
    *,
    wrong: InvalidAnswer | None = None,
    note: str | None = None,
) -> None:
    """Ask the next question of the form, or show the summary when all are answered."""
    version = context.go(Step.ANSWERING, draft=draft)
    field = forms.question(service, draft)
    if field is None:
        await show_summary(context, account, service, draft, note=note)
    else:
        screen = screens.question(field, service, account.currency, version=version, wrong=wrong, note=note)
        await context.show(screen)


async def take_answer(context: Context) -> None:
    found = await _at_hand(context)
    if found is None:
        return
    account, service = found
    field = forms.question(service, context.draft)
    if field is None:
        await ask(context, account, service, context.draft)
        return
    try:
        draft = context.draft.with_answer(field.name, field.parse(await context.answer_text(), service))
    except InvalidAnswer as wrong:
        await ask(context, account, service, context.draft, wrong=wrong)
    else:
        await ask(context, account, service, draft)


async def show_summary(
    context: Context, account: Account, service: Service, draft: Draft, *, note: str | None = None
) -> None:
    offer = await context.desk.ordering.offer(account, service, draft)
    twin = await context.desk.ordering.same_order_open(context.chat_id, draft)
    version = context.go(Step.CONFIRMING, draft=draft.with_offer(offer))
    await context.show(screens.summary(service, draft, offer, version=version, twin=twin, note=note))


async def ask_current(context: Context, *, note: str | None = None) -> None:
    """The question or the summary the dialog is at, once more."""
    found = await _at_hand(context)
    if found is not None:
        await ask(context, *found, context.draft, note=note)


async def remind(context: Context) -> None:
    """A text where a tap is awaited."""
    await ask_current(context, note=screens.tap_please())


async def change(context: Context) -> None:
    found = await _at_hand(context)
    if found is not None:
        version = context.go(Step.CONFIRMING)
        await context.show(screens.what_to_change(found[1], version=version))


async def change_field(context: Context) -> None:
    found = await _at_hand(context)
    if found is not None:
        await ask(context, *found, context.draft.without(context.press.id))


async def confirm(context: Context) -> None:
    """`Place order`. What was shown is what is placed; if the panel changed it, it is shown again."""
    draft, offer = context.draft, context.draft.offer
    is_live = context.is_current and context.dialog.step is Step.CONFIRMING and draft.id == context.press.id
    if not is_live or offer is None:
        await _already(context)
        return
    found = await _at_hand(context, fresh=True)
    if found is None:
        return
    account, service = found
    if not _same_terms(account, service, offer):
        checked, wrong = forms.recheck(service, draft)
        await ask(context, account, service, checked, wrong=wrong, note=screens.changed())
        return
    message_id = context.message.message_id
    order = await context.desk.ordering.begin(account, service, draft, message_id=message_id)
    context.leave()
    if order is None:
        await _already(context)
        return
    # Nothing is awaited between: from here on the task has its grace, also when the bot is stopped.
    context.desk.placing.start(account, order, first=partial(_show_placing, context.desk, order))


async def _show_placing(desk: Desk, order: Order) -> None:
    """Of no weight: the outcome is told in any case."""
    with suppress(TelegramError, TimeoutError):
        async with asyncio.timeout(SHOW_PLACING_SECONDS):
            await desk.hasty.edit(order.chat_id, order.message_id or 0, outcomes.placing(order))


async def again(context: Context) -> None:
    """`Try again` under an order that was not placed: the same answers as a new draft."""
    order = await orders.get(context.desk.db, chat_id=context.chat_id, order_id=context.press.id)
    if order is None or order.state not in {"rejected", "dismissed"}:
        await context.toast(t("This button is from an earlier step. /orders shows how things are."))
        return
    found = await account_and_catalog(context)
    if found is None:
        return
    account, catalog = found
    service = catalog.by_id.get(order.service_id)
    if service is None:
        version = context.go(Step.CHOOSING, draft=Draft())
        await context.say(catalog_screens.gone(order.service_id, version=version))
        return
    draft, wrong = forms.recheck(service, Draft(service_id=service.id, answers=order.fields))
    await ask(context, account, service, draft, wrong=wrong)


async def _already(context: Context) -> None:
    order = await orders.get(context.desk.db, chat_id=context.chat_id, order_id=context.press.id)
    if order is None:
        await context.toast(t("This button is from an earlier step. /order starts a new order."))
    else:
        await context.toast(t("You confirmed this already; it is sent only once. /orders shows how it went."))


async def _at_hand(context: Context, *, fresh: bool = False) -> tuple[Account, Service] | None:
    """The account and the draft's service; when one is gone the person is told, and None is returned."""
    found = await account_and_catalog(context, fresh=fresh)
    if found is None:
        return None
    account, catalog = found
    service = catalog.by_id.get(context.draft.service_id)
    if service is None:
        version = context.go(Step.CHOOSING)
        await context.show(catalog_screens.gone(context.draft.service_id, version=version))
        return None
    return account, service


def _same_terms(account: Account, service: Service, offer: Offer) -> bool:
    now = (account.id, service.rate, service.min, service.max)
    return now == (offer.account_id, offer.rate, offer.min, offer.max)


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Tapped("place", confirm),
            Tapped("change", change, of_dialog=True),
            Tapped("field", change_field, of_dialog=True),
            Tapped("again", again),
            Typed(Step.ANSWERING, take_answer),
            Sent(Step.ANSWERING, take_answer),
            Typed(Step.CONFIRMING, remind),
        ]
    )
