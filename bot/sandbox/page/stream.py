"""Tells a browser of its people's chats, as server-sent events: all of them at first, then what is new."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence

from bot.sandbox.page.views import news
from bot.sandbox.telegram import Person
from bot.sandbox.telegram.chats import Json
from bot.sandbox.telegram.signals import any_of

STILL_THERE_AFTER = 15.0  # seconds of silence, so that nothing between closes the stream
COME_BACK_AFTER = 1000  # milliseconds until the browser tries again when the stream breaks


async def stream(people: Sequence[Person], look: Callable[[Person], Json]) -> AsyncIterator[str]:
    chats = [_Chat(person, look) for person in people]
    yield f"retry: {COME_BACK_AFTER}\n\n"
    while True:
        changed = [chat for chat in chats if chat.has_changed]
        for chat in changed:
            if new := chat.news():
                yield f"data: {json.dumps({'person': chat.person.user.id, **new})}\n\n"
        if not changed and not await _something_happens(people):
            yield ": still there\n\n"


class _Chat:
    """How far a browser has been told of a chat."""

    def __init__(self, person: Person, look: Callable[[Person], Json]) -> None:
        self.person = person
        self._look = look
        self._told: Json = {}
        self._changes = -1

    @property
    def has_changed(self) -> bool:
        return self.person.chat.changed.fired != self._changes

    def news(self) -> Json:
        self._changes = self.person.chat.changed.fired
        before, self._told = self._told, self._look(self.person)
        return news(self._told, before)


async def _something_happens(people: Sequence[Person]) -> bool:
    try:
        async with asyncio.timeout(STILL_THERE_AFTER):
            await any_of([person.chat.changed for person in people])
        return True
    except TimeoutError:
        return False
