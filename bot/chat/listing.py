"""/orders: the list by how orders stand, the search by id or link, and what one order made."""

import re
from collections.abc import Sequence

from bot.chat.screens import listing as screens
from bot.chat.screens.catalog import PER_PAGE
from bot.chat.unexpected import old_button
from bot.core.typed import one_id, unmarked
from bot.gateway.context import ChatApplication, Context
from bot.gateway.handlers import Command, Tapped
from bot.gateway.texts import t
from storage import listing, orders
from storage.listing import Shelf
from storage.orders import Order

LONGEST_WORDS = 300  # characters that are searched for
_BEFORE_LINK = re.compile(r"^https?://(www\.)?", re.IGNORECASE)


async def show_orders(context: Context) -> None:
    if context.argument:
        await show_found(context, context.argument[:LONGEST_WORDS], page=0)
    else:
        await show_shelf(context, Shelf.ALL, page=0)


async def turn_shelf(context: Context) -> None:
    try:
        shelf = Shelf(context.press.id)
    except ValueError:
        await old_button(context)
        return
    await show_shelf(context, shelf, page=context.press.page)


async def show_shelf(context: Context, shelf: Shelf, *, page: int) -> None:
    db, chat_id = context.desk.db, context.chat_id
    found = await listing.page(db, chat_id=chat_id, shelf=shelf, offset=page * PER_PAGE, limit=PER_PAGE + 1)
    if not found and page > 0:
        await context.show(screens.no_such_page())
        return
    if not found and shelf is Shelf.ALL:
        await context.show(screens.none_yet())
        return
    await context.show(
        screens.listing(
            found[:PER_PAGE],
            await _children(context, found),
            shelf=shelf,
            uncertain=await listing.count_uncertain(db, chat_id=chat_id),
            page=page,
            more=len(found) > PER_PAGE,
        )
    )


async def turn_found(context: Context) -> None:
    """What is searched for stands in the message itself, so the button works as long as it is there."""
    words = next(iter(context.message.parse_entities(["code"]).values()), None)
    if words is None:
        await old_button(context)
        return
    await show_found(context, words, page=context.press.page)


async def show_found(context: Context, words: str, *, page: int) -> None:
    found = await listing.search(
        context.desk.db,
        chat_id=context.chat_id,
        words=_bare(words),
        offset=page * PER_PAGE,
        limit=PER_PAGE + 1,
    )
    if not found:
        await context.show(screens.nothing_found(words) if page == 0 else screens.no_such_page())
        return
    children = await _children(context, found)
    more = len(found) > PER_PAGE
    await context.show(screens.results(found[:PER_PAGE], children, words=words, page=page, more=more))


async def show_children(context: Context) -> None:
    db, chat_id, page = context.desk.db, context.chat_id, context.press.page
    parent = await orders.get(db, chat_id=chat_id, order_id=context.press.id)
    if parent is None:
        await context.toast(t("I do not know this order. /orders shows yours."))
        return
    found = await listing.children(
        db, chat_id=chat_id, order_id=parent.id, offset=page * PER_PAGE, limit=PER_PAGE + 1
    )
    if not found:
        await context.show(screens.no_such_page())
        return
    counts = await listing.count_children(db, chat_id=chat_id, order_ids=[parent.id])
    count, more = counts.get(parent.id, 0), len(found) > PER_PAGE
    await context.show(screens.family(parent, found[:PER_PAGE], count=count, page=page, more=more))


async def _children(context: Context, found: Sequence[Order]) -> dict[str, int]:
    return await listing.count_children(
        context.desk.db, chat_id=context.chat_id, order_ids=[order.id for order in found]
    )


def _bare(words: str) -> str:
    """What is searched for, without what may stand before an id or a link; an id in digits of any script."""
    if one_id(words).isdecimal():
        return one_id(words)
    return _BEFORE_LINK.sub("", unmarked(words).strip().lstrip("# "), count=1).rstrip("/") or words


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Command("orders", show_orders),
            Tapped("orders", turn_shelf),
            Tapped("orders_below", turn_shelf),
            Tapped("found", turn_found),
            Tapped("children", show_children),
        ]
    )
