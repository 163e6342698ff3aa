"""What was said before is known again without being read; whatever differs is read."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.panel import status_lists
from bot.panel.errors import BadKey, PanelGarbled
from bot.panel.models import OrderStatus, Status, Unreadable

ITEM = {"charge": "0.27819", "status": "Partial", "remains": "157"}

# The same reply as most panels send it, as a list, and with an order nobody asked for.
SHAPES: dict[str, Callable[[dict[str, Any]], object]] = {
    "plain": lambda items: items,
    "list": lambda items: [{"order": order, **item} for order, item in items.items()],
    "nested": lambda items: {"orders": items},
    "more": lambda items: {**items, "999": ITEM},
}


def read(payload: object, known: dict[str, str | None]) -> dict[str, OrderStatus | Unreadable | None]:
    return status_lists.order_statuses(status_lists.load(json.dumps(payload), known), known)


def said(shape: str) -> str | None:
    found = read(SHAPES[shape]({"1": ITEM}), {"1": None})["1"]
    assert isinstance(found, OrderStatus)
    return found.said


@pytest.mark.parametrize("shape", SHAPES)
def test_a_status_is_known_again(shape: str) -> None:
    found = read(SHAPES[shape]({"1": ITEM, "2": ITEM}), {"1": said(shape), "2": None, "3": said(shape)})
    assert found.pop("1") is None
    (other,) = found.values()
    assert isinstance(other, OrderStatus)
    assert (other.status, other.remains) == (Status.PARTIAL, 157)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "change", [{"status": "partial"}, {"remains": "156"}, {"error": "no"}, {"orders": []}, {"charge": None}]
)
def test_whatever_differs_is_read_again(shape: str, change: dict[str, object]) -> None:
    assert read(SHAPES[shape]({"1": {**ITEM, **change}}), {"1": said(shape)})["1"] is not None


def test_an_item_too_deep_to_be_known_again_spoils_no_other() -> None:
    deep: list[object] = []
    for _ in range(500):
        deep = [deep]
    found = read({"1": {**ITEM, "more": deep}, "2": ITEM}, {"1": "said", "2": None})
    assert isinstance(found["1"], OrderStatus | Unreadable)
    assert isinstance(found["2"], OrderStatus)


def test_an_order_that_is_called_like_an_error_hides_none() -> None:
    with pytest.raises(BadKey):
        status_lists.load('{"error": "Invalid API key"}', {"error": None})


def test_an_error_status_is_no_reply_about_orders() -> None:
    with pytest.raises(PanelGarbled):
        status_lists.load('{"1": {}}', {"1": None}, status_code=502)
