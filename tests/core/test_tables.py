"""Tables for spreadsheets."""

import csv
import io
from decimal import Decimal

import pytest

from bot.core.tables import Cell, as_csv, defused


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-2", "'-2"),
        ("@name", "'@name"),
        (" \t=cmd", "' \t=cmd"),
        ("\r\n@name", "'\r\n@name"),
        ("＝1", "'＝1"),
        ("https://example.com/?a=1", "https://example.com/?a=1"),
        ("a-b", "a-b"),
        ("", ""),
        (None, ""),
        (-2, "-2"),
        (Decimal("-0.10"), "-0.10"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.00000001"), "0.00000001"),
    ],
)
def test_no_cell_is_taken_for_a_formula(cell: Cell, written: str) -> None:
    assert defused(cell) == written


def test_a_table_is_read_back_as_it_was() -> None:
    table = as_csv(["order", "link"], [["1", 'a "quoted", one\nof two lines'], [2, None], ["é", "=A1"]])

    assert table.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    assert read == [["order", "link"], ["1", 'a "quoted", one\nof two lines'], ["2", ""], ["é", "'=A1"]]
