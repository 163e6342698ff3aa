"""Reads the parameters of a call out of its query and body."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.types import Receive, Scope

from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.fields import Fields
from bot.sandbox.telegram.files import Upload

BOUNDARY = re.compile(r'boundary="?([^";]+)')
PART_NAME = re.compile(r'[; ]name="([^"]*)"')
FILE_NAME = re.compile(r'filename="([^"]*)"')


async def read_fields(scope: Scope, receive: Receive) -> Fields:
    """Raises UnicodeError where a text is not UTF-8."""
    body = await _body(receive)
    fields: Fields = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
    return fields | _parsed(body, _content_type(scope)) if body else fields


async def _body(receive: Receive) -> bytes:
    message = await receive()
    parts: list[bytes] = [message.get("body", b"")]
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
    return b"".join(parts)


def _content_type(scope: Scope) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == b"content-type"), "")


def _parsed(body: bytes, content_type: str) -> Fields:
    if content_type.startswith("application/json"):
        return _json(body)
    if content_type.startswith("multipart/form-data") and (boundary := BOUNDARY.search(content_type)):
        return _multipart(body, boundary[1])
    return dict(parse_qsl(body.decode(), keep_blank_values=True, errors="strict"))


def _json(body: bytes) -> Fields:
    try:
        fields: Any = json.loads(body)
    except json.JSONDecodeError:
        fields = None
    if not isinstance(fields, dict):
        raise bad_request("can't parse JSON object")
    return fields


def _multipart(body: bytes, boundary: str) -> Fields:
    fields: Fields = {}
    for part in body.split(b"--" + boundary.encode())[1:-1]:
        first, _, content = part.partition(b"\r\n\r\n")
        head, content = first.decode(), content.removesuffix(b"\r\n")
        if name := PART_NAME.search(head):
            file = FILE_NAME.search(head)
            fields[name[1]] = Upload(unquote(file[1]), content) if file else content.decode()
    return fields
