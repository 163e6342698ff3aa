import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from bot.sandbox.page import Hint, page_app, sandbox_app
from bot.sandbox.page.app import FOLDER, KINDS
from bot.sandbox.telegram import File, Telegram, telegram_app
from bot.sandbox.telegram.photos import Size
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


NAMES = {f"/{file.name}" for file in FOLDER.iterdir() if file.suffix in KINDS}
KEYBOARD = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}


async def test_serves_its_files_and_asks_nobody_else(page: httpx.AsyncClient) -> None:
    served = {path.replace("/index.html", "/") for path in NAMES} | {"/languages.js"}
    asked: set[str] = set()
    for path in served:
        reply = await page.get(path)
        assert reply.status_code == 200
        assert reply.headers["content-security-policy"].startswith("default-src 'self'")
        assert "//" not in reply.text.replace("http://www.w3.org/2000/svg", "").replace("// ", "")
        assert "style=" not in reply.text
        asked |= {f"/{name}" for name in re.findall(r"""["'(/](\w+\.(?:js|css|svg))["')#]""", reply.text)}
    assert asked <= served


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
        "started": False,
        "blocked": False,
        "doing": "",
        "messages": [],
    }

    await page.post("/chat/7/send", json={"text": " /start "})
    await bot.post("sendMessage", json={"chat_id": 7, "text": "hello", "reply_markup": KEYBOARD})
    mine, bots = (await page.get("/chat/7")).json()["messages"]
    assert (mine["mine"], mine["text"]) == (True, "/start")
    assert (bots["mine"], bots["text"], bots["keyboard"]) == (False, "hello", KEYBOARD["inline_keyboard"])


@asynccontextmanager
async def told(page: httpx.AsyncClient, *people: str) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    """What a browser is told of these people's chats, one event after the other."""
    async with page.stream("GET", "/events", params={"person": people}) as stream:
        assert stream.status_code == 200
        events = (json.loads(line[6:]) async for line in stream.aiter_lines() if line.startswith("data:"))
        yield events
        await events.aclose()


async def test_tells_all_at_first_and_then_what_is_new(
    telegram: Telegram, page: httpx.AsyncClient, bot: httpx.AsyncClient
) -> None:
    await telegram.person(7).types("/start")
    async with told(page, "7:en:Ann") as events:
        first = await anext(events)
        assert (first["person"], first["bot"], first["started"]) == (7, "Panelgram", True)
        assert texts(first) == {"1": "/start"}
        await bot.post("sendMessage", json={"chat_id": 7, "text": "hello"})
        added = await anext(events)
        assert (set(added), texts(added)) == ({"person", "messages"}, {"2": "hello"})
        await bot.post("editMessageText", json={"chat_id": 7, "message_id": 2, "text": "bye"})
        edited = await anext(events)
        assert (edited["messages"]["2"]["edited"], texts(edited)) == (True, {"2": "bye"})
        await bot.post("deleteMessage", json={"chat_id": 7, "message_id": 2})
        assert await anext(events) == {"person": 7, "messages": {"2": None}}


async def test_tells_of_all_people_of_a_browser_and_of_nobody_else(
    telegram: Telegram, page: httpx.AsyncClient
) -> None:
    await telegram.person(9).types("mine alone")
    async with told(page, "7:en:Ann", "8:ru:Ян") as events:
        assert [(await anext(events))["person"] for _ in range(2)] == [7, 8]
        await telegram.person(9).types("still mine alone")
        await telegram.person(8).types("hello")
        news = await anext(events)
    assert (news["person"], news["started"], texts(news)) == (8, True, {"1": "hello"})


async def test_shows_that_the_bot_is_typing(
    telegram: Telegram, page: httpx.AsyncClient, bot: httpx.AsyncClient
) -> None:
    await telegram.person(7).types("/start")
    async with told(page, "7:en:Ann") as events:
        await anext(events)
        await bot.post("sendChatAction", json={"chat_id": 7, "action": "typing"})
        assert await anext(events) == {"person": 7, "doing": "typing"}
        await bot.post("sendMessage", json={"chat_id": 7, "text": "hello"})
        assert (await anext(events))["doing"] == ""


def texts(view: dict[str, Any]) -> dict[str, str]:
    return {number: message["text"] for number, message in view["messages"].items()}


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


async def test_offers_the_languages_it_is_given(telegram: Telegram) -> None:
    server = await serve(page_app(telegram, languages={"de": "Deutsch"}))
    async with httpx.AsyncClient(base_url=server.url) as page:
        script = await page.get("/languages.js")
    await server.stop()

    assert script.headers["content-type"].startswith("text/javascript")
    assert script.text == 'export const LANGUAGES = {"de": "Deutsch"};'


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


@pytest.mark.parametrize(
    "people",
    [[], ["7"], ["7:en"], ["7:en:"], ["7:EN:Ann"], ["me:en:Ann"], ["7:en:" + "x" * 65], ["7:en:Ann"] * 51],
)
async def test_streams_only_to_browsers_with_people(page: httpx.AsyncClient, people: list[str]) -> None:
    assert (await page.get("/events", params={"person": people})).status_code == 400


async def test_people_are_known_by_the_name_and_language_of_the_browser(
    page: httpx.AsyncClient, bot: httpx.AsyncClient, telegram: Telegram
) -> None:
    russian = [{"command": "order", "description": "Заказать"}]
    portuguese = [{"command": "order", "description": "Fazer um pedido"}]
    await bot.post("setMyCommands", json={"commands": russian, "language_code": "ru"})
    await bot.post("setMyCommands", json={"commands": portuguese, "language_code": "pt"})
    async with told(page, "7:ru:Ян: первый") as events:
        assert (await anext(events))["commands"] == russian
    async with told(page, "7:pt-br:Jan") as events:
        assert (await anext(events))["commands"] == portuguese

    user = telegram.person(7).user
    assert (user.first_name, user.language_code) == ("Jan", "pt-br")


async def test_a_person_blocks_the_bot_and_lets_it_in_again(
    page: httpx.AsyncClient, bot: httpx.AsyncClient, telegram: Telegram
) -> None:
    await telegram.person(7).types("/start")
    await bot.post("sendMessage", json={"chat_id": 7, "text": "hello", "reply_markup": KEYBOARD})
    async with told(page, "7:en:Ann") as events:
        await anext(events)
        await page.post("/chat/7/block", json={"blocked": True})
        assert await anext(events) == {"person": 7, "blocked": True}
        for what, body in (("send", {"text": "x"}), ("tap", {"message_id": 2, "data": "go"})):
            refused = await page.post(f"/chat/7/{what}", json=body)
            assert (refused.status_code, refused.text) == (409, "You have blocked the bot.")
        assert (await bot.post("sendMessage", json={"chat_id": 7, "text": "x"})).status_code == 403
        await page.post("/chat/7/block", json={"blocked": False})
        assert await anext(events) == {"person": 7, "blocked": False}

    assert (await page.post("/chat/7/send", json={"text": "x"})).status_code == 200


async def test_a_photo_is_shown_and_a_file_saved(page: httpx.AsyncClient, telegram: Telegram) -> None:
    ann = telegram.person(7)
    picture = File("AgAC1", "photo.png", b"\x89PNG", "photos/file_1.png", (Size("s", 1, 1),))
    ann.chat.add(telegram.bot, telegram.now(), file=picture)
    await ann.sends_file("photo.png", b"<script>")

    shown, saved = (await page.get("/chat/7")).json()["messages"]
    assert (shown["file"]["photo"], saved["file"]["photo"]) == (True, False)
    reply = await page.get("/chat/7/file/1")
    assert (reply.content, reply.headers["content-type"]) == (picture.content, "image/png")
    assert "content-disposition" not in reply.headers
    reply = await page.get("/chat/7/file/2")
    assert reply.headers["content-type"] == "application/octet-stream"
    assert reply.headers["content-disposition"].startswith("attachment")


async def test_page_and_bot_api_live_at_one_address(telegram: Telegram) -> None:
    server = await serve(sandbox_app(telegram))
    async with httpx.AsyncClient(base_url=server.url) as http:
        page, api = await http.get("/"), await http.get(f"/bot{telegram.token}/getMe")
    await server.stop()

    assert page.headers["content-type"].startswith("text/html")
    assert api.json()["ok"]
