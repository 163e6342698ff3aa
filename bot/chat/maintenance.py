"""/maintenance: for a while nobody but operators is let in. What was ordered goes on."""

from bot.chat.operators import operators_only
from bot.chat.screens import maintenance as screens
from bot.chat.unexpected import old_button
from bot.gateway.context import ChatApplication, Context, first_word
from bot.gateway.handlers import Command, Tapped

LONGEST_WORDS = 1000  # of what operators add for people to read


async def maintenance(context: Context) -> None:
    """`/maintenance on WORDS`, `/maintenance off`, or how it stands."""
    wish, words = first_word(context.argument)
    match wish.casefold():
        case "on":
            await context.desk.gate.maintain(words[:LONGEST_WORDS])
        case "off":
            await context.desk.gate.maintain(None)
    await show(context)


async def switch(context: Context) -> None:
    gate = context.desk.gate
    if context.press.id == "on":
        await gate.maintain(gate.rules.maintenance or "")
    elif context.press.id == "off":
        await gate.maintain(None)
    else:
        await old_button(context)
        return
    await show(context)


async def show(context: Context) -> None:
    await context.show(screens.state(context.desk.gate.rules.maintenance))


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Command("maintenance", operators_only(maintenance)),
            Tapped("maintenance", operators_only(switch)),
        ]
    )
