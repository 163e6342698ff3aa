"""An order's card with all that can be done about it now."""

from bot.chat.screens import orders as screens
from bot.chat.screens.families import Family
from bot.core.aftersales import SKEW_SECONDS, Aftersales, aftersales
from bot.gateway.context import Context
from bot.gateway.messenger import Screen
from bot.gateway.texts import t
from storage import listing, orders, refills
from storage.accounts import Account
from storage.orders import Order


async def card(context: Context, order: Order, *, note: str | None = None) -> Screen:
    family, after = await _family(context, order), await _after(context, order)
    return screens.card(order, context.desk.about, family=family, note=note, after=after)


async def tapped(context: Context) -> tuple[Order, str] | None:
    """The order whose button asks the panel for something, and its id there.

    None, and the person is told, when the order is not theirs or the button none that was shown.
    """
    press, desk = context.press, context.desk
    order = await orders.get(desk.db, chat_id=context.chat_id, order_id=press.id)
    if order is None or order.panel_order_id is None:
        await context.toast(t("I do not know this order. /orders shows yours."))
    elif not 0 < press.version <= desk.clock() + SKEW_SECONDS:
        await context.toast(t("This button is from an earlier step. /orders shows how things are."))
    elif await asker_or_tell(context, order) is not None:
        return order, order.panel_order_id
    return None


async def asker_or_tell(context: Context, order: Order) -> Account | None:
    """The account whose key asks the panel for the order; a person who tapped is told when there is none."""
    account = await context.desk.accounts.asker(order)
    if account is None:
        await context.toast(t("This order belongs to another panel than mine, so I cannot ask for it."))
    return account


async def _family(context: Context, order: Order) -> Family:
    db, chat_id = context.desk.db, context.chat_id
    made = await listing.count_children(db, chat_id=chat_id, order_ids=[order.id])
    parent = await orders.get(db, chat_id=chat_id, order_id=order.parent_id) if order.parent_id else None
    return Family(parent, made.get(order.id, 0))


async def _after(context: Context, order: Order) -> Aftersales:
    """From what is stored: the panel is not asked."""
    desk, chat_id = context.desk, context.chat_id
    account = await desk.accounts.asker(order)
    catalog = await desk.catalogs.known(account) if account else None
    service = catalog.by_id.get(order.service_id) if catalog else None
    refill = await refills.latest(desk.db, chat_id=chat_id, order_id=order.id)
    return aftersales(order, service, refill, now=desk.clock())
