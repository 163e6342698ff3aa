"""The lines of a mass order, as people write them."""

from decimal import Decimal

import pytest

from bot.core.mass_lines import Bad, Good, Line, alike, cells, judge, read
from tests.core.core_world import service

LINK = "https://example.com/p/1"
SERVICES = {
    "1": service("1"),
    "3": service("3", type="Package", rate=Decimal("1.50"), min=1, max=1),
    "2": service("2", type="Custom Comments"),
    "9": service("9", type="Something New"),
}


def verdict(text: str) -> Good | Bad:
    (found,) = judge([Line(1, text)], SERVICES)
    return found


@pytest.mark.parametrize(
    "text",
    [
        f"1 | {LINK} | 1000",
        f"1|{LINK}|1000|",
        f"1\t{LINK}\t1000",
        f"1;{LINK};1000",
        f"1,{LINK},1000",
        f"1، {LINK}، 1000",
        f"۱؛{LINK}؛۱۰۰۰",
        f"1 {LINK}، 1000",
        f"1 {LINK}, 1000",
        f' "1", "{LINK}", "1,000"',
        f"1 | {LINK} | 1 000",
        f"1 {LINK} 1,000",
        f"1 {LINK} 1k",
        f"#1 | {LINK} | 1000",
    ],
)
def test_takes_service_link_and_quantity_however_they_are_parted(text: str) -> None:
    found = verdict(text)
    assert isinstance(found, Good), found
    assert (found.service.id, found.answers, found.price) == (
        "1",
        {"link": LINK, "quantity": "1000"},
        Decimal("0.90"),
    )


@pytest.mark.parametrize("text", [f"3 | {LINK}", f"3,{LINK},", f"3;{LINK};;", f"3 {LINK}"])
def test_a_package_has_no_quantity(text: str) -> None:
    found = verdict(text)
    assert isinstance(found, Good)
    assert (found.answers, found.price) == ({"link": LINK}, Decimal("1.50"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hello", "parts"),
        ("||", "parts"),
        (f"1 | {LINK} | 1000 | 5", "parts"),
        (f"1, {LINK}, 1,000", "parts"),
        (f'1,"{"a" * 200_000}",5', "parts"),
        (f"77 | {LINK} | 1000", "service"),
        (f"one two | {LINK} | 1000", "service"),
        (f"2 | {LINK} | 10", "type"),
        (f"9 | {LINK} | 10", "unknown type"),
        (f"1 | {LINK}", "no quantity"),
        (f"1 | {LINK} |", "no quantity"),
        (f"3 | {LINK} | 1", "needless quantity"),
        ("1 | no link | 1000", "link"),
        (f"1 | {LINK} | many", "number"),
        (f"1 | {LINK} | 1,5", "number"),
        (f"1 | {LINK} | 49", "range"),
        (f"1 | {LINK} | 10001", "range"),
        (f"1 | {LINK} | -100", "number"),
    ],
)
def test_says_what_is_wrong_with_a_line(text: str, reason: str) -> None:
    found = verdict(text)
    assert isinstance(found, Bad), found
    assert found.problem.reason == reason


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1|https://e.com/a;b,c|5", ["1", "https://e.com/a;b,c", "5"]),
        ("1;https://e.com/a,b;5", ["1", "https://e.com/a,b", "5"]),
        ("1,https://e.com/?a=1;b=2,5", ["1", "https://e.com/?a=1;b=2", "5"]),
        ("1,https://e.com/a|5", ["1", "https://e.com/a|5"]),
    ],
)
def test_a_link_may_hold_what_parts_other_lines(text: str, found: list[str]) -> None:
    assert cells(text) == found


def test_skips_what_says_nothing_and_keeps_the_numbers_of_lines() -> None:
    text = f"\n# my list\n  \n1|{LINK}|50\r\n\r\n  # 1|{LINK}|60\n2|b|3"
    assert read(text) == [Line(4, f"1|{LINK}|50"), Line(7, "2|b|3")]


@pytest.mark.parametrize("title", ["service,link,quantity", "Service ID;Link;Quantity", '"service"|"url"'])
def test_tolerates_a_line_of_titles(title: str) -> None:
    assert read(f"{title}\n1,{LINK},50") == [Line(2, f"1,{LINK},50")]


def test_titles_may_be_in_another_language() -> None:
    assert read(f"Услуга | Ссылка\n1|{LINK}", titles={"услуга", "ссылка"}) == [Line(2, f"1|{LINK}")]
    assert len(read(f"Услуга | Ссылка\n1|{LINK}")) == 2


def test_a_title_further_down_is_a_line() -> None:
    assert len(read(f"1,{LINK},50\nservice,link,quantity")) == 2


def test_nothing_in_it() -> None:
    assert read("") == read("\n \n#") == read("service|link|quantity") == []


def test_finds_lines_that_say_the_same() -> None:
    texts = [f"1|{LINK}|50", f"1|{LINK}2|50", f"3|{LINK}", f"1|{LINK}|60", f"3|{LINK}"]
    good = judge([Line(n, text) for n, text in enumerate(texts, 1)], SERVICES)
    assert alike([one for one in good if isinstance(one, Good)]) == [4, 5]


def test_remarks_are_passed_over_and_numbers_with_a_sign_are_not() -> None:
    found = read(f"# my orders\n#\n#1 | {LINK} | 1000\n## more")
    assert [line.number for line in found] == [3]
