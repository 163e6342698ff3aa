"""Photos at the sandbox's Bot API, and what the bot is seen doing."""

import json
import struct
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from telegram import Bot, InputMediaPhoto, Message
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest

from bot.sandbox.telegram import Person, Telegram, telegram_app
from bot.sandbox.telegram.person import PHOTO
from bot.sandbox.telegram.photos import LARGEST_PHOTO
from bot.serving import serve


def png(width: int, height: int, *, size: int = 0) -> bytes:
    """Only as much of one as tells its measures."""
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)
    return head.ljust(size, b"\0")


def jpeg(width: int, height: int) -> bytes:
    thumbnail = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0".ljust(14, b"\0")
    tables = b"\xff\xc4" + struct.pack(">H", 5) + b"\0\0\0"
    return b"\xff\xd8" + thumbnail + tables + b"\xff\xc2" + struct.pack(">HBHH", 17, 8, height, width)


@pytest.fixture
def telegram() -> Telegram:
    return Telegram()


@pytest.fixture
async def url(telegram: Telegram) -> AsyncIterator[str]:
    server = await serve(telegram_app(telegram))
    yield f"{server.url}/bot"
    await server.stop()


@pytest.fixture
async def http(telegram: Telegram, url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{url}{telegram.token}/") as http:
        yield http


@pytest.fixture
async def ann(telegram: Telegram) -> Person:
    ann = telegram.person(7)
    await ann.types("/start")
    return ann


async def call(http: httpx.AsyncClient, method: str, **given: Any) -> Any:
    found = (await http.post(method, **given)).json()
    return found["result"] if found["ok"] else found["description"]


async def test_a_photo_goes_to_the_person_in_several_sizes(http: httpx.AsyncClient, ann: Person) -> None:
    fields = {
        "chat_id": "7",
        "caption": "<b>Here</b>",
        "parse_mode": "HTML",
        "reply_markup": '{"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}',
    }
    picture = png(1000, 500)
    sent = await call(http, "sendPhoto", data=fields, files={"photo": ("chart.png", picture)})

    seen = [(size["file_id"], size["width"], size["height"]) for size in sent["photo"]]
    assert seen == [
        ("AgAC00000000s", 90, 45),
        ("AgAC00000000m", 320, 160),
        ("AgAC00000000x", 800, 400),
        ("AgAC00000000y", 1000, 500),
    ]
    assert len({size["file_unique_id"] for size in sent["photo"]}) == 4
    assert "document" not in sent
    assert (sent["caption"], sent["caption_entities"][0]["type"]) == ("Here", "bold")
    assert ann.last.buttons == ["Go"]
    assert ann.last.file
    assert ann.last.file.is_photo
    assert (ann.last.file.name, ann.last.file.content) == ("photo.png", picture)


async def test_a_photo_can_be_attached_sent_again_and_fetched(
    http: httpx.AsyncClient, telegram: Telegram, ann: Person
) -> None:
    data = {"chat_id": "7", "photo": "attach://part"}
    sent = await call(http, "sendPhoto", data=data, files={"part": ("a.jpg", jpeg(200, 100))})
    assert [size["width"] for size in sent["photo"]] == [90, 200]
    small = sent["photo"][0]["file_id"]
    again = await call(http, "sendPhoto", json={"chat_id": 7, "photo": small})
    assert again["photo"] == sent["photo"]

    found = await call(http, "getFile", json={"file_id": small})
    assert found["file_id"] == small
    address = f"{http.base_url.join('/')}file/bot{telegram.token}/{found['file_path']}"
    assert (await http.get(address)).content == jpeg(200, 100)


@pytest.mark.parametrize(
    ("content", "caption", "words"),
    [
        (b"", "", "file must be non-empty"),
        (b"<svg/>", "", "IMAGE_PROCESS_FAILED"),
        (png(0, 10), "", "IMAGE_PROCESS_FAILED"),
        (png(10, 10)[:20], "", "IMAGE_PROCESS_FAILED"),
        (b"\xff\xd8\xff\xe0", "", "IMAGE_PROCESS_FAILED"),
        (b"\xff\xd8\xff\xe0\0\2\0\0\0\0\0\0", "", "IMAGE_PROCESS_FAILED"),
        (png(9000, 1001), "", "PHOTO_INVALID_DIMENSIONS"),
        (jpeg(21, 1), "", "PHOTO_INVALID_DIMENSIONS"),
        (png(10, 10), "a" * 1025, "message caption is too long"),
        (
            png(10, 10, size=LARGEST_PHOTO + 1),
            "",
            "file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes",
        ),
    ],
)
async def test_refuses_as_telegram_does(
    http: httpx.AsyncClient, ann: Person, content: bytes, caption: str, words: str
) -> None:
    fields = {"chat_id": "7", "caption": caption}
    refusal = await call(http, "sendPhoto", data=fields, files={"photo": ("a.png", content)})
    assert refusal == f"Bad Request: {words}"


async def test_takes_the_largest_there_may_be(http: httpx.AsyncClient, ann: Person) -> None:
    for content in (png(9000, 1000, size=LARGEST_PHOTO), jpeg(20, 1)):
        sent = await call(http, "sendPhoto", data={"chat_id": "7"}, files={"photo": ("a", content)})
        assert sent["message_id"] == ann.last.id


async def test_photos_and_documents_are_not_the_same(http: httpx.AsyncClient, ann: Person) -> None:
    photo = await call(http, "sendPhoto", data={"chat_id": "7"}, files={"photo": ("a.png", PHOTO)})
    document = await call(http, "sendDocument", data={"chat_id": "7"}, files={"document": ("a.png", PHOTO)})

    as_photo = {"chat_id": 7, "photo": document["document"]["file_id"]}
    refusal = "Bad Request: can't use file of type Document as Photo"
    assert await call(http, "sendPhoto", json=as_photo) == refusal
    as_document = {"chat_id": 7, "document": photo["photo"][0]["file_id"]}
    refusal = "Bad Request: can't use file of type Photo as Document"
    assert await call(http, "sendDocument", json=as_document) == refusal


async def test_caption_and_picture_are_edited(http: httpx.AsyncClient, ann: Person) -> None:
    sent = await call(http, "sendPhoto", data={"chat_id": "7"}, files={"photo": ("a.png", PHOTO)})
    place = {"chat_id": 7, "message_id": sent["message_id"]}

    edited = await call(
        http, "editMessageCaption", json=place | {"caption": "<i>new</i>", "parse_mode": "HTML"}
    )
    assert (edited["caption"], "edit_date" in edited) == ("new", True)
    media = json.dumps({"type": "photo", "media": "attach://other", "caption": "next"})
    other = {"other": ("b.png", png(400, 400))}
    edited = await call(http, "editMessageMedia", data=place | {"media": media}, files=other)
    assert (edited["photo"][-1]["width"], edited["caption"]) == (400, "next")

    same = {"type": "photo", "media": edited["photo"][0]["file_id"], "caption": "next"}
    refusal = await call(http, "editMessageMedia", json=place | {"media": same})
    assert "message is not modified" in refusal
    refusal = await call(http, "editMessageText", json=place | {"text": "x"})
    assert refusal == "Bad Request: there is no text in the message to edit"
    unknown = {"type": "sticker", "media": "x"}
    assert "can't parse InputMedia" in await call(http, "editMessageMedia", json=place | {"media": unknown})


async def test_a_text_has_no_caption_but_can_become_one(http: httpx.AsyncClient, ann: Person) -> None:
    sent = await call(http, "sendMessage", json={"chat_id": 7, "text": "hello"})
    place = {"chat_id": 7, "message_id": sent["message_id"]}

    refusal = await call(http, "editMessageCaption", json=place | {"caption": "x"})
    assert refusal == "Bad Request: there is no caption in the message to edit"
    media = json.dumps({"type": "photo", "media": "attach://p", "caption": "hello"})
    edited = await call(
        http, "editMessageMedia", data=place | {"media": media}, files={"p": ("b.png", PHOTO)}
    )
    assert (edited["caption"], "text" in edited) == ("hello", False)


async def test_a_person_sends_a_photo(http: httpx.AsyncClient, telegram: Telegram, ann: Person) -> None:
    await ann.sends_photo(png(100, 50), caption="look")
    message = telegram.updates.waiting[-1]["message"]
    assert (message["caption"], message["photo"][-1]["width"]) == ("look", 100)
    assert await call(http, "getFile", json={"file_id": message["photo"][0]["file_id"]})


async def test_the_library_gets_along_with_photos(telegram: Telegram, url: str, ann: Person) -> None:
    async with Bot(telegram.token, base_url=url) as bot:
        sent = await bot.send_photo(7, PHOTO, caption="<b>hi</b>", parse_mode=ParseMode.HTML)
        assert sent.caption_html == "<b>hi</b>"
        assert [(size.width, size.height) for size in sent.photo] == [(90, 90)]
        again = await bot.send_photo(7, sent.photo[-1].file_id)
        edited = await again.edit_media(InputMediaPhoto(png(500, 400), caption="larger"))
        assert isinstance(edited, Message)
        assert [size.width for size in edited.photo] == [90, 320, 500]
        edited = await again.edit_caption("smaller")
        assert isinstance(edited, Message)
        assert edited.caption == "smaller"
        with pytest.raises(BadRequest, match="Image_process_failed"):
            await bot.send_photo(7, b"no picture")


async def test_what_the_bot_does_is_seen_until_it_writes(http: httpx.AsyncClient, ann: Person) -> None:
    await call(http, "sendChatAction", json={"chat_id": 7, "action": ChatAction.TYPING})
    assert ann.chat.doing == "typing"
    await ann.types("hello?")
    assert ann.chat.doing == "typing"
    await call(http, "sendMessage", json={"chat_id": 7, "text": "hello"})
    assert ann.chat.doing == ""


async def test_what_the_bot_does_is_seen_for_a_while(http: httpx.AsyncClient, ann: Person) -> None:
    await call(http, "sendChatAction", json={"chat_id": 7, "action": "typing"})
    ann.telegram.action_lifetime = 0
    await call(http, "sendChatAction", json={"chat_id": 7, "action": "upload_photo"})
    assert await ann.chat.changed.until(lambda: not ann.chat.doing or None, within=10)


async def test_refuses_what_is_no_action(http: httpx.AsyncClient, ann: Person) -> None:
    for action in ("", "dancing"):
        refusal = await call(http, "sendChatAction", json={"chat_id": 7, "action": action})
        assert refusal == "Bad Request: wrong parameter action in request"
