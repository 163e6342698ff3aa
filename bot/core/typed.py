"""What people type, as they mean it: without what keyboards and copied texts bring along. Pure."""

import re
import unicodedata

# Marks of direction: nobody types them, but who copies out of a text in Arabic or Persian copies them too.
_MARKS = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def unmarked(text: str) -> str:
    return text if text.isascii() else _MARKS.sub("", text)


def ascii_digits(text: str) -> str:
    """Digits of any script as 0 to 9."""
    return text if text.isascii() else "".join(_digit(character) for character in text)


def one_id(text: str) -> str:
    """An id as it may be written: `#1` and `۱` mean 1."""
    return ascii_digits(unmarked(text)).strip().removeprefix("#")


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)
