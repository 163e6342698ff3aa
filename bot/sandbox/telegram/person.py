"""A person with a phone: types, taps, and sees what the bot says. For tests, benchmarks and the page.

What a person does is awaited; what there is to see is a property. A tap or a look waits up to
`patience` seconds until there is something to tap or to see, and says what the chat shows when not.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from bot.sandbox.telegram.chats import Chat, Json, Message, User
from bot.sandbox.telegram.entities import detect
from bot.sandbox.telegram.files import File
from bot.sandbox.telegram.taps import Tap

if TYPE_CHECKING:
    from bot.sandbox.telegram.state import Telegram

STICKER: Json = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}


class Person:
    __slots__ = ("chat", "patience", "telegram", "user")

    def __init__(self, telegram: "Telegram", user: User, chat: Chat, *, patience: float = 10.0) -> None:
        self.telegram = telegram
        self.user = user
        self.chat = chat
        self.patience = patience

    # What a person does

    async def types(self, text: str) -> Message:
        return self._send(self.chat, text=text.strip(), entities=detect(text.strip(), []))

    async def types_in_group(self, text: str, group_id: int) -> Message:
        return self._send(self.telegram.group(group_id), text=text, entities=detect(text, []))

    async def sends_sticker(self) -> Message:
        return self._send(self.chat, media={"sticker": _file("sticker") | STICKER})

    async def sends_photo(self) -> Message:
        return self._send(self.chat, media={"photo": [_file("photo") | {"width": 90, "height": 90}]})

    async def sends_voice(self) -> Message:
        return self._send(self.chat, media={"voice": _file("voice") | {"duration": 3}})

    async def sends_file(self, name: str, content: bytes | str, caption: str = "") -> Message:
        data = content.encode() if isinstance(content, str) else content
        file = self.telegram.files.add(name, data)
        return self._send(self.chat, text=caption.strip(), entities=detect(caption.strip(), []), file=file)

    async def edits(self, message: Message, text: str) -> None:
        message.text, message.entities = text, detect(text, [])
        message.edited_at = self.telegram.now()
        self.telegram.updates.add("edited_message", message.json())
        message.chat.changed.fire()

    async def blocks_bot(self) -> None:
        self._lets_bot_in(False)

    async def unblocks_bot(self) -> None:
        self._lets_bot_in(True)

    async def taps(self, label: str) -> Tap:
        """Tap the newest button with exactly this label, else the newest whose label contains it."""

        def look() -> tuple[Message, Json] | None:
            return _find_button(self.chat.newest(from_bot=True), label)

        found = await self.chat.changed.until(look, within=self.patience)
        if found is None:
            raise AssertionError(f"there is no button {label!r}\n{self._view()}")
        return self._tap(found[0], found[1]["callback_data"])

    async def taps_on(self, message: Message, label: str) -> Tap:
        """Tap a button of this message, however old, even when it has gone meanwhile."""
        found = _find_button([message], label)
        if found is None:
            raise AssertionError(f"{message.text!r} has no button {label!r} but {message.buttons}")
        return self._tap(message, found[1]["callback_data"])

    async def copies(self, label: str) -> str:
        """What a button of the newest message puts on the clipboard. The bot does not hear of it."""
        buttons = [button for row in self.last.keyboard for button in row if button["text"] == label]
        if not buttons or "copy_text" not in buttons[0]:
            raise AssertionError(f"there is no button {label!r} to copy with\n{self._view()}")
        return str(buttons[0]["copy_text"]["text"])

    async def taps_data(self, data: str, message: Message | None = None) -> Tap:
        """Send a callback that no visible button has, as a crafted client can."""
        return self._tap(message or self.last, data)

    # What there is to see

    @property
    def messages(self) -> list[Message]:
        return list(self.chat.messages.values())

    @property
    def reads(self) -> str:
        """All the bot's words that are visible now, the oldest first."""
        return "\n".join(m.text for m in self.messages if m.sender.is_bot)

    @property
    def last(self) -> Message:
        """The newest message of the bot."""
        newest = next(self.chat.newest(from_bot=True), None)
        if newest is None:
            raise AssertionError("the bot has written nothing yet")
        return newest

    @property
    def files(self) -> list[File]:
        """What the bot has sent as files, the oldest first."""
        return [m.file for m in self.messages if m.sender.is_bot and m.file]

    @property
    def buttons(self) -> list[str]:
        """The labels under the newest message that has any."""
        return next((m.buttons for m in self.chat.newest(from_bot=True) if m.buttons), [])

    @property
    def toasts(self) -> list[str]:
        return self.chat.toasts

    async def sees(self, text: str, *, within: float | None = None) -> Message:
        """Wait for a message of the bot that contains the text; the newest such message."""

        def look() -> Message | None:
            return next((m for m in self.chat.newest(from_bot=True) if text in m.text), None)

        found = await self.chat.changed.until(look, within=self.patience if within is None else within)
        if found is None:
            raise AssertionError(f"{text!r} did not appear\n{self._view()}")
        return found

    async def sees_toast(self, text: str, *, within: float | None = None) -> str:
        def look() -> str | None:
            return next((toast for toast in reversed(self.toasts) if text in toast), None)

        found = await self.chat.changed.until(look, within=self.patience if within is None else within)
        if found is None:
            raise AssertionError(f"no toast says {text!r}, only {self.toasts}")
        return found

    # How it reaches the bot

    def _send(self, chat: Chat, **content: Any) -> Message:
        if self.chat.blocked:
            raise AssertionError(f"{self.user.first_name} has blocked the bot")
        chat.started = True
        message = chat.add(self.user, self.telegram.now(), **content)
        self.telegram.updates.add("message", message.json())
        return message

    def _tap(self, message: Message, data: str) -> Tap:
        tap = self.telegram.taps.add(self.user, self.chat, message, data)
        self.telegram.updates.add("callback_query", tap.json())
        return tap

    def _lets_bot_in(self, allowed: bool) -> None:
        before = _membership(self.telegram.bot, not self.chat.blocked)
        after = _membership(self.telegram.bot, allowed)
        self.chat.blocked = not allowed
        change = {"old_chat_member": before, "new_chat_member": after, "date": self.telegram.now()}
        who = {"chat": self.chat.json(), "from": self.user.json()}
        self.telegram.updates.add("my_chat_member", who | change)
        self.chat.changed.fire()

    def _view(self) -> str:
        lines = []
        for message in self.messages:
            buttons = " ".join(f"[{label}]" for label in message.buttons)
            file = f"({message.file.name}) " if message.file else ""
            lines.append(f"  {message.sender.first_name}: {file}{message.text} {buttons}".rstrip())
        return "\n".join(["The chat shows:", *lines])


def _find_button(messages: Iterable[Message], label: str) -> tuple[Message, Json] | None:
    shown = [(m, b) for m in messages for row in m.keyboard for b in row if "callback_data" in b]
    exact = (found for found in shown if found[1]["text"] == label)
    similar = (found for found in shown if label in found[1]["text"])
    return next(exact, None) or next(similar, None)


def _membership(bot: User, allowed: bool) -> Json:
    if allowed:
        return {"status": "member", "user": bot.json()}
    return {"status": "kicked", "user": bot.json(), "until_date": 0}


def _file(kind: str) -> Json:
    return {"file_id": f"{kind}-file", "file_unique_id": f"{kind}-unique", "file_size": 1024}
