"""Reads the lines of a mass order and says of each whether it can be ordered. Pure."""

import csv
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from bot.core import forms
from bot.core.invalid import InvalidAnswer
from bot.core.price import price
from bot.core.typed import one_id, unmarked
from bot.panel.models import Service

MOST_LINES = 500
_SEPARATORS = "|\t;؛,،"  # a link may hold the later ones, and is not cut at them when an earlier one fits
_ID = re.compile(r"#?[\w.-]+")
_TITLES = {"service", "service id", "service_id", "link", "url", "quantity"}


class Line(NamedTuple):
    """`number` counts all lines from 1, as an editor does."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Good:
    line: Line
    service: Service
    answers: Mapping[str, str]
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class Bad:
    line: Line
    problem: InvalidAnswer


Verdict = Good | Bad


def read(text: str, *, titles: Container[str] = ()) -> list[Line]:
    """The lines that say something: without empty ones, remarks behind "# ", and a line of titles.

    `titles` are those of the person's language, beside the English ones, in lower case.
    """
    found = [Line(number, line.strip()) for number, line in enumerate(unmarked(text).splitlines(), 1)]
    found = [line for line in found if line.text and not _is_remark(line.text)]
    return found[1:] if found and _is_title(found[0].text, titles) else found


def _is_remark(text: str) -> bool:
    """`# a remark`, while `#1 | …` is a service's id as people write it."""
    return re.match(r"#(?!\w)", text) is not None


def judge(lines: Iterable[Line], services: Mapping[str, Service]) -> list[Verdict]:
    return [_judged(line, services) for line in lines]


def alike(good: Sequence[Good]) -> list[int]:
    """The numbers of lines whose service and link an earlier line has already."""
    seen: set[tuple[str, str]] = set()
    found = []
    for one in good:
        what = (one.service.id, one.answers["link"])
        if what in seen:
            found.append(one.line.number)
        seen.add(what)
    return found


def cells(text: str) -> list[str]:
    """Service, link and quantity, as far as they are there; anything else when it cannot be told."""
    ways = [_split(text, separator) for separator in _SEPARATORS if separator in text]
    likely = [way for way in ways if _is_likely(way)]
    if likely:
        return max(likely, key=len)
    words = text.split(None, 2)
    return words if _is_likely(words) or not ways else ways[0]


def _is_likely(way: list[str]) -> bool:
    return 2 <= len(way) <= 3 and bool(_ID.fullmatch(way[0])) and not way[1].startswith(tuple(_SEPARATORS))


def _split(text: str, separator: str) -> list[str]:
    try:
        found = next(csv.reader([text.strip()], delimiter=separator, skipinitialspace=True))
    except csv.Error:
        return [text]
    found = [cell.strip() for cell in found]
    while found and not found[-1]:
        found.pop()
    return found


def _is_title(text: str, titles: Container[str]) -> bool:
    return any(cell.casefold() in _TITLES or cell.casefold() in titles for cell in cells(text))


def _judged(line: Line, services: Mapping[str, Service]) -> Verdict:
    try:
        service, given = _service(cells(line.text), services)
        answers = {}
        for field in forms.form(service) or ():
            answers[field.name] = field.parse(given[field.name], service)
    except InvalidAnswer as problem:
        return Bad(line, problem)
    return Good(line, service, answers, price(service, answers))


def _service(found: list[str], services: Mapping[str, Service]) -> tuple[Service, Mapping[str, str]]:
    """The service, and what is given by field. Raises InvalidAnswer."""
    if not 2 <= len(found) <= 3:
        raise InvalidAnswer("parts")
    service_id, *rest = found
    service = services.get(one_id(service_id))
    if service is None:
        raise InvalidAnswer("service", service=service_id)
    names = [field.name for field in forms.form(service) or ()]
    if names not in (["link", "quantity"], ["link"]):
        known = forms.form(service) is not None
        raise InvalidAnswer("type" if known else "unknown type", type=service.type)
    if len(rest) < len(names):
        raise InvalidAnswer("no quantity")
    if len(rest) > len(names):
        raise InvalidAnswer("needless quantity")
    return service, dict(zip(names, rest, strict=True))
