"""The panel's HTTP API, one coroutine per action. The only place that imports httpx."""

import asyncio
import email.utils
import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, NamedTuple, TypeVar

import httpx

from bot.panel import replies
from bot.panel.errors import NotSent, PanelGarbled, PanelRefused, PanelUnreachable, hide
from bot.panel.models import Balance, OrderStatus, Service, Unreadable

CONNECT_SECONDS = 5.0
ADD_SECONDS = 60.0
CALL_SECONDS = 20.0
PERSON_SECONDS = 18.0  # a waiting person is answered within 20 s, our own work included
LARGEST_REPLY = 32 * 1024 * 1024
_PARSE_ASIDE = 256 * 1024  # from this size on a reply is parsed in a thread

T = TypeVar("T")
Aside = Callable[[], AbstractAsyncContextManager[None]]


class PanelClient:
    """Calls one panel. Every call raises only PanelError, and never with the key in it.

    Machines and people each get a client of their own, so that neither waits for the other's
    connections. `seconds` is what one call may take in all, its retry included. `aside` wraps every
    call; it is where a caller lets go of what others could use meanwhile.
    """

    def __init__(
        self,
        url: str,
        *,
        connections: int = 8,
        seconds: float = CALL_SECONDS,
        add_seconds: float = ADD_SECONDS,
        aside: Aside = nullcontext,
    ) -> None:
        self._url = url
        self._seconds = seconds
        self._add_seconds = add_seconds
        self._aside = aside
        trust = httpx.create_ssl_context()
        self._http = _http(trust, seconds, httpx.Limits(max_connections=connections))
        # A stale keep-alive connection looks like a lost answer, so each order gets a fresh one.
        fresh = httpx.Limits(max_connections=256, max_keepalive_connections=0)
        self._http_add = _http(trust, add_seconds, fresh)

    async def close(self) -> None:
        await self._http.aclose()
        await self._http_add.aclose()

    async def services(self, key: str) -> tuple[Service, ...]:
        return await self._ask(key, {"action": "services"}, replies.services)

    async def balance(self, key: str) -> Balance:
        return await self._ask(key, {"action": "balance"}, replies.balance)

    async def order_status(self, key: str, order: str) -> OrderStatus:
        return await self._ask(key, {"action": "status", "order": order}, replies.order_status)

    async def order_statuses(self, key: str, orders: Sequence[str]) -> dict[str, OrderStatus | Unreadable]:
        """Up to 100 orders in one request. Orders the panel does not mention are missing."""
        form = {"action": "status", "orders": ",".join(orders)}
        found = await self._ask(key, form, lambda payload: replies.order_statuses(payload, orders))
        return {
            order: Unreadable(hide(status.words, key)) if isinstance(status, Unreadable) else status
            for order, status in found.items()
        }

    async def add(self, key: str, service: str, fields: Mapping[str, str]) -> str:
        """Place an order with exactly one request, and return its id.

        NotSent proves that nothing was sent, PanelRefused is the panel's no. After any other
        PanelError the order may exist and be charged.
        """
        form = {"action": "add", "service": service, **fields}
        try:
            async with self._aside(), asyncio.timeout(self._add_seconds):
                reply = await self._post(self._http_add, key, form)
        except TimeoutError as error:
            raise PanelUnreachable("no reply in time") from error
        return _understand(reply, key, replies.order_id)

    async def _ask(self, key: str, form: Mapping[str, str], read: Callable[[Any], T]) -> T:
        """A call that changes nothing at the panel, so a broken connection is tried once more."""
        try:
            async with self._aside(), asyncio.timeout(self._seconds):
                try:
                    reply = await self._post(self._http, key, form)
                except PanelUnreachable:
                    await asyncio.sleep(0.1)
                    reply = await self._post(self._http, key, form)
                if len(reply.text) < _PARSE_ASIDE:
                    return _understand(reply, key, read)
                return await asyncio.to_thread(_understand, reply, key, read)
        except TimeoutError as error:
            raise PanelUnreachable("no reply in time") from error

    async def _post(self, http: httpx.AsyncClient, key: str, form: Mapping[str, str]) -> "_Reply":
        try:
            async with http.stream("POST", self._url, data={"key": key, **form}) as response:
                body = bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > LARGEST_REPLY:
                        raise PanelGarbled("a reply over 32 MB")
                text = _decode(bytes(body), response.charset_encoding)
                return _Reply(text, response.status_code, _seconds(response.headers.get("retry-after")))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent("no connection to the panel") from error
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            raise PanelUnreachable(f"the connection broke ({type(error).__name__})") from error


class _Reply(NamedTuple):
    text: str
    status_code: int
    retry_after: float | None


def _understand(reply: _Reply, key: str, read: Callable[[Any], T]) -> T:
    try:
        return read(replies.load(reply.text, status_code=reply.status_code, retry_after=reply.retry_after))
    except PanelRefused as refused:
        refused.hide(key)
        raise


def _decode(body: bytes, charset: str | None) -> str:
    try:
        return body.decode(charset or "utf-8", "replace")
    except (LookupError, UnicodeError):
        return body.decode("utf-8", "replace")


def _http(trust: Any, seconds: float, limits: httpx.Limits) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        verify=trust,
        limits=limits,
        timeout=httpx.Timeout(seconds, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS),
        follow_redirects=False,  # a redirected POST would repeat an order, or carry the key elsewhere
        headers={"User-Agent": "panelgram", "Accept": "application/json"},
    )


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After comes as seconds or as a date; at most an hour is believed."""
    if not retry_after:
        return None
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time()
        except (ValueError, OverflowError, TypeError):
            return None
    return min(max(seconds, 0.0), 3600.0) if math.isfinite(seconds) else None
