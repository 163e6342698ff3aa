"""The Bot API over HTTP: `/bot{token}/{method}`, and files at `/file/bot{token}/{path}`.

Plain ASGI, since benchmarks run through it.
"""

import json
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.telegram.chats import Json
from bot.sandbox.telegram.errors import ApiError, bad_request
from bot.sandbox.telegram.fields import Fields
from bot.sandbox.telegram.methods import METHODS
from bot.sandbox.telegram.requests import read_fields
from bot.sandbox.telegram.state import Telegram
from bot.serving import NoAnswer


def telegram_app(telegram: Telegram) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["path"].startswith("/file/"):
                content = await _file(telegram, scope["path"])
                await _reply(send, 200, content, kind=b"application/octet-stream")
                return
            method = _method(telegram, scope["path"])
            result = await _call(telegram, method, await read_fields(scope, receive))
            status, reply = 200, _json({"ok": True, "result": result})
        except ApiError as error:
            status, reply = error.code, _refusal(error)
        except UnicodeError:
            status, reply = 400, _refusal(bad_request("strings must be encoded in UTF-8"))
        except ConnectionResetError:
            await NoAnswer()(scope, receive, send)
            return
        await _reply(send, status, reply)

    return app


def _method(telegram: Telegram, path: str) -> str:
    token, slash, method = path.removeprefix("/bot").partition("/")
    if not slash or not path.startswith("/bot"):
        raise NOT_FOUND
    if token != telegram.token:
        raise ApiError(401, "Unauthorized")
    return method


async def _file(telegram: Telegram, path: str) -> bytes:
    """Noted as a call of "download"."""
    where = _method(telegram, path.removeprefix("/file"))
    trouble = telegram.note("download", {"file_path": where})
    if trouble:
        await trouble.strike()
    file = telegram.files.at(where)
    if file is None:
        raise NOT_FOUND
    return file.content


async def _call(telegram: Telegram, method: str, fields: Fields) -> Any:
    trouble = telegram.note(method, fields)
    if trouble:
        await trouble.strike()
    act = METHODS.get(method.lower())  # Telegram takes any case
    if act is None:
        raise NOT_FOUND
    result = await act(telegram, fields)
    if trouble and trouble.lost:
        raise ConnectionResetError
    return result


NOT_FOUND = ApiError(404, "Not Found")


def _refusal(error: ApiError) -> bytes:
    reply: Json = {"ok": False, "error_code": error.code, "description": error.description}
    return _json(reply | {"parameters": error.parameters} if error.parameters else reply)


def _json(reply: Json) -> bytes:
    return json.dumps(reply, separators=(",", ":")).encode()


async def _reply(send: Send, status: int, body: bytes, *, kind: bytes = b"application/json") -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
