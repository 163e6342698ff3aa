"""The ids a command is about: behind it, or in the next message, since a tap in the menu sends it bare."""

from bot.chat.screens import many
from bot.core.ids import order_ids
from bot.gateway.context import Context
from bot.gateway.dialog import Step
from bot.gateway.handlers import command as command_of


async def ids_of(context: Context, command: str) -> list[str]:
    """Empty when there are none: the person is told how, and asked for them unless a dialog stands."""
    typed = context.text if command_of(context.message) is None else context.argument
    found = order_ids(typed)
    awaited = context.dialog.step in {Step.NOWHERE, Step.IDS}
    if not found:
        if awaited:
            context.go(Step.IDS, order_id=command)
        await context.say(many.how_to(command, awaited=awaited, unread=typed))
    elif context.dialog.step is Step.IDS:
        context.leave()
    return found
