"""Reads replies to refill, refill_status and cancel: payload in, model or PanelError out. Pure.

Each may come as an object or as a list, whatever was asked; every shape met stands in tests/samples.
"""

from collections.abc import Sequence

from bot.panel.errors import Meaning, PanelGarbled
from bot.panel.models import Accepted, RefillStatus, RefillWord, Unreadable
from bot.panel.refusals import Json, clean_text, error_words, meaning_of, refuse, words_of
from bot.panel.replies import NO_ORDER, ORDER_ID, read_id

_NOTHING = object()
_WORDS = {
    **{"".join(word.value.casefold().split()): word for word in RefillWord},
    "complete": RefillWord.COMPLETED,
    "reject": RefillWord.REJECTED,
    "fail": RefillWord.ERROR,
    "failed": RefillWord.ERROR,
}


def refill_word(word: str) -> RefillWord | None:
    """The status a panel's word stands for, however it spells it; None when it is unknown."""
    return _WORDS.get("".join(word.casefold().replace("_", " ").replace("-", " ").split()))


def refill_id(payload: Json, order: str) -> str:
    """The id of a new refill. Raises PanelGarbled when there is none: it may exist all the same."""
    found = refill_ids(payload, [order]).get(order, Unreadable(""))
    if isinstance(found, str):
        return found
    if found.words:
        refuse(found.words)
    raise PanelGarbled("a refill reply without an id")


def refill_ids(payload: Json, orders: Sequence[str]) -> dict[str, str | Unreadable]:
    return {order: _refill_id(told) for order, told in _told(payload, orders, "order", "refill").items()}


def refill_status(payload: Json, refill: str) -> RefillStatus:
    found = refill_statuses(payload, [refill]).get(refill, Unreadable(""))
    if isinstance(found, RefillStatus):
        return found
    if found.words:
        refuse(found.words)
    raise PanelGarbled("a refill status of unknown shape")


def refill_statuses(payload: Json, refills: Sequence[str]) -> dict[str, RefillStatus | Unreadable]:
    return {one: _refill_status(told) for one, told in _told(payload, refills, "refill", "status").items()}


def cancellations(payload: Json, orders: Sequence[str]) -> dict[str, Accepted | Unreadable]:
    return {order: _accepted(told) for order, told in _told(payload, orders, "order", "cancel").items()}


def _told(payload: Json, asked: Sequence[str], subject: str, what: str) -> dict[str, Json]:
    """What the reply tells of each asked id; those it does not mention are missing.

    An item that names no id is about the only one that was asked for.
    """
    if isinstance(payload, dict):
        items = [payload] if what in payload else _keyed(payload, subject)
    elif isinstance(payload, list):
        items = [item for item in payload if isinstance(item, dict)]
        if payload and not items:
            raise PanelGarbled(f"a {what} reply of unknown shape")
    else:
        raise PanelGarbled(f"a {what} reply of unknown shape")
    found: dict[str, Json] = {}
    for item in items:
        one = read_id(item.get(subject), ORDER_ID) if subject in item else None
        if one is None and len(asked) == len(items) == 1:
            one = asked[0]
        if one in asked and one is not None:
            found.setdefault(one, _one(item, what))
    if items and not found and isinstance(payload, dict):
        raise PanelGarbled(f"a {what} reply of unknown shape")
    return found


def _keyed(payload: dict[str, Json], subject: str) -> list[dict[str, Json]]:
    """An object by id as a list: `{"1": {...}}`, its values objects or what is told itself."""
    return [
        {**item, subject: one} if isinstance(item, dict) else {subject: one, "told": item}
        for one, item in payload.items()
    ]


def _one(item: dict[str, Json], what: str) -> Json:
    words = error_words(item)
    if words is not None:
        return {"error": words}
    return item.get(what, item.get("told"))


def _refill_id(told: Json) -> str | Unreadable:
    """A word without any digit is no id but an error, like `order_not_found`."""
    found = read_id(told, ORDER_ID)
    if found is not None and not NO_ORDER.fullmatch(found) and any(c.isdigit() for c in found):
        return found
    return Unreadable(_words(told))


def _refill_status(told: Json) -> RefillStatus | Unreadable:
    word = clean_text(told, 60)
    if word and meaning_of(word) is Meaning.UNKNOWN:
        return RefillStatus(word, refill_word(word))
    return Unreadable(_words(told))


def _accepted(told: Json) -> Accepted | Unreadable:
    """1, however it is written; a panel may also number its cancellations."""
    if told is True or (isinstance(told, str) and told.strip().casefold() in {"true", "ok", "success"}):
        return Accepted()
    found = read_id(told, ORDER_ID)
    if found is not None and found.isdigit() and not NO_ORDER.fullmatch(found):
        return Accepted()
    return Unreadable(_words(told))


def _words(told: Json) -> str:
    """The panel's words in what is no answer; "" when there are none."""
    if isinstance(told, dict):
        return error_words(told) or ""
    return words_of(told) if isinstance(told, str) and not NO_ORDER.fullmatch(told.strip()) else ""
