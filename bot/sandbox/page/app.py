"""Serves the page and, under `/chat`, what it does. Each browser is a person of its own."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.telegram import Message, Person, Telegram, telegram_app
from bot.sandbox.telegram.chats import Json
from bot.sandbox.telegram.files import LARGEST_FETCHED
from bot.sandbox.telegram.messages import LONGEST_CAPTION

FILES = {
    "/": ("index.html", "text/html"),
    "/app.js": ("app.js", "text/javascript"),
    "/text.js": ("text.js", "text/javascript"),
    "/style.css": ("style.css", "text/css"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
HEADERS = {
    "content-security-policy": "default-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
SHOWN = 200  # messages
STILL_THERE_AFTER = 15.0  # seconds of silence, so that nothing between closes the stream
LONGEST_TEXT = 4096
LARGEST_ID = 2**52


@dataclass(frozen=True)
class Hint:
    """A line above the chat, with something to copy from it."""

    text: str
    copy: str = ""


def page_app(telegram: Telegram, *, hint: Hint | None = None) -> Starlette:
    page = Page(telegram, hint)
    return Starlette(
        routes=[
            *(Route(path, _file(*file)) for path, file in FILES.items()),
            Route("/chat/{person_id:int}", page.snapshot),
            Route("/chat/{person_id:int}/events", page.events),
            Route("/chat/{person_id:int}/send", page.send, methods=["POST"]),
            Route("/chat/{person_id:int}/file", page.send_file, methods=["POST"]),
            Route("/chat/{person_id:int}/file/{message_id:int}", page.fetch_file),
            Route("/chat/{person_id:int}/tap", page.tap, methods=["POST"]),
        ]
    )


def sandbox_app(telegram: Telegram, *, hint: Hint | None = None) -> ASGIApp:
    """The page and the Bot API at one address."""
    page, api = page_app(telegram, hint=hint), telegram_app(telegram)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (api if scope["path"].startswith(("/bot", "/file/bot")) else page)(scope, receive, send)

    return app


class Page:
    def __init__(self, telegram: Telegram, hint: Hint | None) -> None:
        self.telegram = telegram
        self.hint = hint

    async def snapshot(self, request: Request) -> Response:
        return _reply(self.view(self._person(request)))

    async def events(self, request: Request) -> Response:
        stream = self._stream(self._person(request))
        return StreamingResponse(stream, headers=HEADERS, media_type="text/event-stream")

    async def send(self, request: Request) -> Response:
        text = str((await _body(request)).get("text", "")).strip()
        if not 1 <= len(text) <= LONGEST_TEXT:
            raise HTTPException(400, f"A message has 1 to {LONGEST_TEXT} characters.")
        message = await self._person(request).types(text)
        return _reply({"id": message.id})

    async def send_file(self, request: Request) -> Response:
        """The body is the file as it is; the query says its name and the caption under it."""
        name, caption = (request.query_params.get(what, "") for what in ("name", "caption"))
        content = bytearray()
        async for chunk in request.stream():
            content += chunk
            if len(content) > LARGEST_FETCHED:
                raise HTTPException(413, "Files have up to 20 MB here.")
        if not content or not name or len(caption) > LONGEST_CAPTION:
            raise HTTPException(400, f"A file has a name, is not empty, its caption up to {LONGEST_CAPTION}.")
        message = await self._person(request).sends_file(name, bytes(content), caption)
        return _reply({"id": message.id})

    async def fetch_file(self, request: Request) -> Response:
        message = self._person(request).chat.messages.get(request.path_params["message_id"])
        if message is None or message.file is None:
            raise HTTPException(404, "This file is gone.")
        shown_as = f"attachment; filename*=utf-8''{quote(message.file.name)}"
        headers = HEADERS | {"content-disposition": shown_as}
        return Response(message.file.content, headers=headers, media_type="application/octet-stream")

    async def tap(self, request: Request) -> Response:
        """Answers when the bot has, since the button spins until then."""
        person, body = self._person(request), await _body(request)
        message, data = person.chat.messages.get(body.get("message_id", 0)), str(body.get("data"))
        if message is None or not message.button(data):
            raise HTTPException(409, "This button is gone.")
        tap = await person.taps_data(data, message)
        try:
            await tap.answer(within=self.telegram.taps.lifetime)
        except AssertionError:
            raise HTTPException(504, "The bot does not answer.") from None
        return _reply({"text": tap.text, "alert": tap.alert, "url": tap.url})

    def view(self, person: Person) -> Json:
        shown = list(islice(person.chat.newest(), SHOWN))
        language = person.user.language_code or ""
        return {
            "bot": self.telegram.profile.text("name", {})["name"],
            "about": self.telegram.profile.text("description", {})["description"],
            "hint": asdict(self.hint) if self.hint else None,
            "commands": self.telegram.profile.commands_in(person.user.id, language),
            "messages": [_seen(message) for message in reversed(shown)],
        }

    async def _stream(self, person: Person) -> AsyncIterator[str]:
        sent: Json | None = None

        def news() -> Json | None:
            now = self.view(person)
            return now if now != sent else None

        while True:
            found = await person.chat.changed.until(news, within=STILL_THERE_AFTER)
            sent = found or sent
            yield f"data: {json.dumps(found)}\n\n" if found else ": still there\n\n"

    def _person(self, request: Request) -> Person:
        person_id: int = request.path_params["person_id"]
        if not 0 < person_id < LARGEST_ID:
            raise HTTPException(404)
        language = request.query_params.get("language", "en").partition("-")[0].lower()
        return self.telegram.person(person_id, first_name="Guest", language_code=language)


def _seen(message: Message) -> Json:
    return {
        "id": message.id,
        "mine": not message.sender.is_bot,
        "text": message.text,
        "entities": message.entities,
        "keyboard": message.keyboard,
        "file": {"name": message.file.name, "size": len(message.file.content)} if message.file else None,
        "date": message.date,
        "edited": message.edited_at is not None,
    }


async def _body(request: Request) -> Json:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise HTTPException(400, "A JSON object is expected.")
    return body


def _reply(content: Json) -> Response:
    return JSONResponse(content, headers=HEADERS)


def _file(name: str, media_type: str) -> Callable[[Request], Response]:
    content = (Path(__file__).parent / name).read_bytes()
    return lambda _: Response(content, headers=HEADERS, media_type=media_type)
