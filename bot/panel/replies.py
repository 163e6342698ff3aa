"""Reads replies: text in, model or PanelError out. Pure; every shape met stands in tests/samples."""

import json
import re
from decimal import Decimal
from functools import lru_cache
from typing import NoReturn

from bot.panel.errors import PanelGarbled
from bot.panel.models import Balance, OrderStatus, Status, Unreadable
from bot.panel.refusals import Json, clean_text, error_words, refuse, words_of

STATUS_WORDS = {
    **{"".join(status.value.casefold().split()): status for status in Status},
    "cancelled": Status.CANCELED,
    "refund": Status.REFUNDED,
    "fail": Status.FAILED,
    "error": Status.FAILED,
    "complete": Status.COMPLETED,
}

_NUMBER = re.compile(r"[+-]?(\d{1,18}|\d{1,3}(,\d{3}){1,5})(\.\d{0,18})?([eE][+-]?\d{1,2})?")
_NUMERIC = (int, str, Decimal)
_SERVICE_ID = re.compile(r"[\w-]{1,32}", re.ASCII)
ORDER_ID = re.compile(r"[\w.-]{1,64}", re.ASCII)
NO_ORDER = re.compile(r"-\d+|0*")
_MOST_DIGITS = 24  # before the point or behind it: more is no amount of money
_LONGEST_STATUS = 240  # characters, before it is cleaned
_LARGEST_COUNT = 2**63  # what a database column takes


@lru_cache(1024)
def status_of(word: str) -> Status | None:
    """The status a panel's word stands for, however it spells it; None when it is unknown."""
    return STATUS_WORDS.get("".join(re.split(r"[\s_-]+", word.casefold())))


def load(text: str, *, status_code: int = 200, retry_after: float | None = None) -> Json:
    """The JSON of a reply that is no error. Raises PanelRefused (or a child of it) or PanelGarbled."""
    try:
        payload = json.loads(text.removeprefix("\ufeff"), parse_float=decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        kind = "an empty reply" if not text.strip() else "a reply that is not JSON"
        message, is_away = f"{kind} (HTTP {status_code})", status_code != 429
        raise PanelGarbled(message, retry_after=retry_after, is_away=is_away) from error
    words = error_words(payload)
    if words is not None:
        refuse(words, status_code=status_code, retry_after=retry_after)
    if status_code >= 400:
        message = f"an HTTP {status_code} without a readable error"
        raise PanelGarbled(message, retry_after=retry_after, is_away=status_code >= 500)
    return payload


def order_id(payload: Json) -> str:
    """The id of a new order. Raises PanelGarbled when there is none: it may exist all the same."""
    told = payload.get("order") if isinstance(payload, dict) else None
    if isinstance(told, dict):
        words = error_words(told)
        if words is not None:
            refuse(words)
    found = read_id(told, ORDER_ID)
    if found is None or NO_ORDER.fullmatch(found):
        raise PanelGarbled("an order reply without an id")
    return found


def order_status(payload: Json) -> OrderStatus:
    read = order_item(payload, said(payload))
    if isinstance(read, Unreadable):
        raise PanelGarbled("an order status of unknown shape")
    return read


def balance(payload: Json) -> Balance:
    amount = money(payload.get("balance")) if isinstance(payload, dict) else None
    if amount is None:
        raise PanelGarbled("a balance of unknown shape")
    currency = payload.get("currency")
    return Balance(amount, clean_text(currency, 12).upper())


def money(value: object) -> Decimal | None:
    """An amount or count as panels write them ("1,234.5", 3, "0.90"); None when it is none."""
    if isinstance(value, bool) or not isinstance(value, _NUMERIC):
        return None
    text = str(value)
    if not _NUMBER.fullmatch(text):
        text = "".join(text.split())
        if not _NUMBER.fullmatch(text):
            return None
    number = Decimal(text.replace(",", ""))
    return number if abs(number.adjusted()) <= _MOST_DIGITS or not number else None


def count(value: object) -> int | None:
    """A whole number that a database takes, else None."""
    if isinstance(value, str) and len(value) < 19 and value.isascii() and value.isdigit():
        return int(value)
    number = money(value)
    return None if number is None or abs(number) >= _LARGEST_COUNT else int(number)


def decimal(text: str) -> Decimal | None:
    """A JSON number with a fraction or exponent. Absurd ones are read as null: Decimal would take them,
    and make an integer of a billion digits out of nine characters."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def order_item(item: Json, said: str | None) -> OrderStatus | Unreadable:
    """One order's part of a reply, which as a whole `said` this."""
    if isinstance(item, str):
        return Unreadable(words_of(item))
    if not isinstance(item, dict):
        return Unreadable("")
    words = error_words(item)
    if words is not None:
        return Unreadable(words)
    told = item.get("status")
    word = told[:_LONGEST_STATUS] if isinstance(told, str) else ""  # words are remembered
    if not word.strip():
        return Unreadable("")
    children = item.get("orders")
    found = [read_id(c, ORDER_ID) for c in children] if isinstance(children, list) else []
    return OrderStatus(
        word=_clean_word(word),
        status=status_of(word),
        charge=money(item.get("charge")),
        start_count=count(item.get("start_count")),
        remains=count(item.get("remains")),
        children=tuple(c for c in found if c is not None),
        said=said,
    )


def said(item: Json) -> str | None:
    """All of an item as one text, the quick way when it holds only texts. None when it is too deep."""
    try:
        whole = "\n".join((*item, *item.values()))
        whole.encode()  # half a character, of a text that was cut, could not be stored
    except (AttributeError, TypeError, UnicodeEncodeError):
        pass
    else:
        return whole
    try:
        return str(item)
    except RecursionError:
        return None


@lru_cache(1024)
def _clean_word(word: str) -> str:
    return clean_text(word, 60)


def service_id(value: object) -> str | None:
    return read_id(value, _SERVICE_ID)


def read_id(value: object, shape: re.Pattern[str]) -> str | None:
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    return text if shape.fullmatch(text) else None


def flag(value: object) -> bool | None:
    if isinstance(value, bool | int):
        return bool(value)
    if isinstance(value, str):
        return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}.get(
            value.strip().casefold()
        )
    return None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
