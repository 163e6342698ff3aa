"""One order's card."""

from bot.chat.cards import asker_or_tell, card
from bot.gateway.context import ChatApplication, Context
from bot.gateway.handlers import Tapped
from bot.gateway.texts import t
from bot.panel.errors import BadKey, PanelError, PanelRefused
from storage import orders


async def show_card(context: Context) -> None:
    order = await orders.get(context.desk.db, chat_id=context.chat_id, order_id=context.press.id)
    if order is None:
        await context.toast(t("I do not know this order. /orders shows yours."))
        return
    await context.show(await card(context, order))


async def refresh(context: Context) -> None:
    db, chat_id, order_id = context.desk.db, context.chat_id, context.press.id
    order = await orders.get(db, chat_id=chat_id, order_id=order_id)
    if order is None or order.panel_order_id is None:
        await show_card(context)
        return
    account = await asker_or_tell(context, order)
    if account is None:
        return
    note = None
    try:
        await context.desk.tracking.refresh(account, order_id=order.id, panel_order_id=order.panel_order_id)
    except BadKey:
        raise
    except PanelRefused as refused:
        note = t("⚠️ The panel says: “{words}”. This is what I knew before:", words=refused.words)
    except PanelError:
        note = t(
            "⚠️ The panel does not answer right now; that changes nothing about your order. "
            "Please try again in a minute. This is what I knew before:"
        )
    await context.toast("" if note else t("Up to date."))
    now_known = await orders.get(db, chat_id=chat_id, order_id=order_id) or order
    await context.show(await card(context, now_known, note=note))


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Tapped("order", show_card),
            Tapped("order_below", show_card),
            Tapped("refresh", refresh),
        ]
    )
