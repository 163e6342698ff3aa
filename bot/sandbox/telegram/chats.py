"""Users, chats and the messages in them."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.telegram.entities import Entity
from bot.sandbox.telegram.files import File
from bot.sandbox.telegram.markup import Markup
from bot.sandbox.telegram.signals import Signal

Json = dict[str, Any]


@dataclass(slots=True)
class User:
    id: int
    first_name: str
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False

    def json(self) -> Json:
        seen: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            seen["username"] = self.username
        if self.language_code:
            seen["language_code"] = self.language_code
        return seen


@dataclass(slots=True, eq=False)
class Message:
    chat: "Chat"
    id: int
    sender: User
    date: int
    text: str = ""  # under a file: its caption
    entities: list[Entity] = field(default_factory=list)
    markup: Markup | None = None
    reply_to: "Message | None" = None
    media: Json | None = None
    file: File | None = None
    edited_at: int | None = None
    deleted: bool = False

    @property
    def keyboard(self) -> list[list[Json]]:
        return self.markup.get("inline_keyboard", []) if self.markup else []

    @property
    def buttons(self) -> list[str]:
        return [button["text"] for row in self.keyboard for button in row]

    def button(self, data: str) -> Json | None:
        return next((b for row in self.keyboard for b in row if b.get("callback_data") == data), None)

    def json(self, *, with_reply: bool = True) -> Json:
        """The message as the Bot API shows it: a reply with what it replies to, but no further."""
        seen: Json = {
            "message_id": self.id,
            "from": self.sender.json(),
            "chat": self.chat.json(),
            "date": self.date,
        }
        if self.reply_to and with_reply:
            seen["reply_to_message"] = self.reply_to.json(with_reply=False)
        if self.edited_at is not None:
            seen["edit_date"] = self.edited_at
        if self.file:
            seen["document"] = self.file.json()
        if self.text:
            seen["caption" if self.file else "text"] = self.text
        if self.entities:
            seen["caption_entities" if self.file else "entities"] = self.entities
        if self.keyboard:
            seen["reply_markup"] = self.markup
        return seen | (self.media or {})


@dataclass(slots=True, eq=False)
class Chat:
    id: int
    person: User | None = None  # who talks to the bot here; None in a group
    title: str | None = None
    started: bool = False  # whether the bot may write here
    blocked: bool = False
    last_id: int = 0
    messages: dict[int, Message] = field(default_factory=dict)
    toasts: list[str] = field(default_factory=list)
    changed: Signal = field(default_factory=Signal)
    doing: str = ""  # what the bot is seen doing: "typing", "upload_photo"
    _rest: asyncio.TimerHandle | None = None

    def json(self) -> Json:
        if self.person is None:
            return {"id": self.id, "type": "supergroup", "title": self.title}
        seen: Json = {"id": self.id, "type": "private", "first_name": self.person.first_name}
        return seen | {"username": self.person.username} if self.person.username else seen

    def add(self, sender: User, date: int, **content: Any) -> Message:
        self.last_id += 1
        message = self.messages[self.last_id] = Message(self, self.last_id, sender, date, **content)
        if sender.is_bot:
            self.doing = ""
        self.changed.fire()
        return message

    def show(self, doing: str, *, seconds: float) -> None:
        """Let the bot be seen doing something, until it has written or the time is over."""
        if self._rest:
            self._rest.cancel()
        self._rest = asyncio.get_running_loop().call_later(seconds, self.show_nothing)
        self.doing = doing
        self.changed.fire()

    def show_nothing(self) -> None:
        self.doing = ""
        self.changed.fire()

    def remove(self, message: Message) -> None:
        message.deleted = True
        del self.messages[message.id]
        self.changed.fire()

    def newest(self, *, from_bot: bool = False) -> Iterator[Message]:
        """What is visible, the newest first."""
        return (m for m in reversed(self.messages.values()) if m.sender.is_bot or not from_bot)
