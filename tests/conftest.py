"""The whole bot between a sandbox Telegram and a sandbox panel, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import uvloop

from bot.app import serve
from bot.demo import sandbox_settings
from bot.sandbox.demo import demo_app
from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person, Telegram
from bot.serving import Server
from bot.serving import serve as serve_app

KEY = "0123456789abcdef0123456789abcdef"
OTHER_KEY = "fedcba9876543210fedcba9876543210"


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests run on the event loop that `panelgram run` uses."""
    return {"uvloop": uvloop.new_event_loop}


@dataclass
class World:
    """A bot, a panel and a Telegram. The bot can be stopped and started again on the same database, and
    so can the line to the others."""

    telegram: Telegram
    panel: Panel
    server: Server
    folder: Path
    settings: dict[str, Any]
    running: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def database(self) -> Path:
        return self.folder / "sandbox.db"

    async def start(self) -> None:
        settings = sandbox_settings(self.url, self.telegram.token, self.folder, **self.settings)
        self.settings.setdefault("encryption_keys", settings.encryption_keys.get_secret_value())
        self.running = asyncio.create_task(serve(settings))
        first = "setWebhook" if settings.webhook_url else "getUpdates"
        hears = asyncio.create_task(self.telegram.hears(first))
        done, _ = await asyncio.wait([self.running, hears], return_when=asyncio.FIRST_COMPLETED)
        if self.running in done:
            hears.cancel()
            await self.running

    async def stop(self) -> None:
        if self.running is not None:
            self.running.cancel()
            with suppress(asyncio.CancelledError):
                await self.running
            self.running = None

    async def cuts_line(self) -> None:
        """From now on, connections to the panel and to Telegram are refused."""
        await self.server.stop()

    async def mends_line(self) -> None:
        app = demo_app(self.telegram, self.panel, key=KEY)
        self.server = await serve_app(app, port=self.server.port)

    async def person(self, user_id: int = 1001, *, key: str | None = KEY, **kwargs: Any) -> Person:
        """Somebody who has said /start, and is connected unless `key` is None."""
        person = self.telegram.person(user_id, **kwargs)
        await person.types("/start")
        await person.sees("API key")
        if key is not None:
            await person.types(key)
            await person.sees("Connected.")
        return person


Worlds = Callable[..., Awaitable[World]]


@asynccontextmanager
async def world_in(folder: Path, **settings: Any) -> AsyncIterator[World]:
    telegram = Telegram()
    panel = Panel(accounts={KEY: Decimal("100.84292"), OTHER_KEY: Decimal(50)})
    server = await serve_app(demo_app(telegram, panel, key=KEY))
    world = World(telegram, panel, server, folder, {"poll_interval": 0.1, **settings})
    try:
        await world.start()
        yield world
    finally:
        await world.stop()
        await world.server.stop()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with world_in(tmp_path) as made:
        yield made


@pytest.fixture
async def chat(world: World) -> Person:
    """A connected person."""
    return await world.person()


@pytest.fixture
def panel(world: World) -> Panel:
    return world.panel
