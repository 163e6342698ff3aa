"""Words for people: English sentences in the code, other languages from `locales`; numbers and money.

A text is our own HTML with {names}; whatever is put into it is escaped here and nowhere else.
"""

import gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, localcontext
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_compact_decimal, format_decimal
from markupsafe import Markup, escape

_BESIDE = Path(__file__).parent.parent / "locales"  # in a wheel
LOCALES = _BESIDE if _BESIDE.is_dir() else _BESIDE.parent.parent / "locales"
SOURCE = "en"


def load(folder: Path) -> dict[str, gettext.NullTranslations]:
    """The catalogues of a folder by language: one folder a language, a `panelgram.po` in it."""
    found: dict[str, gettext.NullTranslations] = {SOURCE: gettext.NullTranslations()}
    for path in sorted(folder.glob("*/panelgram.po")):
        with path.open("rb") as source:
            compiled = BytesIO()
            write_mo(compiled, read_po(source, locale=path.parent.name))
        compiled.seek(0)
        found[path.parent.name] = gettext.GNUTranslations(compiled)
    return found


_catalogues = load(LOCALES)
_language: ContextVar[str] = ContextVar("language", default=SOURCE)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Texts made inside are in the nearest language we have to this one, as Telegram names it."""
    token = _language.set(nearest(language))
    try:
        yield
    finally:
        _language.reset(token)


def language() -> str:
    """The one that texts are in right now."""
    return _language.get()


def nearest(language: str) -> str:
    whole = language.replace("-", "_").casefold()
    known = {name.casefold(): name for name in _catalogues}
    return known.get(whole) or known.get(whole.partition("_")[0]) or SOURCE


def t(text: str, **values: object) -> Markup:
    """The text in the person's language, its values escaped."""
    return _filled(_catalogues[_language.get()].gettext(text), values)


def plural(one: str, many: str, n: int, **values: object) -> Markup:
    """The right form for `n`, which the text may mention as {n}."""
    text = _catalogues[_language.get()].ngettext(one, many, n)
    return _filled(text, {"n": number(n), **values})


def _filled(text: str, values: Mapping[str, object]) -> Markup:
    """Markup.format would do the same, at several times the cost."""
    return Markup(text.format(**{name: escape(value) for name, value in values.items()}))  # noqa: S704


def number(value: int | Decimal) -> str:
    """With the locale's grouping and every digit that matters."""
    with localcontext(prec=80):
        return format_decimal(value, locale=_locale(), decimal_quantization=False)


def money(amount: Decimal, currency: str) -> str:
    """All digits that matter, two decimals at least: 100.84292 USD, 5.00 USD."""
    with localcontext(prec=80):  # Babel rounds to the context's digits, and some currencies have many
        whole = format_decimal(amount, format="#,##0.00", locale=_locale(), decimal_quantization=False)
    return f"{whole} {currency}".strip()


def brief(value: Decimal) -> str:
    """A round number in little room: 250, 1.5M, 0.002, 2E-9."""
    if value == 0 or Decimal("1E-5") <= value < 10_000:
        return number(value.normalize())
    if 10_000 <= value < Decimal("1E15"):
        return format_compact_decimal(value, locale=_locale(), fraction_digits=2)
    return f"{value.normalize():E}"


def country(code: str) -> str | None:
    """A country's name in the person's language; None for an unknown code."""
    return _locale().territories.get(code)


def day(instant: float) -> str:
    """The date of an instant, as the language writes it: Jan 3, 2027."""
    return format_date(datetime.fromtimestamp(instant, UTC), format="medium", locale=_locale())


def moment(instant: float) -> str:
    """Date and time of an instant, for people whose time zone nobody asked for: Jan 3, 2027, 17:05 UTC."""
    return f"{day(instant)}, {datetime.fromtimestamp(instant, UTC):%H:%M} UTC"


def brief_day(which: date) -> str:
    """Without the year: Jan 3."""
    return format_skeleton("MMMd", which, locale=_locale())


def clock(instant: float, zone: tzinfo) -> str:
    """The time of day, in all languages in the same way: 07:15."""
    return format_time(datetime.fromtimestamp(instant, zone), format="HH:mm", locale=_locale())


def size(count: int) -> str:
    """Bytes, roughly: 12.3 MB, 48 GB."""
    unit, name = next(
        (one for one in ((10**9, "GB"), (10**6, "MB"), (10**3, "KB")) if count >= one[0]), (1, "B")
    )
    return f"{number(Decimal(f'{count / unit:.3g}'))} {name}"


def lasting(seconds: float) -> str:
    """How long something takes, roughly: 52 minutes, 7 hours, 3 days."""
    return format_timedelta(timedelta(seconds=seconds), granularity="minute", threshold=1.5, locale=_locale())


def units(text: str) -> int:
    """A text's length as Telegram counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def shorten(text: str, longest: int) -> str:
    """At most so many UTF-16 units, which is how Telegram counts."""
    units = text.encode("utf-16-le")
    if len(units) <= longest * 2:
        return text
    return units[: (longest - 1) * 2].decode("utf-16-le", "ignore").rstrip() + "…"


def paragraphs(*parts: str | None) -> Markup:
    return Markup("\n\n").join(part for part in parts if part)


def lines(*parts: str | None) -> Markup:
    return Markup("\n").join(part for part in parts if part)


def _locale() -> Locale:
    try:
        return Locale.parse(_language.get())
    except (ValueError, UnknownLocaleError):
        return Locale.parse(SOURCE)
