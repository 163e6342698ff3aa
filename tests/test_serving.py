"""A server that ends while somebody waits for its answer."""

import asyncio

import httpx
import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.serving import Server, serve


class Slow:
    def __init__(self) -> None:
        self.called, self.go_on = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.called.set()
        await self.go_on.wait()
        await Response("done")(scope, receive, send)


async def asked(slow: Slow) -> tuple[Server, "asyncio.Task[httpx.Response]"]:
    server = await serve(slow)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient() as http:
            return await http.get(server.url, timeout=30.0)

    answer = asyncio.create_task(ask())
    await slow.called.wait()
    return server, answer


async def test_answers_what_was_asked_before_within_the_grace() -> None:
    slow = Slow()
    server, answer = await asked(slow)
    ending = asyncio.create_task(server.stop(grace=30.0))
    await asyncio.sleep(0.05)
    with pytest.raises(httpx.ConnectError):
        await httpx.AsyncClient().get(server.url)
    slow.go_on.set()

    assert (await answer).text == "done"
    await ending


@pytest.mark.parametrize("grace", [0.0, 0.05])
async def test_closes_what_is_not_answered_by_then(grace: float) -> None:
    server, answer = await asked(Slow())
    await server.stop(grace=grace)
    with pytest.raises(httpx.RemoteProtocolError):
        await answer
