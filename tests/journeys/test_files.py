"""Answers that are sent as files."""

import pytest

from bot.gateway.files import LARGEST
from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from tests.conftest import World
from tests.journeys.stories import LINK, hears, says, taps, traces


async def test_a_list_can_be_sent_as_a_file(chat: Person, panel: Panel) -> None:
    await says(chat, f"/order 2 {LINK}")
    sent = await chat.sends_file("comments.txt", "\ufeff" + "\r\n".join(f"Nice {n}" for n in range(10)))
    await hears(chat, "Please check your order", after=sent)
    await taps(chat, "Place order")
    await panel.next_call("add")

    assert panel.calls("add")[0]["comments"] == "\n".join(f"Nice {n}" for n in range(10))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF", "it is not plain text"),
        ("big.txt", b"a" * (LARGEST + 1), "This file is too large"),
    ],
)
async def test_a_file_that_will_not_do_leaves_the_question_standing(
    chat: Person, panel: Panel, name: str, content: bytes, words: str
) -> None:
    await says(chat, "/order 1")
    sent = await chat.sends_file(name, content)
    await hears(chat, words, after=sent)
    sent = await chat.sends_file("link.txt", LINK)

    assert "quantity" in (await hears(chat, "quantity", after=sent)).text


async def test_telegram_does_not_give_the_file(world: World, chat: Person) -> None:
    await says(chat, "/order 1")
    world.telegram.trouble("getFile", status=400, description="Bad Request: wrong file_id")
    sent = await chat.sends_file("link.txt", LINK)

    await hears(chat, "Telegram did not give me your file", after=sent)


async def test_an_update_with_a_file_is_kept_encrypted(world: World, chat: Person) -> None:
    world.telegram.trouble("getFile", delay=0.5)
    await says(chat, "/order 1")
    sent = await chat.sends_file("secret-name.txt", LINK, caption="secret-caption")
    await world.telegram.hears("getFile")

    assert traces(world, "secret-name", "secret-caption") == []
    await hears(chat, "quantity", after=sent)
