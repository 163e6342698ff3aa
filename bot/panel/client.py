"""The panel's HTTP API, one coroutine per action. The only place that imports httpx."""

import asyncio
import email.utils
import math
import ssl
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, NamedTuple, TypeVar

import httpx

from bot.panel import price_lists, replies
from bot.panel.errors import NotSent, PanelGarbled, PanelRefused, PanelUnreachable, hide
from bot.panel.models import Balance, OrderStatus, Service, Unreadable

CONNECT_SECONDS = 5.0
ADD_SECONDS = 60.0
CALL_SECONDS = 20.0
PERSON_SECONDS = 18.0  # a waiting person is answered within 20 s, our own work included
LARGEST_REPLY = 32 * 1024 * 1024
_PARSE_ASIDE = 256 * 1024  # from this size on a reply is parsed in a thread

_HEADERS = {"User-Agent": "panelgram", "Accept": "application/json", "Accept-Encoding": "gzip, deflate"}
# How long all of a call may take is for asyncio.timeout to say.
_TIMEOUTS = {"timeout": httpx.Timeout(None, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS).as_dict()}

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
        self._url = httpx.URL(url)
        self._seconds = seconds
        self._add_seconds = add_seconds
        self._aside = aside
        trust = httpx.create_ssl_context()
        # One each, since httpx's pool looks at all of its connections for every request.
        one = httpx.Limits(max_connections=1)
        self._http = [self._transport(trust, one) for _ in range(connections)]
        self._free: asyncio.LifoQueue[httpx.AsyncHTTPTransport] = asyncio.LifoQueue()
        for http in self._http:
            self._free.put_nowait(http)
        # A stale keep-alive connection looks like a lost answer, so each order gets a fresh one.
        fresh = httpx.Limits(max_connections=256, max_keepalive_connections=0)
        self._http_add = self._transport(trust, fresh)

    async def close(self) -> None:
        for http in (*self._http, self._http_add):
            await http.aclose()

    async def services(self, key: str) -> tuple[Service, ...]:
        return await self._ask(key, {"action": "services"}, price_lists.services, load=price_lists.load)

    async def balance(self, key: str) -> Balance:
        return await self._ask(key, {"action": "balance"}, replies.balance)

    async def order_status(self, key: str, order: str) -> OrderStatus:
        found = await self._ask(key, {"action": "status", "order": order}, replies.order_status)
        return _fit_to_keep(found, key)

    async def order_statuses(
        self, key: str, known: Mapping[str, str | None]
    ) -> dict[str, OrderStatus | Unreadable | None]:
        """Up to 100 orders in one request, each with what the panel `said` of it before, if that is known.

        None for an order of which it says just that. Orders it does not mention are missing.
        """
        form = {"action": "status", "orders": ",".join(known)}
        found = await self._ask(key, form, lambda payload: replies.order_statuses(payload, known))
        for order, status in found.items():
            if isinstance(status, Unreadable):
                found[order] = Unreadable(hide(status.words, key))
            elif status is not None:
                found[order] = _fit_to_keep(status, key)
        return found

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

    async def _ask(
        self,
        key: str,
        form: Mapping[str, str],
        read: Callable[[Any], T],
        *,
        load: Callable[..., Any] = replies.load,
    ) -> T:
        """A call that changes nothing at the panel, so a broken connection is tried once more."""
        try:
            async with self._aside(), asyncio.timeout(self._seconds):
                reply = await self._post_again(key, form)
                if len(reply.text) < _PARSE_ASIDE:
                    return _understand(reply, key, read, load)
                return await asyncio.to_thread(_understand, reply, key, read, load)
        except TimeoutError as error:
            raise PanelUnreachable("no reply in time") from error

    async def _post_again(self, key: str, form: Mapping[str, str]) -> "_Reply":
        http = await self._free.get()
        try:
            try:
                return await self._post(http, key, form)
            except PanelUnreachable:
                await asyncio.sleep(0.1)
                return await self._post(http, key, form)
        finally:
            self._free.put_nowait(http)

    def _transport(self, trust: ssl.SSLContext, limits: httpx.Limits) -> httpx.AsyncHTTPTransport:
        """Without a client around it, whose redirects would repeat an order or carry the key elsewhere,
        and whose cookies would carry one person's session at the panel into the next one's call."""
        return httpx.AsyncHTTPTransport(verify=trust, limits=limits, proxy=_proxy(self._url))

    async def _post(self, http: httpx.AsyncHTTPTransport, key: str, form: Mapping[str, str]) -> "_Reply":
        request = httpx.Request(
            "POST", self._url, headers=_HEADERS, data={"key": key, **form}, extensions=_TIMEOUTS
        )
        try:
            response = await http.handle_async_request(request)
            try:
                body = await _body(response)
            finally:
                await response.aclose()
            text = _decode(body, response.charset_encoding)
            return _Reply(text, response.status_code, _seconds(response.headers.get("retry-after")))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise NotSent("no connection to the panel") from error
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            raise PanelUnreachable(f"the connection broke ({type(error).__name__})") from error


async def _body(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > LARGEST_REPLY:
            raise PanelGarbled("a reply over 32 MB")
    return bytes(body)


def _proxy(url: httpx.URL) -> str | None:
    """What HTTPS_PROXY and its like say, for operators who reach the panel only through one."""
    proxies = urllib.request.getproxies()
    found = proxies.get(url.scheme) or proxies.get("all")
    return None if urllib.request.proxy_bypass(url.host) else found


class _Reply(NamedTuple):
    text: str
    status_code: int
    retry_after: float | None


def _understand(
    reply: _Reply, key: str, read: Callable[[Any], T], load: Callable[..., Any] = replies.load
) -> T:
    try:
        return read(load(reply.text, status_code=reply.status_code, retry_after=reply.retry_after))
    except PanelRefused as refused:
        refused.hide(key)
        raise


def _fit_to_keep(status: OrderStatus, key: str) -> OrderStatus:
    """Without what it said if the key is in it, or it is too long."""
    said = status.said
    return status if said is None or hide(said, key) == said else status._replace(said=None)


def _decode(body: bytes, charset: str | None) -> str:
    try:
        return body.decode(charset or "utf-8", "replace")
    except (LookupError, UnicodeError):
        return body.decode("utf-8", "replace")


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
