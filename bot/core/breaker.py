"""When machines leave a panel alone that serves nobody. Pure: the clock and chance are handed in.

| state     | polls   | an answer, to whomever | no answer to a poll           | no answer to a person |
|-----------|---------|------------------------|-------------------------------|-----------------------|
| closed    | all     | the count begins anew  | KEYS keys in a row: open      | counts like a poll's  |
| open      | none    | closed                 | -                             | -                     |
| half-open | one     | closed                 | open, and longer than before  | -                     |

Open becomes half-open when its wait is over: at most 60 s, spread by chance, or what a Retry-After asks for.

No answer is: no reply, 5xx, a page in place of JSON. A refused key, a rate limit and words about one order
are answers: the panel serves. People's calls always go through, and are heard here as a probe.

KEYS is 3 since one key or two may have troubles of their own, or be one person's. Where fewer are in use the
breaker never opens: each key rests by itself, which spares the panel as much.
"""

import random
import time
from collections.abc import Callable
from enum import StrEnum

import structlog

from bot.core import schedule
from bot.panel.errors import NoTurn, PanelError
from bot.panel.pacing import Pace

KEYS = 3

log = structlog.get_logger()


class State(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Breaker:
    """Of one panel. `since` is when it left "closed"; `rounds` counts its waits until a poll is answered.

    What waited meanwhile does not come back all at once: the breaker eases the `pace`.
    """

    def __init__(
        self,
        *,
        interval: float = 60.0,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.state = State.CLOSED
        self.since: float | None = None
        self.until = 0.0  # no poll before, while it is open
        self.rounds = 0
        self._interval = interval
        self._pace = pace or Pace()
        self._clock = clock
        self._chance = chance
        self._failing: set[int] = set()  # hashes of keys: the keys themselves are nobody's business here
        self._under_way = 0

    def enter(self) -> bool:
        """Whether a poll may begin now; `leave` ends it."""
        if self.state is State.OPEN and self._clock() >= self.until:
            self.state = State.HALF_OPEN
        if self.state is State.OPEN or (self.state is State.HALF_OPEN and self._under_way):
            return False
        self._under_way += 1
        return True

    def leave(self) -> None:
        self._under_way -= 1

    def hear(self, key: str, error: PanelError | None, *, poll: bool) -> None:
        """How a call with this key went."""
        self._pace.hear(error)
        if isinstance(error, NoTurn):
            return
        if error is None or not error.is_away:
            self._close()
            self.rounds = 0 if poll else self.rounds
        elif self.state is State.CLOSED:
            self._failing.add(hash(key))
            if len(self._failing) >= KEYS:
                self._open(error)
        elif self.state is State.HALF_OPEN and poll:
            self._open(error)

    def _close(self) -> None:
        self._failing.clear()
        if self.state is not State.CLOSED:
            log.info("the panel answers again")
            self.state, self.since = State.CLOSED, None

    def _open(self, error: PanelError) -> None:
        now = self._clock()
        if self.since is None:
            log.warning("the panel does not answer", error=type(error).__name__)
            self.since = now
        self.state = State.OPEN
        self.rounds += 1
        self.until = now + schedule.rest(
            self.rounds, interval=self._interval, retry_after=error.retry_after, chance=self._chance()
        )
        self._pace.ease(min(self._interval, 2.0) / 2)
