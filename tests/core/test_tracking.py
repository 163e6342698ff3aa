"""Looking at orders: one batch of a key, whatever the panel makes of it."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.panel.errors import PanelRefused
from bot.sandbox.panel import Trouble
from storage.accounts import Account
from storage.orders import Order
from tests.core.core_world import BORIS, INTERVAL, KEY, LINK, OTHER, World, open_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


async def place(world: World, account: Account, count: int) -> list[Order]:
    """So many orders; from now on they are due."""
    placed = [await world.place(account, link=f"{LINK}/{number}") for number in range(count)]
    world.clock.now += INTERVAL
    return placed


async def look(world: World) -> bool:
    claim = await world.tracking.claim()
    assert claim is not None
    return await world.tracking.look(claim)


async def words(world: World, orders: list[Order]) -> list[str | None]:
    return [(await world.order(order)).word for order in orders]


def asked(world: World) -> int:
    return len(world.panel.calls("status"))


async def test_tells_what_changed_and_only_that(world: World) -> None:
    first, second = await place(world, await world.connect(), 2)
    world.panel.set_order("23501", status="In progress", remains=20, start_count=7)
    assert await look(world)
    assert await words(world, [first, second]) == ["In progress", "Pending"]
    (notice,) = await world.told("change")
    assert notice["order_id"] == first.id
    assert world.panel.calls("status") == [{"orders": "23501,23502"}]


async def test_nothing_new_is_told_to_nobody(world: World) -> None:
    await place(world, await world.connect(), 1)
    for _ in range(3):
        assert not await look(world)
        world.clock.now += INTERVAL
    assert await world.told("change") == []


@pytest.mark.parametrize(
    "item", ["Incorrect order ID", {"error": "Incorrect order ID"}, None, 17, [], {}, {"status": 5}]
)
async def test_one_bad_item_does_not_spoil_the_others(world: World, item: object) -> None:
    orders = await place(world, await world.connect(), 3)
    for panel_id in ("23501", "23502", "23503"):
        world.panel.set_order(panel_id, status="Processing")
    world.panel.misbehave(Trouble.BAD_ITEM, action="status", ids=["23502"], item=item, times=1)
    await look(world)
    assert await words(world, orders) == ["Processing", None, "Processing"]
    assert (await world.order(orders[1])).state == "open"


async def test_one_absurd_number_does_not_spoil_the_others(world: World) -> None:
    orders = await place(world, await world.connect(), 2)
    world.panel.set_order("23501", status="Processing", remains="1e30")
    world.panel.set_order("23502", status="Processing")
    await look(world)
    assert await words(world, orders) == ["Processing", "Processing"]


async def test_half_a_character_does_not_spoil_the_others(world: World) -> None:
    """As of a post's title that the panel cut in the middle of an emoji."""
    orders = await place(world, await world.connect(), 2)
    body = r'{"23501": {"status": "Processing", "title": "\ud83d"}, "23502": {"status": "Processing"}}'
    world.panel.misbehave(Trouble.CUSTOM, action="status", status=200, body=body, times=1)
    await look(world)
    assert await words(world, orders) == ["Processing", "Processing"]


async def test_orders_the_panel_forgets_to_mention_are_looked_at_again(world: World) -> None:
    orders = await place(world, await world.connect(), 2)
    world.panel.set_order("23501", status="Processing")
    world.panel.misbehave(Trouble.MISSING_IDS, action="status", ids=["23501"], times=1)
    await look(world)
    assert await words(world, orders) == [None, "Pending"]
    world.clock.now += INTERVAL
    await look(world)
    assert await words(world, orders) == ["Processing", "Pending"]


async def test_a_batch_refused_because_of_one_order_is_split(world: World) -> None:
    orders = await place(world, await world.connect(), 4)
    for panel_id in range(23501, 23505):
        world.panel.set_order(panel_id, status="Processing")
    world.panel.misbehave(Trouble.ERROR, action="status", text="Incorrect order ID", times=2)
    await look(world)
    asked_for = [call["orders"] for call in world.panel.calls("status")]
    assert asked_for == ["23501,23502,23503,23504", "23501,23502", "23503,23504", "23501", "23502"]
    assert await words(world, orders) == ["Processing"] * 4


async def test_a_panel_that_refuses_every_batch_is_not_flooded(world: World) -> None:
    await place(world, await world.connect(), 64)
    world.panel.misbehave(Trouble.ERROR, action="status", text="Unsupported action")
    await look(world)
    assert asked(world) < 64


@pytest.mark.parametrize(
    "trouble", [Trouble.SERVER_ERROR, Trouble.LOST_ANSWER, Trouble.HTML, Trouble.CUT_JSON, Trouble.EMPTY]
)
async def test_a_failed_look_comes_again_within_a_minute(world: World, trouble: Trouble) -> None:
    orders = await place(world, await world.connect(), 2)
    world.panel.set_order("23501", status="Processing")
    world.panel.misbehave(trouble, action="status")
    for _ in range(7):
        await look(world)
        assert await world.tracking.claim() is None
        world.clock.now += 60
    world.panel.calm()
    await look(world)
    assert await words(world, orders) == ["Processing", "Pending"]
    assert [row["failures"] for row in await world.rows("accounts")] == [0]


async def test_a_retry_after_is_obeyed(world: World) -> None:
    await place(world, await world.connect(), 1)
    world.panel.misbehave(Trouble.RATE_LIMIT, action="status", retry_after=300)
    await look(world)
    world.clock.now += 299
    assert await world.tracking.claim() is None
    world.clock.now += 1
    assert await world.tracking.claim() is not None
    assert asked(world) == 1


async def test_a_panel_that_is_busy_is_not_asked_for_halves(world: World) -> None:
    await place(world, await world.connect(), 4)
    world.panel.misbehave(Trouble.ERROR, action="status", text="Rate limit exceeded")
    await look(world)
    assert asked(world) == 1


async def test_a_closed_key_is_parked_told_once_and_resumes(world: World) -> None:
    orders = await place(world, await world.connect(), 2)
    world.panel.set_order("23501", status="Processing")
    world.panel.close_account(KEY)
    assert await look(world)
    assert len(await world.told("parked")) == 1
    world.clock.now += 3600
    assert await world.tracking.claim() is None

    world.panel.add_account(KEY, Decimal(9))
    await world.accounts.balance(await world.account())
    assert await look(world)
    assert await words(world, orders) == ["Processing", "Pending"]
    assert (asked(world), len(await world.told("parked"))) == (2, 1)


async def test_one_failing_key_does_not_hold_the_others(world: World) -> None:
    await place(world, await world.connect(KEY), 1)
    theirs = await place(world, await world.connect(OTHER, chat_id=BORIS), 1)
    world.panel.misbehave(Trouble.SERVER_ERROR, action="status", key=KEY)
    await look(world)
    await look(world)
    assert await words(world, theirs) == ["Pending"]


async def test_an_order_is_asked_for_with_the_key_that_placed_it(world: World) -> None:
    orders = await place(world, await world.connect(KEY), 1)
    await world.connect(OTHER)
    await look(world)
    assert world.panel.requests[-1].key == KEY
    assert await words(world, orders) == ["Pending"]


async def test_an_order_is_followed_to_its_end_and_looked_at_once_more(world: World) -> None:
    (order,) = await place(world, await world.connect(), 1)
    world.panel.finish("23501", remains=10)
    assert await look(world)
    assert ((await world.order(order)).state, (await world.order(order)).word) == ("ended", "Partial")
    world.clock.now += 86400
    assert not await look(world)
    assert (await world.order(order)).next_poll_at is None
    world.clock.now += 86400 * 30
    assert await world.tracking.claim() is None


async def test_a_person_sees_an_order_as_it_is_right_now(world: World) -> None:
    account = await world.connect()
    (order,) = await place(world, account, 1)
    world.panel.set_order("23501", status="Processing", charge=Decimal("0.04"))
    await world.tracking.refresh(account, order_id=order.id, panel_order_id="23501")
    seen = await world.order(order)
    assert (seen.word, seen.charge, seen.change_number) == ("Processing", Decimal("0.04"), 1)
    assert world.panel.calls("status") == [{"order": "23501"}]


async def test_a_change_that_is_heard_of_twice_is_told_once(world: World) -> None:
    account = await world.connect()
    (order,) = await place(world, account, 1)
    world.panel.set_order("23501", status="Processing")
    claim = await world.tracking.claim()
    assert claim is not None
    looks = (
        world.tracking.look(claim),
        world.tracking.refresh(account, order_id=order.id, panel_order_id="23501"),
    )
    await asyncio.gather(*looks)
    assert len(await world.told("change")) == 1


async def test_an_order_that_stands_still_is_looked_at_more_seldom(world: World) -> None:
    await place(world, await world.connect(), 1)
    pauses = []
    for _ in range(65):
        before = world.clock.now
        await look(world)
        world.clock.now = (await world.rows("orders"))[0]["next_poll_at"]
        pauses.append(world.clock.now - before)
    assert sorted(set(pauses)) == [INTERVAL, 5 * INTERVAL]
    assert pauses == sorted(pauses)


async def test_a_person_is_told_why_an_order_cannot_be_seen(world: World) -> None:
    account = await world.connect()
    (order,) = await place(world, account, 1)
    world.panel.misbehave(Trouble.ERROR, action="status", text="Incorrect order ID")
    with pytest.raises(PanelRefused, match="Incorrect order ID"):
        await world.tracking.refresh(account, order_id=order.id, panel_order_id="23501")
    assert (await world.order(order)).state == "open"
