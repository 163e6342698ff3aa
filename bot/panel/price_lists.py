"""Reads price lists, which are long: text in, services or PanelError out. Pure."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from bot.panel import replies
from bot.panel.errors import PanelGarbled
from bot.panel.models import Service
from bot.panel.refusals import Json, clean_lines, clean_text

MOST_SERVICES = 30_000  # that are read of a list; the longest met had 7,300
_NO_LIMIT = 10**9  # for a service that names no maximum

T = TypeVar("T")


class Line(msgspec.Struct):
    """One line as it comes: every field of the API's that we read, None where it is missing."""

    service: Json = None
    name: Json = None
    type: Json = None
    category: Json = None
    rate: Json = None
    min: Json = None
    max: Json = None
    refill: Json = None
    cancel: Json = None
    dripfeed: Json = None
    desc: Json = None
    description: Json = None
    average_time: Json = None


_LINES = msgspec.json.Decoder(list[Line], float_hook=replies.decimal)


def load(text: str, *, status_code: int = 200, retry_after: float | None = None) -> Json:
    """As `replies.load`, twice as quick when it is a list of the usual shape, whose items are Lines."""
    if status_code < 400:
        try:
            return _LINES.decode(text)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            pass  # an error, a list of another shape, or JSON that only the patient reader takes
    return replies.load(text, status_code=status_code, retry_after=retry_after)


def services(payload: Json) -> tuple[Service, ...]:
    """The price list, the first of equal ids kept. Lines that cannot be read are left out, and those beyond
    MOST_SERVICES."""
    if isinstance(payload, dict):
        payload = payload.get("services")
    if not isinstance(payload, list):
        raise PanelGarbled("a service list of unknown shape")
    read = _reader()
    found: dict[str, Service] = {}
    for item in payload:
        line = item if type(item) is Line else _line(item)
        try:
            service = read(line)
        except TypeError:  # a list or an object where a text or a number belongs says nothing
            service = read(_plain(line))
        if service is not None:
            found.setdefault(service.id, service)
        if len(found) >= MOST_SERVICES:
            break
    if payload and not found:
        raise PanelGarbled("a service list without a readable line")
    return tuple(found.values())


def _reader() -> Callable[[Line], Service | None]:
    """Reads the lines of one list. What it does for each is what loading a list costs."""
    types = _Once(lambda told: clean_text(told, 60) or "Default")
    categories = _Once(lambda told: clean_text(told, 200))
    times = _Once(lambda told: clean_text(told, 60), {None: ""})
    rates, leasts, mosts = _Once(_rate), _Once(_least), _Once(_most)
    flags = _Once(replies.flag, {True: True, False: False, None: None})
    new = tuple.__new__  # half the cost of calling Service

    def read(line: Line) -> Service | None:
        service_id, rate = line.service, rates[line.rate]
        if not (
            isinstance(service_id, str)
            and service_id.isalnum()
            and service_id.isascii()
            and len(service_id) <= 32
        ):
            service_id = replies.service_id(service_id)
        if service_id is None or rate is None:
            return None
        told = line.desc or line.description
        values = (
            service_id,
            clean_text(line.name, 300) or service_id,
            types[line.type],
            categories[line.category],
            rate,
            leasts[line.min],
            mosts[line.max],
            flags[line.refill],
            flags[line.cancel],
            flags[line.dripfeed],
            clean_lines(told, 2000) if told else "",
            times[line.average_time],
        )
        return new(Service, values)

    return read


class _Once(dict[Any, T]):
    """What the values of a column stand for. Texts come again by the thousand, so each is read once; other
    values are not kept, since True equals 1."""

    def __init__(self, read: Callable[[Json], T], known: Mapping[Any, T] | None = None) -> None:
        super().__init__(known or {})
        self._read = read

    def __missing__(self, told: Json) -> T:
        value = self._read(told)
        if isinstance(told, str):
            self[told] = value
        return value


def _line(item: Json) -> Line:
    """From JSON as the patient reader gives it; an empty line when it is no object."""
    return Line(*map(item.get, Line.__struct_fields__)) if isinstance(item, dict) else Line()


def _plain(line: Line) -> Line:
    values = msgspec.structs.astuple(line)
    return Line(*(None if isinstance(value, list | dict) else value for value in values))


def _rate(told: Json) -> Decimal | None:
    rate = replies.money(told)
    return None if rate is None or rate < 0 else rate


def _least(told: Json) -> int:
    return max(replies.count(told) or 1, 1)


def _most(told: Json) -> int:
    most = replies.count(told)
    return most if most and most > 0 else _NO_LIMIT
