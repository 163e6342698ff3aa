"""Orders as a table, and what they were charged."""

import csv
import io
from decimal import Decimal

import pytest

from bot.core.charges import charged
from bot.core.exporting import Export, summarise
from storage.exporting import Line

JANUARY, FEBRUARY = 1_767_225_600.0, 1_769_904_000.0  # the first of each in 2026
LINE = Line(
    id="a",
    parent_id=None,
    parent=None,
    panel_order_id="23501",
    created_at=JANUARY,
    service_id="1",
    service_name="Followers",
    link="https://example.com/p/1",
    quantity=50,
    state="ended",
    word="Completed",
    price="0.045",
    charge="0.04",
    currency="USD",
    start_count=10,
    remains=0,
)


def table(export: Export) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(export.content.decode("utf-8-sig"))))


def test_a_row_for_each_order() -> None:
    export = summarise([LINE])
    assert export.content.startswith(b"\xef\xbb\xbf")
    assert table(export) == [
        {
            "id": "23501",
            "date": "2026-01-01T00:00:00+00:00",
            "service id": "1",
            "service": "Followers",
            "link": "https://example.com/p/1",
            "quantity": "50",
            "status": "Completed",
            "charge": "0.04",
            "currency": "USD",
            "start count": "10",
            "remains": "0",
            "part of": "",
        }
    ]


def test_what_was_only_refilled_here_counts_for_no_month() -> None:
    asked = LINE._replace(
        id="b", panel_order_id="701", service_id="", charge="7", price=None, only_asked=True
    )
    export = summarise([LINE, asked])
    assert [row["id"] for row in table(export)] == ["23501", "701"]
    assert export.totals["USD"].whole == Decimal("0.04")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    line = LINE._replace(panel_order_id=text, service_name=text, link=text, word=text, currency=text)
    (row,) = table(summarise([line]))
    for name in ("id", "service", "link", "status", "currency"):
        assert row[name].startswith("'")


@pytest.mark.parametrize(
    ("state", "word", "price", "charge", "amount"),
    [
        ("ended", "Completed", "0.045", "0.04", "0.04"),
        ("open", "In progress", "0.045", None, "0.045"),
        ("open", None, "0.045", None, "0.045"),
        ("ended", "Canceled", "0.045", "0", "0"),
        ("ended", "Canceled", "0.045", None, None),
        ("ended", "Partial", "0.045", None, None),
        ("open", "Active", None, None, None),
        ("rejected", None, "0.045", None, None),
        ("uncertain", None, "0.045", None, None),
        ("dismissed", None, "0.045", None, None),
        ("placing", None, "0.045", None, None),
    ],
)
def test_what_an_order_was_charged(
    state: str, word: str | None, price: str | None, charge: str | None, amount: str | None
) -> None:
    found = charged(LINE._replace(state=state, word=word, price=price, charge=charge))
    assert found == (None if amount is None else Decimal(amount))


def test_charges_are_summed_exactly_by_month_service_and_currency() -> None:
    export = summarise(
        [
            LINE._replace(id="a", charge="0.1"),
            LINE._replace(id="b", charge="0.2", created_at=FEBRUARY, service_id="2"),
            LINE._replace(id="c", charge="0.00001", created_at=FEBRUARY - 1),
            LINE._replace(id="d", charge="5", currency="EUR", service_id=""),
            LINE._replace(id="e", state="rejected"),
        ]
    )
    dollars, euros = export.totals["USD"], export.totals["EUR"]
    assert dollars.whole == Decimal("0.30001")
    assert dollars.months == [("2026-02", Decimal("0.2")), ("2026-01", Decimal("0.10001"))]
    assert dollars.services == [("2", Decimal("0.2")), ("1", Decimal("0.10001"))]
    assert (euros.whole, euros.services) == (Decimal(5), [("", Decimal(5))])
    assert export.count == 5


@pytest.mark.parametrize(
    ("price", "word", "whole", "charges"),
    [
        ("3", "In progress", "3", ["3", "", ""]),
        ("3", "Completed", "0.8", ["", "0.4", "0.4"]),
        (None, "Active", "0.8", ["", "0.4", "0.4"]),
    ],
)
def test_runs_are_not_counted_beside_the_order_that_paid_for_them(
    price: str | None, word: str, whole: str, charges: list[str]
) -> None:
    """A drip-feed is paid in advance, the posts of a subscription each; in the end the runs know better."""
    state = "ended" if word == "Completed" else "open"
    parent = LINE._replace(id="p", price=price, charge=None, word=word, state=state)
    children = [
        LINE._replace(id=str(n), parent_id="p", parent="23501", price=None, charge="0.4") for n in range(2)
    ]
    export = summarise([parent, *children])
    assert export.totals["USD"].whole == Decimal(whole)
    assert [row["part of"] for row in table(export)] == ["", "23501", "23501"]
    assert [row["charge"] for row in table(export)] == charges
