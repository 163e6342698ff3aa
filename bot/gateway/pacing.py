"""Telegram's limits on sending: 30 messages a second in all, about one a second to one chat.

Replies to people go at once and are only counted; notices wait for what is left.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable

IN_ALL = 29  # messages in any second, one below Telegram's limit
PER_CHAT_SECONDS = 1.0


class Budget:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sent: deque[float] = deque()
        self._last_to: OrderedDict[int, float] = OrderedDict()
        self._paused_until = 0.0
        self._turn = asyncio.Lock()

    def charge(self, chat_id: int) -> None:
        """A message goes out right now."""
        now = self._clock()
        self._sent.append(now)
        self._last_to[chat_id] = now
        self._last_to.move_to_end(chat_id)
        while self._sent and self._sent[0] <= now - 1.0:
            self._sent.popleft()
        while self._last_to and next(iter(self._last_to.values())) <= now - PER_CHAT_SECONDS:
            self._last_to.popitem(last=False)

    def pause(self, seconds: float) -> None:
        """Telegram asked for a rest: no notice goes out before."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    def rest(self) -> float:
        """Seconds left of the rest Telegram asked for."""
        return max(self._paused_until - self._clock(), 0.0)

    async def turn(self, chat_id: int) -> None:
        """Wait until a notice may go to this chat, and count it."""
        while True:
            await asyncio.sleep(self._until_chat(chat_id))
            async with self._turn:
                await asyncio.sleep(self._until_all())
                if self._until_chat(chat_id) <= 0 and self._until_all() <= 0:
                    return self.charge(chat_id)

    def _until_chat(self, chat_id: int) -> float:
        last = self._last_to.get(chat_id)
        return 0.0 if last is None else max(last + PER_CHAT_SECONDS - self._clock(), 0.0)

    def _until_all(self) -> float:
        now = self._clock()
        full = self._sent[-IN_ALL] + 1.0 - now if len(self._sent) >= IN_ALL else 0.0
        return max(full, self.rest(), 0.0)
