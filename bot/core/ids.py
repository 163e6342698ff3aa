"""Ids of orders as people write them. Pure."""

import re

from bot.core.typed import ascii_digits

MOST_IDS = 100  # in one request, from the API page
_LONGEST_ID = 64
_PART = re.compile(r"[\w.-]+", re.ASCII)


def order_ids(text: str) -> list[str]:
    """The ids in a text, each once, in its order: between commas, spaces, lines, `#` and the like.

    Digits may be of any script. Words of letters only ("and", "order") are left out; whatever else could
    be an id counts as one: the panel knows better.
    """
    parts = (part.strip(".-") for part in _PART.findall(ascii_digits(text)))
    return list(dict.fromkeys(part for part in parts if _may_be_id(part)))


def _may_be_id(part: str) -> bool:
    return len(part) <= _LONGEST_ID and any(c.isdigit() or c == "_" for c in part)
