"""The command menu and the bot's descriptions, set at start when they differ."""

import structlog
from telegram import Bot, BotCommand
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


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]


async def set_menu(bot: Bot, about: About) -> None:
    """A menu that cannot be set is no reason not to work."""
    wanted = tuple(BotCommand(name, _begun(str(t(words)))) for name, words in COMMANDS)
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
