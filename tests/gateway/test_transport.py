"""The transport, over real HTTP, against a Telegram that is not one."""

import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from urllib.parse import parse_qsl

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.gateway.transport import NotSent, Transport
from bot.serving import NoAnswer, serve

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"

Post = Callable[[Response], Awaitable[object]]


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    transport = Transport()
    await transport.initialize()
    yield transport
    await transport.shutdown()


@pytest.fixture
async def post(transport: Transport) -> AsyncIterator[Post]:
    """Call a method of a server that gives this response."""
    async with AsyncExitStack() as stack:

        async def call(response: Response) -> object:
            server = await serve(response)
            stack.push_async_callback(server.stop)
            return await transport.post(f"{server.url}/bot{TOKEN}/getMe", read_timeout=5)

        yield call


def everything_in(error: BaseException) -> str:
    """What any log could make of an error, even one that ignores `from None`."""
    said, link = "".join(traceback.format_exception(error)), error.__context__
    while link is not None:
        said += repr(link) + str(link)
        link = link.__context__
    return said


class Silence(Response):
    async def __call__(self, _: Scope, receive: Receive, __: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass


class Echo(Response):
    """An error page as web servers make them, with the address in it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = f"<p>The URL {scope['path']} could not be served.</p>"
        await Response(page, self.status_code)(scope, receive, send)


async def test_sends_a_form_and_reads_the_result(transport: Transport) -> None:
    received: list[tuple[str, str]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        received.extend(parse_qsl(body.decode("ascii"), keep_blank_values=True))
        await Response('{"ok": true, "result": 1}')(scope, receive, send)

    server = await serve(app)
    text = "".join(map(chr, range(1, 256))) + " a+b & c=d; 100%25 #e ü 😀\n"
    data = RequestData([RequestParameter("text", text, None), RequestParameter("a[]", "", None)])

    assert await transport.post(f"{server.url}/bot{TOKEN}/sendMessage", data) == 1
    assert received == [("text", text), ("a[]", "")]
    await server.stop()


@pytest.mark.parametrize("reply", ["", "<html>", "[]", "null", '"text"', "{"])
async def test_says_so_when_the_answer_is_not_telegrams(post: Post, reply: str) -> None:
    with pytest.raises(TelegramError, match="Telegram answered something"):
        await post(Response(reply))


async def test_an_answer_without_a_result_is_telegrams_fault(post: Post) -> None:
    with pytest.raises(TelegramError):
        await post(Response('{"ok": true}'))


@pytest.mark.parametrize("status", [302, 403, 404, 500, 502])
async def test_the_token_is_in_no_error_though_an_error_page_has_it(post: Post, status: int) -> None:
    with pytest.raises(TelegramError) as raised:
        await post(Echo(status_code=status))

    assert TOKEN not in everything_in(raised.value)


async def test_a_cut_connection_is_a_network_error_without_the_token(post: Post) -> None:
    with pytest.raises(NetworkError, match="no answer from Telegram") as raised:
        await post(NoAnswer())

    assert TOKEN not in everything_in(raised.value)


async def test_a_server_that_is_not_there_is_a_network_error_without_the_token(transport: Transport) -> None:
    server = await serve(Response())
    await server.stop()

    with pytest.raises(NetworkError) as raised:
        await transport.post(f"{server.url}/bot{TOKEN}/getMe")

    assert TOKEN not in everything_in(raised.value)


async def test_an_address_that_is_none_is_named_without_the_token(transport: Transport) -> None:
    with pytest.raises(NetworkError) as raised:
        await transport.post(f"http://[bad/bot{TOKEN}/getMe")

    assert TOKEN not in everything_in(raised.value)


async def test_silence_times_out_without_the_token(transport: Transport) -> None:
    server = await serve(Silence())

    with pytest.raises(TimedOut) as raised:
        await transport.post(f"{server.url}/bot{TOKEN}/getMe", read_timeout=0.05)

    assert TOKEN not in everything_in(raised.value)
    await server.stop()


async def test_does_nothing_before_it_is_initialized() -> None:
    with pytest.raises(TelegramError, match="not initialized"):
        await Transport().post("http://127.0.0.1:1/")


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (Response('{"ok": true, "result": 1}'), "200"),
        (Response('{"ok": false, "description": "no"}', 400), "400"),
        (Response("<html>", 502), "502"),
        (NoAnswer(), "network"),
        (Silence(), "timeout"),
    ],
)
async def test_says_of_each_answer_its_status_or_what_came_in_place_of_one(
    response: Response, code: str
) -> None:
    heard: list[str] = []
    transport = Transport(hear=heard.append)
    await transport.initialize()
    server = await serve(response)
    with suppress(TelegramError):
        await transport.post(f"{server.url}/bot{TOKEN}/getMe", read_timeout=0.2)
    assert heard == [code]
    await server.stop()
    await transport.shutdown()


async def test_tells_where_telegram_heard_nothing_of_it(post: Post) -> None:
    heard: list[str] = []
    alone = Transport(hear=heard.append)
    await alone.initialize()
    server = await serve(Response("{}"))
    await server.stop()
    with pytest.raises(NotSent):
        await alone.post(f"{server.url}/bot{TOKEN}/getMe", read_timeout=5)
    assert heard == ["network"]
    await alone.shutdown()
    with pytest.raises(NetworkError) as lost:
        await post(NoAnswer())
    assert not isinstance(lost.value, NotSent)
