"""The kinds of answer a form takes. `parse` turns what a person typed into the form field's value."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.panel.models import Service

LONGEST_LINK = 2000  # characters


class InvalidAnswer(Exception):
    """The answer will not do. `reason` names the text to show, `params` what it mentions."""

    def __init__(self, reason: str, **params: int | str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.params = params


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `name` is the API's own parameter name, and what people see."""

    name: str
    parse: Callable[[str, Service], str]


def link(text: str, _: Service) -> str:
    answer = text.strip()
    if not answer or len(answer) > LONGEST_LINK or any(c.isspace() for c in answer):
        raise InvalidAnswer("link")
    if re.fullmatch(r"@[\w.]+", answer):
        return answer
    whole = answer if "://" in answer else f"https://{answer}"
    try:
        parts = urlsplit(whole)
        host = parts.hostname or ""
    except ValueError as error:
        raise InvalidAnswer("link") from error
    if parts.scheme.casefold() not in {"http", "https"} or not re.fullmatch(r"[^.]+(\.[^.]+)+", host):
        raise InvalidAnswer("link")
    return whole


def quantity(text: str, service: Service) -> str:
    number = whole_number(text)
    if not service.min <= number <= service.max:
        raise InvalidAnswer("range", min=service.min, max=service.max)
    return str(number)


def comments(text: str, service: Service) -> str:
    found = lines(text)
    if not service.min <= len(found) <= service.max:
        raise InvalidAnswer("count", count=len(found), min=service.min, max=service.max)
    return "\n".join(found)


def lines(text: str) -> list[str]:
    """The non-empty lines, without the white space around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


# What people put between groups of three digits: spaces of all widths, commas, dots, apostrophes.
_GROUPS = re.compile(r"[0-9]{1,3}(?:([\s,.'’٬،_])[0-9]{3})(?:\1[0-9]{3})*")


def whole_number(text: str) -> int:
    """A whole number as people write it: "1 000", "1,000", "2k", digits of any script.

    Raises InvalidAnswer for anything else, "1,5" and "10,00" included: a guess could cost money.
    """
    plain = "".join(_digit(c) for c in text.strip()).removeprefix("+").casefold()
    thousands = re.fullmatch(r"([0-9]{1,9})\s*k", plain)
    if thousands:
        return int(thousands[1]) * 1000
    if _GROUPS.fullmatch(plain):
        plain = re.sub(r"[^0-9]", "", plain)
    if not re.fullmatch(r"[0-9]{1,18}", plain):
        raise InvalidAnswer("number")
    return int(plain)


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


LINK = Field("link", link)
QUANTITY = Field("quantity", quantity)
COMMENTS = Field("comments", comments)
