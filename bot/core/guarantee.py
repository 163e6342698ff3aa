"""Whether and how long a service's orders may be refilled, as far as its name and flag tell. Pure.

Panels have a flag for "refill", but tell the period in names only: "30 Days", "R30", "Lifetime".
"""

import re
import unicodedata
from dataclasses import dataclass

from bot.panel.models import Service, Status

DAY = 86400.0
_SHORTEST_DAYS, _LONGEST_DAYS = 7, 3650  # below are start times: "2 days"

_FLAGS = re.IGNORECASE
_NONE = re.compile(
    r"\b(no|non|not|without|w/o|zero)[\s_-]*(re-?fills?|guarantee|warranty)\b|\b(re-?fills?|guarantee)\s*[:=-]?\s*"
    # "Refill: No" is one, "Refill No Drop" is not
    r"((no|none|not available|off)\b(?!\s*\w|[-–’']\w)|[🚫❌⛔])|[🚫❌⛔]\s*(re-?fill|♻)|\bR0\b(?!\.)|\bNR\b",
    _FLAGS,
)
_SAYS = re.compile(r"re-?fill|guarante|warrant|♻|\bA?R\s?\d{1,4}\b|ضمان|تعويض", _FLAGS)
_LIFETIME = re.compile(r"life[\s-]*time|♾|\bR∞", _FLAGS)
_SHORT = re.compile(r"\bA?R-?\s?(\d{1,4})\b(?!\s*[km%])", _FLAGS)  # R30, AR30
_COUNTED = re.compile(
    r"(?<![\d\-–/.,])(\d{1,4})[\s-]*(days?|d|months?|years?|يوم|дн\w*|día\w*|dias?)\b(?!\s*(ago|old))", _FLAGS
)
_AFTER = re.compile(r"(?:re-?fill|♻️?|guarantee|warranty)\s*[:=|-]?\s*(\d{1,4})(?![\d\s]*[km%/])\b", _FLAGS)
_UNITS = {"m": 30, "y": 365}


@dataclass(frozen=True, slots=True)
class Guarantee:
    """`eligible` is None when nobody says. `days` is None when no period is told, or it is for life."""

    eligible: bool | None
    days: int | None = None
    lifetime: bool = False

    def until(self, ended_at: float) -> float | None:
        """Until when an order that ended then may be refilled; None when no end is known."""
        return None if self.days is None else ended_at + self.days * DAY


UNKNOWN = Guarantee(None)


def of_name(name: str) -> Guarantee:
    """What a service's name tells.

    A period alone ("30 Days") is no promise of a refill; it counts where the panel's flag says one.
    """
    plain = unicodedata.normalize("NFKC", name)
    if _NONE.search(plain):
        return Guarantee(False)
    eligible = True if _SAYS.search(plain) else None
    if _LIFETIME.search(plain):
        return Guarantee(eligible, lifetime=True)
    return Guarantee(eligible, _days(plain))


def of_service(service: Service | None) -> Guarantee:
    """The panel's flag where it gives one, with the period of the name; UNKNOWN without a service."""
    if service is None:
        return UNKNOWN
    told = of_name(service.name)
    if service.refill is None:
        return told if told.eligible is not None else UNKNOWN
    return Guarantee(True, told.days, told.lifetime) if service.refill else Guarantee(False)


def may_be_refilled(
    guarantee: Guarantee, status: Status | None, *, ended_at: float, in_flight: bool, now: float
) -> bool:
    """Whether asking makes sense: nobody says no, it was delivered, and none is on its way."""
    if guarantee.eligible is False or in_flight or status not in {Status.COMPLETED, Status.PARTIAL}:
        return False
    until = guarantee.until(ended_at)
    return until is None or now <= until


def _days(name: str) -> int | None:
    found = [int(match[1]) for match in (*_SHORT.finditer(name), *_AFTER.finditer(name))]
    found += [int(m[1]) * _UNITS.get(_unit(m[2]), 1) for m in _COUNTED.finditer(name)]
    return next((days for days in found if _SHORTEST_DAYS <= days <= _LONGEST_DAYS), None)


def _unit(word: str) -> str:
    return word[0].casefold() if word.isascii() else ""
