"""Whether and when a person is told of something."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.quiet import DIGEST_AT, News, hours, news, next_digest, quiet_until, when
from bot.core.zones import COMMON, zone
from storage.outbox import Notice
from storage.preferences import Preferences

BERLIN = "Europe/Berlin"
NIGHT = Preferences(quiet_from=22 * 60, quiet_to=8 * 60, time_zone=BERLIN)
CHANGE = {"word": "In progress"}
ENDED = {"word": "Completed"}


def at(text: str, place: str = BERLIN, *, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(place), fold=fold).timestamp()


def notice(kind: str = "change", facts: dict[str, Any] = CHANGE, *, created_at: float = 0.0) -> Notice:
    return Notice(1, 7, "o", kind, facts, "en", created_at)


@pytest.mark.parametrize(
    ("kind", "facts", "what"),
    [
        ("outcome", {}, News.ANSWER),
        ("mass", {"mass_id": "m"}, News.ANSWER),
        ("parked", {"last_four": "cdef"}, News.ANSWER),
        ("reply", {}, News.ANSWER),
        ("refill", {"state": "uncertain", "word": None}, News.ANSWER),
        ("refill", {"state": "ended", "word": "Completed"}, News.ASKED),
        ("change", {"word": "canceled", "cancel_asked": True}, News.ASKED),
        ("change", {"word": "In progress", "cancel_asked": True}, News.STEP),
        ("change", {"word": "partial"}, News.END),
        ("change", {"word": "Under review"}, News.STEP),
        ("slow", {}, News.END),
    ],
)
def test_what_a_notice_is_to_its_person(kind: str, facts: dict[str, Any], what: News) -> None:
    assert news(kind, facts) is what


@pytest.mark.parametrize(
    ("told_of", "told"),
    [
        ("every", ["answer", "asked", "end", "step"]),
        ("ended", ["answer", "asked", "end"]),
        ("none", ["answer", "asked"]),
    ],
)
def test_nobody_hears_of_what_they_do_not_want_to(told_of: str, told: list[str]) -> None:
    notices = {
        "answer": notice("outcome", {}),
        "asked": notice("refill", {"state": "ended", "word": "Completed"}),
        "end": notice(facts=ENDED),
        "step": notice(),
    }
    wanted = Preferences(told_of=told_of)
    assert [name for name, each in notices.items() if when(wanted, each, 5.0) is not None] == told


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2027-01-12T21:59:59", None),
        ("2027-01-12T22:00", "2027-01-13T08:00"),
        ("2027-01-13T07:59:59", "2027-01-13T08:00"),
        ("2027-01-13T08:00", None),
        ("2027-03-27T23:00", "2027-03-28T08:00"),  # the clock jumps from 2 to 3 that night
        ("2027-10-30T23:00", "2027-10-31T08:00"),  # and here it shows 2 to 3 twice
    ],
)
def test_quiet_hours_go_by_the_clock_on_the_wall(now: str, until: str | None) -> None:
    assert when(NIGHT, notice(), at(now)) == at(until or now)


@pytest.mark.parametrize("kind", ["outcome", "mass", "parked", "reply"])
def test_answers_come_at_night_and_with_a_digest_too(kind: str) -> None:
    wanted = Preferences("none", NIGHT.quiet_from, NIGHT.quiet_to, BERLIN, digest=True)
    assert when(wanted, notice(kind, {}), at("2027-01-12T23:00")) == at("2027-01-12T23:00")


def test_an_hour_that_comes_twice_is_quiet_twice() -> None:
    wanted = Preferences(quiet_from=60, quiet_to=150, time_zone=BERLIN)
    assert quiet_until(wanted, at("2027-10-31T02:10")) == at("2027-10-31T02:30")
    assert quiet_until(wanted, at("2027-10-31T02:10", fold=1)) == at("2027-10-31T02:30", fold=1)


def test_quiet_hours_that_end_where_the_clock_jumps_over_end_all_the_same() -> None:
    wanted = Preferences(quiet_from=60, quiet_to=150, time_zone=BERLIN)
    end = quiet_until(wanted, at("2027-03-28T01:10"))
    assert at("2027-03-28T03:00") <= end <= at("2027-03-28T03:30")


@pytest.mark.parametrize(
    ("created", "told"),
    [
        ("2027-01-12T08:59", "2027-01-12T09:00"),
        ("2027-01-12T09:00", "2027-01-13T09:00"),
        ("2027-01-12T23:00", "2027-01-13T09:00"),
    ],
)
def test_a_digest_comes_at_nine(created: str, told: str) -> None:
    wanted = Preferences(time_zone=BERLIN, digest=True)
    assert when(wanted, notice(created_at=at(created)), at(created)) == at(told)


def test_a_digest_that_was_due_while_nobody_sent_it_comes_at_once() -> None:
    wanted = Preferences(time_zone=BERLIN, digest=True)
    late = at("2027-01-14T15:00")
    assert when(wanted, notice(created_at=at("2027-01-12T12:00")), late) == late


def test_a_digest_waits_for_the_end_of_quiet_hours() -> None:
    wanted = Preferences(quiet_from=22 * 60, quiet_to=10 * 60, time_zone=BERLIN, digest=True)
    created = at("2027-01-12T12:00")
    assert when(wanted, notice(created_at=created), created) == at("2027-01-13T10:00")


MINUTES = st.integers(0, 24 * 60 - 1)
INSTANTS = st.integers(int(at("2024-01-01")), int(at("2030-01-01")))
ZONES = st.sampled_from(
    [*COMMON, "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca", "+05:45", "UTC"]
)


WISHES = st.builds(Preferences, st.just("every"), MINUTES, MINUTES, ZONES, st.booleans())


@given(wanted=WISHES, created=INSTANTS, age=MINUTES)
def test_what_waits_comes_within_two_days_outside_quiet_hours_and_then_goes(
    wanted: Preferences, created: int, age: int
) -> None:
    one, now = notice(created_at=float(created)), created + age * 60.0
    told = when(wanted, one, now)
    assert told is not None
    assert now <= told <= now + 50 * 3600
    assert when(wanted, one, told) == told
    assert quiet_until(wanted, told) == told or wanted.quiet_from == wanted.quiet_to


@given(where=ZONES, instant=INSTANTS)
def test_there_is_a_digest_a_day(where: str, instant: int) -> None:
    wanted = Preferences(time_zone=where)
    first = next_digest(wanted, instant)
    second = next_digest(wanted, first)
    assert 0 < first - instant <= 25 * 3600
    assert 23 * 3600 <= second - first <= 25 * 3600
    shown = datetime.fromtimestamp(first, zone(where))
    assert shown.hour * 60 + shown.minute == DIGEST_AT


@pytest.mark.parametrize("facts", [{}, {"word": 7}, {"word": None}])
def test_what_cannot_be_read_goes_to_who_puts_it_into_words(facts: dict[str, Any]) -> None:
    assert when(NIGHT, notice(facts=facts), at("2027-01-12T23:00")) == at("2027-01-12T23:00")


@pytest.mark.parametrize(
    ("text", "between"),
    [
        ("22-8", (1320, 480)),
        (" 22:30-07:15 ", (1350, 435)),
        ("22.30 – 7.15", (1350, 435)),
        ("10pm to 7am", (1320, 420)),
        ("12am-12pm", (0, 720)),
        ("0-24", None),
        ("24-8", (0, 480)),
        ("22 until 8", (1320, 480)),
        ("من ٢٢:٣٠ إلى ٠٧:١٥", (1350, 435)),
        ("۲۲:۳۰ تا ۰۷:۱۵", (1350, 435)),
        ("с 22 до 8", (1320, 480)),
        ("10 pm 7 am", None),
        ("22 8", None),
        ("٢٢-٨", (1320, 480)),
        ("25-3", None),
        ("13pm-3", None),
        ("10:60-11", None),
        ("8", None),
        ("-3", None),
        ("", None),
    ],
)
def test_hours_as_people_write_them(text: str, between: tuple[int, int] | None) -> None:
    assert hours(text) == between
