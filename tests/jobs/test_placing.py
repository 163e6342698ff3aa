"""Orders carried out in tasks of their own: side by side, outside the turn, and told."""

import asyncio
from collections.abc import AsyncIterator
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.jobs.placing import Placing
from bot.sandbox.panel import Trouble
from storage.orders import Order
from tests.core.core_world import LINK, World, open_world
from tests.jobs.conftest import Logged

turn: ContextVar[str] = ContextVar("turn", default="none")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


class Told:
    """What is shown to people: that it is being placed, and how it went."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.shown: list[tuple[str, int]] = []  # what, and how many requests there had been by then
        self.turns: list[str] = []
        self.outcomes: asyncio.Queue[str] = asyncio.Queue()
        self.failing: set[str] = set()
        self.placing = Placing(world.ordering, tell=self.tell)

    async def first(self) -> None:
        self.shown.append(("placing", len(self.world.panel.calls("add"))))
        self.turns.append(turn.get())

    async def tell(self, order_id: str) -> None:
        self.shown.append(("outcome", len(self.world.panel.calls("add"))))
        self.outcomes.put_nowait(order_id)
        if order_id in self.failing:
            raise RuntimeError("nobody foresaw this")

    async def start(self, *links: str) -> list[Order]:
        account = await self.world.connect()
        begun = [await self.world.begin(account, link=link) for link in links]
        for order in begun:
            self.placing.start(account, order, first=self.first)
        return begun

    async def hears(self, count: int) -> list[str]:
        async with asyncio.timeout(10.0):
            return [await self.outcomes.get() for _ in range(count)]

    async def states(self, orders: list[Order]) -> list[str]:
        return [(await self.world.order(order)).state for order in orders]


@pytest.fixture
async def told(world: World) -> AsyncIterator[Told]:
    told = Told(world)
    yield told
    world.panel.calm()
    await told.placing.stop(0.0)


async def test_shows_it_sends_it_and_tells_how_it_went(told: Told) -> None:
    orders = await told.start(LINK)
    assert await told.hears(1) == [orders[0].id]
    assert told.shown == [("placing", 0), ("outcome", 1)]
    assert await told.states(orders) == ["open"]


async def test_what_comes_before_it_may_fail(told: Told, logged: Logged) -> None:
    order = await told.world.begin(account := await told.world.connect())

    async def fails() -> None:
        raise RuntimeError("nobody foresaw this")

    told.placing.start(account, order, first=fails)
    assert await told.hears(1) == [order.id]
    assert await told.states([order]) == ["open"]
    assert logged() == ["what comes before an order failed"]


async def test_is_no_part_of_the_turn_it_was_confirmed_in(told: Told) -> None:
    turn.set("a person's")
    await told.start(LINK)
    await told.hears(1)
    assert told.turns == ["none"]


async def test_no_order_waits_behind_another(world: World, told: Told) -> None:
    world.panel.misbehave(Trouble.HANG, action="add", times=1)
    links = [f"{LINK}/{number}" for number in range(5)]
    orders = await told.start(*links)
    quick = await told.hears(4)
    assert sorted(await told.states(orders)) == ["open"] * 4 + ["placing"]

    world.panel.calm()
    assert sorted(quick + await told.hears(1)) == sorted(order.id for order in orders)
    assert sorted(call["link"] for call in world.panel.calls("add")) == links


async def test_one_that_fails_is_logged_and_stops_no_other(told: Told, logged: Logged) -> None:
    account = await told.world.connect()
    begun = await told.world.begin(account)
    nothing: Any = None
    told.placing.start(replace(account, encrypted_key=nothing), begun, first=told.first)
    orders = await told.start(f"{LINK}/2")
    assert await told.hears(1) == [orders[0].id]
    await told.placing.stop(10.0)
    assert await told.states([begun, *orders]) == ["placing", "open"]
    assert logged() == ["order not carried through"]


async def test_with_a_key_that_cannot_be_read_nothing_is_sent_and_that_is_told(told: Told) -> None:
    account = await told.world.connect()
    begun = await told.world.begin(account)
    told.placing.start(replace(account, encrypted_key=b"unreadable"), begun, first=told.first)
    assert await told.hears(1) == [begun.id]
    assert await told.states([begun]) == ["rejected"]
    assert told.world.panel.calls("add") == []


async def test_an_outcome_that_could_not_be_told_is_left_to_the_queue(told: Told, logged: Logged) -> None:
    account = await told.world.connect()
    order = await told.world.begin(account)
    told.failing = {order.id}
    told.placing.start(account, order, first=told.first)
    await told.hears(1)
    await told.placing.stop(10.0)
    assert [notice["order_id"] for notice in await told.world.told("outcome")] == [order.id]
    assert len(told.world.panel.calls("add")) == 1
    assert logged() == ["order not carried through"]


@pytest.mark.parametrize("balance", [None, Trouble.SERVER_ERROR])
async def test_an_uncertain_order_is_told_with_the_balance_or_without(
    world: World, told: Told, balance: Trouble | None
) -> None:
    account = await world.connect()
    order = await world.begin(account)
    world.panel.misbehave(Trouble.LOST_ANSWER, action="add")
    if balance:
        world.panel.misbehave(balance, action="balance")
    told.placing.start(account, order, first=told.first)
    assert await told.hears(1) == [order.id]
    found = await world.order(order)
    assert (found.state, found.balance_after is None) == ("uncertain", balance is not None)


async def test_the_end_waits_for_an_order_in_flight(world: World, told: Told) -> None:
    world.panel.misbehave(Trouble.HANG, action="add")
    arrives = asyncio.create_task(world.panel.next_call("add"))
    orders = await told.start(LINK)
    await arrives
    ending = asyncio.create_task(told.placing.stop(60.0))
    await asyncio.sleep(0.05)
    assert not ending.done()

    world.panel.calm()
    async with asyncio.timeout(10.0):
        await ending
    assert await told.hears(1) == [orders[0].id]
    assert await told.states(orders) == ["open"]


async def test_the_end_leaves_what_outlasts_its_grace_to_the_next_start(world: World, told: Told) -> None:
    world.panel.misbehave(Trouble.HANG, action="add")
    arrives = asyncio.create_task(world.panel.next_call("add"))
    orders = await told.start(LINK)
    await arrives
    async with asyncio.timeout(10.0):
        await told.placing.stop(0.01)
    world.panel.calm()
    await asyncio.sleep(0.1)  # in which an answer would have been taken
    assert await told.states(orders) == ["placing"]
    assert told.outcomes.empty()
    assert len(world.panel.calls("add")) == 1
