"""/key, /balance, /forget. A message that may hold a key is deleted before anything is answered."""

from dataclasses import replace
from typing import assert_never

from telegram import Message, Update

from bot.chat.asking import account_or_ask
from bot.chat.menu import set_own_menu
from bot.chat.resuming import ask_again
from bot.chat.screens import accounts as screens
from bot.chat.screens import start
from bot.core.accounts import Connected, Malformed, Paused, Refused, is_possible_key, looks_like_key
from bot.core.typed import unmarked
from bot.gateway.context import ChatApplication, Context, first_word
from bot.gateway.dialog import Step, Turn
from bot.gateway.handlers import Command, Otherwise, Tapped, Typed, command
from bot.gateway.languages import switch
from bot.panel.errors import PanelError
from storage import orders

# Behind these stand ids and shared links, and a panel's ids may look like keys.
TAKE_IDS = {"status", "track", "refill", "cancel_orders", "start"}


async def key(context: Context) -> None:
    if context.argument:
        await take(context, context.argument)
        return
    was = context.dialog
    resume = was.resume if was.step is Step.KEY else was.step
    context.turn.go(replace(was, step=Step.KEY, resume=resume))
    account = await context.desk.accounts.current(context.chat_id)
    await context.show(start.ask_key(context.desk.about, connected=account.last_four if account else None))


async def take_key(context: Context) -> None:
    """A text while a key is awaited."""
    await take(context, context.text.strip())


async def take_out_of_turn(context: Context) -> None:
    """A text where nothing is awaited: from a stranger it may be a key."""
    if await context.desk.accounts.current(context.chat_id) is not None:
        await context.say(start.unexpected())
    elif is_possible_key(context.text.strip()) and any(c.isdigit() for c in context.text):
        await take(context, context.text.strip())
    else:
        context.go(Step.KEY)
        await context.say(start.ask_key(context.desk.about))


async def take(context: Context, text: str) -> None:
    """Try the text as a key. A dialog that was interrupted for one goes on once it is connected."""
    connected = await try_key(context, text)
    was = context.dialog
    if connected and was.step is Step.KEY:
        context.turn.go(replace(was, step=was.resume, resume=Step.NOWHERE))
        await ask_again(context)


async def try_key(context: Context, text: str) -> bool:
    """Delete the message, try the key, say how it went; True when it is connected."""
    about = context.desk.about
    deleted = await context.desk.messenger.delete(context.chat_id, context.message.message_id)
    try:
        outcome = await context.desk.accounts.connect(context.chat_id, text, language=context.language)
    except PanelError:
        await context.say(screens.key_not_tried(about, deleted=deleted))
        return False
    match outcome:
        case Connected(balance):
            await context.say(screens.connected(balance, deleted=deleted))
            return True
        case Refused(words):
            await context.say(screens.refused(words, about, deleted=deleted))
        case Malformed():
            await context.say(screens.malformed(deleted=deleted))
        case Paused(seconds):
            await context.say(screens.paused(seconds, deleted=deleted))
        case other:
            assert_never(other)
    return False


async def show_balance(context: Context) -> None:
    account = await account_or_ask(context)
    if account is None:
        return
    balance = await context.desk.accounts.balance(account)
    if not balance.currency:
        balance = replace(balance, currency=account.currency)
    running = await orders.count_open(context.desk.db, chat_id=context.chat_id)
    await context.show(screens.balance(balance, running))


async def ask_forget(context: Context) -> None:
    rules = context.desk.gate.rules
    is_listed = rules.listed_only and context.chat_id in rules.allowed
    await context.show(screens.ask_forget(is_listed=is_listed))


async def forget(context: Context) -> None:
    await context.desk.accounts.forget(context.chat_id)
    await context.desk.gate.look()
    context.turn.forgotten = True
    is_blocked = context.chat_id in context.desk.gate.rules.blocked
    await context.show(screens.forgotten(context.desk.about, is_blocked=is_blocked))
    if context.turn.visit.chosen is not None:  # their menu is in the language they chose
        switch(context.language)
        is_operator = context.chat_id in context.desk.operators
        await set_own_menu(context.bot, context.chat_id, is_operator=is_operator)


async def keep(context: Context) -> None:
    await context.show(screens.kept())


async def take_stray(context: Context) -> None:
    await take(context, _without_command(context.message))


def _is_stray_key(update: Update) -> bool:
    message = update.message
    return (
        message is not None and command(message) not in TAKE_IDS and looks_like_key(_without_command(message))
    )


def holds_key(message: Message, turn: Turn) -> bool:
    """Whether a message may hold a key, where nothing else is done about it: better delete one too many."""
    name, text = command(message), _without_command(message)
    if name == "key":
        return bool(text)
    if name is None and turn.dialog.step is Step.KEY:
        return True
    is_strangers = name is None and not turn.visit.known and any(c.isdigit() for c in text)
    return (is_strangers and is_possible_key(text)) or (name not in TAKE_IDS and looks_like_key(text))


def _without_command(message: Message) -> str:
    text = unmarked(message.text or message.caption or "")
    return (text if command(message) is None else first_word(text)[1]).strip()


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Command("key", key),
            Otherwise(_is_stray_key, take_stray),
            Command("balance", show_balance),
            Command("forget", ask_forget),
            Tapped("forget", forget),
            Tapped("keep", keep),
            Typed(Step.KEY, take_key),
            Typed(Step.NOWHERE, take_out_of_turn),
        ]
    )
