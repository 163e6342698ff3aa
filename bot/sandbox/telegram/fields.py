"""The parameters of a call. In a form each value is a string, and nested ones are JSON."""

import json
from typing import Any

from bot.sandbox.telegram.errors import bad_request

Fields = dict[str, Any]


def string(fields: Fields, name: str) -> str:
    value = fields.get(name)
    return "" if value is None else str(value)


def number(fields: Fields, name: str, default: int = 0) -> int:
    try:
        return int(fields.get(name) or default)
    except (TypeError, ValueError):
        return default


def flag(fields: Fields, name: str) -> bool:
    return string(fields, name).lower() in {"true", "1", "yes"}


def nested(fields: Fields, name: str, called: str | None = None) -> Any:
    """A parameter that is more than text: as it is in a JSON body, parsed out of a form."""
    value = fields.get(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.strip() else None
    except ValueError:
        raise bad_request(f"can't parse {called or name} JSON object") from None
