"""Whether the event loop turns, and the clock of the jobs ticks."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

BEAT_SECONDS = 1.0
BEATS = 10  # that are remembered


class Pulse:
    """`hear` is told at every beat by how many seconds it came late."""

    def __init__(self, *, hear: Callable[[float], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._hear = hear
        self._clock = clock
        self._late: deque[float] = deque(maxlen=BEATS)
        self._ticked_at: float | None = None
        self._next: asyncio.TimerHandle | None = None

    def start(self) -> None:
        due = self._clock() + BEAT_SECONDS
        self._next = asyncio.get_running_loop().call_later(BEAT_SECONDS, self._beat, due)

    def stop(self) -> None:
        if self._next is not None:
            self._next.cancel()

    def tick(self) -> None:
        """The jobs' clock ticks."""
        self._ticked_at = self._clock()

    @property
    def lag(self) -> float:
        """Seconds for which the event loop was held up lately, at its worst."""
        return max(self._late, default=0.0)

    @property
    def silent(self) -> float:
        """Seconds since the jobs' clock ticked last; 0 before its first tick."""
        return 0.0 if self._ticked_at is None else self._clock() - self._ticked_at

    def _beat(self, due: float) -> None:
        late = max(self._clock() - due, 0.0)
        self._late.append(late)
        self._hear(late)
        self.start()
