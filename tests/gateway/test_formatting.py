"""What somebody formatted arrives formatted just so, through Telegram's own HTML."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import MessageEntity

from bot.gateway.formatting import as_html
from bot.sandbox.telegram.entities import Entity, units
from bot.sandbox.telegram.html import parse_html

STYLES = ("bold", "italic", "underline", "strikethrough", "spoiler", "code")
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("<>&\"'😀 "))


def html_of(text: str, *entities: Entity, since: int = 0) -> str:
    made = [MessageEntity.de_json(one, None) for one in entities]
    return str(as_html(text, made, since=since))


def entity(kind: str, offset: int, length: int, **more: Any) -> Entity:
    return {"type": kind, "offset": offset, "length": length} | more


def looks(text: str, entities: list[Entity]) -> list[set[tuple[str, str]]]:
    """How each unit of a text is shown."""
    shown: list[set[tuple[str, str]]] = [set() for _ in range(units(text))]
    for one in entities:
        value = str(one.get("url") or one.get("language") or one.get("custom_emoji_id") or "")
        for at in range(one["offset"], min(one["offset"] + one["length"], units(text))):
            shown[at].add((one["type"], value))
    return shown


@pytest.mark.parametrize(
    "given_entity",
    [entity(kind, 6, 5) for kind in STYLES]
    + [
        entity("text_link", 6, 5, url='https://example.com/?a="1"&lt=2'),
        entity("pre", 6, 5),
        entity("pre", 6, 5, language="python"),
        entity("blockquote", 6, 5),
        entity("expandable_blockquote", 6, 5),
        entity("custom_emoji", 6, 5, custom_emoji_id="5368324170671202286"),
    ],
    ids=lambda one: one["type"],
)
def test_each_kind_of_formatting_is_kept(given_entity: Entity) -> None:
    assert parse_html(html_of("Hello World!", given_entity)) == ("Hello World!", [given_entity])


def test_a_mention_of_somebody_without_a_name_is_a_link_to_them() -> None:
    mentioned = entity("text_mention", 0, 4, user={"id": 7, "is_bot": False, "first_name": "A"})
    assert html_of("Anna", mentioned) == '<a href="tg://user?id=7">Anna</a>'


@pytest.mark.parametrize("kind", ["url", "mention", "hashtag", "bot_command", "email", "of the future"])
def test_what_telegram_finds_by_itself_stays_plain(kind: str) -> None:
    assert html_of("a <b> & c", entity(kind, 0, 5)) == "a &lt;b&gt; &amp; c"


def test_one_in_another_stays_one_of_each() -> None:
    assert html_of("abc", entity("bold", 0, 3), entity("italic", 1, 1)) == "<b>a<i>b</i>c</b>"


def test_what_stands_before_is_left_out_with_its_formatting() -> None:
    text = "/broadcast 😀 Hello"
    found = html_of(text, entity("bot_command", 0, 10), entity("bold", 0, 20), since=11)
    assert parse_html(found) == ("😀 Hello", [entity("bold", 0, 8)])


@given(TEXTS, st.lists(st.tuples(st.sampled_from(STYLES), st.integers(0, 60), st.integers(0, 60))))
def test_any_text_with_any_formatting_looks_the_same(text: str, marked: list[tuple[str, int, int]]) -> None:
    """Also where entities lie across each other, or beyond the end."""
    whole = [sum(map(units, text[:n])) for n in range(len(text) + 1)]  # no half characters
    entities = [
        entity(kind, whole[min(start, len(text))], whole[min(length, len(text))])
        for kind, start, length in marked
    ]
    entities = [one for one in entities if one["offset"] + one["length"] in whole or not one["length"]]
    shown, found = parse_html(html_of(text, *entities))
    assert shown == text
    assert looks(shown, found) == looks(text, entities)
