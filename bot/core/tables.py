"""Tables as files for spreadsheets, in which no cell is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

Cell = str | int | Decimal | None

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # in full width too, which some spreadsheets take


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with the mark by which spreadsheets know it; None is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([defused(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def defused(cell: Cell) -> str:
    """A text that a spreadsheet would calculate gets an apostrophe before it; numbers stay as they are."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    text = str(cell)
    return f"'{text}" if isinstance(cell, str) and text.lstrip().startswith(_FORMULA) else text
