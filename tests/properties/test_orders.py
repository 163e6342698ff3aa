"""Whatever fails, and wherever the program is killed: nothing is sent twice, lost, or told more than once.

A schedule is what a person and a panel do, and what goes wrong. Schedules that found something stay as
examples.
"""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

import pytest
import structlog
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.panel.replies import status_of
from tests.properties.program import (
    AsksForRefill,
    AsksToCancel,
    Confirms,
    ConfirmsMass,
    Dies,
    GoesWrong,
    Moves,
    Refilled,
    Returns,
    Step,
    Told,
    Waits,
    World,
)
from tests.properties.simulation import FAULTS, Crash, Fault, How, Seam, SimulatedLoop

NUMBERS = st.integers(0, 2)
DAY = 100_000.0  # and a little: ended orders are looked at once more
WORDS = st.sampled_from(["Pending", "In progress", "Completed", "Partial", "Canceled"])
WRONG = st.sampled_from(list(Seam)).flatmap(
    lambda seam: st.builds(Fault, st.just(seam), st.sampled_from(FAULTS[seam]), st.integers(0, 7))
)
ACTS: st.SearchStrategy[Step] = st.one_of(
    st.builds(Confirms, NUMBERS, st.integers(1, 2)),
    st.builds(ConfirmsMass, st.integers(0, 1), st.integers(1, 5)),
    st.builds(AsksForRefill, NUMBERS, NUMBERS),
    st.builds(AsksToCancel, NUMBERS, NUMBERS),
    st.builds(Waits, st.sampled_from([1.0, 30.0, 120.0, 3600.0, DAY])),
)
MOVES: st.SearchStrategy[Step] = st.one_of(
    st.builds(Moves, NUMBERS, WORDS),
    st.builds(Refilled, NUMBERS, st.sampled_from(["Completed", "Rejected"])),
    st.just(Returns()),
    st.just(Dies()),
)
TROUBLED = st.tuples(st.builds(GoesWrong, WRONG), ACTS)
PLACED: tuple[Step, ...] = (Confirms(0), Waits(30.0))
BEGINNINGS = st.sampled_from([(), PLACED, (*PLACED, Moves(0, "Completed"), Waits(120.0))])


def schedules(most: int) -> st.SearchStrategy[list[Step]]:
    parts = st.lists(st.tuples(ACTS) | st.tuples(MOVES) | TROUBLED, max_size=most)
    return st.tuples(BEGINNINGS, parts).map(lambda found: [*found[0], *chain(*found[1])])


@pytest.fixture(autouse=True, scope="module")
def quiet() -> Iterator[None]:
    """What goes wrong here is logged by the thousand."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


common = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True)


ANSWER_LOST_AT_THE_INTENT = Fault(Seam.DATABASE, How.LOST, 1)
END_OF_A_NOTICE_NOT_STORED = Fault(Seam.DATABASE, How.FAILS, 7)


@settings(common, max_examples=200)
@given(schedules(12))
@example([Confirms(0), Moves(0, "In progress"), AsksToCancel(0, 0)])
@example([GoesWrong(ANSWER_LOST_AT_THE_INTENT), Confirms(0)])
@example([GoesWrong(END_OF_A_NOTICE_NOT_STORED), Confirms(0), Waits(30.0)])
def test_orders_survive_whatever_fails(schedule: list[Step]) -> None:
    live(schedule)


@pytest.mark.long
@settings(common, max_examples=5_000, derandomize=False, print_blob=True)
@given(schedules(40))
def test_orders_survive_long_lives(schedule: list[Step]) -> None:
    live(schedule)


def test_all_goes_well_where_nothing_fails() -> None:
    """Else the others would prove nothing."""
    world = live([
        Confirms(0), ConfirmsMass(0, 3), Waits(120.0), Moves(0, "Completed"), Waits(120.0),
        AsksForRefill(0, 0), Refilled(0, "Completed"), AsksToCancel(1, 0), Moves(1, "Canceled"), Waits(600.0),
        Moves(0, "In progress"), Waits(DAY), Moves(0, "Completed"), Waits(600.0),
    ])  # fmt: skip
    assert Counter(told.kind for told in world.shown) == {"outcome": 1, "mass": 1, "change": 4, "refill": 1}
    assert len(world.sent) == 6
    assert world.states == ["ended", "ended", "open", "open"]
    assert world.failures == 0


def live(schedule: Sequence[Step]) -> World:
    loop, unforeseen = SimulatedLoop(), []

    def note(_: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        if not isinstance(context.get("exception"), Crash):
            unforeseen.append(context)

    loop.set_exception_handler(note)
    try:
        world = loop.run_until_complete(_live(schedule))
    finally:
        loop.close()
    assert not unforeseen
    return world


async def _live(schedule: Sequence[Step]) -> World:
    world = World()
    await world.open()
    try:
        for step in schedule:
            await step.happens(world)
            nothing_is_sent_twice(world)
        world.machine.faults.clear()
        await Returns().happens(world)
        await world.waits(1200.0, ticks=40)
        await world.waits(7200.0, ticks=8)
        nothing_is_sent_twice(world)
        nothing_is_lost(world)
        all_is_told(world)
        world.states = [row["state"] for row in world.rows("SELECT state FROM orders ORDER BY state")]
        return world
    finally:
        await world.close()


def nothing_is_sent_twice(world: World) -> None:
    assert [about for about, times in world.sent.items() if times > 1] == []


def nothing_is_lost(world: World) -> None:
    """What was confirmed has an end, which agrees with what the panel has; what looks found is up to date."""
    at_panel = {order.link: order for order in world.panel.orders.values()}
    for row in world.rows("SELECT * FROM orders"):
        assert row["state"] in {"open", "ended", "rejected", "uncertain"}, row["state"]
        found = at_panel.get(row["link"])
        if row["state"] == "rejected":
            assert found is None
        if row["panel_order_id"] is not None:
            assert found is not None
            assert found.id == row["panel_order_id"]
        if row["state"] == "open" and row["panel_order_id"] is not None:
            assert found is not None
            assert row["word"] == found.status
    assert world.rows("SELECT * FROM refills WHERE state = 'asking'") == []
    assert world.rows("SELECT * FROM orders WHERE process LIKE 'cancelling %'") == []
    assert world.rows("SELECT * FROM masses WHERE state = 'placing'") == []


def all_is_told(world: World) -> None:
    """Every outcome and every change, once and in order; at most one message again each time a run died or
    Telegram's answer was lost."""
    assert world.rows("SELECT * FROM outbox") == []
    times = Counter(world.shown)
    assert set(times) == set(world.written)
    assert world.repeated <= world.machine.crashes + world.lost_answers
    for row in world.rows("SELECT * FROM orders"):
        told = [one for one in times if one.order_id == row["id"] and one.kind in {"outcome", "change"}]
        numbers = [one.change_number for one in told]
        assert numbers == list(range(0 if row["mass_id"] is None else 1, row["change_number"] + 1))
        assert changes(told) == news(world.words.get(row["id"], []))
    ended = world.rows("SELECT * FROM refills WHERE state = 'ended'")
    assert len(ended) == sum(one.kind == "refill" and '"ended"' in one.facts for one in times)
    for mass_id in world.mass_ids.values():
        confirmed = world.rows(f"SELECT * FROM orders WHERE mass_id = '{mass_id}'")
        assert bool(confirmed) == any(one.kind == "mass" and mass_id in one.facts for one in times)


def changes(told: Sequence[Told]) -> list[object]:
    return [status_of(json.loads(one.facts)["word"]) for one in told if one.kind == "change"]


def news(words: Sequence[str]) -> list[object]:
    """Which of an order's words are to be told: all, but that it is pending at first."""
    return [status_of(word) for place, word in enumerate(words) if place or word != "Pending"]
