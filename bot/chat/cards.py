"""An order's card with all that can be done about it now."""

from bot.chat.screens import orders as screens
from bot.chat.screens.families import Family
from bot.core.aftersales import Aftersales, aftersales
from bot.gateway.context import Context
from bot.gateway.messenger import Screen
from storage import accounts, listing, orders, refills
from storage.orders import Order


async def card(context: Context, order: Order, *, note: str | None = None) -> Screen:
    family, after = await _family(context, order), await _after(context, order)
    return screens.card(order, context.desk.about, family=family, note=note, after=after)


async def _family(context: Context, order: Order) -> Family:
    db, chat_id = context.desk.db, context.chat_id
    made = await listing.count_children(db, chat_id=chat_id, order_ids=[order.id])
    parent = await orders.get(db, chat_id=chat_id, order_id=order.parent_id) if order.parent_id else None
    return Family(parent, made.get(order.id, 0))


async def _after(context: Context, order: Order) -> Aftersales:
    """From what is stored: the panel is not asked."""
    desk, chat_id = context.desk, context.chat_id
    account = await accounts.of_order(desk.db, chat_id=chat_id, order_id=order.id)
    account = account or await desk.accounts.current(chat_id)
    catalog = await desk.catalogs.known(account) if account else None
    service = catalog.by_id.get(order.service_id) if catalog else None
    refill = await refills.latest(desk.db, chat_id=chat_id, order_id=order.id)
    return aftersales(order, service, refill, now=desk.clock())
