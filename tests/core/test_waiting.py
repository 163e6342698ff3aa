"""Who is told that the panel does not answer: who placed an order just now, once, and nobody else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.breaker import Breaker
from bot.core.tracking import TOLD_AFTER, Tracking, after_failure
from bot.panel.errors import PanelUnreachable
from bot.sandbox.panel import Trouble
from storage import waiting
from storage.accounts import Account
from tests.core.core_world import ANNA, BORIS, INTERVAL, OTHER, World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


async def look(world: World, *, times: int = 1) -> None:
    """Due from now on; each look is a minute later."""
    for _ in range(times):
        world.clock.now += INTERVAL
        claim = await world.tracking.claim()
        assert claim is not None
        await world.tracking.look(claim)


async def told(world: World) -> list[int]:
    return [row["chat_id"] for row in await world.told("away")]


async def is_told(world: World) -> list[int]:
    """Whether it would be delivered now."""
    return [chat for chat in (ANNA, BORIS) if await waiting.is_waiting(world.db, chat_id=chat)]


async def failing_anna(world: World) -> Account:
    anna = await world.connect()
    await world.place(anna)
    world.panel.misbehave(Trouble.SERVER_ERROR, action="status")
    return anna


async def test_who_waits_is_told_when_it_goes_on(world: World) -> None:
    await failing_anna(world)
    await look(world, times=TOLD_AFTER - 1)
    assert await told(world) == []
    await look(world)
    assert await told(world) == [ANNA]


async def test_once_and_not_for_each_order(world: World) -> None:
    anna = await failing_anna(world)
    for number in range(3):
        await world.place(anna, link=f"https://example.com/p/{number}")
        await look(world, times=2)
    assert await told(world) == [ANNA]


async def test_not_for_words_about_the_key_or_a_rate_limit(world: World) -> None:
    anna = await world.connect()
    await world.place(anna)
    world.panel.misbehave(Trouble.RATE_LIMIT, action="status", retry_after=1)
    await look(world, times=TOLD_AFTER + 1)
    assert await told(world) == []


async def test_not_for_an_old_order_or_one_that_was_looked_at(world: World) -> None:
    anna = await world.connect()
    await world.place(anna)
    await look(world)
    world.panel.misbehave(Trouble.SERVER_ERROR, action="status")
    await look(world, times=5)
    boris = await world.connect(OTHER, chat_id=BORIS)
    await world.place(boris)
    world.clock.now += 3600
    await look(world, times=10)
    assert await told(world) == []


async def test_not_who_wants_no_messages(world: World) -> None:
    await failing_anna(world)
    await world.db.execute("UPDATE people SET told_of = 'none'")
    await look(world, times=5)
    assert await told(world) == []


async def test_all_who_wait_once_nobody_is_served(world: World) -> None:
    """Also those whose own key was not even tried."""
    await failing_anna(world)
    boris = await world.connect(OTHER, chat_id=BORIS)
    world.clock.now += 1
    await world.place(boris)
    breaker = Breaker(clock=world.clock)
    breaker.rounds = TOLD_AFTER
    machines = world.client
    tracking = Tracking(
        world.db,
        world.accounts,
        machines=machines,
        people=machines,
        interval=INTERVAL,
        breaker=breaker,
        clock=world.clock,
    )
    world.clock.now += INTERVAL
    claim = await tracking.claim()
    assert claim is not None
    assert await tracking.look(claim)
    assert sorted(await told(world)) == [ANNA, BORIS]


async def test_one_with_two_keys_is_told_once(world: World) -> None:
    await failing_anna(world)
    other = await world.connect(OTHER)
    await world.place(other)
    await look(world, times=8)
    assert await told(world) == [ANNA]


async def test_what_comes_too_late_is_not_said(world: World) -> None:
    await failing_anna(world)
    await look(world, times=TOLD_AFTER)
    assert await is_told(world) == [ANNA]
    world.panel.calm()
    await look(world)
    assert await is_told(world) == []


async def test_the_next_outage_is_told_again(world: World) -> None:
    anna = await failing_anna(world)
    await look(world, times=TOLD_AFTER)
    world.panel.calm()
    await look(world)
    world.panel.misbehave(Trouble.SERVER_ERROR, action="status")
    await look(world, times=TOLD_AFTER)
    assert await told(world) == [ANNA]  # of the first; nothing new was ordered
    await world.place(anna, link="https://example.com/p/2")
    await look(world, times=TOLD_AFTER)
    assert await told(world) == [ANNA, ANNA]


async def test_who_is_connected_elsewhere_is_not_told_of_this_panel(world: World) -> None:
    anna = await failing_anna(world)
    account = replace(anna, panel="https://other.example/api/v2")
    await world.db.execute("UPDATE accounts SET panel = :panel", panel=account.panel)
    assert await waiting.who(world.db, panel=world.accounts.panel, now=world.clock.now) == []


def test_a_key_that_hung_rests_as_long_as_it_hung() -> None:
    error = PanelUnreachable("no reply in time")
    assert after_failure(0, error, interval=INTERVAL, took=20.0) == (1, 20.0)
    assert after_failure(0, error, interval=INTERVAL)[1] <= 2.0
