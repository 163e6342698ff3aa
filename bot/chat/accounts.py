"""/key, /balance, /forget. A message that may hold a key is deleted before anything is answered."""

from dataclasses import replace
from typing import assert_never

from telegram import Update

from bot.chat import ordering
from bot.chat.asking import account_or_ask
from bot.chat.screens import accounts as screens
from bot.chat.screens import start
from bot.core.accounts import Connected, Malformed, Paused, Refused, looks_like_key
from bot.gateway.context import ChatApplication, Context
from bot.gateway.dialog import Step
from bot.gateway.handlers import Command, Otherwise, Tapped, Typed
from bot.panel.errors import PanelError
from storage import orders


async def key(context: Context) -> None:
    if context.argument:
        await try_key(context, context.argument)
        return
    was = context.dialog
    resume = was.resume if was.step is Step.KEY else was.step
    context.turn.go(replace(was, step=Step.KEY, resume=resume))
    await context.show(start.ask_key(context.desk.about))


async def take_key(context: Context) -> None:
    """A text while a key is awaited. A dialog that was interrupted for it goes on afterwards."""
    if await try_key(context, context.text.strip()):
        was = context.dialog
        context.turn.go(replace(was, step=was.resume, resume=Step.NOWHERE))
        await ordering.ask_again(context)


async def take_stray_key(context: Context) -> None:
    """A text at some other step that can only be a key."""
    await try_key(context, context.text.strip())


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
    await context.show(screens.ask_forget())


async def forget(context: Context) -> None:
    await context.desk.accounts.forget(context.chat_id)
    context.turn.forgotten = True
    await context.show(screens.forgotten(context.desk.about))


async def keep(context: Context) -> None:
    await context.show(screens.kept())


def _is_stray_key(update: Update) -> bool:
    return bool(update.message and update.message.text and looks_like_key(update.message.text))


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Command("key", key),
            Command("balance", show_balance),
            Command("forget", ask_forget),
            Tapped("forget", forget),
            Tapped("keep", keep),
            Typed(Step.KEY, take_key),
            Otherwise(_is_stray_key, take_stray_key),
        ]
    )
