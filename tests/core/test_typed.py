import pytest

from bot.core.typed import ascii_digits, one_id, unmarked


@pytest.mark.parametrize("mark", "\u061c\u200e\u200f\u202a\u202e\u2066\u2068\u2069")
def test_marks_of_direction_are_left_out(mark: str) -> None:
    assert unmarked(f"{mark}https://example.com/p/1{mark}") == "https://example.com/p/1"


def test_joiners_stay_for_they_belong_to_words() -> None:
    assert unmarked("می‌خواهم") == "می‌خواهم"


@pytest.mark.parametrize("text", ["۱۲۰۳", "١٢٠٣", "१२०३", "1203"])
def test_digits_of_any_script(text: str) -> None:
    assert ascii_digits(f"{text} a") == "1203 a"


@pytest.mark.parametrize("text", ["12", " #12 ", "\u2068#12\u2069", "۱۲", "\u2068١٢\u2069"])
def test_an_id_however_it_is_written(text: str) -> None:
    assert one_id(text) == "12"
