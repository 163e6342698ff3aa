"""Files at the sandbox's Bot API and on its page."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.sandbox.page import sandbox_app
from bot.sandbox.telegram import Person, Telegram, files
from bot.sandbox.telegram.files import LARGEST_FETCHED
from bot.serving import serve


@pytest.fixture
def telegram() -> Telegram:
    return Telegram()


@pytest.fixture
async def http(telegram: Telegram) -> AsyncIterator[httpx.AsyncClient]:
    server = await serve(sandbox_app(telegram))
    async with httpx.AsyncClient(base_url=server.url) as http:
        yield http
    await server.stop()


@pytest.fixture
async def ann(telegram: Telegram) -> Person:
    ann = telegram.person(7)
    await ann.types("/start")
    return ann


async def call(http: httpx.AsyncClient, telegram: Telegram, method: str, **given: Any) -> Any:
    reply = await http.post(f"/bot{telegram.token}/{method}", **given)
    found = reply.json()
    return found["result"] if found["ok"] else found["description"]


async def test_a_file_goes_to_the_person(http: httpx.AsyncClient, telegram: Telegram, ann: Person) -> None:
    content = bytes(range(256)) * 3
    fields = {"chat_id": "7", "caption": "<b>Here</b>", "parse_mode": "HTML"}
    sent = await call(
        http, telegram, "sendDocument", data=fields, files={"document": ("../my list.csv", content)}
    )

    assert sent["document"] == {
        "file_id": "BQAC00000000",
        "file_unique_id": "AgAD00000000",
        "file_name": "my list.csv",
        "file_size": 768,
        "mime_type": "text/csv",
    }
    assert (sent["caption"], sent["caption_entities"][0]["type"]) == ("Here", "bold")
    assert "text" not in sent
    assert ann.last.file
    assert ann.last.file.content == content


async def test_a_file_can_be_attached_or_sent_again_by_its_id(
    http: httpx.AsyncClient, telegram: Telegram, ann: Person
) -> None:
    data = {"chat_id": "7", "document": "attach://part"}
    sent = await call(http, telegram, "sendDocument", data=data, files={"part": ("a.txt", b"a")})
    again = {"chat_id": 7, "document": sent["document"]["file_id"]}
    await call(http, telegram, "sendDocument", json=again)

    assert [file.text for file in ann.files] == ["a", "a"]


@pytest.mark.parametrize(
    ("fields", "content", "words"),
    [
        ({"chat_id": "7"}, None, "there is no document in the request"),
        ({"chat_id": "7", "document": "BQAC9"}, None, "wrong file identifier/HTTP URL specified"),
        ({"chat_id": "7", "document": "attach://other"}, None, "there is no document in the request"),
        ({"chat_id": "7"}, b"", "file must be non-empty"),
        ({"chat_id": "7", "caption": "a" * 1025}, b"1", "message caption is too long"),
        ({"chat_id": "8"}, b"1", "chat not found"),
    ],
)
async def test_refuses_as_telegram_does(
    http: httpx.AsyncClient, ann: Person, fields: dict[str, str], content: bytes | None, words: str
) -> None:
    upload = None if content is None else {"document": ("a.txt", content)}
    refusal = await call(http, ann.telegram, "sendDocument", data=fields, files=upload)
    assert refusal == f"Bad Request: {words}"


async def test_the_text_of_a_file_cannot_be_edited(
    http: httpx.AsyncClient, telegram: Telegram, ann: Person
) -> None:
    sent = await call(http, telegram, "sendDocument", data={"chat_id": "7"}, files={"document": b"x"})
    edit = {"chat_id": 7, "message_id": sent["message_id"], "text": "other"}
    refusal = "Bad Request: there is no text in the message to edit"
    assert await call(http, telegram, "editMessageText", json=edit) == refusal


async def test_a_person_sends_a_file_and_the_bot_downloads_it(
    http: httpx.AsyncClient, telegram: Telegram, ann: Person
) -> None:
    await ann.sends_file("list.txt", "one\ntwo", caption="/mass")
    message = telegram.updates.waiting[-1]["message"]
    assert message["caption"] == "/mass"
    found = await call(http, telegram, "getFile", json={"file_id": message["document"]["file_id"]})

    assert found["file_size"] == 7
    path = f"/file/bot{telegram.token}/{found['file_path']}"
    assert (await http.get(path)).content == b"one\ntwo"
    assert (await http.get(path + "x")).status_code == 404
    assert (await http.get(path.replace(telegram.token, "1:a"))).status_code == 401


async def test_gives_neither_unknown_nor_huge_files(
    http: httpx.AsyncClient, telegram: Telegram, ann: Person
) -> None:
    huge = await ann.sends_file("huge.txt", b"a" * (LARGEST_FETCHED + 1))
    assert huge.file

    asked = {"file_id": huge.file.id}
    assert await call(http, telegram, "getFile", json=asked) == "Bad Request: file is too big"
    unknown = "Bad Request: wrong file_id or the file is temporarily unavailable"
    assert await call(http, telegram, "getFile", json={"file_id": "BQAC9"}) == unknown
    assert await call(http, telegram, "getFile", json={}) == "Bad Request: file_id not specified"


async def test_the_page_sends_and_fetches_files(
    http: httpx.AsyncClient, telegram: Telegram, ann: Person
) -> None:
    sent = await http.post("/chat/7/file", params={"name": "list.csv", "caption": "/mass"}, content=b"1|2")
    assert sent.status_code == 200
    await call(http, telegram, "sendDocument", data={"chat_id": "7"}, files={"document": ("ü.csv", b"x")})

    mine, bots = (await http.get("/chat/7")).json()["messages"][1:]
    assert (mine["file"] | {"id": ""}, mine["text"]) == (
        {"id": "", "name": "list.csv", "size": 3, "photo": False},
        "/mass",
    )
    assert bots["file"] | {"id": ""} == {"id": "", "name": "ü.csv", "size": 1, "photo": False}
    assert mine["file"]["id"] != bots["file"]["id"]
    fetched = await http.get(f"/chat/7/file/{bots['id']}")
    assert fetched.content == b"x"
    assert fetched.headers["content-disposition"] == "attachment; filename*=utf-8''%C3%BC.csv"
    assert (await http.get(f"/chat/8/file/{bots['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("params", "content", "status"),
    [
        ({"name": "a.txt"}, b"", 400),
        ({}, b"1", 400),
        ({"name": "a.txt", "caption": "a" * 1025}, b"1", 400),
        ({"name": "a.txt"}, b"a" * (LARGEST_FETCHED + 1), 413),
    ],
)
async def test_the_page_refuses_bad_files(
    http: httpx.AsyncClient, params: dict[str, str], content: bytes, status: int
) -> None:
    assert (await http.post("/chat/7/file", params=params, content=content)).status_code == status


async def test_a_refusal_of_a_large_upload_is_told_in_json(
    http: httpx.AsyncClient, telegram: Telegram, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST_SENT", 1000)
    upload = {"document": ("a.txt", b"a" * 1001)}
    reply = await http.post(f"/bot{telegram.token}/sendDocument", data={"chat_id": "7"}, files=upload)
    assert reply.status_code == 413
    assert json.loads(reply.text)["description"] == "Request Entity Too Large"
