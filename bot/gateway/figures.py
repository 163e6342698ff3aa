"""Numbers, money, dates and durations, as the language that is spoken writes them. Never rounded."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, localcontext
from typing import Literal, TypedDict

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_compact_decimal, format_currency, format_decimal
from babel.units import format_unit

from bot.gateway.languages import spoken


class _Ways(TypedDict):
    locale: Locale
    numbering_system: Literal["default"]


_UNITS = ((10**9, "gigabyte"), (10**6, "megabyte"), (10**3, "kilobyte"))
_ZEROS = {"arab": 0x660, "arabext": 0x6F0, "beng": 0x9E6, "deva": 0x966, "mymr": 0x1040}
_SIGN_OF_LETTERS = re.compile(r"[A-Z]+[^\w\s.,]")  # US$, whose end would come before its beginning
_BETWEEN_SIGN_AND_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


def number(value: int | Decimal) -> str:
    """With the locale's grouping and every digit that matters."""
    with localcontext(prec=80):  # Babel rounds to the context's digits, and some amounts have many
        return _written(format_decimal(value, decimal_quantization=False, **_ways()))


def numeral(value: int) -> str:
    """Of what is numbered, like lines: not grouped, since several stand between commas."""
    return _written(str(value))


def money(amount: Decimal, currency: str) -> str:
    """With the currency's sign or code, where the locale puts it, and all digits that matter; a currency has
    two decimals at least unless it has none: $0.00094, 5,00 €, BDT 12.50. Without a currency, "", just 5.00.
    """
    with localcontext(prec=80):
        if not currency:
            return _written(format_decimal(amount, "#,##0.00", decimal_quantization=False, **_ways()))
        written = format_currency(amount, currency, decimal_quantization=False, **_ways())
    if spoken().is_rtl:
        written = _SIGN_OF_LETTERS.sub("\\g<0>\u200e", written).replace("-", "\u200e-")
    return _written(_BETWEEN_SIGN_AND_DIGIT.sub("\u00a0", written))


def brief(value: Decimal) -> str:
    """A round number in little room: 250, 1.5M, 0.002, 2E-9."""
    if value == 0 or Decimal("1E-5") <= value < 10_000:
        return number(value.normalize())
    if 10_000 <= value < Decimal("1E15"):
        return _written(format_compact_decimal(value, fraction_digits=2, **_ways()))
    return f"{value.normalize():E}"


def country(code: str) -> str | None:
    """A country's name in the person's language; None for an unknown code."""
    return spoken().locale.territories.get(code)


def day(instant: float) -> str:
    """The date of an instant, as the language writes it: Jan 3, 2027."""
    return whole_day(datetime.fromtimestamp(instant, UTC))


def whole_day(which: date) -> str:
    return _written(format_date(which, "medium", locale=spoken().locale))


def moment(instant: float) -> str:
    """Date and time of an instant, for people whose time zone nobody asked for: Jan 3, 2027, 17:05 UTC."""
    glue = spoken().locale.datetime_formats["medium"]
    return str(glue).format(f"{clock(instant, UTC)} UTC", day(instant))


def brief_day(which: date) -> str:
    """Without the year: Jan 3."""
    return _written(format_skeleton("MMMd", which, locale=spoken().locale))


def brief_date(which: date) -> str:
    """The same in figures: 1/3."""
    return _written(format_skeleton("Md", which, locale=spoken().locale))


def clock(instant: float, zone: tzinfo) -> str:
    """The time of day, in all languages in the same way: 07:15."""
    return _written(format_time(datetime.fromtimestamp(instant, zone), "HH:mm", locale=spoken().locale))


def size(count: int) -> str:
    """Bytes, roughly: 12.3 MB, 48 GB."""
    unit, name = next((one for one in _UNITS if count >= one[0]), (1, "byte"))
    roughly = Decimal(f"{count / unit:.3g}")
    return _written(
        format_unit(roughly, f"digital-{name}", "short", numbering_system="default", locale=spoken().locale)
    )


def lasting(seconds: float) -> str:
    """How long something takes, roughly: 52 minutes, 7 hours, 3 days."""
    span = timedelta(seconds=seconds)
    return _written(format_timedelta(span, granularity="minute", threshold=1.5, locale=spoken().locale))


def _ways() -> _Ways:
    return {"locale": spoken().locale, "numbering_system": "default"}


def _written(figures: str) -> str:
    """In the locale's own digits, which Babel leaves to us."""
    zero = _ZEROS.get(spoken().locale.default_numbering_system)
    return figures.translate({ord("0") + n: zero + n for n in range(10)}) if zero else figures
