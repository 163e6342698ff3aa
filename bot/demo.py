"""The bot on a panel and a Bot API server of its own, to be tried in the browser."""

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot import serving
from bot.app import serve
from bot.gateway.languages import offered
from bot.sandbox.demo import demo_app
from bot.sandbox.panel import Panel, demo_key
from bot.sandbox.telegram import Telegram
from bot.settings import Settings
from storage.vault import new_encryption_key

STEP_SECONDS = 4.0  # of a sandbox order's life: it ends within a minute
PRICE_LIST_PAUSE = 0.5  # a price changed in the pane is seen at the next tap


async def serve_sandbox(port: int, *, host: str = "127.0.0.1") -> None:
    """Run the bot on a panel and a Bot API server of its own, with a chat page, until cancelled.

    Whoever reaches `host` may use all of it: it is for this machine, or a container that publishes it there.
    """
    key = demo_key()
    telegram = Telegram()
    panel = Panel(accounts={key: Decimal("100.84292")}, pace=STEP_SECONDS)
    app = demo_app(telegram, panel, key=key, languages=offered_languages())
    server = await serving.serve(app, host=host, port=port)
    try:
        with tempfile.TemporaryDirectory(prefix="panelgram-") as folder:
            settings = sandbox_settings(
                server.url, telegram.token, Path(folder), price_list_pause=PRICE_LIST_PAUSE
            )
            print(_WELCOME.format(url=server.url, key=key), flush=True)  # noqa: T201 - the command's output
            await serve(settings)
    finally:
        await server.stop()


def offered_languages() -> dict[str, str]:
    """All there are, by the codes that Telegram uses."""
    return {one.code.replace("_", "-").lower(): one.name for one in offered()}


def sandbox_settings(url: str, token: str, folder: Path, **other: Any) -> Settings:
    """Settings for a bot on the sandbox at `url`; nothing of the environment gets in."""
    given: dict[str, Any] = {
        "bot_token": token,
        "telegram_api_url": url,
        "panel_url": f"{url}/api/v2",
        "panel_name": "Sandbox panel",
        "panel_site": url,
        "support_contact": "",
        "database_url": f"sqlite:///{folder / 'sandbox.db'}",
        "encryption_keys": new_encryption_key(),
        "poll_interval": 1.0,
        "admin_ids": "",
        "metrics_listen": "off",
        "log_level": "INFO",
        "log_format": "console",
    }
    return Settings(**given | other)


_WELCOME = """
Panelgram's sandbox is running: a bot, a panel and a Telegram, all on this machine.

    Open   {url}
    Key    {key}

Tap Start, paste the key, then send /order. Ctrl+C ends it; nothing is kept.
"""
