"""Whatever a panel sends, it becomes a model or a PanelError, never anything else."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.panel import price_lists, replies, status_lists
from bot.panel.errors import PanelError
from bot.panel.models import Balance, OrderStatus, Service, Unreadable

ASKED = ("1", "10", "100")
FIELDS = {*Service._fields, *OrderStatus._fields, *Balance.__slots__, *ASKED}
AROUND = {"service", "services", "order", "orders", "error", "errors", "message", "msg"}
NAMES = st.sampled_from(sorted(FIELDS | AROUND))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["Pending", "error", "fail", "1,234.5", "1e99", "0", "-1", "Default"])
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=6)
    ),
    max_leaves=25,
)
READERS: dict[str, Callable[[Any], object]] = {
    "services": price_lists.services,
    "order_id": replies.order_id,
    "order_status": replies.order_status,
    "order_statuses": lambda payload: status_lists.order_statuses(payload, dict.fromkeys(ASKED, "said")),
    "balance": replies.balance,
}


def heard(
    found: dict[str, OrderStatus | Unreadable | None],
) -> dict[str, OrderStatus | Unreadable | None]:
    """But for the very words, which are kept in another form."""
    return {k: v._replace(said=None) if isinstance(v, OrderStatus) else v for k, v in found.items()}


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=60, deadline=None, database=None)
@given(value=JSON, status_code=st.sampled_from([200, 400, 429, 500]))
@example(value={"order": 1e300}, status_code=200)
@example(value={"balance": "9" * 400}, status_code=200)
def test_any_json(reader: str, value: object, status_code: int) -> None:
    with suppress(PanelError):
        READERS[reader](replies.load(json.dumps(value), status_code=status_code))


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=60, deadline=None, database=None)
@given(
    text=st.text() | st.from_regex(r'\{"(order|balance|status)": ?-?[0-9]+(\.[0-9]+)?([eE][0-9]{1,25})?\}')
)
@example(text='{"order": 1e99999999999999999999}')
@example(text='{"balance": 1E999999}')
def test_any_text(reader: str, text: str) -> None:
    with suppress(PanelError):
        READERS[reader](replies.load(text))


@settings(max_examples=200, deadline=None, database=None)
@given(value=st.dictionaries(st.sampled_from(ASKED), JSON, min_size=1))
def test_an_item_is_read_alike_whether_or_not_it_was_left_as_it_came(value: dict[str, object]) -> None:
    known = dict.fromkeys(ASKED)
    left = status_lists.load(json.dumps(value), known)
    with suppress(PanelError):
        read = status_lists.order_statuses(replies.load(json.dumps(value)), known)
        assert heard(status_lists.order_statuses(left, known)) == heard(read)


@settings(max_examples=100, deadline=None, database=None)
@given(text=st.text() | st.from_regex(r'\{"(1|10|error|orders)": ?[^"]{0,9}\}'))
@example(text='{"1": ' + "[" * 100_000 + "]" * 100_000 + "}")
@example(text='{"1": NaN}')
@example(text='{"1": "\ud800"}')
def test_any_text_as_statuses(text: str) -> None:
    known = dict.fromkeys(ASKED, "said")
    with suppress(PanelError):
        status_lists.order_statuses(status_lists.load(text, known), known)
