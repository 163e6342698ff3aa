"""What we read of an update, and as what: handlers need not doubt it any more."""

import json
from typing import Annotated, Any

import msgspec
from telegram import Update

LARGEST_ID = 2**52  # as Telegram says
LONGEST_TEXT = 4096  # characters, as Telegram says
Id = Annotated[int, msgspec.Meta(ge=-LARGEST_ID, le=LARGEST_ID)]


Text = Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]
Name = Annotated[str, msgspec.Meta(max_length=64)]


class _User(msgspec.Struct):
    id: Id
    language_code: Name | None = None


class _Chat(msgspec.Struct):
    id: Id
    type: str


class _Document(msgspec.Struct):
    file_id: str
    file_size: int | None = None


class _Message(msgspec.Struct):
    message_id: Id
    chat: _Chat
    sender: _User | None = msgspec.field(name="from", default=None)
    text: Text | None = None
    caption: Text | None = None
    document: _Document | None = None


class _Query(msgspec.Struct):
    id: str
    sender: _User = msgspec.field(name="from")
    data: str | None = None
    message: _Message | None = None


class _Member(msgspec.Struct):
    status: str


class _Membership(msgspec.Struct):
    chat: _Chat
    new_chat_member: _Member
    sender: _User = msgspec.field(name="from")


class _Update(msgspec.Struct):
    update_id: int
    message: _Message | None = None
    edited_message: _Message | None = None
    callback_query: _Query | None = None
    my_chat_member: _Membership | None = None


_DECODER = msgspec.json.Decoder(_Update)


def served(body: str) -> dict[str, Any]:
    """What of an update we serve. Raises ValueError when that is of another shape than Telegram describes."""
    _DECODER.decode(body)
    return {name: part for name, part in json.loads(body).items() if name in _Update.__struct_fields__}


def is_update(found: object) -> bool:
    return isinstance(found, dict) and type(number := found.get("update_id")) is int and 0 <= number < 2**63


def chat_of(update: dict[str, Any]) -> int:
    """The chat an update belongs to; 0 when to none."""
    for part in update.values():
        if isinstance(part, dict):
            message = part.get("message")
            inner = message.get("chat") if isinstance(message, dict) else None
            for holder in (part.get("chat"), inner, part.get("from")):
                if isinstance(holder, dict) and _is_id(holder.get("id")):
                    return int(holder["id"])
    return 0


def language_of(update: dict[str, Any]) -> str:
    """What the Telegram of its sender is set to, "" when it does not say."""
    senders = (part.get("from") for part in update.values() if isinstance(part, dict))
    told = (sender.get("language_code") for sender in senders if isinstance(sender, dict))
    return next((language for language in told if isinstance(language, str)), "")


def telegrams_language(update: Update) -> str:
    """The same of an update that is understood."""
    user = update.effective_user
    return (user.language_code or "") if user else ""


def _is_id(value: object) -> bool:
    return type(value) is int and abs(value) <= LARGEST_ID
