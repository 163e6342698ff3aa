"""The Telegram of this machine: one bot, the people and chats around it, and what was called so far."""

import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from bot.sandbox.telegram.chats import Chat, User
from bot.sandbox.telegram.files import Files
from bot.sandbox.telegram.person import Person
from bot.sandbox.telegram.profile import Profile
from bot.sandbox.telegram.signals import Signal
from bot.sandbox.telegram.taps import Taps
from bot.sandbox.telegram.trouble import Trouble
from bot.sandbox.telegram.updates import Updates

REMEMBERED_CALLS = 10_000


class Call(NamedTuple):
    method: str
    fields: dict[str, Any]  # as they were sent: a form's values are strings
    at: float


class Telegram:
    def __init__(
        self,
        token: str = "110201543:sandbox",  # noqa: S107 - a toy's token, no secret
        *,
        name: str = "Panelgram",
        username: str = "panelgram_bot",
        clock: Callable[[], float] = time.time,
        tap_lifetime: float = 60.0,
        action_lifetime: float = 5.0,
    ) -> None:
        """Lifetimes are in seconds: a tap can be answered so long, "typing" is shown so long."""
        self.token = token
        self.bot = User(int(token.partition(":")[0]), name, username, is_bot=True)
        self.clock = clock
        self.action_lifetime = action_lifetime
        self.chats: dict[int, Chat] = {}
        self.files = Files()
        self.updates = Updates()
        self.taps = Taps(clock, tap_lifetime)
        self.profile = Profile(name)
        self._calls: deque[Call] = deque(maxlen=REMEMBERED_CALLS)
        self._called = Signal()
        self._troubles: list[Trouble] = []

    def person(
        self,
        user_id: int,
        *,
        first_name: str = "Person",
        username: str | None = None,
        language_code: str | None = "en",
    ) -> Person:
        """The person with this id, who is new unless known already."""
        user = User(user_id, first_name, username, language_code)
        chat = self.chats.setdefault(user_id, Chat(user_id, user))
        return Person(self, chat.person or user, chat)

    def group(self, group_id: int, *, title: str = "Group") -> Chat:
        """The group with this id, with the bot in it. Ids of groups are negative."""
        return self.chats.setdefault(group_id, Chat(group_id, title=title, started=True))

    def calls(self, method: str | None = None) -> list[Call]:
        return [call for call in self._calls if method is None or call.method.lower() == method.lower()]

    async def hears(self, method: str, *, times: int = 1, within: float = 10.0) -> list[Call]:
        """Wait until a method has been called so many times in all."""

        def look() -> list[Call] | None:
            return calls if len(calls := self.calls(method)) >= times else None

        calls = await self._called.until(look, within=within)
        if calls is None:
            raise AssertionError(f"{method} was called {len(self.calls(method))} of {times} times")
        return calls

    def trouble(
        self,
        method: str | None = None,
        *,
        chat_id: int | None = None,
        times: int = 1,
        status: int | None = None,
        description: str | None = None,
        retry_after: int | None = None,
        delay: float = 0.0,
        dropped: bool = False,
        lost: bool = False,
    ) -> Trouble:
        """Let the next calls go wrong: refused, late, cut off, or carried out without an answer."""
        trouble = Trouble(method, chat_id, times, delay, status, description, retry_after, dropped, lost)
        self._troubles.append(trouble)
        return trouble

    def calm(self) -> None:
        self._troubles.clear()

    def now(self) -> int:
        return int(self.clock())

    def note(self, method: str, fields: dict[str, Any]) -> Trouble | None:
        """Note a call; the trouble it is in for, if any."""
        self._calls.append(Call(method, fields, self.clock()))
        self._called.fire()
        if not self._troubles:
            return None
        self._troubles = [trouble for trouble in self._troubles if trouble.times > 0]
        chat_id = str(fields.get("chat_id", ""))
        return next((trouble for trouble in self._troubles if trouble.concerns(method, chat_id)), None)
