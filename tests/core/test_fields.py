"""What people type, and what it becomes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import fields
from bot.core.fields import Field
from bot.core.forms import FORMS
from bot.core.invalid import InvalidAnswer
from tests.core.core_world import service


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


def test_comments_are_lines_without_the_empty_ones() -> None:
    assert fields.comments("  Nice! \n\n🔥🔥\r\n \nمرحبا", service(min=1, max=3)) == "Nice!\n🔥🔥\nمرحبا"


@pytest.mark.parametrize(("text", "count"), [("one", 1), ("1\n2\n3\n4", 4)])
def test_too_few_or_too_many_comments_are_counted(text: str, count: int) -> None:
    with pytest.raises(InvalidAnswer) as caught:
        fields.comments(text, service(min=2, max=3))
    assert (caught.value.reason, caught.value.params) == ("count", {"count": count, "min": 2, "max": 3})


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (fields.USERNAMES, "@anna, boris\n\n  @carl ", "anna\nboris\ncarl"),
        (fields.COUNTED_USERNAMES, "\n".join(["a"] * 50), "\n".join(["a"] * 50)),
        (fields.HASHTAGS, "#one\n#two", "#one\n#two"),
        (fields.USERNAMES, "@ali،reza، sara", "ali\nreza\nsara"),
        (fields.KEYWORDS, " buy shoes \n\nred shoes", "buy shoes\nred shoes"),
        (fields.GROUPS, "https://t.me/a\nhttps://t.me/b", "https://t.me/a\nhttps://t.me/b"),
        (fields.ANY_COMMENTS, "Nice", "Nice"),
        (fields.USERNAME, " @some.one ", "some.one"),
        (fields.USERNAME, "https://example.com/u", "https://example.com/u"),
        (fields.HASHTAG, "#sun", "#sun"),
        (fields.MEDIA, "example.com/p/2", "https://example.com/p/2"),
        (fields.ANSWER_NUMBER, "2", "2"),
        (fields.DELAY, "30", "30"),
        (fields.DELAY, "60", "60"),
        (fields.DEVICE, "5", "5"),
        (fields.TRAFFIC, "3", "3"),
        (fields.POSTS, "0", "0"),
        (fields.EXPIRY, "2030-12-31", "31/12/2030"),
        (fields.KEYWORD, " red \n shoes ", "red shoes"),
        (fields.REFERRER, "example.com", "https://example.com"),
        (fields.RUNS, "1 000", "1000"),
        (fields.COUNTRY, "de", "DE"),
        (fields.COUNTRY, "Germany", "DE"),
        (fields.COUNTRY, "Deutschland", None),
        (fields.COUNTRY, "Германия", None),
        (fields.COUNTRY, "UK", "GB"),
        (fields.COUNTRY, "worldwide", "WW"),
        (fields.COUNTRY, "WW", "WW"),
        (fields.COUNTRY, "XX", None),
        (fields.COUNTRY, "EU", None),
        (fields.USERNAMES, " \n ", None),
        (fields.USERNAMES, "anna\nboris carl", None),
        (fields.USERNAME, "two words", None),
        (fields.USERNAME, "@", None),
        (fields.COUNTED_USERNAMES, "a", None),
        (fields.KEYWORDS, "x\n" * 300_000, None),
        (fields.MEDIA, "@name", None),
        (fields.ANSWER_NUMBER, "0", None),
        (fields.DELAY, "7", None),
        (fields.DEVICE, "toaster", None),
        (fields.POSTS, "many", None),
        (fields.EXPIRY, "soon", None),
        (fields.KEYWORD, " ", None),
        (fields.REFERRER, "no link", None),
        (fields.RUNS, "0", None),
        (fields.RUNS, "10001", None),
        (fields.INTERVAL, "100000", "100000"),
        (fields.INTERVAL, "100001", None),
        (fields.POSTS, "1000001", None),
    ],
)
def test_what_the_other_fields_make_of_it(field: Field, typed: str, value: str | None) -> None:
    if value is None:
        with pytest.raises(InvalidAnswer):
            field.parse(typed, service())
    else:
        assert field.parse(typed, service()) == value


@pytest.mark.parametrize("field", [fields.DELAY, fields.DEVICE, fields.TRAFFIC, fields.COUNTRY])
def test_every_choice_is_taken_by_its_value(field: Field) -> None:
    for value in field.choices:
        assert field.parse(value, service()) == value


ALL_FIELDS = {f"{kind}.{field.name}": field for kind, form in FORMS.items() for field in form.fields}


@pytest.mark.parametrize("field", ALL_FIELDS.values(), ids=list(ALL_FIELDS))
@settings(max_examples=60, deadline=None, database=None)
@given(
    text=st.text(max_size=60) | st.sampled_from(["@@a", "@ @a", "1,000", "31.12.2030", "t.me/x", "a\u2028b"])
)
def test_whatever_is_typed_is_taken_or_refused_and_taken_again_unchanged(field: Field, text: str) -> None:
    anything = service(min=1, max=10**9)
    try:
        value = field.parse(text, anything)
    except InvalidAnswer:
        return
    assert value
    assert field.parse(value, anything) == value
