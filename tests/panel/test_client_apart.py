"""What one person's call leaves behind is not carried into another's, and how the panel is reached."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from bot.panel.client import PanelClient
from bot.panel.models import OrderStatus

KEY, OTHER = "0123456789ABCDEF0123456789abcdef", "fedcba9876543210"
BALANCE = b'{"balance": "3", "currency": "USD"}'


@dataclass
class Wire:
    """Answers every request with the same and keeps what came."""

    body: bytes = BALANCE
    came: list[bytes] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = int(head.lower().split(b"content-length:")[1].split()[0])
            self.came.append(head + await reader.readexactly(length))
            answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: session=1; Path=/\r\nContent-Length: %d\r\n\r\n%b"
            writer.write(answer % (len(self.body), self.body))


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    wire = Wire()
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield wire
    server.close()


async def test_the_panels_cookies_are_not_kept(wire: Wire) -> None:
    client = PanelClient(f"{wire.url}/api/v2", connections=1)
    for key in (KEY, OTHER):
        await client.balance(key)
    assert len(wire.came) == 2
    assert not any(b"cookie" in request.lower() for request in wire.came)
    await client.close()


async def test_the_operators_proxy_is_used(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", wire.url)
    client = PanelClient("http://panel.example/api/v2")
    await client.balance(KEY)
    assert wire.came[0].startswith(b"POST http://panel.example/api/v2 HTTP/1.1")
    await client.close()
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    near = PanelClient(f"{wire.url}/api/v2")
    await near.balance(KEY)
    assert wire.came[1].startswith(b"POST /api/v2 HTTP/1.1")
    await near.close()


async def test_what_holds_the_key_or_is_too_long_is_not_kept(wire: Wire) -> None:
    client = PanelClient(f"{wire.url}/api/v2")
    for more, kept in (("", True), (KEY, False), (KEY.lower(), False), ("x" * 400, False)):
        wire.body = b'{"1": {"status": "Pending", "note": "%b"}}' % more.encode()
        found = (await client.order_statuses(KEY, {"1": None}))["1"]
        assert isinstance(found, OrderStatus)
        assert (found.said is not None) is kept
    await client.close()
