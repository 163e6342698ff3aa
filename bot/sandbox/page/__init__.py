"""A chat in the browser, to play a user of the bot without a Telegram account."""

from bot.sandbox.page.app import page_app, sandbox_app
from bot.sandbox.page.views import Hint

__all__ = ["Hint", "page_app", "sandbox_app"]
