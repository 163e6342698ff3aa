"""What a card offers."""

from dataclasses import replace
from typing import Any

import pytest

from bot.core.aftersales import aftersales
from bot.panel.models import Service
from storage.orders import Order
from storage.refills import Refill
from tests.core.core_world import service
from tests.storage.stored import NOW, ORDER

PLACED = replace(ORDER, state="open", panel_order_id="23501")
DONE = replace(PLACED, state="ended", word="Completed")
REFILL = Refill(id="r", chat_id=1, account_id="a", order_id="o", state="open", created_at=NOW, changed_at=NOW)


def offered(
    order: Order, offer: Service | None = None, refill: Refill | None = None, *, later: float = 1.0
) -> set[str]:
    found = aftersales(order, offer, refill, now=NOW + later)
    names = {"refill": found.may_refill, "cancel": found.may_cancel, "repeat": found.may_repeat}
    return {name for name, may in names.items() if may}


@pytest.mark.parametrize(
    ("order", "says", "buttons"),
    [
        (PLACED, None, {"cancel", "repeat"}),
        (replace(PLACED, word="In progress"), None, {"cancel", "repeat"}),
        (replace(PLACED, word="Under review"), None, {"cancel", "repeat"}),
        (PLACED, {"cancel": False}, {"repeat"}),
        (PLACED, {"cancel": True}, {"cancel", "repeat"}),
        (replace(PLACED, cancel_asked_at=NOW), None, {"repeat"}),
        (replace(PLACED, cancel_asked_at=NOW - 3600), None, {"cancel", "repeat"}),
        (DONE, None, {"refill", "repeat"}),
        (replace(DONE, word="Partial"), {"refill": True}, {"refill", "repeat"}),
        (DONE, {"refill": False}, {"repeat"}),
        (replace(DONE, fields={"link": "l", "quantity": "5", "runs": "2"}), None, {"repeat"}),
        (replace(DONE, fields={"username": "u", "delay": "0"}), None, {"repeat"}),
        (DONE, {"name": "Likes | No refill"}, {"repeat"}),
        (replace(DONE, word="Canceled"), {"refill": True}, {"repeat"}),
        (replace(PLACED, service_id="", fields={}), None, {"cancel"}),
        (replace(ORDER, state="placing"), None, set()),
        (replace(ORDER, state="uncertain"), None, set()),
        (replace(ORDER, state="rejected"), None, set()),
    ],
)
def test_buttons_make_sense(order: Order, says: dict[str, Any] | None, buttons: set[str]) -> None:
    assert offered(order, None if says is None else service(**says)) == buttons


def test_no_second_refill_while_one_is_in_flight() -> None:
    for state in ("asking", "open"):
        assert offered(DONE, None, replace(REFILL, state=state)) == {"repeat"}
    for state in ("ended", "refused", "uncertain"):
        assert offered(DONE, None, replace(REFILL, state=state)) == {"refill", "repeat"}


def test_no_refill_after_its_period() -> None:
    offer = service(name="Likes R30", refill=True)
    assert offered(DONE, offer, later=30 * 86400) == {"refill", "repeat"}
    assert offered(DONE, offer, later=30 * 86400 + 1) == {"repeat"}
