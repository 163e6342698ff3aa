"""The ways in which the panel can be told to misbehave, and the server that carries them."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import pytest

from bot.sandbox.panel import Panel, Trouble, panel_app
from bot.serving import Server, serve

KEY, OTHER = "a" * 32, "b" * 32
ADD = {"action": "add", "service": "1", "link": "https://example.com/p/1", "quantity": "50"}


@pytest.fixture
def panel() -> Panel:
    return Panel(accounts={KEY: Decimal(10), OTHER: Decimal(10)})


@pytest.fixture
async def server(panel: Panel) -> AsyncIterator[Server]:
    server = await serve(panel_app(panel))
    yield server
    await server.stop()


@pytest.fixture
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=5) as client:
        yield client


async def post(http: httpx.AsyncClient, key: str = KEY, **fields: str) -> httpx.Response:
    return await http.post("/api/v2", data={"key": key, **fields})


@pytest.mark.parametrize(("trouble", "made"), [(Trouble.LOST_ANSWER, 1), (Trouble.LOST_REQUEST, 0)])
async def test_closes_the_connection(
    http: httpx.AsyncClient, panel: Panel, trouble: Trouble, made: int
) -> None:
    panel.misbehave(trouble, action="add", times=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await post(http, **ADD)
    assert len(panel.orders) == made
    assert len(panel.calls("add")) == 1
    assert (await post(http, action="balance")).json()["balance"] == ("9.955" if made else "10")


async def test_slow(http: httpx.AsyncClient, panel: Panel) -> None:
    panel.misbehave(Trouble.SLOW, delay=0.15)
    with pytest.raises(httpx.ReadTimeout):
        await http.post("/api/v2", data={"key": KEY, **ADD}, timeout=0.05)
    assert len(panel.orders) == 1
    panel.misbehave(Trouble.SLOW, delay=0.01)
    assert (await post(http, action="balance")).json()["balance"] == "9.955"


async def test_hangs_until_released(http: httpx.AsyncClient, panel: Panel) -> None:
    panel.misbehave(Trouble.HANG, action="balance")
    waiting = asyncio.create_task(post(http, action="balance"))
    await panel.next_call("balance")
    assert "error" not in (await post(http, **ADD)).json()
    assert not waiting.done()
    panel.calm()
    assert (await waiting).json()["balance"] == "10"


async def test_stopping_the_server_ends_what_hangs(panel: Panel, caplog: pytest.LogCaptureFixture) -> None:
    server = await serve(panel_app(panel))
    panel.misbehave(Trouble.HANG)
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        waiting = asyncio.create_task(post(client, action="balance"))
        await panel.next_call()
        await asyncio.wait_for(server.stop(), 1)
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await waiting
        with pytest.raises(httpx.ConnectError):
            await post(client, action="balance")
    assert not [record for record in caplog.records if record.name.startswith("uvicorn")]


@pytest.mark.parametrize(
    ("trouble", "status", "body"),
    [
        (Trouble.SERVER_ERROR, 500, "<!DOCTYPE html>"),
        (Trouble.HTML, 200, "<!DOCTYPE html>"),
        (Trouble.EMPTY, 200, ""),
        (Trouble.WRONG_KEY, 200, '{"error": "Invalid API key"}'),
    ],
)
async def test_answers_something_else(
    http: httpx.AsyncClient, panel: Panel, trouble: Trouble, status: int, body: str
) -> None:
    panel.misbehave(trouble)
    reply = await post(http, action="balance")
    assert reply.status_code == status
    assert reply.text.startswith(body)
    assert bool(reply.text) == bool(body)


async def test_cuts_its_answer(http: httpx.AsyncClient, panel: Panel) -> None:
    panel.misbehave(Trouble.CUT_JSON)
    reply = await post(http, action="services")
    with pytest.raises(json.JSONDecodeError):
        reply.json()


async def test_limits_the_rate(http: httpx.AsyncClient, panel: Panel) -> None:
    panel.misbehave(Trouble.RATE_LIMIT, retry_after=7)
    reply = await post(http, **ADD)
    assert (reply.status_code, reply.headers["Retry-After"]) == (429, "7")
    assert reply.json() == {"error": "Rate limit exceeded"}
    assert not panel.orders


async def test_says_an_error_of_our_choice(http: httpx.AsyncClient, panel: Panel) -> None:
    panel.misbehave(Trouble.ERROR, text="neworder.error.min_quantity")
    assert (await post(http, **ADD)).json() == {"error": "neworder.error.min_quantity"}


async def test_answers_anything(http: httpx.AsyncClient, panel: Panel) -> None:
    panel.misbehave(
        Trouble.CUSTOM,
        status=520,
        body="[]",
        headers={"content-type": "text/html", "X-Odd": "1"},
        carried_out=True,
    )
    reply = await post(http, **ADD)
    assert (reply.status_code, reply.text, reply.headers["X-Odd"]) == (520, "[]", "1")
    assert reply.headers["content-type"] == "text/html"
    assert len(panel.orders) == 1


async def test_forgets_ids_and_spoils_items(http: httpx.AsyncClient, panel: Panel) -> None:
    unknown = {"error": "Incorrect order ID"}
    panel.misbehave(Trouble.MISSING_IDS, action="status", ids=["2"], times=1)
    panel.misbehave(Trouble.BAD_ITEM, action="status", times=1)
    panel.misbehave(Trouble.BAD_ITEM, action="status", ids=["3"], item=None)
    asked = {"action": "status", "orders": "1,2,3"}
    assert (await post(http, **asked)).json() == {"1": unknown, "3": unknown}
    assert (await post(http, **asked)).json() == {"1": "Incorrect order ID", "2": unknown, "3": unknown}
    assert (await post(http, **asked)).json() == {"1": unknown, "2": unknown, "3": None}
    assert (await post(http, action="status", order="1")).json() == unknown


async def test_strikes_only_the_action_key_and_times_it_was_told(
    http: httpx.AsyncClient, panel: Panel
) -> None:
    panel.misbehave(Trouble.SERVER_ERROR, action="balance", key=OTHER, times=2)
    seen = [
        (await post(http, key=key, action=action)).status_code
        for key, action in (
            (KEY, "balance"),
            (OTHER, "services"),
            (OTHER, "balance"),
            (OTHER, "balance"),
            (OTHER, "balance"),
        )
    ]
    assert seen == [200, 200, 500, 500, 200]


async def test_a_port_in_use_is_said_clearly(server: Server, panel: Panel) -> None:
    with pytest.raises(OSError, match=f"Cannot listen on 127.0.0.1:{server.port}: Address already in use"):
        await serve(panel_app(panel), port=server.port)


async def test_a_port_is_free_again_once_stopped(panel: Panel) -> None:
    first = await serve(panel_app(panel))
    await first.stop()
    second = await serve(panel_app(panel), port=first.port)
    assert second.url == f"http://127.0.0.1:{first.port}"
    with socket.create_connection(("127.0.0.1", second.port)):
        await second.stop()


async def test_a_caller_that_goes_in_mid_request_has_asked_for_nothing(
    server: Server, http: httpx.AsyncClient, panel: Panel, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection(*server.url.removeprefix("http://").split(":"))
    writer.write(b"POST /api/v2 HTTP/1.1\r\nHost: panel\r\nContent-Length: 100\r\n\r\nkey=")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await reader.read()
    await post(http, action="balance")
    await asyncio.sleep(0.05)
    assert [call.action for call in panel.requests] == ["balance"]
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
