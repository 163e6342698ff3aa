"""The whole sandbox at one address: the chat page, the Bot API and the panel."""

from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.page import Hint, sandbox_app
from bot.sandbox.panel import Panel, panel_app
from bot.sandbox.telegram import Telegram


def demo_app(telegram: Telegram, panel: Panel, *, key: str) -> ASGIApp:
    """`key` is shown above the chat, to be copied."""
    chat = sandbox_app(telegram, hint=Hint("Your sandbox API key", copy=key))
    shop = panel_app(panel)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (shop if scope["path"].startswith("/api/") else chat)(scope, receive, send)

    return app
