"""Replies that no panel should send, and what the client makes of them."""

import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal

import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from bot.panel.client import PanelClient
from bot.panel.errors import PanelError, PanelGarbled, PanelUnreachable
from bot.panel.models import Balance
from bot.panel.wire import LARGEST_LIST, LARGEST_REPLY
from bot.serving import serve

KEY = "0123456789abcdef0123456789abcdef"
MEGABYTE = b" " * 1024 * 1024


class Odd:
    """A panel that answers `reply`, whatever is asked."""

    def __init__(self) -> None:
        self.reply: Callable[[], Response] = Response
        self.asked: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(Request(scope).url.path)
        await self.reply()(scope, receive, send)


@pytest.fixture
def odd() -> Odd:
    return Odd()


@pytest.fixture
async def client(odd: Odd) -> AsyncIterator[PanelClient]:
    server = await serve(odd)
    client = PanelClient(f"{server.url}/api/v2")
    yield client
    await client.close()
    await server.stop()


Call = Callable[[PanelClient], Awaitable[object]]
CALLS: list[Call] = [lambda c: c.balance(KEY), lambda c: c.add(KEY, "1", {})]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(client: PanelClient, odd: Odd, call: Call, status: int) -> None:
    odd.reply = lambda: Response(status_code=status, headers={"Location": "/elsewhere"})
    with pytest.raises(PanelGarbled):
        await call(client)
    assert odd.asked == ["/api/v2"]


async def much(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // len(MEGABYTE) + 1):
        yield MEGABYTE


def much_packed() -> Response:
    return Response(gzip.compress(MEGABYTE * 33, 1), headers={"Content-Encoding": "gzip"})


@pytest.mark.parametrize("reply", [lambda: StreamingResponse(much(LARGEST_LIST)), much_packed])
async def test_a_price_list_over_32_megabytes_is_refused(
    client: PanelClient, odd: Odd, reply: Callable[[], Response]
) -> None:
    odd.reply = reply
    with pytest.raises(PanelGarbled, match="over 32 MB"):
        await client.services(KEY)
    assert len(odd.asked) == 1


@pytest.mark.parametrize("call", CALLS)
async def test_any_other_reply_over_4_megabytes_is_refused(client: PanelClient, odd: Odd, call: Call) -> None:
    odd.reply = lambda: StreamingResponse(much(LARGEST_REPLY))
    with pytest.raises(PanelGarbled, match="over 4 MB"):
        await call(client)
    assert len(odd.asked) == 1


async def test_a_packed_reply_is_read(client: PanelClient, odd: Odd) -> None:
    packed = gzip.compress(b'{"balance": "3"}')
    odd.reply = lambda: Response(packed, headers={"Content-Encoding": "gzip"}, media_type="text/html")
    assert (await client.balance(KEY)).currency == ""


async def test_a_reply_packed_wrongly_is_a_broken_connection(client: PanelClient, odd: Odd) -> None:
    odd.reply = lambda: Response(b"no gzip", headers={"Content-Encoding": "gzip"})
    with pytest.raises(PanelUnreachable):
        await client.balance(KEY)


async def test_a_large_list_is_read(client: PanelClient, odd: Odd) -> None:
    lines = ",".join(f'{{"service": {n}, "name": "Likes", "rate": "1"}}' for n in range(10_000))
    odd.reply = lambda: Response(f"[{lines}]")
    assert len(await client.services(KEY)) == 10_000


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252", "latin-1"])
async def test_the_reply_is_read_in_its_own_charset(client: PanelClient, odd: Odd, charset: str) -> None:
    body = '{"balance": "3", "currency": "Ü"}'.encode(charset)
    odd.reply = lambda: Response(body, headers={"Content-Type": f"application/json; charset={charset}"})
    assert await client.balance(KEY) == Balance(Decimal(3), "Ü")


@pytest.mark.parametrize("charset", ["klingon", "base64", "idna", "punycode", "undefined", "rot13", "mbcs"])
async def test_a_charset_nobody_knows_is_no_other_error(client: PanelClient, odd: Odd, charset: str) -> None:
    odd.reply = lambda: Response(
        b'{"balance": "\xff"}', headers={"Content-Type": f"text/html; charset={charset}"}
    )
    with pytest.raises(PanelError):
        await client.balance(KEY)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/api", "nonsense", "http://127.0.0.1:1/api/v2"])
async def test_a_wrong_address_is_no_other_error(url: str) -> None:
    client = PanelClient(url)
    with pytest.raises(PanelUnreachable):
        await client.balance(KEY)
    await client.close()
