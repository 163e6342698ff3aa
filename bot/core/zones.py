"""Time zones, as people name them: a city, a zone's name, or an offset like +3. Pure."""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel import Locale

from bot.core.typed import ascii_digits
from storage.preferences import ANY_ZONE

# Offered to choose from, from west to east.
COMMON = (
    "America/Los_Angeles", "America/Mexico_City", "America/New_York", "America/Sao_Paulo", "Europe/London",
    "Africa/Lagos", "Europe/Berlin", "Africa/Cairo", "Europe/Istanbul", "Europe/Moscow", "Asia/Dubai",
    "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka", "Asia/Jakarta", "Asia/Shanghai",
)  # fmt: skip

# Where many people live, and no zone is named after.
_ELSEWHERE = {
    "America/Los_Angeles": "california, san francisco, san diego, seattle, las vegas",
    "America/New_York": "miami, boston, washington, atlanta, philadelphia, florida",
    "America/Chicago": "texas, houston, dallas, austin",
    "America/Toronto": "montreal, ottawa",
    "America/Sao_Paulo": "rio, rio de janeiro, brasilia, belo horizonte",
    "Europe/London": "england, scotland, uk, manchester, birmingham",
    "Europe/Berlin": "germany, munich, hamburg, frankfurt, cologne",
    "Europe/Paris": "france, lyon, marseille",
    "Europe/Madrid": "spain, barcelona",
    "Europe/Rome": "italy, milan, naples",
    "Europe/Amsterdam": "netherlands, rotterdam",
    "Europe/Zurich": "switzerland, geneva",
    "Europe/Istanbul": "ankara, izmir",
    "Europe/Moscow": "st petersburg, saint petersburg",
    "Africa/Lagos": "nigeria, abuja",
    "Africa/Johannesburg": "south africa, cape town",
    "Asia/Dubai": "abu dhabi",
    "Asia/Riyadh": "saudi arabia, jeddah, mecca",
    "Asia/Karachi": "pakistan, lahore, islamabad",
    "Asia/Kolkata": "india, delhi, new delhi, mumbai, bangalore, chennai, hyderabad",
    "Asia/Dhaka": "bangladesh",
    "Asia/Jakarta": "bandung, surabaya",
    "Asia/Ho_Chi_Minh": "vietnam, hanoi, saigon",
    "Asia/Shanghai": "china, beijing, shenzhen, guangzhou",
    "Asia/Tokyo": "osaka",
}
# Zones that CLDR has under their names of old.
_RENAMED = {
    "Asia/Ho_Chi_Minh": "Asia/Saigon",
    "Asia/Kathmandu": "Asia/Katmandu",
    "Asia/Kolkata": "Asia/Calcutta",
    "Asia/Yangon": "Asia/Rangoon",
    "Europe/Kyiv": "Europe/Kiev",
}
_OFFSET = re.compile(r"(?:utc|gmt)? ?([+\-−–]) ?(\d{1,2})(?::?([0-5]\d))?")
_SPACES = re.compile(r"[\s_]+")


def zone(name: str) -> tzinfo:
    """The zone that `find` named."""
    offset = _offset(name)
    if offset is not None:
        return offset
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC  # the system's list lost it


def find(text: str, language: str = "en") -> str | None:
    """The zone a person means, who may call a city as `language` does; None when we know none by that
    name."""
    plain = _plain(ascii_digits(text))
    offset = _offset(plain)
    if offset is not None:
        return str(offset).removeprefix("UTC") or "Etc/UTC"
    return _by_city(language).get(plain) or _by_name().get(plain)


def place(name: str, language: str = "en") -> str:
    """How people call a zone: Berlin for Europe/Berlin, UTC+03:00 for an offset."""
    if name[0] in "+-":
        return f"UTC{name}"
    known = Locale.parse(language).time_zones.get(_RENAMED.get(name, name), {})
    return known.get("city") or name.rsplit("/", 1)[-1].replace("_", " ")


def is_chosen(name: str) -> bool:
    return name != ANY_ZONE


def _offset(plain: str) -> timezone | None:
    found = _OFFSET.fullmatch(plain)
    if found is None or int(found[2]) > 14:
        return None
    off = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(off if found[1] == "+" else -off)


@cache
def _by_name() -> dict[str, str]:
    known = available_timezones()
    # The deprecated ones first, so that those named after a place take precedence.
    areas = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    ordered = sorted(known, key=lambda name: (name.startswith(areas), name))
    found = {_plain(name.rsplit("/", 1)[-1]): name for name in ordered}
    for name, places in _ELSEWHERE.items():
        found |= dict.fromkeys(places.split(", "), name)
    found |= {_plain(name): name for name in ordered}
    return found | dict.fromkeys(("utc", "gmt"), "Etc/UTC")


@lru_cache(maxsize=32)
def _by_city(language: str) -> dict[str, str]:
    """The cities that CLDR has in this language."""
    today = {old: name for name, old in _RENAMED.items()}
    zones = Locale.parse(language).time_zones.items()
    return {_plain(known["city"]): today.get(name, name) for name, known in zones if "city" in known}


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text.strip().casefold())
