"""Numbers, money, dates and durations in the reader's way."""

from datetime import UTC
from decimal import Decimal

import pytest

from bot.gateway.figures import brief, clock, country, day, lasting, moment, money, number, size
from bot.gateway.languages import languages, speaking, spoken
from bot.gateway.texts import t

AT = 1_800_000_000.0  # 2027-01-15 08:00 UTC


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "$0.00094"),
        ("ru", "0,00094\N{NO-BREAK SPACE}$"),
        ("es", "0,00094\N{NO-BREAK SPACE}US$"),
        ("es-MX", "USD\N{NO-BREAK SPACE}0.00094"),
        ("pt-br", "US$\N{NO-BREAK SPACE}0,00094"),
        ("tr", "$0,00094"),
        ("ar", "\N{RIGHT-TO-LEFT MARK}0.00094\N{NO-BREAK SPACE}US$\N{LEFT-TO-RIGHT MARK}"),
        ("hi", "$0.00094"),
        ("id", "US$0,00094"),
        ("fa", "\N{LEFT-TO-RIGHT MARK}$\N{NO-BREAK SPACE}۰٫۰۰۰۹۴"),
        ("uk", "0,00094\N{NO-BREAK SPACE}USD"),
        ("uz", "0,00094\N{NO-BREAK SPACE}US$"),
        ("fr", "0,00094\N{NO-BREAK SPACE}$US"),
    ],
)
def test_money_stands_as_the_locale_writes_it(language: str, shown: str) -> None:
    with speaking(language):
        assert money(Decimal("0.00094"), "USD") == shown


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("currency", ["USD", "EUR", "INR", "BDT", "IRT", "UZS", "JPY", "Coins", ""])
@pytest.mark.parametrize("amount", ["0.00094", "123456789.123456789", "5", "-3.1", "1E-24"])
def test_no_digit_of_an_amount_is_lost(language: str, currency: str, amount: str) -> None:
    with speaking(language):
        locale = spoken().locale
        point = locale.number_symbols[locale.default_numbering_system]["decimal"]
        shown = money(Decimal(amount), currency)
    whole, _, fraction = shown.removesuffix(currency).partition(point)
    digits = ["".join(str(int(one)) for one in part if one.isdigit()) for part in (whole, fraction)]
    assert Decimal(".".join(digits)) == abs(Decimal(amount))


def test_a_code_does_not_stick_to_the_digits() -> None:
    assert money(Decimal("1234.5"), "BDT") == "BDT\N{NO-BREAK SPACE}1,234.50"
    assert money(Decimal(-3), "Coins") == "-Coins\N{NO-BREAK SPACE}3.00"


def test_persian_figures_are_in_persian_digits() -> None:
    with speaking("fa"):
        assert number(1_234_567) == "۱٬۲۳۴٬۵۶۷"
        assert day(AT) == "۱۵ ژانویه ۲۰۲۷"
        assert clock(AT, UTC) == "۰۸:۰۰"
        assert lasting(7200) == "۲ ساعت"
        assert brief(Decimal(12_000)) == "۱۲\N{NO-BREAK SPACE}هزار"
        assert size(12_300_000).startswith("۱۲٫۳")


def test_dates_sizes_and_countries_are_in_the_language() -> None:
    with speaking("fr"):
        assert moment(AT) == "15 janv. 2027, 08:00 UTC"
        assert lasting(3 * 86400) == "3\N{NO-BREAK SPACE}jours"
        assert size(48_000_000_000) == "48\N{NARROW NO-BREAK SPACE}Go"
        assert country("DE") == "Allemagne"


def test_an_amount_keeps_its_sign_beside_a_text() -> None:
    assert t("{amount}!", amount=money(Decimal(5), "USD")) == "$5.00!"
