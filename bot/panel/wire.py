"""One POST to a panel and what came back, as text. Redirects and cookies are nobody's business here."""

import email.utils
import math
import ssl
import time
import urllib.request
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

import httpx

from bot.panel.errors import NotSent, PanelGarbled, PanelUnreachable

CONNECT_SECONDS = 5.0
LARGEST_REPLY = 32 * 1024 * 1024

_HEADERS = httpx.Headers(
    {
        "User-Agent": "panelgram",
        "Accept": "application/json",
        "Accept-Encoding": "gzip, deflate",
        "Content-Type": "application/x-www-form-urlencoded",
    }
)
# How long all of a call may take is for asyncio.timeout to say.
_TIMEOUTS = {"timeout": httpx.Timeout(None, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS).as_dict()}


class Reply(NamedTuple):
    text: str
    status_code: int
    retry_after: float | None


def transport(url: httpx.URL, trust: ssl.SSLContext, limits: httpx.Limits) -> httpx.AsyncHTTPTransport:
    """Without a client around it, whose redirects would repeat an order or carry the key elsewhere,
    and whose cookies would carry one person's session at the panel into the next one's call."""
    return httpx.AsyncHTTPTransport(verify=trust, limits=limits, proxy=_proxy(url))


async def post(http: httpx.AsyncHTTPTransport, url: httpx.URL, key: str, form: Mapping[str, str]) -> Reply:
    request = httpx.Request("POST", url, headers=_HEADERS, content=_encoded(key, form), extensions=_TIMEOUTS)
    try:
        response = await http.handle_async_request(request)
        try:
            body = await _body(response)
        finally:
            await response.aclose()
        text = _decode(body, response.charset_encoding)
        return Reply(text, response.status_code, _seconds(response.headers.get("retry-after")))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise NotSent("no connection to the panel") from error
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
        raise PanelUnreachable(f"the connection broke ({type(error).__name__})") from error


def _encoded(key: str, form: Mapping[str, str]) -> bytes:
    """As any form, but the commas between ids do not each cost a look."""
    return urlencode({"key": key, **form}, safe=",").replace(",", "%2C").encode()


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
