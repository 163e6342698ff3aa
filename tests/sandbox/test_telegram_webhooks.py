"""The sandbox's Telegram calls a bot, again and again if need be."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from telegram import Bot

from bot.sandbox.telegram import Person, Telegram, telegram_app
from bot.serving import NoAnswer, Server, serve

GREEDY = {"url": "http://127.0.0.1:1/hook"}


@dataclass
class Hook:
    """A bot that takes each update, or answers with what is laid ready in `answers`, the first first."""

    telegram: Telegram
    http: httpx.AsyncClient
    url: str = ""
    answers: list[Response] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    busy: int = 0
    busiest: int = 0

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.seen.append((await request.json())["update_id"])
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        await self.open.wait()
        self.busy -= 1
        await (self.answers.pop(0) if self.answers else Response())(scope, receive, send)

    async def call(self, method: str, **fields: Any) -> Any:
        found = (await self.http.post(method, json=fields)).json()
        return found["result"] if found["ok"] else found["description"]

    async def set(self, **fields: Any) -> None:
        assert await self.call("setWebhook", url=self.url, **fields) is True

    async def info(self) -> Any:
        return await self.call("getWebhookInfo")

    async def waits(self, count: int) -> None:
        """Until Telegram has so many updates left."""
        await eventually(lambda: len(self.telegram.updates.waiting) == count)


async def eventually(look: Callable[[], bool]) -> None:
    async with asyncio.timeout(10.0):
        while not look():  # noqa: ASYNC110 - looks at what has no event
            await asyncio.sleep(0.01)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    telegram = Telegram(resend_pause=0.01)
    api = await serve(telegram_app(telegram))
    async with httpx.AsyncClient(base_url=f"{api.url}/bot{telegram.token}/") as http:
        hook = Hook(telegram, http)
        hook.open.set()
        bot: Server = await serve(hook.app)
        hook.url = f"{bot.url}/hook"
        yield hook
        await hook.call("deleteWebhook")
        await bot.stop()
    await api.stop()


@pytest.fixture
def ann(hook: Hook) -> Person:
    return hook.telegram.person(1001)


async def test_delivers_what_waits_and_what_comes_with_the_secret(hook: Hook, ann: Person) -> None:
    await ann.types("one")
    await hook.set(secret_token="s3cret-_")
    await ann.types("two")
    await hook.waits(0)

    assert hook.seen == [1, 2]
    assert hook.secrets == ["s3cret-_"] * 2


async def test_without_a_secret_there_is_no_header(hook: Hook, ann: Person) -> None:
    await hook.set()
    await ann.types("one")
    await hook.waits(0)
    assert hook.secrets == [None]


@pytest.mark.parametrize("answer", [Response(status_code=500), Response(status_code=302), NoAnswer()])
async def test_delivers_again_until_it_is_taken(hook: Hook, ann: Person, answer: Response) -> None:
    hook.answers = [answer] * 3
    await hook.set()
    await ann.types("one")
    await ann.types("two")
    await hook.waits(0)

    assert hook.seen == [1, 1, 1, 1, 2]


async def test_any_2xx_takes_it(hook: Hook, ann: Person) -> None:
    hook.answers = [Response(status_code=204), Response("some text", 202)]
    await hook.set()
    await ann.types("one")
    await ann.types("two")
    await hook.waits(0)
    assert hook.seen == [1, 2]


async def test_waits_as_long_as_the_bot_says(hook: Hook, ann: Person) -> None:
    hook.answers = [Response(status_code=503, headers={"retry-after": "1"})] * 2
    await hook.set()
    await ann.types("one")
    await hook.waits(0)

    first, second, third = hook.telegram.calls("webhook")
    assert second.at - first.at >= 0.99  # what was asked for, not how long it took
    assert third.at - second.at >= 0.99


async def test_who_waits_does_not_hold_up_others(hook: Hook, ann: Person) -> None:
    await ann.types("one")
    hook.answers = [Response(status_code=503, headers={"retry-after": "3600"})]
    await hook.set()
    await eventually(lambda: hook.seen == [1])
    await hook.telegram.person(1002).types("two")
    await hook.waits(1)

    assert hook.seen == [1, 2]
    assert [update["update_id"] for update in hook.telegram.updates.waiting] == [1]


async def test_of_one_chat_one_at_a_time_of_others_as_many_as_are_allowed(hook: Hook, ann: Person) -> None:
    hook.open.clear()
    for user_id in (1001, 1001, 1002, 1003, 1004):
        await hook.telegram.person(user_id).types("x")
    await hook.set(max_connections=2)
    await eventually(lambda: hook.busy == 2)
    hook.open.set()
    await hook.waits(0)

    assert hook.busiest == 2
    assert sorted(hook.seen) == [1, 2, 3, 4, 5]
    assert hook.seen.index(1) < hook.seen.index(2)


async def test_tells_what_is_set_and_what_went_wrong(hook: Hook, ann: Person) -> None:
    assert await hook.info() == {"url": "", "has_custom_certificate": False, "pending_update_count": 0}
    hook.answers = [Response(status_code=503, headers={"retry-after": "3600"})]
    await hook.set(allowed_updates=["message"], max_connections=7)
    await ann.types("one")
    await hook.telegram.hears("webhook")
    webhook = hook.telegram.updates.webhook
    assert webhook
    await eventually(lambda: "last_error_date" in webhook.info())

    info = await hook.info()
    assert abs(info.pop("last_error_date") - hook.telegram.now()) < 60
    assert info == {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": 1,
        "ip_address": "127.0.0.1",
        "max_connections": 7,
        "allowed_updates": ["message"],
        "last_error_message": "Wrong response from the webhook: 503 Service Unavailable",
    }


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ({"lost": True}, "Webhook connection closed"),
        ({"dropped": True}, "Webhook connection closed"),
        ({"status": 502}, "Wrong response from the webhook: 502 Bad Gateway"),
    ],
)
async def test_the_way_to_the_bot_can_be_in_trouble(
    hook: Hook, ann: Person, trouble: dict[str, Any], words: str
) -> None:
    hook.telegram.trouble("webhook", **trouble)
    await hook.set()
    await ann.types("one")
    await hook.waits(0)

    assert hook.seen == ([1, 1] if "lost" in trouble else [1])
    assert (await hook.info())["last_error_message"] == words


async def test_a_bot_that_is_not_there_is_called_again(hook: Hook, ann: Person) -> None:
    await hook.call("setWebhook", **GREEDY)
    await ann.types("one")
    await hook.telegram.hears("webhook", times=3)
    assert (await hook.info())["last_error_message"] == "Connection refused"

    await hook.set()
    await hook.waits(0)
    assert hook.seen == [1]
    assert "last_error_message" not in await hook.info()


async def test_setting_the_same_again_changes_nothing(hook: Hook, ann: Person) -> None:
    hook.answers = [Response(status_code=503, headers={"retry-after": "3600"})]
    await hook.set(secret_token="a")
    await ann.types("one")
    await eventually(lambda: hook.seen == [1])
    await hook.set(secret_token="a")
    await hook.telegram.person(1002).types("two")
    await hook.waits(1)
    assert hook.seen == [1, 2]

    await hook.set(secret_token="b")
    await hook.waits(0)
    assert (hook.seen, hook.secrets[-1]) == ([1, 2, 1], "b")


async def test_polls_and_webhooks_exclude_each_other(hook: Hook, ann: Person) -> None:
    poll = asyncio.create_task(hook.call("getUpdates", timeout=30))
    await hook.telegram.hears("getUpdates")
    await hook.call("setWebhook", **GREEDY)
    assert await poll == "Conflict: terminated by setWebhook request"
    assert await hook.call("getUpdates") == (
        "Conflict: can't use getUpdates method while webhook is active;"
        " use deleteWebhook to delete the webhook first"
    )

    await ann.types("one")
    assert await hook.call("deleteWebhook") is True
    assert [update["update_id"] for update in await hook.call("getUpdates")] == [1]
    assert (await hook.info())["url"] == ""


async def test_an_empty_address_deletes_it(hook: Hook) -> None:
    await hook.set()
    await hook.call("setWebhook", url="")
    assert (await hook.info())["url"] == ""


@pytest.mark.parametrize("method", ["setWebhook", "deleteWebhook"])
async def test_drops_what_waits(hook: Hook, ann: Person, method: str) -> None:
    await ann.types("old")
    await hook.call(method, url=hook.url, drop_pending_updates=True)
    await hook.set()
    await ann.types("new")
    await hook.waits(0)
    assert hook.seen == [2]


async def test_what_was_dropped_is_not_delivered_again(hook: Hook, ann: Person) -> None:
    hook.answers = [Response(status_code=503, headers={"retry-after": "3600"})]
    await hook.set()
    await ann.types("old")
    await eventually(lambda: hook.seen == [1])
    await hook.set(drop_pending_updates=True)
    await ann.types("new")
    await hook.waits(0)
    assert hook.seen == [1, 2]


async def test_delivers_only_what_is_wanted(hook: Hook, ann: Person) -> None:
    await hook.set(allowed_updates=["edited_message"])
    await ann.edits(await ann.types("unwanted"), "wanted")
    await hook.waits(0)
    assert len(hook.seen) == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"url": "http://example.com/"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "ftp://127.0.0.1/"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://[/"}, "bad webhook: invalid webhook URL specified"),
        (
            {"url": "https://example.com:444/"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        ({"url": "https://example.com/"}, "bad webhook: only http to this machine is called here"),
        (GREEDY | {"secret_token": "a" * 257}, "secret token is too long"),
        (GREEDY | {"secret_token": "a b"}, "secret token contains unallowed characters"),
        (GREEDY | {"secret_token": "é"}, "secret token contains unallowed characters"),
    ],
)
async def test_refuses_as_telegram_does(hook: Hook, fields: dict[str, str], words: str) -> None:
    assert await hook.call("setWebhook", **fields) == f"Bad Request: {words}"
    assert (await hook.info())["url"] == ""


async def test_the_library_gets_along_with_webhooks(hook: Hook, ann: Person) -> None:
    base = str(hook.http.base_url).partition("/bot")[0]
    async with Bot(hook.telegram.token, base_url=f"{base}/bot") as bot:
        assert await bot.set_webhook(hook.url, secret_token="a" * 256, allowed_updates=["message"])
        await ann.types("one")
        await hook.waits(0)
        info = await bot.get_webhook_info()
        assert (info.url, info.allowed_updates, info.max_connections) == (hook.url, ("message",), 40)
        assert await bot.delete_webhook(drop_pending_updates=True)
        assert (await bot.get_webhook_info()).url == ""
