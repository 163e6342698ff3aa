"""A key's price list: asked for seldom, shared, and there when the panel is not."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.catalog import FIRST_TRIES, FRESH_PAUSES, PAUSE_SECONDS, Catalog, Catalogs
from bot.panel.errors import BadKey, PanelError
from bot.sandbox.panel import Trouble
from tests.core.core_world import BORIS, KEY, OTHER, World, open_world

FRESH_SECONDS = FRESH_PAUSES * PAUSE_SECONDS


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


def asked(world: World) -> int:
    return len(world.panel.calls("services"))


def after_a_restart(world: World) -> Catalogs:
    return Catalogs(world.db, world.accounts, world.client, clock=world.clock)


async def settle(catalogs: Catalogs) -> None:
    """Wait for what is fetched aside."""
    await asyncio.gather(*catalogs._fetching.values(), return_exceptions=True)


async def test_is_asked_for_once_within_half_an_hour(world: World) -> None:
    await world.connect()
    first = await world.catalogs.of(await world.account())
    world.clock.now += FRESH_SECONDS
    assert await world.catalogs.of(await world.account()) is first
    assert len(first.by_id) == len(world.panel.services)
    assert asked(world) == 1


async def test_an_older_one_is_given_at_once_and_refreshed_aside(world: World) -> None:
    await world.connect()
    old = await world.catalogs.of(await world.account())
    world.panel.set_service(1, rate="1.10")
    world.clock.now += FRESH_SECONDS + 1
    assert await world.catalogs.of(await world.account()) is old
    await settle(world.catalogs)
    new = await world.catalogs.of(await world.account())
    assert (str(old.by_id["1"].rate), str(new.by_id["1"].rate)) == ("0.90", "1.10")
    assert asked(world) == 2


async def test_all_who_wait_share_one_request(world: World) -> None:
    account = await world.connect()
    found = await asyncio.gather(*(world.catalogs.of(account) for _ in range(5)))
    assert len({id(catalog) for catalog in found}) == 1
    assert asked(world) == 1


async def test_one_who_stops_waiting_does_not_stop_the_others(world: World) -> None:
    account = await world.connect()
    world.panel.misbehave(Trouble.HANG, action="services", times=1)
    arrival = asyncio.create_task(world.panel.next_call("services"))
    impatient, patient = (asyncio.create_task(world.catalogs.of(account)) for _ in range(2))
    await arrival
    impatient.cancel()
    await asyncio.gather(impatient, return_exceptions=True)
    world.panel.calm()
    assert (await patient).by_id
    assert asked(world) == 1


async def test_survives_a_restart_to_the_last_detail(world: World) -> None:
    await world.connect()
    before = await world.catalogs.of(await world.account())
    after = await after_a_restart(world).of(await world.account())
    assert after is not before
    assert list(after.by_id.values()) == list(before.by_id.values())
    assert asked(world) == 1


async def test_equal_lists_are_kept_once(world: World) -> None:
    first = await world.catalogs.of(await world.connect(KEY))
    assert await world.catalogs.of(await world.connect(OTHER, chat_id=BORIS)) is first
    assert len(await world.rows("catalogs")) == 1
    assert asked(world) == 2


@pytest.mark.parametrize(
    "trouble", [Trouble.SERVER_ERROR, Trouble.LOST_ANSWER, Trouble.RATE_LIMIT, Trouble.HTML]
)
async def test_an_old_list_is_better_than_none(world: World, trouble: Trouble) -> None:
    await world.connect()
    old = await world.catalogs.of(await world.account())
    world.panel.misbehave(trouble, action="services")
    world.clock.now += FRESH_SECONDS + 1
    assert await world.catalogs.of(await world.account()) is old
    await settle(world.catalogs)
    assert await world.catalogs.of(await world.account()) is old


async def test_a_failed_refresh_is_not_tried_again_at_every_tap(world: World) -> None:
    await world.connect()
    await world.catalogs.of(await world.account())
    world.panel.misbehave(Trouble.SERVER_ERROR, action="services")
    world.clock.now += FRESH_SECONDS + 1
    for _ in range(5):
        await world.catalogs.of(await world.account())
        await settle(world.catalogs)
    assert asked(world) == 2


async def test_without_any_list_the_panels_failure_is_told(world: World) -> None:
    account = await world.connect()
    world.panel.misbehave(Trouble.SERVER_ERROR, action="services", times=1)
    with pytest.raises(PanelError):
        await world.catalogs.of(account)
    assert (await world.catalogs.of(account)).by_id


async def test_a_key_that_was_closed_is_parked(world: World) -> None:
    account = await world.connect()
    world.panel.close_account(KEY)
    with pytest.raises(BadKey):
        await world.catalogs.of(account)
    assert (await world.account()).parked_at == world.clock.now


async def at_confirmation(world: World, *, age: float, trouble: Trouble | None = None) -> Catalog:
    """The list as a confirmation sees it when the stored one, with a rate of 0.90, is so many seconds old."""
    await world.connect()
    await world.catalogs.of(await world.account())
    world.panel.set_service(1, rate="1.10")
    if trouble:
        world.panel.misbehave(trouble, action="services")
    world.clock.now += age
    return await world.catalogs.of(await world.account(), fresh=True)


async def test_a_confirmation_waits_for_a_new_list_when_it_is_over_six_minutes_old(world: World) -> None:
    catalog = await at_confirmation(world, age=PAUSE_SECONDS + 1)
    assert str(catalog.by_id["1"].rate) == "1.10"
    assert asked(world) == 2


async def test_a_confirmation_does_with_a_younger_list(world: World) -> None:
    catalog = await at_confirmation(world, age=PAUSE_SECONDS)
    await settle(world.catalogs)
    assert str(catalog.by_id["1"].rate) == "0.90"
    assert asked(world) == 1


@pytest.mark.parametrize(
    "trouble", [Trouble.SERVER_ERROR, Trouble.LOST_ANSWER, Trouble.RATE_LIMIT, Trouble.HTML]
)
async def test_a_confirmation_does_with_the_old_list_when_there_is_no_new_one(
    world: World, trouble: Trouble
) -> None:
    catalog = await at_confirmation(world, age=PAUSE_SECONDS + 1, trouble=trouble)
    assert str(catalog.by_id["1"].rate) == "0.90"
    before = asked(world)
    await world.catalogs.of(await world.account(), fresh=True)
    assert asked(world) == before


async def test_a_key_closed_before_the_confirmation_is_said(world: World) -> None:
    await world.connect()
    await world.catalogs.of(await world.account())
    world.panel.close_account(KEY)
    world.clock.now += PAUSE_SECONDS + 1
    with pytest.raises(BadKey):
        await world.catalogs.of(await world.account(), fresh=True)
    assert (await world.account()).parked_at == world.clock.now


async def test_nobody_waits_for_a_panel_that_hangs(world: World) -> None:
    await world.connect()
    old = await world.catalogs.of(await world.account())
    world.panel.misbehave(Trouble.HANG, action="services")
    arrival = asyncio.create_task(world.panel.next_call("services"))
    world.clock.now += FRESH_SECONDS + 1
    for _ in range(3):
        assert await world.catalogs.of(await world.account()) is old
    await arrival
    assert await world.catalogs.of(await world.account()) is old
    assert asked(world) == 2
    world.panel.calm()


@pytest.mark.parametrize("trouble", [None, Trouble.SERVER_ERROR])
@pytest.mark.parametrize("lives", [1000, 7], ids=["one run", "many runs"])
async def test_is_asked_for_at_most_ten_times_an_hour(
    world: World, trouble: Trouble | None, lives: int
) -> None:
    """However often orders are confirmed, the panel fails and the bot is started again."""
    await world.connect()
    await world.catalogs.of(await world.account())
    if trouble:
        world.panel.misbehave(trouble, action="services")
    catalogs, times = world.catalogs, [world.clock.now]
    for minute in range(1, 130):
        world.clock.now += 60
        catalogs = after_a_restart(world) if minute % lives == 0 else catalogs
        await catalogs.of(await world.account(), fresh=True)
        await settle(catalogs)
        times += [world.clock.now] * (asked(world) - len(times))
    in_an_hour = [sum(at - 3600 < other <= at for other in times) for at in times]
    assert 5 <= max(in_an_hour) <= 10


@pytest.mark.parametrize("lives", [1000, 6], ids=["one run", "a restart"])
async def test_a_first_list_that_does_not_come_is_asked_for_at_most_ten_times_an_hour(
    world: World, lives: int
) -> None:
    await world.connect()
    world.panel.misbehave(Trouble.SERVER_ERROR, action="services")
    catalogs = world.catalogs
    for minute in range(1, 60):
        catalogs = after_a_restart(world) if minute == lives else catalogs
        with pytest.raises(PanelError):
            await catalogs.of(await world.account())
        world.clock.now += 1 if minute < 10 else 60
    assert 5 < asked(world) <= 10


async def test_a_refresh_that_failed_is_not_tried_again_by_the_next_run(world: World) -> None:
    await world.connect()
    old = await world.catalogs.of(await world.account())
    world.panel.misbehave(Trouble.SERVER_ERROR, action="services")
    world.clock.now += FRESH_SECONDS + 1
    await world.catalogs.of(await world.account())
    await settle(world.catalogs)
    later = after_a_restart(world)
    assert (await later.of(await world.account())).by_id == old.by_id
    await settle(later)
    assert asked(world) == 2


async def test_first_tries_count_for_the_hour_too(world: World) -> None:
    await world.connect()
    world.panel.misbehave(Trouble.SERVER_ERROR, action="services", times=FIRST_TRIES - 1)
    for _ in range(FIRST_TRIES - 1):
        with pytest.raises(PanelError):
            await world.catalogs.of(await world.account())
    for _ in range(9):
        await world.catalogs.of(await world.account(), fresh=True)
        world.clock.now += PAUSE_SECONDS + 1
    assert asked(world) == 10


async def test_a_panel_that_allows_more_is_asked_more_often(world: World) -> None:
    await world.connect()
    often = Catalogs(world.db, world.accounts, world.client, pause=2.0, clock=world.clock)
    await often.of(await world.account())
    for _ in range(20):
        world.clock.now += 3
        await often.of(await world.account(), fresh=True)
    assert asked(world) == 21
