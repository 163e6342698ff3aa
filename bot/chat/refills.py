"""`Refill` on an order's card, and /refill for many orders at once."""

from bot.chat.asking import account_or_ask
from bot.chat.cards import card, tapped
from bot.chat.ids import ids_of
from bot.chat.screens import many
from bot.chat.screens import requests as screens
from bot.core.ids import MOST_IDS
from bot.gateway.context import ChatApplication, Context
from bot.gateway.dialog import Step
from bot.gateway.handlers import Command, Tapped, Typed
from bot.gateway.texts import t


async def refill(context: Context) -> None:
    """The tapped card may be an old one: nothing is sent if a refill was asked for since it was shown."""
    desk, press = context.desk, context.press
    found = await tapped(context)
    if found is None:
        return
    order, panel_order_id = found
    await context.toast(t("Asking for a refill…"))
    answers = await desk.refills.ask(
        context.chat_id,
        [panel_order_id],
        request=f"{order.id}.{press.version}",
        since=press.version,
    )
    note = screens.refill_note(answers[panel_order_id], desk.about)
    await context.show(await card(context, order, note=note))


async def refill_many(context: Context) -> None:
    if await account_or_ask(context) is None:
        return
    ids = await ids_of(context, "refill")
    if not ids:
        return
    if len(ids) > MOST_IDS:
        for screen in many.too_many("refill", ids):
            await context.say(screen)
    else:
        request = f"{context.chat_id}.{context.message.message_id}"
        answers = await context.desk.refills.ask(context.chat_id, ids, request=request)
        for screen in screens.refill_answers(answers, context.desk.about):
            await context.say(screen)


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Tapped("refill", refill),
            Command("refill", refill_many),
            Typed(Step.IDS, refill_many, about="refill"),
        ]
    )
