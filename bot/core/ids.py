"""Ids of orders as people write them. Pure."""

import re
import unicodedata

MOST_IDS = 100  # in one request, from the API page
_LONGEST_ID = 64
_PART = re.compile(r"[\w.-]+", re.ASCII)


def order_ids(text: str) -> list[str]:
    """The ids in a text, each once, in its order: between commas, spaces, lines, `#` and the like.

    Digits may be of any script. Whatever could be an id counts as one: the panel knows better.
    """
    plain = "".join(_digit(character) for character in text)
    parts = (part.strip(".-") for part in _PART.findall(plain))
    return list(dict.fromkeys(part for part in parts if 0 < len(part) <= _LONGEST_ID))


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
