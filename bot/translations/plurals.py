"""Plural forms: which a language has for whole numbers, after CLDR, and which numbers each stands for."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from gettext import c2py

from babel import Locale
from babel.plural import PluralRule, to_gettext

_TAGS = ("zero", "one", "two", "few", "many", "other")  # their order in a catalogue
NUMBERS = (*range(1001), *(10**6 * n for n in range(1, 12)), 10**6 + 1, 1_500_000, 10**9)


@cache
def forms(code: str) -> dict[str, list[int]]:
    """The forms in their order, each with those of NUMBERS that take it. Some of CLDR's are for fractions."""
    rule = Locale.parse(code).plural_form
    found: dict[str, list[int]] = {tag: [] for tag in _TAGS}
    for n in NUMBERS:
        found[rule(n)].append(n)
    return {tag: numbers for tag, numbers in found.items() if numbers}


def header(code: str) -> str:
    """The catalogue's Plural-Forms: nplurals=2; plural=(n != 1);"""
    rule, tags = Locale.parse(code).plural_form, list(forms(code))
    written = to_gettext(PluralRule({tag: rule.rules[tag] for tag in tags[:-1]}))
    return re.sub(r"\be\b", "0", written)  # the exponent of "1.2 million", of which Babel knows no gettext


def disagreement(code: str, expression: str) -> int | None:
    """The first number that a Plural-Forms expression puts elsewhere than CLDR does."""
    wanted = _places(forms(code))
    try:
        chosen: Callable[[int], int] = c2py(expression)
    except ValueError:
        return 0
    return next((n for n in NUMBERS if chosen(n) != wanted[n]), None)


def _places(found: Mapping[str, list[int]]) -> dict[int, int]:
    return {n: place for place, numbers in enumerate(found.values()) for n in numbers}
