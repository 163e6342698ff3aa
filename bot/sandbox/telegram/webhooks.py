"""Webhooks: Telegram calls the bot with each update, and again until it hears that the bot has it.

As Telegram does: of one chat's messages the next goes out when the one before was taken, and so do a
person's taps; all else goes in parallel. So a tap may overtake a message.
"""

import asyncio
import itertools
import re
from collections import deque
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import aiohttp

from bot.sandbox.telegram.chats import Json
from bot.sandbox.telegram.errors import ApiError, bad_request
from bot.sandbox.telegram.fields import Fields, flag, nested, number, string
from bot.sandbox.telegram.updates import allowed_updates

if TYPE_CHECKING:
    from bot.sandbox.telegram.state import Telegram

PORTS = {80, 88, 443, 8443}
HERE = {"127.0.0.1", "localhost"}
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - its name, not the secret
LONGEST_SECRET = 256
MOST_CONNECTIONS, USUAL_CONNECTIONS = 100, 40
LONGEST_ANSWER_SECONDS = 60.0
MOST_PAUSES = 60  # `resend_pause`s between two tries
LONGEST_RETRY_AFTER = 3600

Queue = tuple[str, int]


async def set_webhook(telegram: "Telegram", fields: Fields) -> bool:
    url = string(fields, "url")
    if not url:
        return await delete_webhook(telegram, fields)
    _check_url(url)
    secret = string(fields, "secret_token")
    if len(secret) > LONGEST_SECRET:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[\w-]*", secret, re.ASCII):
        raise bad_request("secret token contains unallowed characters")
    most = number(fields, "max_connections")
    updates = telegram.updates
    updates.allowed = allowed_updates(nested(fields, "allowed_updates"), updates.allowed)
    dropping = flag(fields, "drop_pending_updates")
    if dropping:
        updates.forget()
    wanted = Wanted(url, secret, most if 1 <= most <= MOST_CONNECTIONS else USUAL_CONNECTIONS)
    if dropping or updates.webhook is None or updates.webhook.wanted != wanted:
        await updates.deliver_to(Webhook(telegram, wanted))
    return True


async def delete_webhook(telegram: "Telegram", fields: Fields) -> bool:
    if flag(fields, "drop_pending_updates"):
        telegram.updates.forget()
    await telegram.updates.deliver_to(None)
    return True


async def get_webhook_info(telegram: "Telegram", _: Fields) -> Json:
    updates = telegram.updates
    info: Json = {"url": "", "has_custom_certificate": False, "pending_update_count": len(updates.waiting)}
    if updates.webhook is not None:
        info |= updates.webhook.info()
    return info | ({"allowed_updates": updates.allowed} if updates.allowed else {})


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise bad_request("bad webhook: invalid webhook URL specified") from None
    if parts.scheme == "http" and parts.hostname in HERE:
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (port or 443) not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    raise bad_request("bad webhook: only http to this machine is called here")


class Wanted(NamedTuple):
    url: str
    secret: str
    most: int  # calls at a time


class Webhook:
    def __init__(self, telegram: "Telegram", wanted: Wanted) -> None:
        self.wanted = wanted
        self._telegram = telegram
        self._connections = asyncio.Semaphore(wanted.most)
        self._arriving: asyncio.Queue[Json] = asyncio.Queue()
        self._queues: dict[Queue, deque[Json]] = {}
        self._last_error: Json = {}

    def info(self) -> Json:
        place = {"url": self.wanted.url, "ip_address": "127.0.0.1", "max_connections": self.wanted.most}
        return place | self._last_error

    def take(self, update: Json) -> None:
        """It will be delivered."""
        self._arriving.put_nowait(update)

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as deliveries:
            while True:
                update = await self._arriving.get()
                queue = self._queues.setdefault(key := _queue_of(update), deque())
                queue.append(update)
                if len(queue) == 1:
                    deliveries.create_task(self._empty(session, key))

    async def _empty(self, session: aiohttp.ClientSession, key: Queue) -> None:
        queue = self._queues[key]
        while queue:
            await self._see_through(session, queue[0])
            self._telegram.updates.taken(queue.popleft())
        del self._queues[key]

    async def _see_through(self, session: aiohttp.ClientSession, update: Json) -> None:
        """The second try comes at once, the next after twice the pause before, or when the bot says."""
        for failures in itertools.count():
            if not self._telegram.updates.is_waiting(update):
                return
            async with self._connections:
                error, retry_after = await self._call(session, update)
            if not error:
                return
            self._last_error = {"last_error_date": self._telegram.now(), "last_error_message": error}
            pause = min(2**failures, MOST_PAUSES) * self._telegram.resend_pause if failures else 0.0
            await asyncio.sleep(retry_after or pause)

    async def _call(self, session: aiohttp.ClientSession, update: Json) -> tuple[str, int]:
        """What went wrong, "" when nothing did, and for how many seconds the bot wants to be left alone."""
        secret = self.wanted.secret
        trouble = self._telegram.note("webhook", update)
        limits = aiohttp.ClientTimeout(sock_connect=5.0, sock_read=LONGEST_ANSWER_SECONDS)
        try:
            if trouble:
                await trouble.strike()
            async with session.post(
                self.wanted.url,
                json=update,
                headers={SECRET_HEADER: secret} if secret else {},
                timeout=limits,
                allow_redirects=False,
            ) as answer:
                await answer.read()
        except ApiError as error:
            return f"Wrong response from the webhook: {error.code} {error.description}", 0
        except aiohttp.ClientConnectorError:
            return "Connection refused", 0
        except TimeoutError:
            return "Read timeout expired", 0
        except (aiohttp.ClientError, ConnectionResetError):
            return "Webhook connection closed", 0
        if trouble and trouble.lost:
            return "Webhook connection closed", 0
        return _verdict(answer)


def _verdict(answer: aiohttp.ClientResponse) -> tuple[str, int]:
    if 200 <= answer.status < 300:
        return "", 0
    after = answer.headers.get("retry-after", "")
    seconds = min(int(after), LONGEST_RETRY_AFTER) if after.isdecimal() else 0
    return f"Wrong response from the webhook: {answer.status} {answer.reason}", seconds


def _queue_of(update: Json) -> Queue:
    (kind,) = update.keys() - {"update_id"}
    content = update[kind]
    if kind in {"message", "edited_message"}:
        return "message", content["chat"]["id"]
    return kind, content["from"]["id"]
