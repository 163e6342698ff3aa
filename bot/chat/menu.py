"""The command menu and the bot's descriptions, set at start when they differ."""

from collections.abc import Iterable

import structlog
from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import TelegramError

from bot.gateway.context import About
from bot.gateway.texts import t

log = structlog.get_logger()

COMMANDS = (
    ("order", "place an order"),
    ("mass", "place many orders at once, from a list"),
    ("services", "look through all services"),
    ("orders", "your orders and how they are doing"),
    ("refill", "ask for refills, by order id"),
    ("cancel_orders", "ask to cancel orders, by order id"),
    ("status", "how any of your orders is doing, by id"),
    ("track", "be told about orders placed elsewhere, by id"),
    ("export", "all your orders as a file"),
    ("stats", "what you spent, as a picture"),
    ("balance", "your balance"),
    ("settings", "what I tell you, and when"),
    ("key", "connect or change your API key"),
    ("cancel", "stop what you are doing"),
    ("help", "what I can do"),
    ("privacy", "what I keep about you"),
    ("forget", "erase everything about you"),
)

OPERATOR_COMMANDS = (
    ("admin", "how everything is doing"),
    ("broadcast", "announce something to everybody"),
    ("maintenance", "take no orders for a while"),
    ("access", "who may use me: everybody, or a list"),
    ("allow", "put people on the list, by ID"),
    ("deny", "take people off the list, by ID"),
    ("block", "let somebody in no more, by ID"),
    ("unblock", "let them in again, by ID"),
    ("blocked", "who is blocked"),
)


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]


def _commands(commands: Iterable[tuple[str, str]]) -> tuple[BotCommand, ...]:
    return tuple(BotCommand(name, _begun(str(t(words)))) for name, words in commands)


async def set_menu(bot: Bot, about: About) -> None:
    """A menu that cannot be set is no reason not to work."""
    wanted = _commands(COMMANDS)
    long = t(
        "I place orders at {panel} for you and tell you how they are doing. "
        "You need your own API key. Tap Start.",
        panel=about.panel_name,
    ).unescape()
    short = t("Order from {panel} in the chat.", panel=about.panel_name).unescape()
    try:
        if await bot.get_my_commands() != wanted:
            await bot.set_my_commands(wanted)
        if (await bot.get_my_description()).description != long:
            await bot.set_my_description(long)
        if (await bot.get_my_short_description()).short_description != short:
            await bot.set_my_short_description(short)
    except TelegramError as error:
        log.warning("the command menu could not be set", error=str(error))


async def set_operator_menu(bot: Bot, chat_id: int) -> None:
    """Theirs has more. Telegram takes it only once they have written to the bot."""
    wanted, scope = _commands((*OPERATOR_COMMANDS, *COMMANDS)), BotCommandScopeChat(chat_id)
    try:
        if await bot.get_my_commands(scope) != wanted:
            await bot.set_my_commands(wanted, scope)
    except TelegramError as error:
        log.info("an operator's command menu could not be set", error=str(error))
