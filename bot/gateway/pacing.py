"""Telegram's limits on sending: 30 messages a second in all, about one a second to one chat.

Replies to people go at once and are only counted; notices wait for what is left, and announcements for what
notices leave. A notice keeps its place among the 30 from before it is sent until a second after Telegram
answered. It arrives in between, however long it was on its way: so in no second, by Telegram's clock, arrive
more than 30. The same holds for a chat.
"""

import asyncio
import math
import time
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

IN_ALL = 30  # messages in any second
PER_CHAT_SECONDS = 1.0
APART_SECONDS = 0.02  # between two notices: thirty at once would hold up people, and each other
LAST_APART_SECONDS = 0.04  # between two announcements, so that there is room for others
YIELD_SECONDS = 0.05  # between two looks whether notices still wait


class Budget:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._on_the_way: Counter[int] = Counter()  # notices that are not answered yet, by chat
        self._sent: deque[float] = deque()
        self._last_to: OrderedDict[int, float] = OrderedDict()
        self._paused_until = 0.0
        self._next_at = 0.0
        self._turn = asyncio.Lock()
        self._waiting = 0  # notices
        self._last_turn = asyncio.Lock()
        self._next_last_at = 0.0
        self._answered = asyncio.Event()

    def charge(self, chat_id: int) -> None:
        """A message goes out right now."""
        now = self._clock()
        self._sent.append(now)
        self._last_to[chat_id] = now
        self._last_to.move_to_end(chat_id)
        self._forget(now)

    def pause(self, seconds: float) -> None:
        """Telegram asked for a rest: no notice goes out before."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    def rest(self) -> float:
        """Seconds left of the rest Telegram asked for."""
        return max(self._paused_until - self._clock(), 0.0)

    @asynccontextmanager
    async def turn(self, chat_id: int, *, last: bool = False) -> AsyncIterator[None]:
        """Wait until a notice may go to this chat. At the end of the block it is answered, or given up.

        `last`: an announcement, which goes when no notice waits.
        """
        while not await (self._take_last(chat_id) if last else self._take_first(chat_id)):
            pass
        try:
            yield
        finally:
            self._on_the_way -= Counter((chat_id,))
            self.charge(chat_id)
            self._answered.set()
            self._answered.clear()  # everyone who waits by now wakes up

    async def _take_first(self, chat_id: int) -> bool:
        await self._chat_is_free(chat_id)
        self._waiting += 1
        try:
            return await self._take(chat_id)
        finally:
            self._waiting -= 1

    async def _take_last(self, chat_id: int) -> bool:
        await self._chat_is_free(chat_id)
        async with self._last_turn:
            while (wait := self._next_last_at - self._clock()) > 0 or self._waiting:
                await self._sleep(YIELD_SECONDS if self._waiting else wait)
            self._next_last_at = self._clock() + LAST_APART_SECONDS
            return await self._take(chat_id)

    async def _chat_is_free(self, chat_id: int) -> None:
        while (wait := self._until_chat(chat_id)) > 0:
            await self._sleep(wait)

    async def _take(self, chat_id: int) -> bool:
        """False when somebody else took the chat's turn meanwhile."""
        async with self._turn:
            while (wait := self._until_all()) > 0:
                await self._sleep(wait)
            if self._until_chat(chat_id) > 0:
                return False
            self._on_the_way[chat_id] += 1
            self._next_at = self._clock() + APART_SECONDS
            return True

    async def _sleep(self, seconds: float) -> None:
        """That long, or until a notice is answered."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds if math.isfinite(seconds) else None):
                await self._answered.wait()

    def _until_chat(self, chat_id: int) -> float:
        """Infinite while it depends on an answer."""
        if chat_id in self._on_the_way:
            return math.inf
        last = self._last_to.get(chat_id)
        return 0.0 if last is None else max(last + PER_CHAT_SECONDS - self._clock(), 0.0)

    def _until_all(self) -> float:
        """Infinite while it depends on an answer."""
        now = self._clock()
        self._forget(now)
        too_many = self._on_the_way.total() + len(self._sent) - IN_ALL
        if too_many >= len(self._sent):
            return math.inf
        room_at = self._sent[too_many] + 1.0 if too_many >= 0 else now
        return max(max(room_at, self._next_at, self._paused_until) - now, 0.0)

    def _forget(self, now: float) -> None:
        while self._sent and self._sent[0] <= now - 1.0:
            self._sent.popleft()
        while self._last_to and next(iter(self._last_to.values())) <= now - PER_CHAT_SECONDS:
            self._last_to.popitem(last=False)
