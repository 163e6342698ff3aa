"""A text somebody formatted in their Telegram, as HTML that shows it just so."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup, escape
from telegram import MessageEntity

_CODE_BLOCK = "pre in a language"
_TAGS: dict[str, tuple[str, str]] = {
    MessageEntity.BOLD: ("<b>", "</b>"),
    MessageEntity.ITALIC: ("<i>", "</i>"),
    MessageEntity.UNDERLINE: ("<u>", "</u>"),
    MessageEntity.STRIKETHROUGH: ("<s>", "</s>"),
    MessageEntity.SPOILER: ("<tg-spoiler>", "</tg-spoiler>"),
    MessageEntity.CODE: ("<code>", "</code>"),
    MessageEntity.PRE: ("<pre>", "</pre>"),
    _CODE_BLOCK: ('<pre><code class="language-{}">', "</code></pre>"),
    MessageEntity.BLOCKQUOTE: ("<blockquote>", "</blockquote>"),
    MessageEntity.EXPANDABLE_BLOCKQUOTE: ("<blockquote expandable>", "</blockquote>"),
    MessageEntity.TEXT_LINK: ('<a href="{}">', "</a>"),
    MessageEntity.TEXT_MENTION: ('<a href="tg://user?id={}">', "</a>"),
    MessageEntity.CUSTOM_EMOJI: ('<tg-emoji emoji-id="{}">', "</tg-emoji>"),
}


@dataclass(frozen=True, slots=True)
class _Part:
    """From `start` to `end`, in UTF-16 units, stands between these tags."""

    start: int
    end: int
    opened: Markup
    closed: Markup


def as_html(text: str, entities: Sequence[MessageEntity], *, since: int = 0) -> Markup:
    """The text from character `since` on. What Telegram finds by itself, like links, it will find again."""
    units, first = text.encode("utf-16-le"), len(text[:since].encode("utf-16-le")) // 2
    last = len(units) // 2
    parts = sorted((_part(one) for one in entities if _kind(one)), key=lambda part: (part.start, -part.end))
    ends = {at for part in parts for at in (part.start, part.end) if first < at < last}
    html, standing = Markup(), list[_Part]()
    for start, end in pairwise(sorted({first, last} | ends)):
        wanted = [part for part in parts if part.start <= start < part.end]
        html += _changed(standing, wanted) + escape(_between(units, start, end))
        standing = wanted
    return html + _changed(standing, [])


def _between(units: bytes, start: int, end: int) -> str:
    return units[start * 2 : end * 2].decode("utf-16-le", "replace")


def _changed(standing: Sequence[_Part], wanted: Sequence[_Part]) -> Markup:
    """The tags between two stretches of text: what stands is closed down to what stays."""
    same = 0
    while same < min(len(standing), len(wanted)) and standing[same] is wanted[same]:
        same += 1
    closed = [part.closed for part in reversed(standing[same:])]
    return Markup().join([*closed, *(part.opened for part in wanted[same:])])


def _part(entity: MessageEntity) -> _Part:
    opened, closed = (Markup(tag) for tag in _TAGS[_kind(entity)])  # noqa: S704 - our own
    user = entity.user.id if entity.user else ""
    value = entity.url or user or entity.custom_emoji_id or entity.language or ""
    return _Part(entity.offset, entity.offset + entity.length, opened.format(value), closed)


def _kind(entity: MessageEntity) -> str:
    """Which of _TAGS it has; "" for none."""
    kind = _CODE_BLOCK if entity.type == MessageEntity.PRE and entity.language else entity.type
    return kind if kind in _TAGS else ""
