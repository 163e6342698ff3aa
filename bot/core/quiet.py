"""Whether and when a person is told of something, by what they want. Pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, tzinfo
from enum import Enum
from typing import Any

from bot.core.zones import zone
from bot.panel.replies import status_of
from storage.outbox import Notice
from storage.preferences import Preferences

DIGEST_AT = 9 * 60  # minutes after midnight, where the person lives
DAY_MINUTES = 24 * 60

_HOURS = re.compile(
    r"(?:[^\W\d]+\s)?(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?"  # a word before and between: من ... إلى, с ... до
    r"\s*(?:[-–—]|(?!am|pm)[^\W\d]+)\s*"
    r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?"
)


class News(Enum):
    """What a notice is to its person."""

    ANSWER = "what they wait for, or have to decide on"
    ASKED = "what became of a request of theirs"
    END = "an order ended, or something is wrong with it"
    STEP = "an order goes on"


def news(kind: str, facts: Mapping[str, Any]) -> News:
    """See `when` for what follows from it."""
    match kind:
        case "change":
            status = status_of(facts["word"])
            ended = status is not None and status.ended
            if ended and facts.get("cancel_asked"):
                return News.ASKED
            return News.END if ended else News.STEP
        case "refill":
            return News.ANSWER if facts["state"] == "uncertain" else News.ASKED
        case "slow":
            return News.END
        case _:
            return News.ANSWER


_UNWANTED = {News.ASKED: set[str](), News.END: {"none"}, News.STEP: {"none", "ended"}}


def when(wanted: Preferences, notice: Notice, now: float) -> float | None:
    """When to tell a notice: `now`, or later; None: not at all.

    | what it is                                                   | every | ended | none | waits |
    |--------------------------------------------------------------|-------|-------|------|-------|
    | outcome of placing, summary of a mass order, a parked key,   |  yes  |  yes  | yes  |  no   |
    | a refill nobody knows of, a reply: anything not named below  |       |       |      |       |
    | end of a refill; end of an order they asked to cancel        |  yes  |  yes  | yes  |  yes  |
    | end of an order; an order that is pending far too long       |  yes  |  yes  | no   |  yes  |
    | any other change of status                                   |  yes  |  no   | no   |  yes  |

    What `waits` comes after quiet hours; with the digest, at the first DIGEST_AT since it happened, or
    after quiet hours when that is in them. Both go by the clock on the wall of their time zone.
    """
    try:
        what = news(notice.kind, notice.facts)
    except (AttributeError, LookupError, TypeError):
        return now  # it cannot be read: whoever puts it into words says so
    if what is News.ANSWER:
        return now
    if wanted.told_of in _UNWANTED[what]:
        return None
    return quiet_until(wanted, max(now, next_digest(wanted, notice.created_at)) if wanted.digest else now)


def quiet_until(wanted: Preferences, instant: float) -> float:
    """The end of the quiet hours this instant is in; the instant itself when it is in none."""
    start, end = wanted.quiet_from, wanted.quiet_to
    if start is None or end is None:
        return instant
    where = zone(wanted.time_zone)
    if not _is_between(instant, start, end, where):
        return instant
    ends = (at for at in _instants(end, instant, where) if not _is_between(at, start, end, where))
    return next(ends, instant)


def next_digest(wanted: Preferences, instant: float) -> float:
    """The first DIGEST_AT after it."""
    return next(_instants(DIGEST_AT, instant, zone(wanted.time_zone)), instant)


def hours(text: str) -> tuple[int, int] | None:
    """Quiet hours as people write them: 22-8, 22:30-07:15, 10pm to 7am. None: it says no such thing."""
    found = _HOURS.fullmatch(text.strip().casefold())
    if found is None:
        return None
    start, end = _minutes(*found.groups()[:3]), _minutes(*found.groups()[3:])
    return None if start is None or end is None or start == end else (start, end)


def _minutes(hour: str, minute: str | None, half: str | None) -> int | None:
    whole, rest = int(hour), int(minute or 0)
    if half and not 1 <= whole <= 12:
        return None
    if half:
        whole = whole % 12 + (12 if half == "pm" else 0)
    if whole > 24 or rest > 59 or (whole == 24 and rest):
        return None
    return (whole * 60 + rest) % DAY_MINUTES


def _is_between(instant: float, start: int, end: int, where: tzinfo) -> bool:
    local = datetime.fromtimestamp(instant, where)
    minute = local.hour * 60 + local.minute
    return start <= minute < end if start < end else minute >= start or minute < end


def _instants(minute: int, after: float, where: tzinfo) -> Iterator[float]:
    """When the clock on the wall shows this, after then. It may do so twice on a day, or jump over it."""
    today = datetime.fromtimestamp(after, where).replace(hour=0, minute=0, second=0, microsecond=0)
    for days in range(4):
        day = today + timedelta(days=days)
        there = day.replace(hour=minute // 60, minute=minute % 60)
        for instant in sorted({there.replace(fold=0).timestamp(), there.replace(fold=1).timestamp()}):
            if instant > after:
                yield instant
