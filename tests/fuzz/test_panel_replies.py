"""Whatever a panel answers to whichever call: a model whose values are fit to be kept and shown, or a
PanelError."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.panel import aftersales, price_lists, replies, status_lists
from bot.panel.errors import PanelError
from tests.fuzz.mutations import mutated
from tests.panel.test_replies_hostile import JSON

SAMPLES = Path(__file__).parents[1] / "samples"
ASKED = ("1", "10", "100", "ord_A", "ord_B")
KNOWN = dict.fromkeys(ASKED, "said")
LOADERS: Mapping[str, Callable[..., Any]] = {
    "services": price_lists.load,
    "statuses": partial(status_lists.load, known=KNOWN),
}
READERS: Mapping[str, Callable[[Any], object]] = {
    "services": price_lists.services,
    "add": replies.order_id,
    "status": replies.order_status,
    "statuses": lambda payload: status_lists.order_statuses(payload, KNOWN),
    "balance": replies.balance,
    "refill": lambda payload: aftersales.refill_id(payload, "1"),
    "refills": lambda payload: aftersales.refill_ids(payload, ASKED),
    "refill_status": lambda payload: aftersales.refill_status(payload, "1"),
    "refill_statuses": lambda payload: aftersales.refill_statuses(payload, ASKED),
    "cancel": lambda payload: aftersales.cancellations(payload, ASKED),
}
LONGEST = 4000  # characters of any text that is taken from a reply

common = settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))


def samples(action: str) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((SAMPLES / action).iterdir())]


def read(action: str, text: str, status_code: int) -> None:
    load = LOADERS.get(action, replies.load)
    with suppress(PanelError):
        for value in values(READERS[action](load(text, status_code=status_code))):
            assert is_fit(value), repr(value)[:100]


def values(found: object) -> Iterator[object]:
    """All that a model holds, except what an order `said`: that is only compared, never shown."""
    if isinstance(found, Mapping):
        yield from found
        for one in found.values():
            yield from values(one)
    elif hasattr(found, "_fields"):
        for name in found._fields:
            if name != "said":
                yield from values(getattr(found, name))
    elif isinstance(found, tuple):
        for one in found:
            yield from values(one)
    elif hasattr(found, "__slots__") and not isinstance(found, Decimal | str):
        for name in found.__slots__:
            yield from values(getattr(found, name))
    else:
        yield found


def is_fit(value: object) -> bool:
    """For the database's columns and for a message."""
    if isinstance(value, str):
        value.encode()
        return len(value) <= LONGEST and "\x00" not in value
    if isinstance(value, int):
        return abs(value) < 2**63
    if isinstance(value, Decimal):
        return value.is_finite() and len(f"{value:f}") < 100
    return value is None


@pytest.mark.parametrize("action", READERS)
@common
@given(data=st.data(), status_code=st.sampled_from([200, 200, 400, 429, 500]))
def test_replies_with_something_wrong_in_them(action: str, data: st.DataObject, status_code: int) -> None:
    text = data.draw(st.sampled_from(samples(action)))
    payload = json.loads(text.removeprefix("\ufeff"))
    read(action, json.dumps(data.draw(mutated(payload))), status_code)


@pytest.mark.parametrize("action", READERS)
@common
@given(data=st.data())
def test_replies_that_are_cut_or_garbled(action: str, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(samples(action)))
    place = data.draw(st.integers(0, len(text)))
    read(action, text[:place] + data.draw(st.text(max_size=3)) + text[place + 1 :], 200)


@pytest.mark.parametrize("action", READERS)
@common
@given(value=JSON, status_code=st.sampled_from([200, 400, 429, 500]))
@example(value={"error": "x" * 10**6}, status_code=200)
def test_any_json(action: str, value: object, status_code: int) -> None:
    read(action, json.dumps(value), status_code)


@pytest.mark.parametrize("action", READERS)
@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, "9" * 100_000, '"' + "x" * 10**6, "\ud800"]
)
def test_replies_that_are_meant_to_hurt(action: str, text: str) -> None:
    read(action, text, 200)
