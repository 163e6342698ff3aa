"""Telegram's HTML: a marked-up string in, plain text and entities out. As strict as Telegram."""

import re
from dataclasses import dataclass

from bot.sandbox.telegram.entities import Entity, in_order, units
from bot.sandbox.telegram.errors import ApiError, bad_request

STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}

REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot)(?![a-zA-Z]));?")
TAG_NAME = re.compile(r"[^\s>]+")
REST_OF_TAG = re.compile(r"((?:\"[^\"]*\"|'[^']*'|[^>\"'])*)>")
END_TAG = re.compile(r"</([^\s>]*)\s*>")
ATTRIBUTE = re.compile(r"\s*([^\s=>/\"']+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([\w.-]+)(?=\s|$)))?\s*")
LINK = re.compile(r"(?:(https?)://)?([^\s/?#]+\.[^\s/?#]+|localhost(?::\d+)?)([/?#]\S*)?", re.IGNORECASE)


def decode(text: str) -> str:
    """Replace what Telegram knows as character references; any other `&` is just text."""
    return REFERENCE.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code < 0x10FFFF else match[0]


@dataclass(slots=True)
class _Open:
    """A start tag that waits for its end."""

    tag: str
    attributes: dict[str, str]
    offset: int
    first_part: int


def parse_html(html: str) -> tuple[str, list[Entity]]:
    return _Parser(html).parse() if "<" in html else (decode(html), [])


class _Parser:
    def __init__(self, html: str) -> None:
        self.html = html
        self.parts: list[str] = []  # of the plain text
        self.offset = 0  # the length of the plain text so far
        self.stack: list[_Open] = []
        self.entities: list[Entity] = []

    def parse(self) -> tuple[str, list[Entity]]:
        position = 0
        while (bracket := self.html.find("<", position)) >= 0:
            self._take(self.html[position:bracket])
            position = self._close(bracket) if self.html.startswith("</", bracket) else self._open(bracket)
        self._take(self.html[position:])
        if self.stack:
            raise _broken(f'Can\'t find end tag corresponding to start tag "{self.stack[-1].tag}"')
        for entity in self.entities:
            if entity["type"] == "code":
                entity.pop("language", None)  # it counts only inside of <pre>
        return "".join(self.parts), in_order(self.entities)

    def _take(self, text: str) -> None:
        plain = decode(text)
        self.parts.append(plain)
        self.offset += units(plain)

    def _open(self, at: int) -> int:
        """Note a start tag; tell where to read on."""
        name = TAG_NAME.match(self.html, at + 1)
        tag = name[0].lower() if name else ""
        rest = name.end() if name else at + 1
        if rest < len(self.html) and tag not in STYLES:
            raise self._broken(f'Unsupported start tag "{tag}"', at)
        match = REST_OF_TAG.match(self.html, rest)
        if match is None:
            raise self._broken("Unclosed start tag", at)
        attributes = self._attributes(tag, match[1].strip(), at)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise self._broken('Tag "span" must have class "tg-spoiler"', at)
        self.stack.append(_Open(tag, attributes, self.offset, len(self.parts)))
        return match.end()

    def _attributes(self, tag: str, text: str, at: int) -> dict[str, str]:
        found: dict[str, str] = {}
        position = 0
        while position < len(text):
            match = ATTRIBUTE.match(text, position)
            if match is None:
                raise self._broken(f'Empty attribute name in the tag "{tag}"', at)
            value = next((group for group in match.groups()[1:] if group is not None), None)
            if value is None and text.startswith("=", match.end()):
                raise self._broken("Unexpected end of name token", at)
            if value is None and match[1] != "expandable":
                raise self._broken(
                    f'Expected equal sign in declaration of an attribute of the tag "{tag}"', at
                )
            found[match[1]] = decode(value or "")
            position = match.end()
        return found

    def _close(self, at: int) -> int:
        """Note the entity that ends here; tell where to read on."""
        if not self.stack:
            raise self._broken("Unexpected end tag", at)
        match = END_TAG.match(self.html, at)
        if match is None:
            raise self._broken("Unclosed end tag", at)
        opened = self.stack.pop()
        if match[1] not in {"", opened.tag}:
            expected = f', expected "</{opened.tag}>", found "</{match[1]}>"'
            raise self._broken("Unmatched end tag", at, expected)
        kind = _kind(opened, "".join(self.parts[opened.first_part :]))
        if kind and self.offset > opened.offset:
            self._add(kind | {"offset": opened.offset, "length": self.offset - opened.offset})
        return match.end()

    def _add(self, entity: Entity) -> None:
        """`<pre><code class="language-x">` becomes one entity."""
        last = self.entities[-1] if self.entities else {}
        same_place = (last.get("offset"), last.get("length")) == (entity["offset"], entity["length"])
        if entity["type"] == "pre" and same_place and last["type"] == "code" and "language" in last:
            entity["language"] = self.entities.pop()["language"]
        self.entities.append(entity)

    def _broken(self, what: str, at: int, more: str = "") -> ApiError:
        return _broken(f"{what} at byte offset {len(self.html[:at].encode())}{more}")


def _kind(opened: _Open, content: str) -> Entity | None:
    kind, attributes = STYLES[opened.tag], opened.attributes
    if kind == "text_link":
        url = _link(attributes.get("href") or content)
        return {"type": kind, "url": url} if url else None
    if kind == "custom_emoji":
        return {"type": kind, "custom_emoji_id": attributes.get("emoji-id", "")}
    if kind == "blockquote" and "expandable" in attributes:
        return {"type": "expandable_blockquote"}
    if kind == "code" and attributes.get("class", "").startswith("language-"):
        return {"type": kind, "language": attributes["class"].removeprefix("language-")}
    return {"type": kind}


def _link(url: str) -> str | None:
    """A link as Telegram keeps it; None for what is no link, which then stays plain text."""
    if re.match(r"(tg|ton|mailto|tel):", url):
        return url
    match = LINK.fullmatch(url)
    if match is None:
        return None
    scheme, host, rest = match.groups(default="")
    return f"{scheme.lower() or 'http'}://{host}/{rest.removeprefix('/')}"


def _broken(why: str) -> ApiError:
    return bad_request(f"can't parse entities: {why}")
