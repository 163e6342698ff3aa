"""Requests to cancel: sent once, answered each; the order's status says the rest."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.cancelling import AGAIN_AFTER
from bot.core.requests import Answer, AskedBefore, NotReached, Refused, Taken, Unsure
from bot.sandbox.panel import Trouble
from storage import cancelling, following
from storage.following import Asked
from tests.core.core_world import ANNA, BORIS, INTERVAL, KEY, LINK, OTHER, World, open_world

CANNOT = Refused("Order cannot be canceled")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


async def placed(world: World, count: int = 1) -> list[str]:
    account = await world.account()
    found = [await world.place(account, link=f"{LINK}/{account.id}/{number}") for number in range(count)]
    return [order.panel_order_id or "" for order in found]


async def ask(world: World, ids: list[str], *, ago: float = 0.0, chat_id: int = ANNA) -> dict[str, Answer]:
    """`ago` seconds before now the person saw how things were."""
    return await world.cancelling.ask(chat_id, ids, seen_at=world.clock.now - ago)


async def asked_at(world: World) -> list[float | None]:
    return [row["cancel_asked_at"] for row in await world.rows("orders")]


async def test_asks_for_many_with_one_request_and_answers_each(world: World) -> None:
    await world.connect()
    first, second = await placed(world, 2)
    world.panel.finish(second)
    assert await ask(world, [first, second, "7"]) == {
        first: Taken(),
        second: CANNOT,
        "7": Refused("Incorrect order ID"),
    }
    assert world.panel.calls("cancel") == [{"orders": f"{first},{second},7"}]
    assert await asked_at(world) == [world.clock.now, None]


async def test_is_not_sent_again_for_what_was_seen_before(world: World) -> None:
    await world.connect()
    (order,) = await placed(world)
    for _ in range(3):
        await ask(world, [order], ago=5)
        world.clock.now += 1
    assert await ask(world, [order], ago=5) == {order: AskedBefore()}
    assert len(world.panel.calls("cancel")) == 1


async def test_two_at_once_are_one(world: World) -> None:
    await world.connect()
    (order,) = await placed(world)
    found = await asyncio.gather(*(ask(world, [order]) for _ in range(5)))
    assert sorted(type(answers[order]).__name__ for answers in found) == ["AskedBefore"] * 4 + ["Taken"]
    assert len(world.panel.calls("cancel")) == 1


async def test_its_person_may_ask_again_later(world: World) -> None:
    await world.connect()
    (order,) = await placed(world)
    await ask(world, [order])
    world.clock.now += AGAIN_AFTER
    assert await ask(world, [order]) == {order: CANNOT}  # the panel has one already
    assert len(world.panel.calls("cancel")) == 2
    assert await asked_at(world) == [world.clock.now - AGAIN_AFTER]  # the one that was taken


@pytest.mark.parametrize("trouble", [Trouble.LOST_ANSWER, Trouble.LOST_REQUEST, Trouble.CUT_JSON])
async def test_without_a_clear_answer_it_counts_as_asked(world: World, trouble: Trouble) -> None:
    await world.connect()
    (order,) = await placed(world)
    seen_at = world.clock.now
    world.panel.misbehave(trouble, action="cancel")
    assert await ask(world, [order]) == {order: Unsure()}
    world.clock.now += 60
    assert await world.cancelling.ask(ANNA, [order], seen_at=seen_at) == {order: Unsure()}
    assert len(world.panel.calls("cancel")) == 1


async def test_a_refused_or_unsent_request_leaves_no_trace(world: World) -> None:
    await world.connect()
    (order,) = await placed(world)
    world.panel.misbehave(Trouble.ERROR, action="cancel", text="Incorrect request", times=1)
    assert await ask(world, [order, "7"]) == dict.fromkeys([order, "7"], Refused("Incorrect request"))
    await world.server.stop()
    assert await ask(world, [order, "7"]) == dict.fromkeys([order, "7"], NotReached())
    assert await asked_at(world) == [None]


async def test_what_was_taken_is_looked_at_soon_and_told_with_what_came_back(world: World) -> None:
    await world.connect()
    (order,) = await placed(world)
    world.panel.set_order(order, status="In progress")
    world.clock.now += 86400
    for _ in range(2):
        await look(world)
        world.clock.now += 86400
    assert [row["look_factor"] for row in await world.rows("orders")] == [15]
    await ask(world, [order])
    world.panel.set_order(order, status="Canceled", charge="0", remains=50)
    world.clock.now += INTERVAL
    assert await look(world)
    facts = [row["facts"] for row in await world.told("change")][-1]
    assert '"cancel_asked": true' in facts
    assert '"returned": "0.045' in facts


async def test_it_is_looked_at_more_seldom_again_when_nothing_comes_of_it(world: World) -> None:
    await world.connect()
    (order,) = await placed(world)
    for _ in range(3):
        world.clock.now += 86400
        await look(world)
    await ask(world, [order])
    factors = set()
    for _ in range(70):
        world.clock.now = (await world.rows("orders"))[0]["next_poll_at"]
        await look(world)
        factors.add((await world.rows("orders"))[0]["look_factor"])
    assert factors == {1, 5}


async def look(world: World) -> bool:
    claim = await world.tracking.claim()
    assert claim is not None
    return await world.tracking.look(claim)


async def test_an_order_placed_elsewhere_is_followed_from_then_on(world: World) -> None:
    await world.connect()
    (order,) = await placed(world)
    await world.db.execute("DELETE FROM orders")
    assert await ask(world, [order]) == {order: Taken()}
    world.panel.set_order(order, status="Canceled", charge="0")
    world.clock.now += INTERVAL
    assert await look(world)
    assert [row["word"] for row in await world.rows("orders")] == ["Canceled"]


async def test_a_request_its_process_did_not_survive_is_not_sent_again_but_watched(world: World) -> None:
    await world.connect()
    (order,) = await placed(world)
    await world.db.execute("DELETE FROM orders")
    seen_at = world.clock.now
    world.panel.misbehave(Trouble.HANG, action="cancel")
    asking = asyncio.create_task(ask(world, [order]))
    await world.panel.next_call("cancel")
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    world.panel.calm()

    assert await world.cancelling.ask(ANNA, [order], seen_at=seen_at) == {order: AskedBefore()}
    assert await cancelling.find_abandoned(world.db, process="run-1", now=world.clock.now) == 0
    assert await cancelling.find_abandoned(world.db, process="run-2", now=world.clock.now) == 1
    assert await cancelling.find_abandoned(world.db, process="run-3", now=world.clock.now) == 0
    assert await world.cancelling.ask(ANNA, [order], seen_at=seen_at) == {order: Unsure()}
    assert len(world.panel.calls("cancel")) == 1
    world.panel.set_order(order, status="Canceled")
    assert await look(world)


async def test_each_order_is_asked_for_with_the_key_that_placed_it(world: World) -> None:
    await world.connect(KEY)
    (old,) = await placed(world)
    await world.connect(OTHER)
    (new,) = await placed(world)
    assert await ask(world, [old, new]) == {old: Taken(), new: Taken()}
    asked = {(call.key, call.fields["orders"]) for call in world.panel.requests if call.action == "cancel"}
    assert asked == {(KEY, old), (OTHER, new)}


async def test_ids_of_other_people_answer_like_unknown_ones(world: World) -> None:
    await world.connect(OTHER, chat_id=BORIS)
    theirs = await world.place(await world.account(BORIS))
    await world.connect(KEY)
    no_such = Refused("Incorrect order ID")
    assert await ask(world, [theirs.panel_order_id or "", "7"]) == {
        theirs.panel_order_id: no_such,
        "7": no_such,
    }
    assert await asked_at(world) == [None]


async def test_a_request_that_ended_before_it_was_sent_is_told_as_unsure(world: World) -> None:
    account = await world.connect()
    order = await world.place(account)
    asked = [Asked(account.id, order.panel_order_id or "")]
    now = world.clock.now
    await cancelling.begin(world.db, chat_id=ANNA, asked=asked, seen_at=now, process="run-0", now=now)
    assert not (await world.order(order)).is_cancel_unsure
    await cancelling.find_abandoned(world.db, process="run-1", now=now)
    assert (await world.order(order)).is_cancel_unsure
    world.panel.finish(order.panel_order_id or "")
    assert await look(world)
    (notice,) = await world.told("change")
    assert '"cancel_asked": true, "cancel_unsure": true' in notice["facts"]
    assert world.panel.calls("cancel") == []


async def test_what_the_panel_took_is_sure_after_a_restart_too(world: World) -> None:
    await world.connect()
    (order,) = await placed(world)
    seen_at = world.clock.now
    await ask(world, [order])
    assert await cancelling.find_abandoned(world.db, process="run-2", now=world.clock.now) == 0
    assert await world.cancelling.ask(ANNA, [order], seen_at=seen_at) == {order: AskedBefore()}


async def test_a_no_to_the_second_request_leaves_the_first_as_unsure_as_it_was(world: World) -> None:
    await world.connect()
    (order,) = await placed(world)
    first = world.clock.now
    world.panel.misbehave(Trouble.LOST_REQUEST, action="cancel", times=1)
    await ask(world, [order])
    world.clock.now += 60
    world.panel.misbehave(Trouble.ERROR, action="cancel", text="Incorrect request", times=1)
    await ask(world, [order])
    assert await asked_at(world) == [first]
    assert await world.cancelling.ask(ANNA, [order], seen_at=first) == {order: Unsure()}


async def test_what_came_back_is_told_of_an_order_placed_elsewhere_too(world: World) -> None:
    await world.connect()
    (order,) = await placed(world)
    await world.db.execute("DELETE FROM orders")
    await ask(world, [order])
    assert not await look(world)
    assert [row["price"] for row in await world.rows("orders")] == ["0.045"]
    world.panel.set_order(order, status="Canceled", charge="0.015")
    world.clock.now += INTERVAL
    assert await look(world)
    (notice,) = await world.told("change")
    assert '"returned": "0.030"' in notice["facts"]


async def test_an_order_that_was_refilled_before_is_followed_too(world: World) -> None:
    await world.connect()
    (order,) = await placed(world)
    await world.db.execute("DELETE FROM orders")
    world.panel.misbehave(Trouble.LOST_REQUEST, action="refill", times=1)
    await world.refills.ask(ANNA, [order], request="r1")
    assert await world.tracking.claim() is None
    await ask(world, [order])
    world.panel.set_order(order, status="Canceled", charge="0")
    world.clock.now += INTERVAL
    assert await look(world)
    assert len(await world.told("change")) == 1


async def test_an_id_nobody_knows_is_looked_at_ever_more_seldom_and_dropped(world: World) -> None:
    await world.connect()
    world.panel.misbehave(Trouble.LOST_REQUEST, action="cancel")
    assert await ask(world, ["777"]) == {"777": Unsure()}
    for hours, most in ((10, 70), (48, 100)):
        asked = len(world.panel.calls("status"))
        until = world.clock.now + hours * 3600
        while world.clock.now < until:
            world.clock.now += INTERVAL
            if (claim := await world.tracking.claim()) is not None:
                await world.tracking.look(claim)
        assert len(world.panel.calls("status")) - asked <= most
    assert [row["state"] for row in await world.rows("orders")] == ["open"]
    assert await following.drop_unknown(world.db, now=world.clock.now) == 0
    assert await following.drop_unknown(world.db, now=world.clock.now + 2 * 86400) == 1
    assert await world.rows("orders") == []


async def test_an_order_of_ones_own_is_never_dropped(world: World) -> None:
    await world.connect()
    await placed(world)
    world.panel.misbehave(Trouble.ERROR, action="status", text="Incorrect order ID")
    for _ in range(5):
        world.clock.now += 86400
        await look(world)
    assert [row["look_factor"] for row in await world.rows("orders")] == [60]
    assert await following.drop_unknown(world.db, now=world.clock.now + 99 * 86400) == 0
    world.panel.calm()
    world.clock.now += 3600
    await look(world)
    assert [row["word"] for row in await world.rows("orders")] == ["Pending"]


@pytest.mark.parametrize("trouble", [Trouble.SERVER_ERROR, Trouble.RATE_LIMIT])
async def test_one_that_could_not_be_looked_at_is_not_unknown(world: World, trouble: Trouble) -> None:
    await world.connect()
    (order,) = await placed(world)
    await world.db.execute("DELETE FROM orders")
    await ask(world, [order])
    world.panel.misbehave(trouble, action="status")
    for _ in range(5):
        world.clock.now += 86400
        await look(world)
    assert await following.drop_unknown(world.db, now=world.clock.now + 99 * 86400) == 0
