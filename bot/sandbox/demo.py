"""The whole sandbox at one address: the chat page, the panel operator's pane, the Bot API and the panel."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.page import ENGLISH, Hint, sandbox_app
from bot.sandbox.page.guard import guarded
from bot.sandbox.page.pane import pane_app
from bot.sandbox.panel import Panel, panel_app
from bot.sandbox.telegram import Telegram


def demo_app(
    telegram: Telegram, panel: Panel, *, key: str, languages: Mapping[str, str] = ENGLISH
) -> ASGIApp:
    """`key` is shown above the chat, to be copied; `languages` are offered there, names by codes."""
    chat = sandbox_app(telegram, hint=Hint("Your sandbox API key", copy=key), languages=languages)
    beside = {"/api/": panel_app(panel), "/pane/": pane_app(panel)}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = f"{scope['path']}/"
        part = next((part for begin, part in beside.items() if path.startswith(begin)), chat)
        await part(scope, receive, send)

    return guarded(app)
