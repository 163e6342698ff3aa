"""Lets in whoever is on this page, and programs; keeps out other sites' pages in the same browser.

A name can be made to point at this machine by anybody, so only addresses and `localhost` are answered.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

ELSEWHERE = {"cross-site", "same-site"}  # as browsers say where a request came from


def guarded(app: ASGIApp) -> ASGIApp:
    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if not _is_address(headers.get("host", "")):
            refusal = "Please open this page by its address, such as http://127.0.0.1:8080."
            await PlainTextResponse(refusal, 421)(scope, receive, send)
        elif _comes_from_elsewhere(headers):
            await PlainTextResponse("Only this page itself may ask for that.", 403)(scope, receive, send)
        else:
            await app(scope, receive, send)

    return guard


def _is_address(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or bool(ip_address(name))
    except ValueError:
        return False


def _comes_from_elsewhere(headers: Headers) -> bool:
    """Only browsers send these headers. Following a link to the page is fine."""
    if (origin := headers.get("origin")) is not None:
        return urlsplit(origin).netloc != headers["host"]
    return headers.get("sec-fetch-site") in ELSEWHERE and headers.get("sec-fetch-mode") != "navigate"
