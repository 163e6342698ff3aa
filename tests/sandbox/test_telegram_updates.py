import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.sandbox.telegram import Telegram, telegram_app
from bot.serving import serve


@pytest.fixture
def telegram() -> Telegram:
    return Telegram()


@pytest.fixture
async def bot(telegram: Telegram) -> AsyncIterator[httpx.AsyncClient]:
    server = await serve(telegram_app(telegram))
    async with httpx.AsyncClient(base_url=f"{server.url}/bot{telegram.token}/") as bot:
        yield bot
    await server.stop()


async def poll(bot: httpx.AsyncClient, **fields: Any) -> list[Any]:
    """The texts or kinds of the updates."""
    reply = (await bot.post("getUpdates", json=fields)).json()
    return [u["message"]["text"] if "message" in u else min(u) for u in reply["result"]]


async def test_repeats_updates_until_they_are_confirmed(telegram: Telegram, bot: httpx.AsyncClient) -> None:
    ann = telegram.person(1001)
    for text in "abcd":
        await ann.types(text)

    assert await poll(bot) == await poll(bot, offset=1) == ["a", "b", "c", "d"]
    assert await poll(bot, offset=2, limit=2) == ["b", "c"]
    assert await poll(bot, offset=-1) == ["d"]
    assert await poll(bot) == ["d"]
    assert await poll(bot, offset=5) == []


@pytest.mark.parametrize(("limit", "given"), [(None, 100), (100, 100), (1000, 100), (1, 1)])
async def test_gives_at_most_a_hundred(
    telegram: Telegram, bot: httpx.AsyncClient, limit: int | None, given: int
) -> None:
    ann = telegram.person(1001)
    for _ in range(101):
        await ann.types("x")

    assert len(await poll(bot, limit=limit)) == given


async def test_a_long_poll_ends_with_the_first_update(telegram: Telegram, bot: httpx.AsyncClient) -> None:
    waiting = asyncio.create_task(poll(bot, timeout=30))
    await telegram.hears("getUpdates")
    assert not waiting.done()

    await telegram.person(1001).types("/start")
    assert await waiting == ["/start"]


async def test_a_second_poll_ends_the_first(telegram: Telegram, bot: httpx.AsyncClient) -> None:
    first = asyncio.create_task(bot.post("getUpdates", json={"timeout": 30}))
    await telegram.hears("getUpdates")
    second = asyncio.create_task(poll(bot, timeout=30))

    conflict = await first
    await telegram.person(1001).types("/start")

    assert conflict.status_code == 409
    assert conflict.json()["description"] == (
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )
    assert await second == ["/start"]


async def test_remembers_which_updates_are_wanted(telegram: Telegram, bot: httpx.AsyncClient) -> None:
    ann = telegram.person(1001)
    await poll(bot, allowed_updates=["edited_message"])
    await poll(bot)
    await ann.edits(await ann.types("unwanted"), "wanted")

    assert await poll(bot) == ["edited_message"]

    await poll(bot, allowed_updates=[], offset=100)
    await ann.types("wanted again")
    assert await poll(bot) == ["wanted again"]


# Trouble


@pytest.fixture
async def ready(telegram: Telegram) -> None:
    for user_id in (1001, 1002):
        await telegram.person(user_id).types("/start")


async def send(bot: httpx.AsyncClient, chat_id: int = 1001) -> httpx.Response:
    return await bot.post("sendMessage", data={"chat_id": str(chat_id), "text": "hello"})


async def test_asks_to_slow_down(telegram: Telegram, bot: httpx.AsyncClient, ready: None) -> None:
    telegram.trouble("sendMessage", status=429, retry_after=3, times=2, chat_id=1001)

    assert (await send(bot, 1002)).status_code == 200
    assert (await send(bot)).json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 3",
        "parameters": {"retry_after": 3},
    }
    assert (await send(bot)).status_code == 429
    assert (await send(bot)).status_code == 200


async def test_breaks_down(telegram: Telegram, bot: httpx.AsyncClient, ready: None) -> None:
    telegram.trouble(status=502, times=1000)
    assert (await send(bot)).json() == {"ok": False, "error_code": 502, "description": "Bad Gateway"}

    telegram.calm()
    assert (await send(bot)).status_code == 200


async def test_drops_the_connection(telegram: Telegram, bot: httpx.AsyncClient, ready: None) -> None:
    telegram.trouble("sendMessage", dropped=True)

    with pytest.raises(httpx.RemoteProtocolError):
        await send(bot)
    assert telegram.person(1001).reads == ""


async def test_loses_the_answer_of_what_it_carried_out(
    telegram: Telegram, bot: httpx.AsyncClient, ready: None
) -> None:
    telegram.trouble("sendMessage", lost=True)

    with pytest.raises(httpx.RemoteProtocolError):
        await send(bot)
    assert telegram.person(1001).reads == "hello"


async def test_is_late(telegram: Telegram, bot: httpx.AsyncClient, ready: None) -> None:
    telegram.trouble("sendMessage", delay=30)

    with pytest.raises(httpx.ReadTimeout):
        await bot.post("sendMessage", data={"chat_id": "1001", "text": "late"}, timeout=0.05)
    assert (await send(bot)).status_code == 200
    assert telegram.person(1001).reads == "hello"
