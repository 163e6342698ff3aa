"""An order of which nobody knows whether it was placed: its person looks and decides."""

import re

from bot.chat.cards import asker_or_tell, card
from bot.chat.screens import orders as order_screens
from bot.chat.screens import outcomes
from bot.chat.screens import uncertain as screens
from bot.core.typed import one_id
from bot.gateway.context import ChatApplication, Context
from bot.gateway.dialog import Step
from bot.gateway.handlers import Tapped, Typed
from bot.gateway.texts import t
from bot.panel.errors import BadKey, PanelError, PanelRefused
from storage import following, orders, preferences
from storage.orders import Order


async def look_again(context: Context) -> None:
    order = await _uncertain(context, context.press.id)
    if order is None:
        return
    account = await asker_or_tell(context, order)
    if account is None:
        return
    await context.toast(t("Asking for your balance…"))
    note = None
    try:
        if account.id == order.account_id:
            await context.desk.ordering.evidence(account, order)
        else:
            note = screens.another_key()
    except BadKey:
        raise
    except PanelError:
        note = screens.no_evidence(context.desk.about)
    order = await orders.get(context.desk.db, chat_id=context.chat_id, order_id=order.id) or order
    await context.show(screens.uncertain(order, context.desk.about, note=note))


async def ask_id(context: Context) -> None:
    order = await _uncertain(context, context.press.id)
    if order is not None and await asker_or_tell(context, order) is not None:
        await context.toast()
        await wait_for_id(context, order.id)


async def wait_for_id(context: Context, order_id: str) -> None:
    version = context.go(Step.ORDER_ID, order_id=order_id)
    await context.say(screens.ask_order_id(context.desk.about, version=version))


async def take_id(context: Context) -> None:
    db, chat_id = context.desk.db, context.chat_id
    order = await orders.get(db, chat_id=chat_id, order_id=context.dialog.order_id)
    account = await context.desk.accounts.asker(order) if order is not None else None
    if order is None or account is None or order.state != "uncertain":
        context.leave()
        await context.say(order_screens.settled_meanwhile())
        return
    typed = one_id(context.text)
    version = context.go(Step.ORDER_ID, order_id=order.id)
    if not re.fullmatch(r"[\w.-]{1,64}", typed, re.ASCII):
        await context.say(screens.unknown_order_id(None, version=version))
        return
    known = await following.known(db, chat_id=chat_id, panel=account.panel, panel_order_ids=[typed])
    if typed in known and not known[typed].is_from_elsewhere:
        await context.say(screens.id_in_use(typed, version=version))
        return
    try:
        await context.desk.ordering.adopt(account, order, typed)
    except BadKey:
        raise
    except PanelRefused as refused:
        await context.say(screens.unknown_order_id(refused.words, version=version))
        return
    context.leave()
    adopted = await orders.get(db, chat_id=chat_id, order_id=order.id) or order
    wanted = await preferences.of(db, chat_id=chat_id)
    await context.say(screens.adopted(adopted, wanted.told_of))


async def not_placed(context: Context) -> None:
    order = await _uncertain(context, context.press.id)
    if order is not None:
        now = context.desk.clock()
        await orders.dismiss(context.desk.db, chat_id=context.chat_id, order_id=order.id, now=now)
        await context.show(outcomes.dismissed(order))


async def _uncertain(context: Context, order_id: str) -> Order | None:
    """The order while it is uncertain; otherwise how it stands is shown, and None is returned."""
    order = await orders.get(context.desk.db, chat_id=context.chat_id, order_id=order_id)
    if order is not None and order.state == "uncertain":
        return order
    if order is None:
        await context.toast(t("I do not know this order. /orders shows yours."))
    else:
        await context.show(await card(context, order))
    return None


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Tapped("look", look_again),
            Tapped("enter_id", ask_id),
            Tapped("not_placed", not_placed),
            Typed(Step.ORDER_ID, take_id),
        ]
    )
