"""How the running program does, for its operators."""

import shutil
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bot.core.breaker import Breaker, State
from bot.core.calls import LATELY_SECONDS, Calls, Lately
from bot.gateway.absence import Absence

MOST_ERRORS = 1000  # of Telegram's that are remembered


@dataclass(frozen=True, slots=True)
class Facts:
    """`contact` is since when Telegram brought updates last, or said there are none; None: not yet.
    `errors` are its answers of the last hour that were none, by HTTP status or what came in place of one.
    Sizes are bytes."""

    version: str
    up: float  # seconds
    panel: State
    panel_away: float | None  # seconds for which it has not answered
    calls: Lately
    contact: float | None  # seconds ago
    takes_messages: bool
    errors: Mapping[str, int]
    database: int
    free: int


class Answers:
    """Of Telegram, as far as they were none it should give."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._errors: deque[tuple[float, str]] = deque(maxlen=MOST_ERRORS)

    def hear(self, answer: str) -> None:
        """A request was answered with this HTTP status, or this came in place of one."""
        if answer != "200":
            self._errors.append((self._clock(), answer))

    def errors(self) -> Mapping[str, int]:
        """How many of which, within the last hour."""
        since = self._clock() - LATELY_SECONDS
        return Counter(answer for at, answer in self._errors if at > since)


class Vitals:
    def __init__(
        self,
        *,
        database: Path,
        breaker: Breaker,
        calls: Calls,
        answers: Answers,
        absence: Absence,
        contact: Callable[[], float | None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`contact` tells when Telegram last brought updates, or said there are none."""
        self._database = database
        self._breaker = breaker
        self._calls = calls
        self._answers = answers
        self._absence = absence
        self._contact = contact
        self._clock = clock
        self._started_at = clock()

    def read(self) -> Facts:
        now, contact, away = self._clock(), self._contact(), self._breaker.since
        log = self._database.with_name(self._database.name + "-wal")
        return Facts(
            version=version("panelgram"),
            up=now - self._started_at,
            panel=self._breaker.state,
            panel_away=None if away is None else now - away,
            calls=self._calls.lately(),
            contact=None if contact is None else now - contact,
            takes_messages=not self._absence.lasts,
            errors=self._answers.errors(),
            database=sum(file.stat().st_size for file in (self._database, log) if file.exists()),
            free=shutil.disk_usage(self._database.parent).free,
        )
