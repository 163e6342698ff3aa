import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.sandbox.telegram import Person, Telegram, telegram_app
from bot.serving import serve

NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly"
    " the same as a current content and reply markup of the message"
)
OLD_QUERY = "Bad Request: query is too old and response timeout expired or query ID is invalid"


class Api:
    """Calls the Bot API as a bot would."""

    def __init__(self, telegram: Telegram, http: httpx.AsyncClient) -> None:
        self.telegram = telegram
        self.http = http

    async def __call__(self, method: str, **fields: Any) -> Any:
        reply = await self.raw(method, **fields)
        assert reply["ok"], reply
        return reply["result"]

    async def refused(self, method: str, **fields: Any) -> str:
        reply = await self.raw(method, **fields)
        assert not reply["ok"], reply
        return str(reply["description"])

    async def raw(self, method: str, **fields: Any) -> Any:
        reply = await self.http.post(f"/bot{self.telegram.token}/{method}", json=fields)
        assert reply.status_code == reply.json().get("error_code", 200)
        return reply.json()


class Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def telegram(clock: Clock) -> Telegram:
    return Telegram(clock=clock)


@pytest.fixture
async def api(telegram: Telegram) -> AsyncIterator[Api]:
    server = await serve(telegram_app(telegram))
    async with httpx.AsyncClient(base_url=server.url) as http:
        yield Api(telegram, http)
    await server.stop()


@pytest.fixture
async def ann(telegram: Telegram) -> Person:
    ann = telegram.person(1001, first_name="Ann", language_code="en")
    await ann.types("/start")
    return ann


def keyboard(*labels: str) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": label, "callback_data": f"do:{label}"} for label in labels]]}


# Calls


async def test_tells_a_wrong_token_and_an_unknown_method(api: Api) -> None:
    assert (await api.http.get("/bot1:wrong/getMe")).json() == {
        "ok": False,
        "error_code": 401,
        "description": "Unauthorized",
    }
    assert await api.refused("getNothing") == "Not Found"
    assert (await api.http.get("/elsewhere")).status_code == 404


async def test_takes_queries_forms_multipart_and_json(api: Api, ann: Person) -> None:
    url = f"/bot{api.telegram.token}/sendMessage"
    markup = json.dumps(keyboard("Go"))

    await api.http.get(url, params={"chat_id": 1001, "text": "query é"})
    await api.http.post(url, data={"chat_id": "1001", "text": "form é", "reply_markup": markup})
    fields = {"chat_id": "1001", "text": "multipart é", "reply_markup": markup}
    await api.http.post(url, files=[(name, (None, value.encode())) for name, value in fields.items()])
    await api.http.post(url, json={"chat_id": 1001, "text": "json é", "reply_markup": keyboard("Go")})

    assert ann.reads == "query é\nform é\nmultipart é\njson é"
    assert [message.buttons for message in ann.messages[1:]] == [[], ["Go"], ["Go"], ["Go"]]


async def test_refuses_bodies_it_cannot_read(api: Api, ann: Person) -> None:
    url = f"/bot{api.telegram.token}/sendMessage"
    not_utf8 = await api.http.post(url, content=b'{"chat_id": 1001, "text": "\xff"}', headers=JSON)
    surrogate = await api.http.post(url, content=b'{"chat_id": 1001, "text": "\\ud800"}', headers=JSON)
    no_json = await api.http.post(url, content=b"{", headers=JSON)

    assert not_utf8.json()["description"] == "Bad Request: strings must be encoded in UTF-8"
    assert surrogate.json()["description"] == "Bad Request: strings must be encoded in UTF-8"
    assert no_json.json()["description"] == "Bad Request: can't parse JSON object"


JSON = {"content-type": "application/json"}


async def test_remembers_calls(api: Api, ann: Person, clock: Clock) -> None:
    await api("getMe")
    await api("sendMessage", chat_id=1001, text="hello")

    assert [call.method for call in api.telegram.calls()] == ["getMe", "sendMessage"]
    assert api.telegram.calls("sendMessage") == [
        ("sendMessage", {"chat_id": 1001, "text": "hello"}, clock.now)
    ]


# Sending


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": ""}, "message text is empty"),
        ({}, "message text is empty"),
        ({"text": " \n "}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        (
            {"text": "<x>", "parse_mode": "HTML"},
            'can\'t parse entities: Unsupported start tag "x" at byte offset 0',
        ),
        ({"text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        ({"text": "*x*", "parse_mode": "MarkdownV2"}, "only HTML is supported here as parse_mode"),
        ({"text": "x", "chat_id": ""}, "chat_id is empty"),
        ({"text": "x", "chat_id": 404}, "chat not found"),
        ({"text": "x", "chat_id": "@nobody"}, "chat not found"),
        ({"text": "x", "reply_parameters": {"message_id": 77}}, "message to be replied not found"),
    ],
)
async def test_refuses_messages(api: Api, ann: Person, fields: dict[str, Any], reason: str) -> None:
    assert await api.refused("sendMessage", **{"chat_id": 1001, **fields}) == f"Bad Request: {reason}"


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ("{", "can't parse reply keyboard markup JSON object"),
        ([1], "object expected as reply markup"),
        ({"inline_keyboard": 1}, 'field "inline_keyboard" must be of type Array'),
        (
            {"inline_keyboard": [[{"text": "x"}]]},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"inline_keyboard": [[{"callback_data": "x"}]]},
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            {"inline_keyboard": [[{"text": " ", "callback_data": "x"}]]},
            "inline keyboard button text must be non-empty",
        ),
        ({"inline_keyboard": [[{"text": "x", "callback_data": ""}]]}, "BUTTON_DATA_INVALID"),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "é" * 33}]]}, "BUTTON_DATA_INVALID"),
        ({"inline_keyboard": [[{"text": "x", "copy_text": {"text": ""}}]]}, "BUTTON_COPY_TEXT_INVALID"),
        (
            {"inline_keyboard": [[{"text": "x", "url": "nowhere"}]]},
            "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL",
        ),
        (keyboard(*["x"] * 101), "REPLY_MARKUP_TOO_LONG"),
        ({"keyboard": [[{"text": ""}]]}, "keyboard button text must be non-empty"),
    ],
)
async def test_refuses_keyboards(api: Api, ann: Person, markup: Any, reason: str) -> None:
    assert (
        await api.refused("sendMessage", chat_id=1001, text="x", reply_markup=markup)
        == f"Bad Request: {reason}"
    )


async def test_sends_the_longest_message_and_button(api: Api, ann: Person) -> None:
    markup = {
        "inline_keyboard": [
            [{"text": "data", "callback_data": "é" * 32}],
            [{"text": "link", "url": "https://example.com"}, {"text": "copy", "copy_text": {"text": "x"}}],
        ]
    }
    sent = await api(
        "sendMessage",
        chat_id=1001,
        text=f"<b>{'😀' * 2048}</b>",
        parse_mode="HTML",
        reply_markup=markup,
        link_preview_options={"is_disabled": True},
        reply_parameters={"message_id": 1},
    )

    assert sent["text"] == "😀" * 2048
    assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 4096}]
    assert sent["reply_markup"] == markup
    assert sent["reply_to_message"]["text"] == "/start"
    assert sent["from"]["is_bot"]
    assert sent["chat"] == {"id": 1001, "type": "private", "first_name": "Ann"}


async def test_a_bot_cannot_speak_first_nor_after_it_was_blocked(api: Api, ann: Person) -> None:
    api.telegram.person(1002)
    assert (
        await api.refused("sendMessage", chat_id=1002, text="x")
        == "Forbidden: bot can't initiate conversation with a user"
    )

    await ann.blocks_bot()
    assert (
        await api.refused("sendMessage", chat_id=1001, text="x") == "Forbidden: bot was blocked by the user"
    )
    assert await api.refused("sendChatAction", chat_id=1001, action="typing") == (
        "Forbidden: bot was blocked by the user"
    )

    await ann.unblocks_bot()
    await api("sendMessage", chat_id=1001, text="welcome back")
    changes = [u["my_chat_member"]["new_chat_member"]["status"] for u in (await api("getUpdates"))[1:]]
    assert changes == ["kicked", "member"]


# Editing and deleting


async def test_edits_text_and_keyboard(api: Api, ann: Person) -> None:
    sent = await api("sendMessage", chat_id=1001, text="one", reply_markup=keyboard("A"))
    place = {"chat_id": 1001, "message_id": sent["message_id"]}

    same = await api.refused("editMessageText", **place, text="one", reply_markup=keyboard("A"))
    bare = await api("editMessageText", **place, text="two")
    back = await api("editMessageReplyMarkup", **place, reply_markup=keyboard("B"))
    again = await api.refused("editMessageReplyMarkup", **place, reply_markup=keyboard("B"))

    assert same == again == NOT_MODIFIED
    assert (bare["text"], bare.get("reply_markup"), bare["edit_date"]) == ("two", None, 1_700_000_000)
    assert (back["text"], back["reply_markup"]) == ("two", keyboard("B"))
    assert ann.reads == "two"


async def test_refuses_edits(api: Api, ann: Person) -> None:
    with_keys = {"keyboard": [["x"]]}
    sent = await api("sendMessage", chat_id=1001, text="with keys", reply_markup=with_keys)
    plain = await api("sendMessage", chat_id=1001, text="plain")

    async def edit(message_id: int, **fields: Any) -> str:
        fields = {"text": "y", **fields}
        return await api.refused("editMessageText", chat_id=1001, message_id=message_id, **fields)

    assert await edit(77) == "Bad Request: message to edit not found"
    assert await edit(1) == "Bad Request: message can't be edited"
    assert await edit(sent["message_id"]) == "Bad Request: message can't be edited"
    assert await edit(plain["message_id"], text="") == "Bad Request: message text is empty"
    assert await edit(plain["message_id"], text="x" * 4097) == "Bad Request: MESSAGE_TOO_LONG"
    assert await edit(plain["message_id"], reply_markup=with_keys) == "Bad Request: inline keyboard expected"


async def test_deletes_young_messages_only(api: Api, ann: Person, clock: Clock) -> None:
    await api("sendMessage", chat_id=1001, text="one")
    assert await api("deleteMessage", chat_id=1001, message_id=1)
    assert await api.refused("deleteMessage", chat_id=1001, message_id=1) == (
        "Bad Request: message to delete not found"
    )

    clock.now += 48 * 3600 + 1
    assert (
        await api.refused("deleteMessage", chat_id=1001, message_id=2)
        == "Bad Request: message can't be deleted"
    )
    assert ann.reads == "one"


async def test_deletes_many_and_passes_over_the_missing(api: Api, ann: Person) -> None:
    await api("sendMessage", chat_id=1001, text="one")
    await api("sendMessage", chat_id=1001, text="two")

    assert await api("deleteMessages", chat_id=1001, message_ids=[1, 2, 77])
    assert [message.text for message in ann.messages] == ["two"]
    assert "too many" in await api.refused("deleteMessages", chat_id=1001, message_ids=list(range(101)))


async def test_in_a_group_a_bot_deletes_only_its_own(api: Api, ann: Person) -> None:
    message = await ann.types_in_group("hello", -100_1)
    sent = await api("sendMessage", chat_id=-100_1, text="hi")

    assert sent["chat"] == {"id": -100_1, "type": "supergroup", "title": "Group"}
    assert await api.refused("deleteMessage", chat_id=-100_1, message_id=message.id) == (
        "Bad Request: message can't be deleted"
    )
    assert await api("deleteMessage", chat_id=-100_1, message_id=sent["message_id"])


# Answering taps


async def test_answers_a_tap_once_and_in_time(api: Api, ann: Person, clock: Clock) -> None:
    await api("sendMessage", chat_id=1001, text="x", reply_markup=keyboard("Go"))
    tap, late = await ann.taps("Go"), await ann.taps("Go")
    too_long = await api.refused("answerCallbackQuery", callback_query_id=tap.id, text="x" * 201)

    assert too_long == "Bad Request: MESSAGE_TOO_LONG"
    assert await api("answerCallbackQuery", callback_query_id=tap.id, text="done", show_alert=True)
    assert (await tap.answer(), tap.answered, tap.alert, ann.toasts) == ("done", True, True, ["done"])
    assert await api.refused("answerCallbackQuery", callback_query_id=tap.id) == OLD_QUERY

    clock.now += 61
    assert await api.refused("answerCallbackQuery", callback_query_id=late.id) == OLD_QUERY


# The bot's own card


async def test_keeps_commands_by_scope_and_language(api: Api) -> None:
    def named(name: str) -> list[dict[str, str]]:
        return [{"command": name, "description": f"about {name}"}]

    private = {"type": "all_private_chats"}
    await api("setMyCommands", commands=named("default"))
    await api("setMyCommands", commands=named("privat"), scope=private, language_code="de")

    profile = api.telegram.profile
    assert await api("getMyCommands") == profile.commands_in(1, "en") == named("default")
    assert profile.commands_in(1, "de") == named("privat")
    await api("deleteMyCommands", scope=private, language_code="de")
    assert profile.commands_in(1, "de") == named("default")
    assert await api.refused("setMyCommands", commands=named("Upper")) == "Bad Request: BOT_COMMAND_INVALID"
    assert await api.refused("setMyCommands", commands=[{"command": "x", "description": ""}]) == (
        "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"
    )


async def test_keeps_name_and_descriptions(api: Api) -> None:
    await api("setMyName", name="Shop")
    await api("setMyDescription", description="Long", language_code="de")
    await api("setMyShortDescription", short_description="Short")

    assert await api("getMyName") == {"name": "Shop"}
    assert await api("getMyDescription") == {"description": ""}
    assert await api("getMyDescription", language_code="de") == {"description": "Long"}
    assert await api("getMyShortDescription", language_code="de") == {"short_description": "Short"}
    assert await api.refused("setMyName", name="x" * 65) == "Bad Request: name is too long"


async def test_counts_and_drops_what_waits(api: Api, ann: Person) -> None:
    assert (await api("getWebhookInfo"))["pending_update_count"] == 1
    assert await api("deleteWebhook", drop_pending_updates=True)
    assert await api("getUpdates") == []


async def test_agrees_to_the_rest(api: Api, ann: Person) -> None:
    assert (await api("getMe"))["username"] == "panelgram_bot"
    assert (await api("getChat", chat_id=1001))["type"] == "private"
    assert await api("setChatMenuButton")
    assert await api("sendChatAction", chat_id=1001, action="typing")
    assert await api("close")
    assert await api("logOut")
