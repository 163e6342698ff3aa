"""What is called wrong, and what is not."""

from dataclasses import replace
from typing import Any

import pytest

from bot.core.breaker import State
from bot.web.health import Facts, notes, wrong
from storage.backlog import Backlog

NOTHING_WAITS = Backlog(
    people=3, orders=5, orders_late=0.4, refills_late=0.0, notices=1, notices_late=2.0, replies=0
)
WELL = Facts(
    loop_lag=0.002,
    clock_silent=0.4,
    database=None,
    backlog=NOTHING_WAITS,
    contact=24.0,
    takes_messages=True,
    busy=2,
    breaker=State.CLOSED,
    panel_away=0.0,
    interval=60.0,
)


def with_backlog(**changes: Any) -> dict[str, Any]:
    return {"backlog": replace(NOTHING_WAITS, **changes)}


def test_a_bot_that_is_well_has_nothing_to_say() -> None:
    assert wrong(WELL) == []
    assert notes(WELL) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"clock_silent": 61.0}, "has not ticked for 61 s: restart the bot"),
        ({"loop_lag": 7.25}, "stood still for 7.2 s"),
        ({"database": "the disk is full", "backlog": None}, "no orders are taken: the disk is full"),
        ({"contact": None}, "Telegram has not answered yet"),
        ({"contact": 90.0}, "no updates from Telegram for 90 s"),
        ({"takes_messages": False, **with_backlog(replies=1)}, "Telegram takes no messages"),
        ({"takes_messages": False, **with_backlog(notices_late=9.0)}, "Telegram takes no messages"),
        (with_backlog(orders_late=241.0), "the order that is due longest waits for 241 s"),
        (with_backlog(refills_late=241.0), "the refill that is due longest waits for 241 s"),
        (with_backlog(notices_late=61.0), "the notice that is due longest waits for 61 s"),
    ],
)
def test_each_trouble_is_said_in_a_sentence(changes: dict[str, Any], words: str) -> None:
    (found,) = wrong(replace(WELL, **changes))
    assert words in found


@pytest.mark.parametrize(
    "changes",
    [
        {"contact": 44.0},  # a poll's own time, and all that its answer may take
        with_backlog(orders_late=200.0),  # an interval and more, but it was not long
        {"takes_messages": False, **with_backlog(notices_late=0.0)},  # the last one failed, nothing waits
        with_backlog(replies=3),  # they are just being given
    ],
)
def test_what_is_usual_is_not_called_wrong(changes: dict[str, Any]) -> None:
    assert wrong(replace(WELL, **changes)) == []


@pytest.mark.parametrize("state", [State.OPEN, State.HALF_OPEN])
def test_a_panel_that_is_away_is_noted_and_its_late_orders_are_no_fault_of_the_bot(state: State) -> None:
    away = replace(
        WELL, breaker=state, panel_away=312.0, **with_backlog(orders_late=400.0, refills_late=400.0)
    )
    assert wrong(away) == []
    assert "the panel has not answered for 312 s" in notes(away)[0]
    assert wrong(replace(away, **with_backlog(notices_late=400.0)))
