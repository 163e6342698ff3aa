"""What the webhook takes from what Telegram says of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from telegram import Bot, WebhookInfo

from bot.web.webhook import Place, Webhook

PLACE = Place("https://bot.example.com/tg", "/tg", "secret", "127.0.0.1", 0)
NOW = 1_800_000_000.0


async def test_while_telegram_fails_it_is_out_of_contact_between_its_tries_too() -> None:
    now = NOW

    async def accept(_: Sequence[dict[str, Any]]) -> None: ...

    hook = Webhook(PLACE, Bot("1:token"), accept=accept, busy=lambda: 0, clock=lambda: now)

    async def looks(*, waiting: int, failed_at: float | None) -> float | None:
        error_at = None if failed_at is None else datetime.fromtimestamp(failed_at, UTC)
        await hook._look(WebhookInfo(PLACE.url, False, waiting, last_error_date=error_at))
        return hook.last_contact_at

    assert await looks(waiting=3, failed_at=None) == NOW
    now += 30
    for _ in range(4):  # tries are up to two minutes apart
        now += 30
        assert await looks(waiting=3, failed_at=NOW + 30) == NOW
    assert await looks(waiting=0, failed_at=NOW + 30) == now
