"""Telegram calls us with each update, and calls again with what it hears no 200 for.

    Telegram ──► proxy with the certificate ──► here: ours, small, an update? ──► stored ──► 200
                                                                                     └► else 503

What arrives while something is being stored is stored together right after, in the order of its ids. Of one
chat's messages Telegram brings one at a time, and so of a person's taps; a tap that overtakes a message is
put in order by the Runner unless its turn has come already.
"""

import asyncio
import hmac
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp
from telegram import Bot, WebhookInfo
from telegram.error import BadRequest, TelegramError

from bot.gateway.absence import Absence, reach
from bot.gateway.polling import KINDS, MOST_BUSY
from bot.gateway.shapes import is_update
from bot.serving import serve
from storage.database import DatabaseTrouble

LARGEST_BODY = 1024 * 1024  # bytes; the largest update there can be has about a fifth
BODY_SECONDS = 10.0  # in which all of it has to arrive
AGAIN_SECONDS = 2  # until Telegram brings what we could not take; by itself it waits for up to two minutes
LOOK_SECONDS = 30.0  # between two looks at how Telegram sees it
GRACE_SECONDS = 1.0  # at the end, for what is being stored; the rest comes again

log = structlog.get_logger()


class WebhookRefused(Exception):
    """Telegram does not call this address."""


@dataclass(frozen=True, slots=True)
class Place:
    """`url` is what Telegram calls; whoever ends its TLS passes it on to us at `host` and `port`."""

    url: str
    path: str  # of the url
    secret: str
    host: str
    port: int


@dataclass(slots=True, eq=False)
class _Arrived:
    update: dict[str, Any]
    stored: bool | None = None  # None: not tried yet


class Webhook:
    """`last_contact_at` is when Telegram last brought something, or said that nothing is in its way; None:
    not yet."""

    def __init__(
        self,
        place: Place,
        bot: Bot,
        *,
        accept: Callable[[Sequence[dict[str, Any]]], Awaitable[None]],
        busy: Callable[[], int],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._place = place
        self._secret = place.secret.encode()
        self._bot = bot
        self._accept = accept
        self._busy = busy
        self._clock = clock
        self._storing = asyncio.Lock()
        self._arrived: list[_Arrived] = []
        self._absence = Absence(
            "Telegram cannot deliver updates", "Telegram delivers updates again", clock=clock
        )
        self._brought_at = 0.0
        self.last_contact_at: float | None = None

    async def run(self) -> None:
        """Take updates until cancelled. The webhook stays set: Telegram keeps what comes until we are back.

        Raises OSError when the port is in use, and WebhookRefused.
        """
        try:
            server = await serve(self.app(), host=self._place.host, port=self._place.port)
        except OSError as error:
            raise OSError(f"WEBHOOK_LISTEN: {error.strerror}") from error
        try:
            await reach(self._set)
            await self._watch()
        finally:
            await server.stop(grace=GRACE_SECONDS)

    def app(self) -> ASGIApp:
        app = Starlette(routes=[Route(self._place.path, self._take, methods=["POST"])])
        app.router.redirect_slashes = False
        return app

    async def _set(self) -> None:
        """At every start: Telegram compares by itself, and does not tell the secret that is set."""
        try:
            await self._bot.set_webhook(
                self._place.url, secret_token=self._place.secret, allowed_updates=KINDS
            )
        except BadRequest as error:
            raise WebhookRefused(f"WEBHOOK_URL: Telegram refuses it: {error.message}") from None

    async def _watch(self) -> None:
        """What does not reach us shows only at Telegram."""
        while True:
            try:
                await self._look(await self._bot.get_webhook_info())
            except TelegramError as error:
                self._absence.failed(error)
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self, info: WebhookInfo) -> None:
        if info.url != self._place.url:
            log.warning("another program has changed the webhook of this BOT_TOKEN; setting it again")
            await reach(self._set)
        elif info.pending_update_count and self._failed_since(info.last_error_date):
            self._absence.failed(info.last_error_message)
        else:
            self._in_contact()

    def _failed_since(self, error_at: datetime | None) -> bool:
        """Since Telegram brought something. Between its tries, which are minutes apart, there is no newer
        error either."""
        return error_at is not None and error_at.timestamp() >= self._brought_at

    def _in_contact(self) -> None:
        self.last_contact_at = self._clock()
        self._absence.worked()

    async def _take(self, request: Request) -> Response:
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not hmac.compare_digest(given.encode("latin-1"), self._secret):
            return PlainTextResponse("Wrong secret", 403)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(request)
        except (TimeoutError, ClientDisconnect):
            return PlainTextResponse("The body did not arrive", 408)
        if body is None:
            return PlainTextResponse("Too large", 413)
        update = _update(body)
        if update is None:
            return PlainTextResponse("Not an update", 400)
        if self._busy() > MOST_BUSY or not await self._stored(update):
            return PlainTextResponse("Not now", 503, {"Retry-After": str(AGAIN_SECONDS)})
        self._in_contact()
        self._brought_at = self._clock()
        return Response()

    async def _stored(self, update: dict[str, Any]) -> bool:
        self._arrived.append(mine := _Arrived(update))
        async with self._storing:
            if mine.stored is None:  # nobody has taken it along
                batch, self._arrived = self._arrived, []
                await self._store(sorted(batch, key=lambda one: one.update["update_id"]))
        return bool(mine.stored)

    async def _store(self, batch: Sequence[_Arrived]) -> None:
        stored = False
        try:
            await self._accept([one.update for one in batch])
            stored = True
        except DatabaseTrouble:  # said once, for all
            pass
        except Exception:
            log.exception("updates could not be stored; Telegram brings them again")
        finally:
            for one in batch:
                one.stored = stored


async def _body(request: Request) -> bytes | None:
    """None when it is too large, as soon as that shows."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > LARGEST_BODY:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)


def _update(body: bytes) -> dict[str, Any] | None:
    """Whatever has an update's id is one, of unknown kinds too: refused, it would come again for a day."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if is_update(found) else None
