"""Checks a `reply_markup` as Telegram does, before it becomes part of a message."""

import re
from typing import Any

from bot.sandbox.telegram.errors import ApiError, bad_request

Markup = dict[str, Any]

MOST_BUTTONS = 100
OTHER_KINDS = {"keyboard", "remove_keyboard", "force_reply"}
ACTIONS = (
    "callback_data",
    "url",
    "copy_text",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "callback_game",
    "pay",
)


def check_markup(markup: Any) -> Markup | None:
    """The markup as the message keeps it; None when there is nothing to keep."""
    if markup in (None, {}):
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = _inline_rows(markup["inline_keyboard"])
        return {"inline_keyboard": rows} if rows else None
    if "keyboard" in markup:
        _check_keyboard(markup["keyboard"])
    return markup if OTHER_KINDS & markup.keys() else None


def _inline_rows(rows: Any) -> list[list[dict[str, Any]]]:
    if not isinstance(rows, list):
        raise bad_request('field "inline_keyboard" must be of type Array')
    checked = [[_inline_button(button) for button in _row(row, "inline keyboard")] for row in rows]
    if sum(map(len, checked)) > MOST_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return [row for row in checked if row]


def _check_keyboard(rows: Any) -> None:
    if not isinstance(rows, list):
        raise bad_request('field "keyboard" must be of type Array')
    for row in rows:
        for button in _row(row, "keyboard"):
            label = button if isinstance(button, str) else _label(button, "keyboard button")
            if not label:
                raise bad_request("keyboard button text must be non-empty")


def _row(row: Any, what: str) -> list[Any]:
    if not isinstance(row, list):
        raise bad_request(f"{what} row must be of type Array")
    return row


def _label(button: Any, what: str) -> str:
    if not isinstance(button, dict):
        raise _unreadable(what, "expected an Object")
    if not isinstance(button.get("text"), str):
        raise _unreadable(what, 'Can\'t find field "text"')
    return str(button["text"]).strip()


def _inline_button(button: Any) -> dict[str, Any]:
    label = _label(button, "inline keyboard button")
    if not label:
        raise bad_request("inline keyboard button text must be non-empty")
    action = next((name for name in ACTIONS if name in button), None)
    if action is None:
        raise _unreadable("inline keyboard button", "Text buttons are unallowed in the inline keyboard")
    if action in CHECKS:
        CHECKS[action](button[action])
    return {**button, "text": label}


def _check_data(data: Any) -> None:
    if not isinstance(data, str) or not 1 <= len(data.encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")


def _check_url(url: Any) -> None:
    if not isinstance(url, str) or not re.match(r"(https?://|tg://|ton://)?[^\s/]+", url) or "." not in url:
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _check_copied(copied: Any) -> None:
    text = copied.get("text") if isinstance(copied, dict) else None
    if not isinstance(text, str) or not 1 <= len(text) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")


CHECKS = {"callback_data": _check_data, "url": _check_url, "copy_text": _check_copied}


def _unreadable(what: str, why: str) -> ApiError:
    return bad_request(f"can't parse {what}: {why}")
