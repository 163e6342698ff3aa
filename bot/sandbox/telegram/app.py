"""The Bot API over HTTP: `/bot{token}/{method}`. Plain ASGI, since benchmarks run through it."""

import json
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.server import NoAnswer
from bot.sandbox.telegram.chats import Json
from bot.sandbox.telegram.errors import ApiError, bad_request
from bot.sandbox.telegram.fields import Fields
from bot.sandbox.telegram.methods import METHODS
from bot.sandbox.telegram.requests import read_fields
from bot.sandbox.telegram.state import Telegram


def telegram_app(telegram: Telegram) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            method = _method(telegram, scope["path"])
            result = await _call(telegram, method, await read_fields(scope, receive))
            status, reply = 200, {"ok": True, "result": result}
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


def _refusal(error: ApiError) -> Json:
    reply: Json = {"ok": False, "error_code": error.code, "description": error.description}
    return reply | {"parameters": error.parameters} if error.parameters else reply


async def _reply(send: Send, status: int, reply: Json) -> None:
    body = json.dumps(reply, separators=(",", ":")).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
