"""`Place order`, and ordering the same again."""

import asyncio
from contextlib import suppress
from functools import partial

from telegram.error import TelegramError

from bot.chat.asking import account_and_catalog, shut_meanwhile
from bot.chat.ordering import ask, at_hand
from bot.chat.screens import catalog as catalog_screens
from bot.chat.screens import ordering as screens
from bot.chat.screens import outcomes
from bot.core import forms
from bot.core.drafts import Draft, Offer
from bot.core.price import price
from bot.gateway.context import ChatApplication, Context, Desk
from bot.gateway.dialog import Step
from bot.gateway.handlers import Tapped
from bot.gateway.messenger import Screen
from bot.gateway.texts import t
from bot.panel.models import Service
from storage import orders
from storage.accounts import Account
from storage.orders import Order

SHOW_PLACING_SECONDS = 3.0
SETTLED = {"open", "ended", "rejected", "dismissed"}  # nothing is left to find out about their placing


async def confirm(context: Context) -> None:
    """What was shown is what is placed; if the panel changed it, it is shown again."""
    draft, offer = context.draft, context.draft.offer
    is_live = context.is_current and context.dialog.step is Step.CONFIRMING and draft.id == context.press.id
    if not is_live or offer is None:
        await _already(context)
        return
    found = await at_hand(context, fresh=True)
    if found is None or await shut_meanwhile(context):
        return
    account, service = found
    checked, wrong = forms.recheck(service, draft, now=context.desk.clock())
    if wrong or not _same_terms(account, service, checked, draft, offer):
        await ask(context, account, service, checked, wrong=wrong, note=screens.changed())
        return
    message_id = context.message.message_id
    order = await context.desk.ordering.begin(account, service, draft, message_id=message_id)
    context.leave()
    if order is None:
        await _already(context)
        return
    # Nothing is awaited between: from here on the task has its grace, also when the bot is stopped.
    show = partial(_show_placing, context.desk, order, outcomes.placing(order))
    context.desk.placing.start(account, order, first=show)


async def _show_placing(desk: Desk, order: Order, screen: Screen) -> None:
    """Of no weight: the outcome is told in any case."""
    with suppress(TelegramError, TimeoutError):
        async with asyncio.timeout(SHOW_PLACING_SECONDS):
            await desk.hasty.edit(order.chat_id, order.message_id or 0, screen)


async def again(context: Context) -> None:
    """`Order again` and `Try again`: the same answers as a new draft."""
    order = await orders.get(context.desk.db, chat_id=context.chat_id, order_id=context.press.id)
    if order is None or order.state not in SETTLED or not order.fields:
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
    before = forms.of_order(service, order.fields)
    draft, wrong = forms.recheck(service, before, now=context.desk.clock())
    await ask(context, account, service, draft, wrong=wrong)


async def _already(context: Context) -> None:
    order = await orders.get(context.desk.db, chat_id=context.chat_id, order_id=context.press.id)
    if order is None:
        await context.toast(t("This button is from an earlier step. /order starts a new order."))
    else:
        await context.toast(t("You confirmed this already; it is sent only once. /orders shows how it went."))


def _same_terms(account: Account, service: Service, checked: Draft, draft: Draft, offer: Offer) -> bool:
    """Whether what is asked, sent and charged is still what was shown."""
    if forms.question(service, checked) is not None:
        return False
    now = (account.id, service.rate, service.min, service.max, checked.answers, checked.drip)
    shown = (offer.account_id, offer.rate, offer.min, offer.max, draft.answers, draft.drip)
    return now == shown and price(service, checked.answers) == offer.price


def add_to(application: ChatApplication) -> None:
    application.add_handlers([Tapped("place", confirm), Tapped("again", again)])
