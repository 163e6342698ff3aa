import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.sandbox.telegram import Person, Telegram, telegram_app
from bot.serving import serve


class Bot:
    """Speaks to Ann over HTTP."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def __call__(self, method: str, **fields: Any) -> Any:
        return (await self.http.post(method, json={"chat_id": 1001, **fields})).json()["result"]

    async def says(self, text: str, *labels: str) -> int:
        row = [{"text": label, "callback_data": f"do:{label}"} for label in labels]
        sent = await self("sendMessage", text=text, reply_markup={"inline_keyboard": [row]})
        return int(sent["message_id"])


@pytest.fixture
def telegram() -> Telegram:
    return Telegram()


@pytest.fixture
async def bot(telegram: Telegram) -> AsyncIterator[Bot]:
    server = await serve(telegram_app(telegram))
    async with httpx.AsyncClient(base_url=f"{server.url}/bot{telegram.token}/") as http:
        yield Bot(http)
    await server.stop()


@pytest.fixture
async def ann(telegram: Telegram) -> Person:
    ann = telegram.person(1001, first_name="Ann", username="ann", language_code="de")
    await ann.types("/start")
    return ann


async def test_what_a_person_types_reaches_the_bot(ann: Person, bot: Bot) -> None:
    (update,) = await bot("getUpdates")

    assert update["message"] == {
        "message_id": 1,
        "from": {"id": 1001, "is_bot": False, "first_name": "Ann", "username": "ann", "language_code": "de"},
        "chat": {"id": 1001, "type": "private", "first_name": "Ann", "username": "ann"},
        "date": ann.messages[0].date,
        "text": "/start",
        "entities": [{"type": "bot_command", "offset": 0, "length": 6}],
    }


async def test_reads_what_is_visible_now(ann: Person, bot: Bot) -> None:
    first = await bot.says("first")
    second = await bot.says("second")
    await bot.says("third", "A", "B")
    await bot("editMessageText", message_id=first, text="changed")
    await bot("deleteMessage", message_id=second)

    assert ann.reads == "changed\nthird"
    assert ann.last.text == "third"
    assert ann.buttons == ["A", "B"]
    assert [message.text for message in ann.messages] == ["/start", "changed", "third"]


async def test_waits_for_words_buttons_and_toasts(ann: Person, bot: Bot) -> None:
    sees = asyncio.create_task(ann.sees("hello"))
    taps = asyncio.create_task(ann.taps("Go"))
    toast = asyncio.create_task(ann.sees_toast("gone"))

    await bot.says("hello", "Go")
    tap = await taps
    assert (await sees).text == "hello"
    assert not tap.answered

    await bot("answerCallbackQuery", callback_query_id=tap.id, text="gone now")
    assert await tap.answer() == await toast == "gone now"


async def test_says_what_the_chat_shows_when_something_is_missing(ann: Person, bot: Bot) -> None:
    await bot.says("hello", "Yes", "No")
    tap = await ann.taps("Yes")
    ann.patience = 0

    with pytest.raises(AssertionError, match=r"'Maybe'\n(.*\n)*.*Panelgram: hello \[Yes\] \[No\]"):
        await ann.taps("Maybe")
    with pytest.raises(AssertionError, match=r"'bye' did not appear\n(.*\n)*.*Ann: /start"):
        await ann.sees("bye")
    with pytest.raises(AssertionError, match="no toast says 'x'"):
        await ann.sees_toast("x")
    with pytest.raises(AssertionError, match="'do:Yes' was not answered"):
        await tap.answer(within=0)


async def test_taps_an_exact_label_before_a_similar_one(ann: Person, bot: Bot) -> None:
    await bot.says("old", "Back")
    await bot.says("new", "Back", "Back to start")

    assert (await ann.taps("Back")).message.text == "new"
    assert (await ann.taps("start")).data == "do:Back to start"


async def test_taps_old_messages_and_sends_crafted_data(ann: Person, bot: Bot) -> None:
    await bot.says("old", "Next")
    old = ann.last
    await bot.says("new", "Next")
    await bot("deleteMessage", message_id=old.id)
    await ann.taps_on(old, "Next")
    await ann.taps_data("verb:1:0:3")

    _, first, second = [update.get("callback_query") for update in await bot("getUpdates")]
    assert (first["message"]["text"], first["data"]) == ("old", "do:Next")
    assert (second["message"]["text"], second["data"]) == ("new", "verb:1:0:3")
    assert first["from"]["id"] == 1001
    with pytest.raises(AssertionError, match="'old' has no button 'Previous'"):
        await ann.taps_on(old, "Previous")


async def test_sends_other_things_than_text(ann: Person, bot: Bot) -> None:
    message = await ann.types("one")
    await ann.edits(message, "two")
    await ann.sends_sticker()
    await ann.sends_photo()
    await ann.sends_voice()
    await ann.types_in_group("/help", -100_1)

    _, _, edited, sticker, photo, voice, group = await bot("getUpdates")
    assert (edited["edited_message"]["text"], "edit_date" in edited["edited_message"]) == ("two", True)
    assert "text" not in sticker["message"]
    assert "sticker" in sticker["message"]
    assert "photo" in photo["message"]
    assert "voice" in voice["message"]
    assert group["message"]["chat"]["type"] == "supergroup"


async def test_who_has_blocked_the_bot_cannot_write(ann: Person) -> None:
    await ann.blocks_bot()

    with pytest.raises(AssertionError, match="Ann has blocked the bot"):
        await ann.types("hello")


async def test_nothing_is_last_before_the_bot_has_spoken(ann: Person) -> None:
    assert (ann.reads, ann.buttons, ann.toasts) == ("", [], [])
    with pytest.raises(AssertionError, match="nothing yet"):
        _ = ann.last


async def test_hears_how_often_the_bot_called(ann: Person, bot: Bot, telegram: Telegram) -> None:
    hears = asyncio.create_task(telegram.hears("getMe", times=2))
    await bot("getMe")
    await bot("getMe")

    assert len(await hears) == 2
    with pytest.raises(AssertionError, match="getMe was called 2 of 3 times"):
        await telegram.hears("getMe", times=3, within=0)
