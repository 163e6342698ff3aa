"""How fast a mass order goes on, when it rests, and when it gives up. Pure: the time is handed in."""

from collections.abc import Sequence
from enum import StrEnum

from bot.core.ordering import NotNow, Outcome, Placed, Rejected
from bot.panel.errors import Meaning
from bot.panel.refusals import meaning_of

AT_ONCE = 3  # orders of one key on their way
SILENT_PAUSES = (5.0, 20.0)  # seconds after rounds in a row without a proper answer; then it stops
BUSY_PAUSES = (30.0, 60.0, 120.0, 240.0)  # seconds after a "not now", at least; the last one for all further
BUSY_PATIENCE = 300.0  # seconds of nothing but "not now"
GAP_SECONDS = 1.2  # between lines once it was too fast: panels take 60 a minute


class Stop(StrEnum):
    """Why the rest of a mass order is not sent."""

    FUNDS = "funds"
    BAD_KEY = "bad key"
    BUSY = "busy"
    NO_ANSWER = "no answer"
    RESTORED = "restored"  # the database is a backup from before its end; see storage/restoring.py


def trouble(outcomes: Sequence[Outcome | None]) -> Stop | None:
    """What a round's answers say against going on: for good, or when rounds in a row say it.

    None among the outcomes is one that could not be stored.
    """
    meanings = {meaning_of(one.words) for one in outcomes if isinstance(one, Rejected) and one.words}
    if Meaning.BAD_KEY in meanings:
        return Stop.BAD_KEY
    if Meaning.FUNDS in meanings:
        return Stop.FUNDS
    if any(isinstance(one, NotNow) for one in outcomes):
        return Stop.BUSY
    answered = any(isinstance(one, Placed) or (isinstance(one, Rejected) and one.words) for one in outcomes)
    return None if answered else Stop.NO_ANSWER


class Pace:
    """Hears the answers of each round. `at_once` lines may be in the next one.

    `is_well`: the panel dealt with the last one.
    """

    def __init__(self, *, now: float) -> None:
        self.at_once = 1  # a rejected key or an empty balance shows at the first line
        self.is_well = True
        self._gap = 0.0
        self._silent = 0
        self._busy = 0
        self._well_at = now  # when the panel last dealt with a line

    def after(self, outcomes: Sequence[Outcome | None], *, now: float) -> float | Stop:
        """Seconds to rest, or why to stop."""
        found = trouble(outcomes)
        self.is_well = found is None
        if found is None or any(isinstance(one, Placed) for one in outcomes):
            self._silent = self._busy = 0
            self._well_at = now
        match found:
            case None:
                self.at_once = 1 if self._gap else AT_ONCE
                return self._gap
            case Stop.BUSY:
                return self._rest(outcomes, now)
            case Stop.NO_ANSWER if self._silent < len(SILENT_PAUSES):
                self.at_once = 1
                self._silent += 1
                return SILENT_PAUSES[self._silent - 1]
        return found

    def _rest(self, outcomes: Sequence[Outcome | None], now: float) -> float | Stop:
        self.at_once, self._gap, self._silent = 1, GAP_SECONDS, 0
        if now - self._well_at >= BUSY_PATIENCE:
            return Stop.BUSY
        pause = BUSY_PAUSES[min(self._busy, len(BUSY_PAUSES) - 1)]
        self._busy += 1
        return max([pause, *(one.retry_after or 0.0 for one in outcomes if isinstance(one, NotNow))])
