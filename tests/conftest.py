"""The whole bot between a sandbox Telegram and a sandbox panel, over real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import uvloop
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.app import serve
from bot.demo import offered_languages, sandbox_settings
from bot.gateway.languages import languages
from bot.sandbox.demo import demo_app
from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person, Telegram
from bot.serving import Server
from bot.serving import serve as serve_app
from tests import pseudo

KEY = "0123456789abcdef0123456789abcdef"
OTHER_KEY = "fedcba9876543210fedcba9876543210"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pseudo", metavar="FILE", help="all people speak pseudo; what was said goes there")


@pytest.fixture(autouse=True)
def tongue(request: pytest.FixtureRequest) -> Iterator[pseudo.Catalogue | None]:
    """What everybody speaks instead of English; None: nothing."""
    told = request.config.getoption("--pseudo")
    if not told:
        yield None
        return
    with pseudo.spoken_by_all() as catalogue:
        yield catalogue
    with Path(told).open("a", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(text)}\n" for text in sorted(catalogue.said))


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
        if isinstance(self.telegram, pseudo.Listener):
            self.telegram.put_in(f"{settings.name} {settings.support_contact}")
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
        app = made_app(self.telegram, self.panel)
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
async def world_in(
    folder: Path, *, telegram: Telegram | None = None, **settings: Any
) -> AsyncIterator[World]:
    telegram = telegram or (pseudo.Pseudo() if pseudo.CODE in languages() else Telegram())
    panel = Panel(accounts={KEY: Decimal("100.84292"), OTHER_KEY: Decimal(50)})
    server = await serve_app(made_app(telegram, panel))
    world = World(telegram, panel, server, folder, {"poll_interval": 0.1, **settings})
    try:
        await world.start()
        yield world
    finally:
        await world.stop()
        await world.server.stop()
    if isinstance(telegram, pseudo.Pseudo):
        assert not telegram.heard, "\n".join(telegram.heard)


def made_app(telegram: Telegram, panel: Panel) -> ASGIApp:
    app = demo_app(telegram, panel, key=KEY, languages=offered_languages())
    return heard(app, telegram) if isinstance(telegram, pseudo.Listener) else app


def heard(app: ASGIApp, telegram: pseudo.Listener) -> ASGIApp:
    """What the panel says may be said by the bot."""

    async def listening(scope: Scope, receive: Receive, send: Send) -> None:
        async def pass_on(message: Message) -> None:
            if message["type"] == "http.response.body":
                for value in pseudo.values(message.get("body", b"")):
                    telegram.put_in(value)
            await send(message)

        is_panel = scope["type"] == "http" and scope["path"].startswith("/api/")
        await app(scope, receive, pass_on if is_panel else send)

    return listening


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
