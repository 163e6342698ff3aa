import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.sandbox.page import Hint, page_app, sandbox_app
from bot.sandbox.telegram import Telegram, telegram_app
from bot.serving import serve


@pytest.fixture
def telegram() -> Telegram:
    return Telegram()


@pytest.fixture
async def page(telegram: Telegram) -> AsyncIterator[httpx.AsyncClient]:
    server = await serve(page_app(telegram, hint=Hint("Paste this key.", "key-1")))
    async with httpx.AsyncClient(base_url=server.url) as page:
        yield page
    await server.stop()


@pytest.fixture
async def bot(telegram: Telegram) -> AsyncIterator[httpx.AsyncClient]:
    server = await serve(telegram_app(telegram))
    async with httpx.AsyncClient(base_url=f"{server.url}/bot{telegram.token}/") as bot:
        yield bot
    await server.stop()


KEYBOARD = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}


async def test_serves_its_files_and_asks_nobody_else(page: httpx.AsyncClient) -> None:
    for path in ("/", "/app.js", "/text.js", "/style.css", "/icon.svg"):
        reply = await page.get(path)
        assert reply.status_code == 200
        assert reply.headers["content-security-policy"].startswith("default-src 'self'")
        assert "//" not in reply.text.replace("http://www.w3.org/2000/svg", "").replace("// ", "")


async def test_shows_the_chat_as_it_is(
    page: httpx.AsyncClient, bot: httpx.AsyncClient, telegram: Telegram
) -> None:
    commands = [{"command": "order", "description": "Place an order"}]
    await bot.post("setMyCommands", json={"commands": commands})
    await bot.post("setMyDescription", json={"description": "Sells followers"})
    assert (await page.get("/chat/7")).json() == {
        "bot": "Panelgram",
        "about": "Sells followers",
        "hint": {"text": "Paste this key.", "copy": "key-1"},
        "commands": commands,
        "messages": [],
    }

    await page.post("/chat/7/send", json={"text": " /start "})
    await bot.post("sendMessage", json={"chat_id": 7, "text": "hello", "reply_markup": KEYBOARD})
    mine, bots = (await page.get("/chat/7")).json()["messages"]
    assert (mine["mine"], mine["text"]) == (True, "/start")
    assert (bots["mine"], bots["text"], bots["keyboard"]) == (False, "hello", KEYBOARD["inline_keyboard"])


async def test_streams_what_changes(
    telegram: Telegram, page: httpx.AsyncClient, bot: httpx.AsyncClient
) -> None:
    ann = telegram.person(7)
    await ann.types("/start")
    async with page.stream("GET", "/chat/7/events") as stream:
        events = (json.loads(line[6:]) async for line in stream.aiter_lines() if line.startswith("data:"))
        assert texts(await anext(events)) == ["/start"]
        await bot.post("sendMessage", json={"chat_id": 7, "text": "hello"})
        assert texts(await anext(events)) == ["/start", "hello"]
        await bot.post("editMessageText", json={"chat_id": 7, "message_id": 2, "text": "bye"})
        assert texts(await anext(events)) == ["/start", "bye"]
        await bot.post("deleteMessage", json={"chat_id": 7, "message_id": 2})
        assert texts(await anext(events)) == ["/start"]
        await events.aclose()


def texts(view: dict[str, Any]) -> list[str]:
    return [message["text"] for message in view["messages"]]


async def test_a_tap_returns_when_the_bot_has_answered(
    telegram: Telegram, page: httpx.AsyncClient, bot: httpx.AsyncClient
) -> None:
    await telegram.person(7).types("/start")
    await bot.post("sendMessage", json={"chat_id": 7, "text": "hello", "reply_markup": KEYBOARD})
    tap = asyncio.create_task(page.post("/chat/7/tap", json={"message_id": 2, "data": "go"}))
    updates = (await bot.post("getUpdates", json={"timeout": 5, "offset": 2})).json()["result"]
    query = updates[0]["callback_query"]
    await bot.post("answerCallbackQuery", json={"callback_query_id": query["id"], "text": "Done"})

    assert query["data"] == "go"
    assert (await tap).json() == {"text": "Done", "alert": False, "url": ""}


async def test_says_when_the_bot_does_not_answer_a_tap(bot: httpx.AsyncClient, telegram: Telegram) -> None:
    telegram.taps.lifetime = 0
    server = await serve(page_app(telegram))
    await telegram.person(7).types("/start")
    await bot.post("sendMessage", json={"chat_id": 7, "text": "hello", "reply_markup": KEYBOARD})
    async with httpx.AsyncClient(base_url=server.url) as page:
        tap = await page.post("/chat/7/tap", json={"message_id": 2, "data": "go"})
    await server.stop()

    assert (tap.status_code, tap.text) == (504, "The bot does not answer.")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/chat/7/send", '{"text": " "}', 400),
        ("/chat/7/send", '{"text": "%s"}' % ("x" * 4097), 400),
        ("/chat/7/send", "[]", 400),
        ("/chat/7/send", "{", 400),
        ("/chat/7/tap", '{"message_id": 1, "data": "made up"}', 409),
        ("/chat/0/send", '{"text": "x"}', 404),
        (f"/chat/{2**52}/send", '{"text": "x"}', 404),
        ("/chat/me/send", '{"text": "x"}', 404),
    ],
)
async def test_refuses_what_the_page_never_sends(
    page: httpx.AsyncClient, path: str, body: str, status: int
) -> None:
    assert (await page.post(path, content=body)).status_code == status
    assert (await page.get("/chat/7")).json()["messages"] == []


async def test_a_guest_speaks_the_browsers_language(page: httpx.AsyncClient, telegram: Telegram) -> None:
    await page.get("/chat/7", params={"language": "pt-BR"})

    assert telegram.person(7).user.language_code == "pt"


async def test_page_and_bot_api_live_at_one_address(telegram: Telegram) -> None:
    server = await serve(sandbox_app(telegram))
    async with httpx.AsyncClient(base_url=server.url) as http:
        page, api = await http.get("/"), await http.get(f"/bot{telegram.token}/getMe")
    await server.stop()

    assert page.headers["content-type"].startswith("text/html")
    assert api.json()["ok"]
