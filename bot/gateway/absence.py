"""Whether something far away fails right now. A log hears of it once when it begins and once when it ends."""

import time
from collections.abc import Callable

import structlog

STEADY_SECONDS = 10.0  # without a failure, until it counts as over: one that comes and goes is one outage

log = structlog.get_logger()


class Absence:
    def __init__(self, begins: str, ends: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`begins` and `ends` are what the log says."""
        self._begins = begins
        self._ends = ends
        self._clock = clock
        self._since: float | None = None
        self._failed_at = 0.0
        self.lasts = False  # the latest try failed

    def failed(self, error: object) -> None:
        self.lasts = True
        self._failed_at = self._clock()
        if self._since is None:
            self._since = self._failed_at
            log.warning(self._begins, error=str(error))

    def worked(self) -> None:
        self.lasts = False
        if self._since is not None and (now := self._clock()) >= self._failed_at + STEADY_SECONDS:
            log.info(self._ends, seconds=round(now - self._since))
            self._since = None
