"""The first to see an update: what is not to be done for somebody is answered here, and goes no further."""

from telegram import Update

from bot.chat.accounts import holds_key
from bot.chat.screens import accounts as account_screens
from bot.chat.screens import gate as screens
from bot.core.gate import Shut
from bot.gateway.context import ChatApplication, Context
from bot.gateway.dialog import current_turn
from bot.gateway.handlers import Otherwise, key_of


async def turn_away(context: Context) -> None:
    """A message that may hold a key is deleted all the same."""
    gate, message = context.desk.gate, context.incoming.message or context.incoming.edited_message
    note = None
    if message is not None and holds_key(message, context.turn):
        deleted = await context.desk.messenger.delete(context.chat_id, message.message_id)
        note = account_screens.not_deleted(deleted) or screens.key_not_taken()
    why = gate.judge(context.chat_id)
    if why is Shut.BLOCKED:
        await context.toast()
        if await gate.tells_blocked(context.chat_id):
            await context.say(screens.blocked(context.desk.about, note=note))
    elif context.incoming.callback_query is not None:
        await context.toast(screens.toast(why))
    elif why is Shut.NOT_LISTED:
        known = context.turn.visit.known
        await context.say(screens.not_listed(context.desk.about, context.chat_id, known=known, note=note))
    else:  # also when it ended just now: they are asked to try again
        await context.say(screens.maintenance(gate.rules.maintenance or "", note=note))


def add_to(application: ChatApplication) -> None:
    gate = application.desk.gate

    def is_shut(update: Update) -> bool:
        """A key behind a command that is open would be taken."""
        turn, message = current_turn(), update.message
        has_key = message is not None and holds_key(message, turn)
        return gate.judge(turn.chat_id, None if has_key else key_of(update)) is not None

    application.add_handlers([Otherwise(is_shut, turn_away)])
