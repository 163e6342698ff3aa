"""Whatever no feature expects: a friendly answer, and nothing breaks."""

from contextlib import suppress

import structlog
from telegram import ChatMember, Update
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.chat.screens import accounts as account_screens
from bot.chat.screens import files as file_screens
from bot.core.accounts import KeyUnreadable, looks_like_key
from bot.core.gate import Gate, Shut
from bot.gateway.context import ChatApplication, Context
from bot.gateway.dialog import Step
from bot.gateway.files import FileTrouble
from bot.gateway.handlers import Otherwise, command
from bot.gateway.languages import switch
from bot.gateway.messenger import Messenger, Screen
from bot.gateway.replies import Replies
from bot.gateway.texts import paragraphs, t
from bot.panel.errors import BadKey, PanelError, PanelRefused
from storage import languages
from storage.accounts import set_blocked
from storage.database import Database, DatabaseTrouble

log = structlog.get_logger()


async def elsewhere(context: Context) -> None:
    """In groups a key would be seen by all: only private chats are served."""
    if context.incoming.message is None:
        await context.toast(t("Please write to me in private."))
        return
    name = command(context.incoming.message)
    if name is None:
        return
    deleted = True
    if name == "key" and context.argument:
        deleted = await context.desk.messenger.delete(context.chat_id, context.message.message_id)
    await context.say(
        Screen(
            paragraphs(
                account_screens.not_deleted(deleted),
                t("Please write to me in private: your key and your orders are nobody else's business."),
            )
        )
    )


async def edited(context: Context) -> None:
    """An edited message is never an answer, but it may hold a key."""
    text = context.text
    is_command = command(context.incoming.edited_message) == "key" and context.argument
    if looks_like_key(text) or is_command or context.dialog.step is Step.KEY:
        deleted = await context.desk.messenger.delete(context.chat_id, context.message.message_id)
        note = account_screens.not_deleted(deleted)
    else:
        note = None
    await context.say(
        Screen(paragraphs(note, t("I do not read edited messages. Please send it again as a new one.")))
    )


async def membership(context: Context) -> None:
    """The person blocked the bot, or came back."""
    change = context.incoming.my_chat_member
    if change is not None:
        gone = change.new_chat_member.status in {ChatMember.BANNED, ChatMember.LEFT}
        blocked_at = context.desk.clock() if gone else None
        await set_blocked(context.desk.db, chat_id=context.chat_id, blocked_at=blocked_at)


async def old_button(context: Context) -> None:
    await context.toast(t("This button is from an earlier step. Please use the newest message."))


async def unknown_command(context: Context) -> None:
    await context.say(Screen(t("I do not know this command. /help shows what I can do.")))


async def other_message(context: Context) -> None:
    """A sticker, a photo, a voice message."""
    if context.dialog.step is Step.NOWHERE:
        words = t("Sorry, I only read text. /help shows what I can do.")
    else:
        words = t("Sorry, I only read text. Please type your answer, or /cancel.")
    await context.say(Screen(words))


async def failed(_: object, context: Context) -> None:
    """The one place where a handler's failure is put into words."""
    error = context.error
    about = context.desk.about
    context.turn.outcome, context.turn.error = "told", type(error).__name__
    if isinstance(error, Forbidden) or _is_gone(error):
        context.turn.outcome = "blocked"
        await set_blocked(context.desk.db, chat_id=context.chat_id, blocked_at=context.desk.clock())
        return
    if isinstance(error, DatabaseTrouble):
        context.turn.trouble = error  # whoever has the update handled again tells it
        await context.toast()
        return
    if isinstance(error, KeyUnreadable):
        log.error("a stored key cannot be decrypted")
        screen = account_screens.unreadable(about)
    elif isinstance(error, BadKey):
        screen = account_screens.key_rejected(error.words, about)
    elif isinstance(error, PanelRefused):
        screen = account_screens.panel_says(error.words, about)
    elif isinstance(error, FileTrouble):
        screen = file_screens.trouble(error)
    elif isinstance(error, PanelError):
        screen = account_screens.no_answer(about)
    else:
        context.turn.outcome = "fault"
        log.error("handler failed", exc_info=error)
        screen = Screen(
            paragraphs(
                t("<b>Something went wrong on my side.</b> I have noted it."),
                t("/orders shows whether an order was placed; if it is not there, please try again."),
            )
        )
    try:
        await context.toast()
        await context.say(screen)
    except DatabaseTrouble as trouble:
        context.turn.trouble = trouble
    except TelegramError as failure:
        log.warning("a failure could not be told", error=str(failure))


def _is_gone(error: Exception | None) -> bool:
    return isinstance(error, BadRequest) and "chat not found" in error.message.casefold()


async def tell_overflow(db: Database, messenger: Replies, gate: Gate, chat_id: int) -> None:
    """More came at once than is kept for one chat. Who is blocked is not told: they flood to be answered."""
    if gate.judge(chat_id) is Shut.BLOCKED:
        return
    await _speak_theirs(db, chat_id)
    screen = Screen(
        t("That was too much at once, so I dropped a part of it. Please wait for my answers, then go on.")
    )
    try:
        await messenger.send(chat_id, screen)
    except TelegramError as error:
        log.warning("overflow not told", error=str(error))


async def tell_outage(db: Database, messenger: Messenger, chat_id: int) -> None:
    """The database takes nothing. Said of an update before anything came of it."""
    await _speak_theirs(db, chat_id)
    screen = Screen(
        paragraphs(
            t("<b>I cannot write anything down right now, so I take no orders.</b>"),
            t("No order was sent just now, and nothing was charged."),
            t(
                "What you sent is not lost, you need not send it again: I go on with it as soon as I can "
                "write again."
            ),
        )
    )
    await messenger.send(chat_id, screen)


async def _speak_theirs(db: Database, chat_id: int) -> None:
    """What was chosen goes before what Telegram said; while nothing can be read, that has to do."""
    with suppress(DatabaseTrouble):
        if known := await languages.spoken(db, chat_id=chat_id):
            switch(known)


def _is_elsewhere(update: Update) -> bool:
    chat = update.effective_chat
    return chat is not None and chat.type != ChatType.PRIVATE and update.my_chat_member is None


def add_first(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Otherwise(_is_elsewhere, elsewhere),
            Otherwise(lambda update: update.my_chat_member, membership),
        ]
    )


def add_last(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Otherwise(lambda update: update.edited_message, edited),
            Otherwise(lambda update: update.callback_query, old_button),
            Otherwise(lambda update: command(update.message), unknown_command),
            Otherwise(lambda update: update.message, other_message),
        ]
    )
    application.add_error_handler(failed)
