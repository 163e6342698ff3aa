"""A chat in the browser, to play a user of the bot without a Telegram account."""

from bot.sandbox.page.app import Hint, page_app, sandbox_app

__all__ = ["Hint", "page_app", "sandbox_app"]
