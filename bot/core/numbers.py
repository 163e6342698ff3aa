"""Numbers and dates as people write them."""

import re
from datetime import date

from bot.core.invalid import InvalidAnswer
from bot.core.typed import ascii_digits

# What people put between groups of three digits: spaces of all widths, commas, dots, apostrophes.
_GROUPS = re.compile(
    r"[1-9][0-9]{0,2}(?:([\s,.'’٬،_])[0-9]{3})(?:\1[0-9]{3})*"
    r"|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"  # as India writes them: 1,00,000
)
_DATE = re.compile(r"(\d{1,2})[/.\-\s](\d{1,2})[/.\-\s](\d{4})")
_ISO = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})")


def whole_number(text: str) -> int:
    """A whole number as people write it: "1 000", "1,000", "2k", digits of any script.

    Raises InvalidAnswer for anything else, "1,5" and "10,00" included: a guess could cost money.
    """
    plain = ascii_digits(text.strip()).removeprefix("+").casefold()
    thousands = re.fullmatch(r"([0-9]{1,9})\s*k", plain)
    if thousands:
        return int(thousands[1]) * 1000
    if _GROUPS.fullmatch(plain):
        plain = re.sub(r"[^0-9]", "", plain)
    if not re.fullmatch(r"[0-9]{1,18}", plain):
        raise InvalidAnswer("number")
    return int(plain)


def day(text: str) -> date:
    """A date, day first ("31/12/2026", "31.12.2026") or year first. Raises InvalidAnswer."""
    plain = ascii_digits(text.strip())
    found, year_first = _DATE.fullmatch(plain), _ISO.fullmatch(plain)
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
        if year_first:
            return date(int(year_first[1]), int(year_first[2]), int(year_first[3]))
    except ValueError as error:
        raise InvalidAnswer("date") from error
    raise InvalidAnswer("date")
