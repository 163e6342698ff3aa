"""The command menu and the bot's descriptions, set at start when they differ."""

import asyncio
from collections.abc import Iterable

import structlog
from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import RetryAfter, TelegramError

from bot.gateway.context import About
from bot.gateway.languages import SOURCE, languages, speaking
from bot.gateway.messenger import seconds
from bot.gateway.texts import phrase, t

log = structlog.get_logger()

COMMANDS = (
    ("order", phrase("Place an order")),
    ("mass", phrase("Place many orders at once, from a list")),
    ("services", phrase("Look through all services")),
    ("orders", phrase("Your orders and how they are doing")),
    ("refill", phrase("Ask for refills, by order id")),
    ("cancel_orders", phrase("Ask to cancel orders, by order id")),
    ("status", phrase("How any of your orders is doing, by id")),
    ("track", phrase("Be told about orders placed elsewhere, by id")),
    ("export", phrase("All your orders as a file")),
    ("stats", phrase("What you spent, as a picture")),
    ("balance", phrase("Your balance")),
    ("settings", phrase("What I tell you, and when")),
    ("language", phrase("Choose the language I speak")),
    ("key", phrase("Connect or change your API key")),
    ("cancel", phrase("Stop what you are doing")),
    ("help", phrase("What I can do")),
    ("privacy", phrase("What I keep about you")),
    ("forget", phrase("Erase everything about you")),
)

OPERATOR_COMMANDS = (
    ("admin", phrase("How everything is doing")),
    ("broadcast", phrase("Announce something to everybody")),
    ("maintenance", phrase("Take no orders for a while")),
    ("access", phrase("Who may use me: everybody, or a list")),
    ("allow", phrase("Put people on the list, by ID")),
    ("deny", phrase("Take people off the list, by ID")),
    ("block", phrase("Let somebody in no more, by ID")),
    ("unblock", phrase("Let them in again, by ID")),
    ("blocked", phrase("Who is blocked")),
)


PAUSE_SECONDS = 1.0  # between two languages: Telegram does not like to be asked all at once


def _commands(commands: Iterable[tuple[str, str]]) -> tuple[BotCommand, ...]:
    return tuple(BotCommand(name, str(t(words))) for name, words in commands)


async def set_menu(bot: Bot, about: About, *, pause: float = PAUSE_SECONDS) -> None:
    """In every language, ours for those who read none of them. A menu that cannot be set is no reason not to
    work, nor to leave out the others."""
    for code, language in languages().items():
        two_letters = None if code == SOURCE else language.locale.language
        with speaking(code):
            await _set_in_time(bot, about, two_letters)
        await asyncio.sleep(pause)


def described(about: About) -> tuple[str, str]:
    """What an empty chat shows, in 512 characters at most, and what the bot's profile does, in 120."""
    long = t(
        "I place orders at {panel} for you and tell you how they are doing. "
        "You need your own API key. Tap Start.",
        panel=about.panel_name,
    )
    short = t("Order from {panel} in the chat.", panel=about.panel_name)
    return long.unescape(), short.unescape()


async def _set_in_time(bot: Bot, about: About, code: str | None) -> None:
    """As `_set_menu`, again when Telegram wants rest before; other troubles are noted."""
    try:
        await _set_menu(bot, about, code)
    except RetryAfter as error:
        await asyncio.sleep(seconds(error))
        await _set_in_time(bot, about, code)
    except TelegramError as error:
        log.warning("a command menu could not be set", language=code, error=str(error))


async def _set_menu(bot: Bot, about: About, code: str | None) -> None:
    """`code` has two letters; None for all languages that have no menu of their own."""
    wanted, (long, short) = _commands(COMMANDS), described(about)
    if await bot.get_my_commands(language_code=code) != wanted:
        await bot.set_my_commands(wanted, language_code=code)
    if (await bot.get_my_description(code)).description != long:
        await bot.set_my_description(long, code)
    if (await bot.get_my_short_description(code)).short_description != short:
        await bot.set_my_short_description(short, code)


async def set_own_menu(bot: Bot, chat_id: int, *, is_operator: bool, is_chosen: bool = False) -> None:
    """Of a chat: operators' has more, and a language that was chosen is not Telegram's. Telegram takes it
    only once they have written to the bot."""
    scope = BotCommandScopeChat(chat_id)
    try:
        if not is_operator and not is_chosen:
            await bot.delete_my_commands(scope)
            return
        wanted = _commands((*OPERATOR_COMMANDS, *COMMANDS) if is_operator else COMMANDS)
        if await bot.get_my_commands(scope) != wanted:
            await bot.set_my_commands(wanted, scope)
    except TelegramError as error:
        log.info("a chat's command menu could not be set", error=str(error))
