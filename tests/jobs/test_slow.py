"""Looking for orders that are pending far longer than usual."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.slow import DAY, HOUR
from bot.jobs.slow import SlowJob
from tests.core.core_world import ANNA, World, open_world
from tests.jobs.conftest import Logged

TWO_HOURS = {"average_time": "2 hours", "cancel": False}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


class Job:
    def __init__(self, world: World) -> None:
        self.world = world
        self.news = 0
        self.job = SlowJob(
            world.db, world.catalogs, panel=world.accounts.panel, news=self._heard, clock=world.clock
        )

    def _heard(self) -> None:
        self.news += 1

    async def told_after(self, seconds: float) -> list[dict[str, Any]]:
        """What is told by now, so much later."""
        self.world.clock.now += seconds
        await self.job.tick()
        return [json.loads(row["facts"]) for row in await self.world.told("slow")]


async def placed(world: World, **service: Any) -> None:
    """An order of a service that says so of itself."""
    account = await world.connect()
    world.panel.set_services([{**one, **service} for one in world.panel.services if one["service"] == 1])
    await world.catalogs.of(account)
    await world.place(await world.account())


async def test_three_times_as_long_as_the_panel_says(world: World) -> None:
    await placed(world, **TWO_HOURS)
    job = Job(world)
    assert await job.told_after(6 * HOUR - 1) == []
    (told,) = await job.told_after(1)
    assert (told["usual"], told["source"], told["may_cancel"]) == (2 * HOUR, "panel", False)
    assert job.news == 1


async def test_three_times_as_long_as_orders_took_that_were_seen(world: World) -> None:
    await placed(world, average_time="Not enough data")
    for number in range(5):
        order = await world.place(await world.account(), link=f"https://example.com/p/{number}x")
        await world.db.execute(
            "UPDATE orders SET state = 'ended', word = 'Completed', changed_at = created_at + :took "
            "WHERE id = :id",
            id=order.id,
            took=2 * HOUR,
        )
    job = Job(world)
    assert await job.told_after(6 * HOUR - 1) == []
    (told,) = await job.told_after(1)
    assert (told["usual"], told["source"]) == (2 * HOUR, "here")


async def test_three_days_when_nobody_knows(world: World) -> None:
    await placed(world)
    job = Job(world)
    assert await job.told_after(3 * DAY - 1) == []
    (told,) = await job.told_after(1)
    assert (told["usual"], told["source"]) == (DAY, "nobody")


async def test_once_ever_also_across_restarts(world: World) -> None:
    await placed(world, **TWO_HOURS)
    assert len(await Job(world).told_after(6 * HOUR)) == 1
    await world.db.execute("DELETE FROM outbox")
    assert await Job(world).told_after(30 * DAY) == []


async def test_what_goes_on_is_not_pointed_out(world: World) -> None:
    await placed(world, **TWO_HOURS)
    await world.db.execute("UPDATE orders SET word = 'In progress'")
    assert await Job(world).told_after(30 * DAY) == []


async def test_the_panel_is_not_asked(world: World) -> None:
    await placed(world, **TWO_HOURS)
    asked = len(world.panel.calls())
    await Job(world).told_after(30 * DAY)
    assert len(world.panel.calls()) == asked


async def test_a_look_that_fails_is_logged_and_the_next_one_finds_it(world: World, logged: Logged) -> None:
    await placed(world, **TWO_HOURS)
    job = Job(world)
    await world.db.execute("ALTER TABLE accounts RENAME TO lost")
    await job.told_after(6 * HOUR)
    assert logged() == ["slow orders not looked for"]
    await world.db.execute("ALTER TABLE lost RENAME TO accounts")
    assert len(await job.told_after(0)) == 1


async def test_it_goes_to_who_ordered(world: World) -> None:
    await placed(world, **TWO_HOURS)
    await Job(world).told_after(6 * HOUR)
    assert [row["chat_id"] for row in await world.told("slow")] == [ANNA]
