"""Time zones as people name them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.zones import COMMON, find, is_chosen, place, zone
from storage.preferences import DEFAULT

WINTER = datetime(2027, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "name", "hours"),
    [
        ("Berlin", "Europe/Berlin", 1),
        (" new  york ", "America/New_York", -5),
        ("america/new_york", "America/New_York", -5),
        ("sao_paulo", "America/Sao_Paulo", -3),
        ("Delhi", "Asia/Kolkata", 5.5),
        ("UK", "Europe/London", 0),
        ("Egypt", "Egypt", 2),
        ("+3", "+03:00", 3),
        ("UTC+5:30", "+05:30", 5.5),
        ("gmt -03", "-03:00", -3),
        ("−330", "-03:30", -3.5),
        ("−3:30", "-03:30", -3.5),
        ("UTC", "Etc/UTC", 0),
        ("+0", "Etc/UTC", 0),
        ("+15", None, 0),
        ("Atlantis", None, 0),
        ("", None, 0),
        ("../../etc/passwd", None, 0),
    ],
)
def test_a_city_a_zone_or_an_offset(text: str, name: str | None, hours: float) -> None:
    assert find(text) == name
    assert WINTER.astimezone(zone(name or "")).utcoffset() == timedelta(hours=hours)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_zone_that_can_be_used_or_none(text: str) -> None:
    name = find(text)
    if name is not None:
        assert find(name) == name
        assert place(name)
        assert WINTER.astimezone(zone(name)).tzinfo is not None
        assert is_chosen(name)


def test_those_to_choose_from_are_known_and_found_by_what_they_are_called() -> None:
    assert [find(place(name)) for name in COMMON] == [*COMMON]
    offsets = [WINTER.astimezone(zone(name)).utcoffset() for name in COMMON]
    assert offsets == sorted(offsets, key=lambda each: each or timedelta())


def test_a_name_the_system_lost_is_taken_for_utc() -> None:
    assert zone("Mars/Olympus") is UTC


def test_who_never_chose_a_zone_did_not() -> None:
    assert not is_chosen(DEFAULT.time_zone)


@pytest.mark.parametrize("language", ["en", "ru", "ar", "hi", "fa", "pt_BR"])
@pytest.mark.parametrize(
    "name", ["Europe/Moscow", "Asia/Kolkata", "America/New_York", "Africa/Cairo", "Europe/Kyiv"]
)
def test_a_city_is_found_by_the_name_it_is_shown_with(name: str, language: str) -> None:
    assert find(place(name, language), language) == name


def test_cities_are_named_in_the_readers_language() -> None:
    assert place("Asia/Kolkata", "hi") == "कोलकाता"
    assert place("+03:00", "hi") == "UTC+03:00"
    assert find("Москва") is None
