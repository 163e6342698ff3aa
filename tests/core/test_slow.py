"""How long is usual, and how long is far too long."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.slow import DAY, HOUR, Usual, duration, is_pending, usual
from tests.storage.stored import ORDER


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3 hours 12 minutes", 3 * HOUR + 12 * 60),
        ("52 min", 52 * 60),
        ("1h 5m", HOUR + 300),
        ("1 Hour", HOUR),
        ("2 days, 3 hrs", 2 * DAY + 3 * HOUR),
        ("1.5 hours", 1.5 * HOUR),
        ("1,5 h", 1.5 * HOUR),
        ("30 secs", 30),
        ("2:30", 2.5 * HOUR),
        ("00:52:10", 52 * 60 + 10),
        ("1-2 hours", 2 * HOUR),
        ("30 min to 6 hours", 6 * HOUR),
        ("1 week", 7 * DAY),
        ("1 month", 30 * DAY),
        ("⏱ about 7 hours 5 minutes", 7 * HOUR + 300),
        ("Not enough data", None),
        ("Instant", None),
        ("", None),
        ("52", None),
        ("0 minutes", None),
        ("9999 days", None),
        ("5 минут", None),
    ],
)
def test_average_times_as_panels_write_them(text: str, seconds: float | None) -> None:
    assert duration(text) == seconds


@given(st.text(max_size=80))
def test_whatever_a_panel_writes_is_some_time_or_none(text: str) -> None:
    found = duration(text)
    assert found is None or 0 < found <= 60 * DAY


@pytest.mark.parametrize(
    ("average_time", "took", "expected"),
    [
        ("2 hours", [], Usual(2 * HOUR, "panel", 6 * HOUR)),
        ("2 hours", [DAY] * 9, Usual(2 * HOUR, "panel", 6 * HOUR)),
        ("5 minutes", [], Usual(300, "panel", HOUR)),
        ("Not enough data", [HOUR, 9 * HOUR, 2 * HOUR, 3 * HOUR, DAY], Usual(3 * HOUR, "here", 9 * HOUR)),
        ("", [HOUR] * 4, Usual(DAY, "nobody", 3 * DAY)),
        ("", [], Usual(DAY, "nobody", 3 * DAY)),
        ("", [1.0] * 5, Usual(1.0, "here", HOUR)),
    ],
)
def test_the_panels_word_then_what_was_seen_here_then_a_day(
    average_time: str, took: list[float], expected: Usual
) -> None:
    assert usual(average_time, took) == expected


@pytest.mark.parametrize(
    ("state", "word", "pending"),
    [
        ("open", None, True),
        ("open", "pending", True),
        ("open", "Awaiting", True),
        ("open", "In progress", False),
        ("open", "Under review", False),
        ("ended", "Completed", False),
        ("uncertain", None, False),
    ],
)
def test_what_is_pending(state: str, word: str | None, pending: bool) -> None:
    assert is_pending(replace(ORDER, state=state, word=word)) is pending
