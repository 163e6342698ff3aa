"""`Cancel order` on an order's card, and /cancel_orders for many orders at once."""

from telegram import MessageEntity

from bot.chat.asking import account_or_ask
from bot.chat.cards import card, tapped
from bot.chat.ids import ids_of
from bot.chat.screens import many
from bot.chat.screens import requests as screens
from bot.core.ids import MOST_IDS, order_ids
from bot.core.requests import AskedBefore, Taken
from bot.gateway.context import ChatApplication, Context
from bot.gateway.dialog import Step
from bot.gateway.handlers import Command, Tapped, Typed
from bot.gateway.texts import t
from storage import orders


async def cancel_order(context: Context) -> None:
    """The tapped card may be an old one: nothing is sent if it was asked for since it was shown."""
    desk, press = context.desk, context.press
    found = await tapped(context)
    if found is None:
        return
    order, panel_order_id = found
    await context.toast(t("Asking to cancel it…"))
    answers = await desk.cancelling.ask(context.chat_id, [panel_order_id], seen_at=press.version)
    note = screens.cancel_note(answers[panel_order_id], desk.about)
    order = await orders.get(desk.db, chat_id=context.chat_id, order_id=order.id) or order
    await context.show(await card(context, order, note=note))


async def ask(context: Context) -> None:
    if await account_or_ask(context) is None:
        return
    ids = await ids_of(context, "cancel_orders")
    if not ids:
        return
    if len(ids) <= MOST_IDS and many.fits(ids):
        await context.say(many.ask_cancel(ids, seen_at=int(context.desk.clock())))
        return
    for screen in many.too_many("cancel_orders", ids):
        await context.say(screen)


async def cancel_all(context: Context) -> None:
    """The ids are those of the tapped message, so that a dialog that goes on elsewhere is not disturbed."""
    seen_at = context.press.version
    ids = order_ids(" ".join(context.message.parse_entities([MessageEntity.CODE]).values()))
    if not 0 < len(ids) <= MOST_IDS or not 0 < seen_at <= context.desk.clock():
        await context.toast(t("This button is from an earlier step. /orders shows how things are."))
        return
    await context.toast(t("Asking to cancel them…"))
    answers = await context.desk.cancelling.ask(context.chat_id, ids, seen_at=seen_at)
    # A second tap, or one that is handled again after a restart: the first one's requests are this one's.
    answers = {one: Taken() if isinstance(answer, AskedBefore) else answer for one, answer in answers.items()}
    first, *more = screens.cancel_answers(answers, context.desk.about)
    await context.show(first)
    for screen in more:
        await context.say(screen)


async def keep(context: Context) -> None:
    await context.show(many.kept())


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Tapped("cancel_order", cancel_order),
            Command("cancel_orders", ask),
            Typed(Step.IDS, ask, about="cancel_orders"),
            Tapped("cancel_all", cancel_all),
            Tapped("keep_orders", keep),
        ]
    )
