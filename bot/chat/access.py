"""/access, /allow, /deny: everybody may use the bot, or only who is on a list."""

from bot.chat.operators import operators_only, show_page
from bot.chat.screens import access as screens
from bot.chat.unexpected import old_button
from bot.core.gate import chat_numbers
from bot.gateway.context import ChatApplication, Context
from bot.gateway.handlers import Command, Tapped
from storage import gate


async def access(context: Context) -> None:
    rules = context.desk.gate.rules
    await context.show(screens.state(listed_only=rules.listed_only, listed=len(rules.allowed)))


async def choose(context: Context) -> None:
    """`list` is asked about where it would shut people out, unless it says what becomes of them."""
    chosen, rules = context.press.id, context.desk.gate
    match chosen:
        case "open":
            await rules.open_to_all()
        case "list" if shut_out := await _shut_out(context):
            await context.show(screens.ask(shut_out))
            return
        case "list" | "without":
            await rules.open_to_listed(with_everybody=False)
        case "with":
            await rules.open_to_listed(with_everybody=True)
        case "":
            pass
        case _:
            await old_button(context)
            return
    await access(context)


async def _shut_out(context: Context) -> int:
    return await gate.count_shut_out(context.desk.db, operators=context.desk.operators)


async def allow(context: Context) -> None:
    ids = chat_numbers(context.argument)
    if not ids:
        await context.show(screens.how_to("allow"))
        return
    await context.desk.gate.allow(ids)
    await context.show(screens.allowed(ids, listed_only=context.desk.gate.rules.listed_only))


async def deny(context: Context) -> None:
    ids = chat_numbers(context.argument)
    if not ids:
        await context.show(screens.how_to("deny"))
        return
    await context.desk.gate.deny(ids)
    await context.show(screens.denied(ids, listed_only=context.desk.gate.rules.listed_only))


async def show_list(context: Context) -> None:
    await show_page(context, gate.listed, screens.listing, per_page=screens.PER_PAGE)


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Command("access", operators_only(access)),
            Tapped("access", operators_only(choose)),
            Tapped("access_list", operators_only(show_list)),
            Command("allow", operators_only(allow)),
            Command("deny", operators_only(deny)),
        ]
    )
