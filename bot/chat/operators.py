"""What only operators may do: for everybody else it is not there."""

from bot.chat.screens import start
from bot.chat.unexpected import old_button, unknown_command
from bot.gateway.context import Context
from bot.gateway.handlers import Handle, command


def operators_only(handle: Handle) -> Handle:
    """Others get the same answer as for any unknown command, old button or text out of turn."""

    async def guarded(context: Context) -> None:
        if context.chat_id in context.desk.operators:
            await handle(context)
        elif context.incoming.callback_query is not None:
            await old_button(context)
        elif command(context.incoming.message) is not None:
            await unknown_command(context)
        else:  # an answer to what they were asked while they were an operator
            context.leave()
            await context.say(start.unexpected())

    return guarded
