"""Entities: which part of a plain text is bold, a link, a command. Offsets count UTF-16 code units."""

import re
from typing import Any

Entity = dict[str, Any]

FOUND_BY_ITSELF = re.compile(
    r"(?<![\w/<>])(?P<bot_command>/\w{1,32}(?:@\w+)?)(?![\w/])"
    r"|(?<!\w)(?P<url>https?://[^\s<>\"]+[^\s<>\".,:;!?')\]])"
    r"|(?<!\w)(?P<mention>@[A-Za-z]\w{4,31})\b"
)


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def in_order(entities: list[Entity]) -> list[Entity]:
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without white space around it, as Telegram keeps texts."""
    trimmed = text.strip()
    if trimmed == text:
        return text, entities
    skipped, end = len(text) - len(text.lstrip()), units(trimmed)
    kept = []
    for entity in entities:
        first = max(entity["offset"] - skipped, 0)
        last = min(entity["offset"] + entity["length"] - skipped, end)
        if last > first:
            kept.append(entity | {"offset": first, "length": last - first})
    return trimmed, kept


def detect(text: str, entities: list[Entity]) -> list[Entity]:
    """The entities with the commands, links and mentions that Telegram finds by itself."""
    if "/" not in text and "@" not in text:
        return entities
    taken = [e for e in entities if e["type"] in {"code", "pre", "text_link"}]
    found = [
        {"type": match.lastgroup, "offset": units(text[: match.start()]), "length": units(match[0])}
        for match in FOUND_BY_ITSELF.finditer(text)
    ]
    free = [f for f in found if not any(_overlap(f, other) for other in taken)]
    return in_order(entities + free) if free else entities


def _overlap(one: Entity, other: Entity) -> bool:
    return bool(
        one["offset"] < other["offset"] + other["length"] and other["offset"] < one["offset"] + one["length"]
    )
