"""An outcome the database does not take at once: stored in the end, and never asked for again."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.core import settling
from bot.core.ordering import Ordering, Outcome, Placed, Rejected, Uncertain
from bot.core.refills import Refills
from bot.core.requests import Answer, Refused, Taken, Unsure
from bot.sandbox.panel import Trouble
from storage import orders
from storage.database import Database, DatabaseTrouble, Row, Work
from tests.core.core_world import ANNA, INTERVAL, World, open_world

T = TypeVar("T")

PAUSES = (0.0, 0.0, 0.0)


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(settling, "PAUSES", PAUSES)
    async with open_world(tmp_path) as world:
        yield world


@dataclass
class Stumbling:
    """A database whose next writes fail: before anything is written, or only in saying that it was."""

    db: Database
    failures: int
    written: bool
    error: type[Exception] = sqlite3.OperationalError

    @property
    def trouble(self) -> DatabaseTrouble | None:
        return self.db.trouble

    async def read(self, sql: str, /, **values: Any) -> list[Row]:
        return await self.db.read(sql, **values)

    async def execute(self, sql: str, /, **values: Any) -> int:
        return await self.db.execute(sql, **values)

    async def write(self, work: Work[T], /, *, durable: bool = False, intent: bool = False) -> T:
        fails, self.failures = self.failures > 0, self.failures - 1
        if fails and not self.written:
            raise self.error("database is locked")
        done = await self.db.write(work, durable=durable, intent=intent)
        if fails:
            raise self.error("disk I/O error")
        return done

    async def probe(self) -> None:
        await self.db.probe()

    async def heal(self) -> bool:
        return await self.db.heal()

    async def shrink(self) -> bool:
        return await self.db.shrink()

    async def leave_no_trace(self) -> None:
        await self.db.leave_no_trace()

    async def close(self) -> None:
        await self.db.close()


def on_a_stumbling_database(
    world: World, failures: int, *, written: bool = False, error: type[Exception] = sqlite3.OperationalError
) -> Ordering:
    db = Stumbling(world.db, failures, written, error)
    return Ordering(db, world.accounts, world.client, process="run-1", interval=INTERVAL, clock=world.clock)


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize(
    ("trouble", "outcome", "state"),
    [
        (None, Placed("23501"), "open"),
        (Trouble.ERROR, Rejected("Incorrect request"), "rejected"),
        (Trouble.LOST_ANSWER, Uncertain(), "uncertain"),
    ],
)
async def test_an_outcome_that_could_not_be_stored_is_stored_again_and_told_once(
    world: World, trouble: Trouble | None, outcome: Outcome, state: str, written: bool
) -> None:
    order = await world.begin(account := await world.connect())
    if trouble:
        world.panel.misbehave(trouble, action="add")
    stumbling = on_a_stumbling_database(world, failures=len(PAUSES), written=written)

    assert await stumbling.carry_out(account, order) == outcome
    assert (await world.order(order)).state == state
    assert [notice["order_id"] for notice in await world.told("outcome")] == [order.id]
    assert len(world.panel.calls("add")) == 1


async def test_an_outcome_that_is_never_stored_is_found_at_the_next_start(world: World) -> None:
    order = await world.begin(account := await world.connect())
    stumbling = on_a_stumbling_database(world, failures=len(PAUSES) + 1)

    with pytest.raises(sqlite3.OperationalError):
        await stumbling.carry_out(account, order)
    assert (await world.order(order)).state == "placing"
    assert await world.told("outcome") == []

    await orders.find_abandoned(world.db, process="run-2", now=world.clock.now)
    assert (await world.order(order)).state == "uncertain"
    assert [notice["order_id"] for notice in await world.told("outcome")] == [order.id]
    assert len(world.panel.calls("add")) == 1


async def test_an_outcome_waits_for_the_disk_as_long_as_it_takes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "TROUBLE_PAUSE", 0.0)
    order = await world.begin(account := await world.connect())
    stumbling = on_a_stumbling_database(world, failures=200, error=DatabaseTrouble)

    assert await stumbling.carry_out(account, order) == Placed("23501")
    assert (await world.order(order)).state == "open"
    assert len(world.panel.calls("add")) == 1


async def test_an_outcome_that_is_never_stored_is_found_by_the_same_run_after_a_while(world: World) -> None:
    order = await world.begin(account := await world.connect())
    with pytest.raises(sqlite3.OperationalError):
        await on_a_stumbling_database(world, failures=len(PAUSES) + 1).carry_out(account, order)

    await orders.find_abandoned(world.db, process="run-1", now=world.clock.now + orders.ABANDONED_SECONDS)
    assert (await world.order(order)).state == "placing"
    await orders.find_abandoned(world.db, process="run-1", now=world.clock.now + orders.ABANDONED_SECONDS + 1)
    assert (await world.order(order)).state == "uncertain"
    assert [notice["order_id"] for notice in await world.told("outcome")] == [order.id]


async def test_a_rejected_key_is_parked_though_its_outcome_was_hard_to_store(world: World) -> None:
    order = await world.begin(account := await world.connect())
    world.panel.misbehave(Trouble.WRONG_KEY, action="add")

    await on_a_stumbling_database(world, failures=1).carry_out(account, order)
    assert (await world.account()).parked_at == world.clock.now


class Forgetful(Stumbling):
    """It fails from the second write on: the first is the intent."""

    async def write(self, work: Work[T], /, *, durable: bool = False, intent: bool = False) -> T:
        fails = self.begun and self.failures > 0
        self.begun, before = True, self.failures
        self.failures = before if fails else 0
        try:
            return await super().write(work, durable=durable, intent=intent)
        finally:
            self.failures = before - fails

    begun = False


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize(
    ("trouble", "answer", "states"),
    [
        (None, Taken("1"), ["open"]),
        (Trouble.ERROR, Refused("Incorrect request"), ["refused"]),
        (Trouble.LOST_ANSWER, Unsure(), ["uncertain"]),
    ],
)
async def test_what_became_of_a_refill_is_stored_in_the_end(
    world: World, trouble: Trouble | None, answer: Answer, states: list[str], written: bool
) -> None:
    order = (await world.place(await world.connect())).panel_order_id or ""
    world.panel.finish(order)
    if trouble:
        world.panel.misbehave(trouble, action="refill")
    db = Forgetful(world.db, len(PAUSES), written)
    refills = Refills(
        db,
        world.accounts,
        machines=world.client,
        people=world.client,
        process="run-1",
        interval=INTERVAL,
        clock=world.clock,
    )
    assert await refills.ask(ANNA, [order], request="r1") == {order: answer}
    assert db.failures == 0
    assert [row["state"] for row in await world.rows("refills")] == states
    assert len(world.panel.calls("refill")) == 1
