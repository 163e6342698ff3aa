"""What people type, and what it becomes."""

import pytest

from bot.core import fields
from bot.core.fields import InvalidAnswer
from tests.core.core_world import service


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1000", 1000),
        (" 1000\n", 1000),
        ("+1000", 1000),
        ("1 000", 1000),
        ("1,000", 1000),
        ("1.000", 1000),
        ("1'000", 1000),
        ("1’000", 1000),
        ("1_000", 1000),
        ("1\N{NO-BREAK SPACE}000", 1000),
        ("1\N{NARROW NO-BREAK SPACE}000\N{NARROW NO-BREAK SPACE}000", 1_000_000),
        ("10,000,000", 10_000_000),
        ("١٬٠٠٠", 1000),
        ("١٠٠٠", 1000),
        ("۱۰۰۰", 1000),
        ("१०००", 1000),
        ("１０００", 1000),
        ("2k", 2000),
        ("2 K", 2000),
        ("٢k", 2000),
        ("0", 0),
        ("007", 7),
    ],
)
def test_a_number_is_understood_as_people_write_it(text: str, number: int) -> None:
    assert fields.whole_number(text) == number


NO_NUMBERS = (
    *("1,5", "10,00", "1.5", "1.5k", "1٫5", "²", "1²", "½", "Ⅷ", "-5", "−5", "", " ", "k", "ten", "5 0"),
    *("1,000.00", "1,0000", "1000,000", "1,000.000", "1 000,000", "1e3", "0x10", "1" * 19, "5 followers"),
    *("2kk", "2m", "++5"),
)


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_a_number_is_never_guessed(text: str) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        fields.whole_number(text)
    assert caught.value.reason == "number"


@pytest.mark.parametrize(
    ("text", "value"), [("50", "50"), ("10 000", "10000"), ("10k", "10000"), ("٥٠", "50")]
)
def test_a_quantity_within_the_limits(text: str, value: str) -> None:
    assert fields.quantity(text, service()) == value


@pytest.mark.parametrize("text", ["49", "10001", "0"])
def test_a_quantity_beyond_the_limits_names_them(text: str) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        fields.quantity(text, service())
    assert (caught.value.reason, caught.value.params) == ("range", {"min": 50, "max": 10000})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("https://example.com/p/1", "https://example.com/p/1"),
        ("  http://example.com  ", "http://example.com"),
        ("HTTPS://Example.com/A?b=ü#c", "HTTPS://Example.com/A?b=ü#c"),
        ("t.me/channel", "https://t.me/channel"),
        ("www.example.com", "https://www.example.com"),
        ("example.com:8080/x", "https://example.com:8080/x"),
        ("https://пример.рф/п", "https://пример.рф/п"),
        ("@some.one_1", "@some.one_1"),
    ],
)
def test_a_link(text: str, value: str) -> None:
    assert fields.link(text, service()) == value


NO_LINKS = (
    *("", " ", "hello", "https://", "https://localhost", "https://a b.com", "https://a.com\nhttps://b.com"),
    *("@", "@a b", "ftp://example.com", "javascript:alert(1)", "tg://resolve?domain=a", "http://[::1"),
    *("https://example..com", "https://example.com/" + "a" * 2000),
)


@pytest.mark.parametrize("text", NO_LINKS)
def test_no_link(text: str) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        fields.link(text, service())
    assert caught.value.reason == "link"


def test_comments_are_lines_without_the_empty_ones() -> None:
    assert fields.comments("  Nice! \n\n🔥🔥\r\n \nمرحبا", service(min=1, max=3)) == "Nice!\n🔥🔥\nمرحبا"


@pytest.mark.parametrize(("text", "count"), [("", 0), ("one", 1), ("1\n2\n3\n4", 4)])
def test_too_few_or_too_many_comments_are_counted(text: str, count: int) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        fields.comments(text, service(min=2, max=3))
    assert (caught.value.reason, caught.value.params) == ("count", {"count": count, "min": 2, "max": 3})
