"""The bot called by Telegram instead of polling it. From outside nothing is different."""

import asyncio
import io
import json
import random
import re
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from telegram.error import InvalidToken

from bot.gateway.polling import KINDS
from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from bot.sandbox.telegram.webhooks import SECRET_HEADER
from bot.web import webhook
from tests.conftest import World, world_in
from tests.journeys.stories import LINK, eventually, hears, rows, says
from tests.journeys.test_disk import expected, held, hurry
from tests.journeys.test_killed import Program, program

__all__ = ["hurry", "program"]

SECRET = "a-secret-of-the-operator"
HEADERS = {SECRET_HEADER: SECRET}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    address = f"127.0.0.1:{free_port()}"
    hook: dict[str, Any] = {"webhook_url": f"http://{address}/tg", "webhook_listen": address}
    async with world_in(tmp_path, webhook_secret=SECRET, **hook) as world:
        world.telegram.resend_pause = 0.05
        yield world


async def post(world: World, content: bytes, *, path: str = "", method: str = "POST", **headers: str) -> int:
    async with httpx.AsyncClient() as http:
        address = world.settings["webhook_url"] + path
        given = HEADERS | {name.replace("_", "-"): value for name, value in headers.items()}
        return (await http.request(method, address, content=content, headers=given)).status_code


async def ended(world: World) -> None:
    """Start the bot, and raise what it ends with."""
    await world.start()
    ending, world.running = world.running, None
    assert ending
    await asyncio.wait_for(ending, timeout=10.0)


async def all_taken(world: World) -> None:
    await eventually(lambda: not world.telegram.updates.waiting)


async def test_a_guided_order_from_the_key_to_the_news(world: World, chat: Person, panel: Panel) -> None:
    await chat.types("/order")
    await chat.taps("Instagram Followers")
    await chat.taps("1 · ")
    await chat.sees("Send the link")
    await chat.types(LINK)
    await chat.sees("Send the quantity")
    await chat.types("1000")
    tap = await chat.taps("Place order")
    await chat.sees("Order 23501 is placed")
    await tap.answer()
    panel.finish("23501")
    await chat.sees("Order 23501: Completed")

    assert panel.calls("add") == [{"service": "1", "link": LINK, "quantity": "1000"}]
    assert world.telegram.calls("getUpdates") == []
    (wanted,) = world.telegram.calls("setWebhook")
    assert wanted.fields["secret_token"] == SECRET
    assert json.loads(wanted.fields["allowed_updates"]) == KINDS


async def test_an_update_that_comes_again_does_nothing_again(world: World, chat: Person) -> None:
    world.telegram.trouble("webhook", times=3, lost=True)
    await chat.types("/balance")
    await all_taken(world)
    await says(chat, "/help")

    assert len(world.telegram.calls("webhook")) > len(rows(world, "SELECT 1 FROM inbox"))
    assert chat.reads.count("Balance:") == 1


async def test_the_same_update_several_times_at_once_does_nothing_twice(world: World, chat: Person) -> None:
    world.telegram.trouble("webhook", times=10**6, dropped=True)
    await chat.types("/balance")
    body = json.dumps(world.telegram.updates.waiting[-1]).encode()
    assert await asyncio.gather(*(post(world, body) for _ in range(5))) == [200] * 5
    world.telegram.calm()

    await says(chat, "/help")
    assert chat.reads.count("Balance:") == 1


async def test_what_overtook_waits_for_what_came_before(world: World, chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.HANG, action="balance")
    await chat.types("/balance")
    await panel.next_call("balance")
    world.telegram.trouble("webhook", times=10**6, dropped=True)
    for text in ("/help", "/privacy", "/orders"):
        await chat.types(text)
    for update in reversed(world.telegram.updates.waiting):
        assert await post(world, json.dumps(update).encode()) == 200
    world.telegram.calm()
    panel.calm()

    for words in ("What I can do", "What I keep", "No orders yet"):
        await chat.sees(words, within=30.0)
    assert re.search("What I can do.*What I keep.*No orders", chat.reads, re.DOTALL)


async def test_whoever_does_not_know_the_secret_is_not_heard(world: World, chat: Person) -> None:
    update = b'{"update_id": 900}'
    for secret in ("", "x", SECRET[:-1], SECRET + "x", SECRET.upper(), "\xe9"):
        header = {SECRET_HEADER.encode(): secret.encode("latin-1")}
        async with httpx.AsyncClient() as http:
            answer = await http.post(world.settings["webhook_url"], content=update, headers=header)
        assert answer.status_code == 403
    async with httpx.AsyncClient() as http:
        assert (await http.post(world.settings["webhook_url"], content=update)).status_code == 403
    assert not rows(world, "SELECT 1 FROM inbox WHERE update_id = 900")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"7",
        b"[]",
        b"{}",
        b"\xff\xfe\x00",
        b'{"update_id": "7"}',
        b'{"update_id": true}',
        b'{"update_id": -1}',
        b'{"update_id": 9223372036854775808}',
        b"[" * 100_000,
    ],
    ids=lambda body: repr(body[:30]),
)
async def test_what_is_no_update_is_refused(world: World, body: bytes) -> None:
    assert await post(world, body) == 400


@pytest.mark.parametrize(
    "body",
    [
        b'{"update_id": 901}',
        b'{"update_id": 902, "poll": {"id": "1"}}',
        b'{"update_id": 903, "message": 7}',
        b'{"update_id": 904, "message": {"message_id": "x", "chat": {"id": 1001}}}',
        b'{"update_id": 905, "callback_query": {"id": 7, "from": {"id": 1001}, "data": "\\ud800"}}',
    ],
)
async def test_an_update_we_do_not_know_is_taken_once(world: World, body: bytes) -> None:
    assert await post(world, body) == 200
    assert await post(world, body) == 200
    await eventually(lambda: not rows(world, "SELECT 1 FROM inbox WHERE handled_at IS NULL"))
    assert len(rows(world, "SELECT 1 FROM inbox")) == 1


async def test_what_is_too_large_is_refused_before_it_is_read(world: World) -> None:
    update = b'{"update_id": 900}'
    assert await post(world, update.ljust(webhook.LARGEST_BODY)) == 200
    assert await post(world, update.ljust(webhook.LARGEST_BODY + 1)) == 413

    async def piecemeal() -> AsyncIterator[bytes]:
        for _ in range(webhook.LARGEST_BODY // 65_536 + 2):
            yield b" " * 65_536

    async with httpx.AsyncClient() as http:
        answer = await http.post(world.settings["webhook_url"], content=piecemeal(), headers=HEADERS)
    assert answer.status_code == 413


async def test_a_body_that_does_not_arrive_is_not_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "BODY_SECONDS", 0.05)
    host, _, port = world.settings["webhook_listen"].partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = ["POST /tg HTTP/1.1", "host: x", "content-length: 9", f"{SECRET_HEADER}: {SECRET}", "", ""]
    writer.write("\r\n".join(lines).encode())
    assert b" 408 " in await asyncio.wait_for(reader.readline(), timeout=10.0)
    writer.close()


async def test_other_ways_in_are_closed(world: World) -> None:
    for path in ("/", "x", "/../tg/x", "?a=b"):
        assert await post(world, b"{}", path=path) == (400 if path.startswith("?") else 404)
    for method in ("GET", "PUT", "DELETE"):
        assert await post(world, b"{}", method=method) == 405


async def test_while_the_database_takes_nothing_telegram_keeps_it_all(
    world: World, chat: Person, log_lines: io.StringIO
) -> None:
    async with expected(log_lines):
        with held(world):
            await chat.types("/balance")
            await world.telegram.hears("webhook", times=len(world.telegram.calls("webhook")) + 2)
            assert world.telegram.updates.waiting
            async with httpx.AsyncClient() as http:
                address = world.settings["webhook_url"]
                answer = await http.post(address, content=b'{"update_id": 700}', headers=HEADERS)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, str(webhook.AGAIN_SECONDS))
        await chat.sees("Balance:")
    await all_taken(world)
    assert chat.reads.count("Balance:") == 1


async def test_what_comes_while_the_bot_is_away_waits_at_telegram(world: World, chat: Person) -> None:
    await world.stop()
    await chat.types("/balance")
    await world.telegram.hears("webhook", times=len(world.telegram.calls("webhook")) + 1)
    await world.start()

    await chat.sees("Balance:")
    await all_taken(world)
    assert world.telegram.calls("deleteWebhook") == []


async def test_from_polls_to_the_webhook_and_back(world: World, chat: Person) -> None:
    hook = {name: world.settings.pop(name) for name in ("webhook_url", "webhook_listen", "webhook_secret")}
    for mode in ({}, hook, {}):
        await world.stop()
        await chat.types("/balance")
        for name in hook:
            world.settings.pop(name, None)
        world.settings.update(mode)
        await world.start()
        typed = await chat.types("/help")
        await hears(chat, "What I can do", after=typed)

    assert chat.reads.count("Balance:") == 3
    assert len(world.telegram.calls("setWebhook")) == 2
    assert await eventually(lambda: world.telegram.updates.webhook is None)


async def test_a_later_update_that_came_first_costs_no_earlier_one_when_polls_follow(
    world: World, chat: Person
) -> None:
    """Had the poll begun after the latest we know, it would have confirmed what we never got."""
    world.telegram.trouble("webhook", times=10**6, dropped=True)
    await chat.types("/balance")
    waiting = world.telegram.updates.waiting[-1]
    assert await post(world, json.dumps({"update_id": waiting["update_id"] + 1}).encode()) == 200
    await world.stop()
    for name in ("webhook_url", "webhook_listen", "webhook_secret"):
        del world.settings[name]
    await world.start()

    await chat.sees("Balance:")


async def test_an_address_telegram_refuses_ends_the_start_with_its_reason(world: World) -> None:
    await world.stop()
    world.settings["webhook_url"] = "http://example.com/tg"
    with pytest.raises(webhook.WebhookRefused, match="an https url must be provided"):
        await ended(world)


async def test_a_token_revoked_while_it_starts_ends_the_start_with_its_reason(world: World) -> None:
    await world.stop()
    world.telegram.trouble("setWebhook", status=401, description="Unauthorized")
    with pytest.raises(InvalidToken):
        await ended(world)


async def test_a_port_in_use_ends_the_start(world: World) -> None:
    await world.stop()
    world.settings["webhook_listen"] = f"127.0.0.1:{world.server.port}"
    with pytest.raises(OSError, match="Cannot listen on"):
        await ended(world)


async def test_notices_when_telegram_cannot_deliver_and_when_the_webhook_was_changed(
    world: World, chat: Person, log_lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "LOOK_SECONDS", 0.05)
    await world.stop()
    await world.start()
    world.telegram.trouble("webhook", times=10**6, status=502)
    await chat.types("/balance")
    await eventually(lambda: "Telegram cannot deliver updates" in log_lines.getvalue())
    assert "502 Bad Gateway" in log_lines.getvalue()
    world.telegram.calm()
    await chat.sees("Balance:")

    await world.telegram.updates.deliver_to(None)
    await chat.types("/help")
    await chat.sees("What I can do")
    assert "another program has changed the webhook" in log_lines.getvalue()


@pytest.mark.parametrize("kills", [3, pytest.param(15, marks=pytest.mark.long)])
async def test_a_kill_at_any_moment_loses_nothing(program: Program, kills: int) -> None:
    """The real program; the last time Telegram does not hear that its update is stored before the kill."""
    person = await program.connected(3002)
    await program.end(signal.SIGTERM)
    address = f"127.0.0.1:{free_port()}"
    program.settings |= {"WEBHOOK_URL": f"http://{address}/tg", "WEBHOOK_LISTEN": address}
    program.telegram.resend_pause = 0.05
    await program.start()
    await program.telegram.hears("setWebhook", within=60.0)
    for kill in range(kills):
        if kill == kills - 1:
            program.telegram.trouble("webhook", times=10**6, lost=True)
        await person.types("/balance")
        await asyncio.sleep(random.uniform(0, 0.1))
        await program.end(signal.SIGKILL)
        program.telegram.calm()
        await program.start()
        await program.telegram.hears("setWebhook", times=kill + 2, within=60.0)

    await person.types("/help")
    await person.sees("What I can do", within=60.0)
    assert kills <= person.reads.count("Balance:") <= 2 * kills
    assert not program.telegram.updates.waiting


async def test_ends_in_order_while_updates_arrive(program: Program) -> None:
    person = await program.connected(3003)
    await program.end(signal.SIGTERM)
    address = f"127.0.0.1:{free_port()}"
    program.settings |= {"WEBHOOK_URL": f"http://{address}/tg", "WEBHOOK_LISTEN": address}
    await program.start()
    await program.telegram.hears("setWebhook", within=60.0)
    program.panel.misbehave(Trouble.HANG, action="balance")
    await person.types("/balance")
    await program.panel.next_call("balance")

    assert await asyncio.wait_for(program.end(signal.SIGTERM), timeout=10.0) == 0  # a promise of the program
    program.panel.calm()
    await person.types("/help")
    await program.start()
    await person.sees("What I can do", within=60.0)
    assert person.reads.count("Balance:") == 1
