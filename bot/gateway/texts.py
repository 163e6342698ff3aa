"""Words for people: English sentences in the code, other languages from `locales`.

A text is our own HTML with {names}; whatever is put into it is escaped here and nowhere else.
"""

import re
from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from bot.gateway.figures import number
from bot.gateway.languages import END, ISOLATE, spoken

CONTEXT = "\x04"  # between context and text, as catalogues have it
_TURNS = re.compile(  # marks of direction, and the scripts that are written from right to left
    r"[\u202a-\u202e\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


def t(text: str, **values: object) -> Markup:
    """The text in the person's language, its values escaped."""
    found = spoken().catalogue.gettext(text)
    return _filled(found.rpartition(CONTEXT)[2] if CONTEXT in found else found, values)


def plural(one: str, many: str, n: int, **values: object) -> Markup:
    """The right form for `n`, which the text may mention as {n}."""
    text = spoken().catalogue.ngettext(one, many, n)
    return _filled(text, {"n": number(n), **values})


def phrase(text: str) -> str:
    """Marks a text of a table for translators; `t` says it later."""
    return text


def phrase_in(context: str, text: str) -> str:
    """As `phrase`, for a word whose translation depends on what it is said of."""
    return f"{context}{CONTEXT}{text}"


def phrases(one: str, many: str) -> tuple[str, str]:
    """As `phrase`, for what `plural` says later."""
    return one, many


def _filled(text: str, values: Mapping[str, object]) -> Markup:
    """Markup.format would do the same, at several times the cost."""
    return Markup(text.format(**{name: _safe(value) for name, value in values.items()}))  # noqa: S704


def _safe(value: object) -> Markup:
    """In a language written from right to left all values are kept apart, see `isolate`; in others those that
    would turn around what follows them."""
    found = escape(value)
    if found.isascii() or spoken().is_rtl or not _TURNS.search(found):
        return found
    return Markup(f"{ISOLATE}{found}{END}")  # noqa: S704


def units(text: str) -> int:
    """A text's length as Telegram counts it, in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def shorten(text: str, longest: int) -> str:
    """At most so many UTF-16 units, which is how Telegram counts."""
    units = text.encode("utf-16-le")
    if len(units) <= longest * 2:
        return text
    return units[: (longest - 1) * 2].decode("utf-16-le", "ignore").rstrip() + "…"


def listed(parts: Sequence[str]) -> Markup:
    return t(", ").join(parts)


def named(name: str, longest: int) -> Markup:
    """What others call something, by itself; "" when they do not, without a mark around it."""
    return t("{name}", name=shorten(name, longest)) if name else Markup()


def paragraphs(*parts: str | None) -> Markup:
    return Markup("\n\n").join(part for part in parts if part)


def lines(*parts: str | None) -> Markup:
    return Markup("\n").join(part for part in parts if part)
