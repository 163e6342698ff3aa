"""Numbers and dates as people write them."""

from datetime import date

import pytest

from bot.core.invalid import InvalidAnswer
from bot.core.numbers import day, whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1000", 1000),
        (" 1000\n", 1000),
        ("+1000", 1000),
        ("1 000", 1000),
        ("1,000", 1000),
        ("1.000", 1000),
        ("1'000", 1000),
        ("1’000", 1000),
        ("1_000", 1000),
        ("1\N{NO-BREAK SPACE}000", 1000),
        ("1\N{NARROW NO-BREAK SPACE}000\N{NARROW NO-BREAK SPACE}000", 1_000_000),
        ("10,000,000", 10_000_000),
        ("1,00,000", 100_000),
        ("12,34,56,789", 123_456_789),
        ("١٬٠٠٠", 1000),
        ("١٠٠٠", 1000),
        ("۱۰۰۰", 1000),
        ("१०००", 1000),
        ("１０００", 1000),
        ("2k", 2000),
        ("2 K", 2000),
        ("٢k", 2000),
        ("0", 0),
        ("007", 7),
    ],
)
def test_a_number_is_understood_as_people_write_it(text: str, number: int) -> None:
    assert whole_number(text) == number


NO_NUMBERS = (
    *("0,100", "0.500", "0 000", "0,00,000"),
    *("1,5", "10,00", "1.5", "1.5k", "1٫5", "²", "1²", "½", "Ⅷ", "-5", "−5", "", " ", "k", "ten", "5 0"),
    *(
        "1,000.00",
        "1,0000",
        "1,00,00",
        "100,00,000",
        "1000,000",
        "1,000.000",
        "1 000,000",
        "1e3",
        "0x10",
        "1" * 19,
        "5 followers",
    ),
    *("2kk", "2m", "++5"),
)


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_a_number_is_never_guessed(text: str) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        whole_number(text)
    assert caught.value.reason == "number"


@pytest.mark.parametrize(
    "text",
    ["31/12/2030", "31.12.2030", " 31-12-2030 ", "31 12 2030", "2030-12-31", "2030/12/31", "٣١/١٢/٢٠٣٠"],
)
def test_a_date_day_first_or_year_first(text: str) -> None:
    assert day(text) == date(2030, 12, 31)


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "31/12/30", "12/31/2030", "30/02/2030", "0/1/2030", "31/12"]
)
def test_no_date(text: str) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        day(text)
    assert caught.value.reason == "date"
