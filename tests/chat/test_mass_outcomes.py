"""What is said at the end of a mass order, however much there is to say."""

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.chat.screens.mass_outcomes import file, summary
from bot.core.mass_pace import Stop
from bot.gateway.context import About
from bot.gateway.messenger import LONGEST_CAPTION
from storage.masses import NOT_SENT
from storage.orders import Order
from tests.storage.stored import ORDER

ABOUT = About("A panel with a rather long name", "https://panel-with-a-long-name.example.com/orders", "")


def lines(state: str, count: int, *, first: int, reason: str | None = None) -> list[Order]:
    return [
        replace(ORDER, id=f"m-{n}", mass_id="m", mass_line=n, state=state, reason=reason)
        for n in range(first, first + count)
    ]


@pytest.mark.parametrize("stopped", list(Stop))
@pytest.mark.parametrize("words", ["<&>" * 100, "Плохая ссылка 😀" * 30])
def test_fits_under_a_file(stopped: Stop, words: str) -> None:
    found = [
        *lines("uncertain", 200, first=1_000_000),
        *lines("rejected", 200, first=2_000_000, reason=words),
        *lines("rejected", 99, first=3_000_000, reason=NOT_SENT),
        replace(ORDER, state="open", panel_order_id="1", charge=Decimal("123456.123456789")),
    ]
    text = summary(found, stopped, ABOUT).text

    assert len(text.encode("utf-16-le")) // 2 <= LONGEST_CAPTION
    for told in ("placed: 1 of 500", "not placed: 200", "lines 1000000, 1000001", "Not sent: 99 lines"):
        assert told in text


def test_says_nothing_of_what_did_not_happen() -> None:
    found = [replace(ORDER, state="open", panel_order_id="1")]
    text = summary(found, None, ABOUT).text

    assert "charge in all: $0.045" in text
    for word in ("not placed:", "Uncertain", "Not sent"):
        assert word not in text


def test_what_was_closed_as_not_placed_counts_so() -> None:
    assert "not placed: 1" in summary(lines("dismissed", 1, first=1), None, ABOUT).text


def test_a_cancelled_line_whose_charge_nobody_knows_is_not_counted() -> None:
    (kept,) = lines("open", 1, first=1)
    (back,) = lines("ended", 1, first=2)
    kept = replace(kept, panel_order_id="1")
    back = replace(back, panel_order_id="2", word="Canceled")

    assert "charge in all: $0.045" in summary([kept, back], None, ABOUT).text
    charges = [row["charge"] for row in csv.DictReader(io.StringIO(file([kept, back]).decode("utf-8-sig")))]
    assert charges == ["0.045", ""]
