"""Serves the page and, under `/chat`, what it does. A browser plays people whom nobody else knows."""

import json
import mimetypes
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.page.stream import stream
from bot.sandbox.page.views import Hint, view
from bot.sandbox.telegram import Person, Telegram, telegram_app
from bot.sandbox.telegram.chats import Json
from bot.sandbox.telegram.files import LARGEST_FETCHED
from bot.sandbox.telegram.messages import LONGEST_CAPTION

FOLDER = Path(__file__).parent
KINDS = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self'; object-src 'none';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
LONGEST_TEXT = 4096
LONGEST_NAME = 64
LARGEST_ID = 2**52
MOST_PEOPLE = 50  # in a browser
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{2,4})?")
ENGLISH: Mapping[str, str] = {"en": "English"}


def page_app(
    telegram: Telegram, *, hint: Hint | None = None, languages: Mapping[str, str] = ENGLISH
) -> Starlette:
    """`languages` are those a user's Telegram may be set to: names by codes."""
    page = Page(telegram, hint)
    return Starlette(
        routes=[
            *_files(),
            Route("/languages.js", _script(f"export const LANGUAGES = {json.dumps(languages)};")),
            Route("/events", page.events),
            Route("/chat/{person_id:int}", page.snapshot),
            Route("/chat/{person_id:int}/send", page.send, methods=["POST"]),
            Route("/chat/{person_id:int}/file", page.send_file, methods=["POST"]),
            Route("/chat/{person_id:int}/file/{message_id:int}", page.fetch_file),
            Route("/chat/{person_id:int}/tap", page.tap, methods=["POST"]),
            Route("/chat/{person_id:int}/block", page.block, methods=["POST"]),
        ]
    )


def sandbox_app(
    telegram: Telegram, *, hint: Hint | None = None, languages: Mapping[str, str] = ENGLISH
) -> ASGIApp:
    """The page and the Bot API at one address."""
    page, api = page_app(telegram, hint=hint, languages=languages), telegram_app(telegram)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (api if scope["path"].startswith(("/bot", "/file/bot")) else page)(scope, receive, send)

    return app


class Page:
    def __init__(self, telegram: Telegram, hint: Hint | None) -> None:
        self.telegram = telegram
        self.hint = hint

    async def snapshot(self, request: Request) -> Response:
        return _reply(view(self._person(request), self.hint))

    async def events(self, request: Request) -> Response:
        """The query introduces the people of this browser, each as `id:language:name`."""
        given = request.query_params.getlist("person")
        if not 1 <= len(given) <= MOST_PEOPLE:
            raise HTTPException(400, f"A browser has 1 to {MOST_PEOPLE} people.")
        people = [self._introduced(one) for one in given]
        told = stream(people, lambda person: view(person, self.hint))
        return StreamingResponse(told, headers=HEADERS, media_type="text/event-stream")

    async def send(self, request: Request) -> Response:
        text = str((await _body(request)).get("text", "")).strip()
        if not 1 <= len(text) <= LONGEST_TEXT:
            raise HTTPException(400, f"A message has 1 to {LONGEST_TEXT} characters.")
        message = await self._writer(request).types(text)
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
        message = await self._writer(request).sends_file(name, bytes(content), caption)
        return _reply({"id": message.id})

    async def fetch_file(self, request: Request) -> Response:
        message = self._person(request).chat.messages.get(request.path_params["message_id"])
        if message is None or message.file is None:
            raise HTTPException(404, "This file is gone.")
        name, content = message.file.name, message.file.content
        if message.file.is_photo:
            return Response(content, headers=HEADERS, media_type=mimetypes.guess_type(name)[0])
        headers = HEADERS | {"content-disposition": f"attachment; filename*=utf-8''{quote(name)}"}
        return Response(content, headers=headers, media_type="application/octet-stream")

    async def tap(self, request: Request) -> Response:
        """Answers when the bot has, since the button spins until then."""
        person, body = self._writer(request), await _body(request)
        message, data = person.chat.messages.get(body.get("message_id", 0)), str(body.get("data"))
        if message is None or not message.button(data):
            raise HTTPException(409, "This button is gone.")
        tap = await person.taps_data(data, message)
        try:
            await tap.answer(within=self.telegram.taps.lifetime)
        except AssertionError:
            raise HTTPException(504, "The bot does not answer.") from None
        return _reply({"text": tap.text, "alert": tap.alert, "url": tap.url})

    async def block(self, request: Request) -> Response:
        person = self._person(request)
        blocked = (await _body(request)).get("blocked")
        await (person.blocks_bot() if blocked else person.unblocks_bot())
        return _reply({"blocked": person.chat.blocked})

    def _introduced(self, given: str) -> Person:
        person_id, language, name = [*given.split(":", 2), "", ""][:3]
        if not (person_id.isdecimal() and LANGUAGE.fullmatch(language) and 1 <= len(name) <= LONGEST_NAME):
            raise HTTPException(400, "A person is introduced as id:language:name.")
        person = self._known(int(person_id))
        person.user.first_name, person.user.language_code = name, language
        return person

    def _writer(self, request: Request) -> Person:
        person = self._person(request)
        if person.chat.blocked:
            raise HTTPException(409, "You have blocked the bot.")
        return person

    def _person(self, request: Request) -> Person:
        person_id: int = request.path_params["person_id"]
        return self._known(person_id)

    def _known(self, person_id: int) -> Person:
        if not 0 < person_id < LARGEST_ID:
            raise HTTPException(404)
        return self.telegram.person(person_id, first_name="Guest")


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


def _files() -> list[Route]:
    files = [file for file in FOLDER.iterdir() if file.suffix in KINDS]
    return [Route(f"/{file.name}".replace("index.html", ""), _file(file)) for file in files]


def _file(file: Path) -> Callable[[Request], Response]:
    return _served(file.read_bytes(), KINDS[file.suffix])


def _script(code: str) -> Callable[[Request], Response]:
    return _served(code.encode(), KINDS[".js"])


def _served(content: bytes, kind: str) -> Callable[[Request], Response]:
    return lambda _: Response(content, headers=HEADERS, media_type=kind)
