"""Taps on inline buttons, which wait for the bot's answer."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.telegram.chats import Chat, Json, Message, User
from bot.sandbox.telegram.errors import bad_request

LONGEST_ANSWER = 200


@dataclass(slots=True, eq=False)
class Tap:
    id: str
    user: User
    chat: Chat  # the user's own, where the answer appears
    message: Message
    data: str
    at: float
    answered: bool = False
    text: str = ""
    alert: bool = False
    url: str = ""

    async def answer(self, *, within: float = 10.0) -> str:
        """Wait for the bot's answer; its text, which is mostly empty."""
        if not await self.chat.changed.until(lambda: self.answered or None, within=within):
            raise AssertionError(f"the tap on {self.data!r} was not answered")
        return self.text

    def json(self) -> Json:
        return {
            "id": self.id,
            "from": self.user.json(),
            "message": self.message.json(),
            "chat_instance": str(self.message.chat.id),
            "data": self.data,
        }


@dataclass
class Taps:
    clock: Callable[[], float]
    lifetime: float  # seconds in which a tap can be answered
    _waiting: dict[str, Tap] = field(default_factory=dict)
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(4_000_000_000))

    def add(self, user: User, chat: Chat, message: Message, data: str) -> Tap:
        self._expire()
        tap = Tap(str(next(self._ids)), user, chat, message, data, self.clock())
        self._waiting[tap.id] = tap
        return tap

    def answer(self, tap_id: str, *, text: str, alert: bool, url: str) -> None:
        if len(text) > LONGEST_ANSWER:
            raise bad_request("MESSAGE_TOO_LONG")
        self._expire()
        tap = self._waiting.pop(tap_id, None)
        if tap is None:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        tap.answered, tap.text, tap.alert, tap.url = True, text, alert, url
        if text:
            tap.chat.toasts.append(text)
        tap.chat.changed.fire()

    def _expire(self) -> None:
        """Forget the taps that are too old; the oldest come first."""
        born_after = self.clock() - self.lifetime
        while self._waiting and (oldest := next(iter(self._waiting.values()))).at < born_after:
            del self._waiting[oldest.id]
