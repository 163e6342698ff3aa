import pytest

from bot.sandbox.telegram.entities import detect, trim
from bot.sandbox.telegram.errors import ApiError
from bot.sandbox.telegram.html import parse_html


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("plain", "plain", []),
        ("a & b &amp; &lt;c&gt; &quot;d&quot; &nbsp; &#65;&#x42;", 'a & b & <c> "d" &nbsp; AB', []),
        ("&lt &ampx", "< &ampx", []),
        ("<b>x</b><STRONG>y</strong>", "xy", [("bold", 0, 1), ("bold", 1, 1)]),
        ("<i>x</i><em>y</em>", "xy", [("italic", 0, 1), ("italic", 1, 1)]),
        ("<u>x</u><ins>y</ins>", "xy", [("underline", 0, 1), ("underline", 1, 1)]),
        ("<s>x</s><strike>y</strike><del>z</del>", "xyz", [("strikethrough", i, 1) for i in range(3)]),
        ("<code>x</code><pre>y</pre>", "xy", [("code", 0, 1), ("pre", 1, 1)]),
        ("<tg-spoiler>x</tg-spoiler>", "x", [("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">x</span>', "x", [("spoiler", 0, 1)]),
        ("<blockquote>x</blockquote>", "x", [("blockquote", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
        ("😀<b>😀</b>", "😀😀", [("bold", 2, 2)]),
        ("<b>bold <i>both</i></b>", "bold both", [("bold", 0, 9), ("italic", 5, 4)]),
        ("<b></b>x", "x", []),
        ("<b>x</>", "x", [("bold", 0, 1)]),
        ('<a href="nowhere">x</a>', "x", []),
    ],
)
def test_reads_what_telegram_reads(html: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    plain, found = parse_html(html)

    assert plain == text
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in found] == entities


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<x>y</x>", 'Unsupported start tag "x" at byte offset 0'),
        ("é<br/>", 'Unsupported start tag "br/" at byte offset 2'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ('<a href="x>y</a>', "Unclosed start tag at byte offset 0"),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        (
            "<a href>y</a>",
            'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
        ),
        ("<a href=http://x.y>y</a>", "Unexpected end of name token at byte offset 0"),
    ],
)
def test_refuses_what_telegram_refuses(html: str, reason: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_html(html)

    assert refused.value.description == f"Bad Request: can't parse entities: {reason}"


def test_keeps_links_languages_and_emoji() -> None:
    _, entities = parse_html(
        '<a href="https://example.com?a=1&amp;b=2">x</a>'
        '<pre><code class="language-python">y</code></pre>'
        '<tg-emoji emoji-id="5368">z</tg-emoji>'
        '<code class="language-python">lost</code>'
    )

    assert [{k: v for k, v in e.items() if k not in {"offset", "length"}} for e in entities] == [
        {"type": "text_link", "url": "https://example.com/?a=1&b=2"},
        {"type": "pre", "language": "python"},
        {"type": "custom_emoji", "custom_emoji_id": "5368"},
        {"type": "code"},
    ]


def test_trims_white_space_with_its_entities() -> None:
    assert trim(*parse_html(" \n<b> x </b> <i> </i>")) == ("x", [{"type": "bold", "offset": 0, "length": 1}])


def test_finds_commands_links_and_mentions() -> None:
    text = "😀 /order@some_bot and/or https://example.com/p/1. @durov"

    found = [
        text.encode("utf-16-le")[e["offset"] * 2 : (e["offset"] + e["length"]) * 2].decode("utf-16-le")
        for e in detect(text, [])
    ]

    assert found == ["/order@some_bot", "https://example.com/p/1", "@durov"]


def test_finds_nothing_in_code() -> None:
    text, entities = parse_html("<code>/order</code>")

    assert detect(text, entities) == entities
