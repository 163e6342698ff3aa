"""/block, /unblock, /blocked: nothing new is done for somebody. What they ordered goes on."""

from bot.chat.operators import operators_only, show_page
from bot.chat.screens import blocking as screens
from bot.core.gate import chat_numbers
from bot.gateway.context import ChatApplication, Context, first_word
from bot.gateway.handlers import Command, Tapped
from storage import gate, orders

LONGEST_REASON = 200  # characters


async def block(context: Context) -> None:
    """`/block ID WHY`."""
    desk, (who, reason) = context.desk, first_word(context.argument)
    ids = chat_numbers(who)
    if not ids:
        await context.show(screens.how_to("block"))
    elif ids[0] in desk.operators:
        await context.show(screens.is_operator())
    else:
        await desk.gate.block(ids[0], reason[:LONGEST_REASON])
        running = await orders.count_open(desk.db, chat_id=ids[0])
        await context.show(screens.blocked(ids[0], running))


async def unblock(context: Context) -> None:
    ids = chat_numbers(context.argument)
    if not ids:
        await context.show(screens.how_to("unblock"))
        return
    for chat_id in ids:
        await context.desk.gate.unblock(chat_id)
    await context.show(screens.unblocked(ids))


async def show_list(context: Context) -> None:
    await show_page(context, gate.blocked, screens.listing, per_page=screens.PER_PAGE)


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Command("block", operators_only(block)),
            Command("unblock", operators_only(unblock)),
            Command("blocked", operators_only(show_list)),
            Tapped("blocked", operators_only(show_list)),
        ]
    )
