"""What only operators may do: for everybody else it is not there."""

from bot.chat.unexpected import old_button, unknown_command
from bot.gateway.context import Context
from bot.gateway.handlers import Handle


def operators_only(handle: Handle) -> Handle:
    """Others get the same answer as for any unknown command or old button."""

    async def guarded(context: Context) -> None:
        if context.chat_id in context.desk.operators:
            await handle(context)
        elif context.incoming.callback_query is not None:
            await old_button(context)
        else:
            await unknown_command(context)

    return guarded
