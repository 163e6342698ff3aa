"""A strict Bot API server on this machine, and the people who talk to the bot through it."""

from bot.sandbox.telegram.app import telegram_app
from bot.sandbox.telegram.chats import Chat, Message
from bot.sandbox.telegram.files import File
from bot.sandbox.telegram.person import Person
from bot.sandbox.telegram.state import Call, Telegram
from bot.sandbox.telegram.taps import Tap

__all__ = ["Call", "Chat", "File", "Message", "Person", "Tap", "Telegram", "telegram_app"]
