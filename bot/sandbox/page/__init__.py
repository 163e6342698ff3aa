"""A chat in the browser, to play a user of the bot without a Telegram account."""

from bot.sandbox.page.app import ENGLISH, page_app, sandbox_app
from bot.sandbox.page.views import Hint

__all__ = ["ENGLISH", "Hint", "page_app", "sandbox_app"]
