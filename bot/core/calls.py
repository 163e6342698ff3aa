"""How the calls of the panel went of late, for operators."""

import statistics
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.panel.errors import NoTurn, PanelError

MOST = 5000  # that are remembered
LATELY_SECONDS = 3600.0
SLOWEST = 3


class Call(NamedTuple):
    at: float  # when it ended
    action: str
    seconds: float
    answered: bool


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    calls: int
    unanswered: int
    median: float  # seconds, like the next one
    slowest: float


@dataclass(frozen=True, slots=True)
class Lately:
    """The calls since then: of the last hour, as far as they are remembered. The most frequent first."""

    since: float
    actions: Sequence[Action]
    slowest: Sequence[Call]


class Calls:
    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._begun_at = clock()
        self._calls: deque[Call] = deque(maxlen=MOST)

    def hear(self, action: str, error: PanelError | None, seconds: float) -> None:
        """How a call went. One that had no turn was none."""
        if not isinstance(error, NoTurn):
            answered = error is None or not error.is_away
            self._calls.append(Call(self._clock(), action, seconds, answered))

    def lately(self) -> Lately:
        since = max(self._clock() - LATELY_SECONDS, self._begun_at)
        if len(self._calls) == MOST:
            since = max(since, self._calls[0].at)
        calls = [call for call in self._calls if call.at >= since]
        by_action: dict[str, list[Call]] = defaultdict(list)
        for call in calls:
            by_action[call.action].append(call)
        actions = [_summed(name, some) for name, some in by_action.items()]
        return Lately(
            since,
            sorted(actions, key=lambda action: (-action.calls, action.name)),
            sorted(calls, key=lambda call: -call.seconds)[:SLOWEST],
        )


def _summed(name: str, calls: Sequence[Call]) -> Action:
    seconds = [call.seconds for call in calls]
    unanswered = sum(not call.answered for call in calls)
    return Action(name, len(calls), unanswered, statistics.median(seconds), max(seconds))
