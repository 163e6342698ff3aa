"""Plural forms are those of whole numbers, in any language CLDR knows."""

import re

import pytest
from babel.localedata import locale_identifiers

from bot.translations.plurals import disagreement, forms, header


def parts(line: str) -> tuple[int, str]:
    found = re.fullmatch(r"nplurals=(\d+); plural=(.*);", line)
    assert found, line
    return int(found[1]), found[2]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("ru", ["one", "few", "many"]),
        ("ar", ["zero", "one", "two", "few", "many", "other"]),
        ("cs", ["one", "few", "other"]),
        ("tr", ["one", "other"]),
        ("id", ["other"]),
        ("es", ["one", "many", "other"]),
    ],
)
def test_forms_for_fractions_only_are_left_out(code: str, names: list[str]) -> None:
    assert list(forms(code)) == names


def test_the_line_of_a_new_catalogue_agrees_in_every_language() -> None:
    for code in locale_identifiers():
        count, expression = parts(header(code))
        assert (count, disagreement(code, expression)) == (len(forms(code)), None), code


@pytest.mark.parametrize(
    ("code", "expression", "first"),
    [
        ("fr", "(n != 1)", 0),
        ("fr", "(n > 1)", 2),
        ("ru", "(n != 1)", 0),
        ("tr", "0", 0),
        ("de", "(n != 1)", None),
        ("fa", "(n > 1)", None),
        ("de", "n is 1", 0),
    ],
)
def test_a_wrong_expression_is_told_by_its_first_wrong_number(
    code: str, expression: str, first: int | None
) -> None:
    assert disagreement(code, expression) == first
