"""Orders whose key is rejected or gone: which other key asks for them, and from when on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.accounts import asker
from bot.core.refills import FIRST_FACTOR
from bot.core.requests import Refused, Taken
from bot.core.statuses import Finding, Statuses
from bot.core.stranded import Stranded
from bot.panel.models import OrderStatus, Unreadable
from bot.sandbox.panel import Trouble
from storage import accounts
from storage.accounts import Account
from storage.orders import Order
from tests.core.core_world import ANNA, BORIS, INTERVAL, KEY, LINK, OTHER, World, open_world

NEW = "c" * 32


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, seconds=1.0) as world:
        yield world


@pytest.fixture
def queue(world: World) -> Stranded:
    return Stranded(world.db, world.accounts, world.client, interval=INTERVAL, clock=world.clock)


async def tries(queue: Stranded) -> list[list[str]]:
    """Until nothing waits; the panel's ids that were asked for."""
    asked = []
    while attempt := await queue.claim():
        asked.append(sorted(attempt.orders))
        await queue.look(attempt)
    return asked


async def polls(world: World) -> None:
    world.clock.now += INTERVAL
    while claim := await world.tracking.claim():
        await world.tracking.look(claim)


async def ask(world: World, *ids: str) -> list[Finding]:
    statuses = Statuses(world.db, world.accounts, world.client, interval=INTERVAL, clock=world.clock)
    return await statuses.ask(await world.account(), ids)


def calls(world: World, key: str) -> list[str]:
    return [call.action for call in world.panel.requests if call.key == key]


async def renewed(world: World, count: int = 1) -> tuple[Account, list[Order], Account]:
    """Orders of a key that was made anew at the panel, as polling and then the person noticed."""
    old = await world.connect(KEY)
    placed = [await world.place(old, link=f"{LINK}/{number}") for number in range(count)]
    world.panel.renew_key(KEY, NEW)
    await polls(world)
    new = await world.connect(NEW)
    world.panel.requests.clear()
    return old, placed, new


async def owners(world: World, table: str = "orders") -> set[str]:
    return {row["account_id"] for row in await world.rows(table)}


async def test_whose_turn_it_is(world: World) -> None:
    old = await world.connect(KEY)
    new = await world.connect(OTHER)
    assert asker(old.id, [new, old]) == old
    assert asker(new.id, [new, old]) == asker(None, [new, old]) == asker("erased", [new, old]) == new
    await world.accounts.park(old, tell=False)
    kept = await world.accounts.kept(ANNA)
    assert asker(old.id, kept) == new
    await world.accounts.park(new, tell=False)
    parked = await world.account()
    assert asker(old.id, await world.accounts.kept(ANNA)) == parked
    assert asker(old.id, []) is None


async def test_a_new_key_takes_over_what_it_knows_and_each_change_is_told_once(
    world: World, queue: Stranded
) -> None:
    _, (order, second), new = await renewed(world, 2)
    world.panel.set_order(order.panel_order_id or "", status="In progress")
    assert await tries(queue) == [[order.panel_order_id, second.panel_order_id]]
    assert await owners(world) == {new.id}
    for _ in range(3):
        await polls(world)
        await tries(queue)
    (notice,) = await world.told("change")
    assert notice["order_id"] == order.id
    assert calls(world, KEY) == []


async def test_orders_the_new_key_does_not_know_stay_and_are_tried_once(
    world: World, queue: Stranded
) -> None:
    old = await world.connect(KEY)
    order = await world.place(old)
    world.panel.close_account(KEY)
    await polls(world)
    await world.connect(OTHER)
    assert await tries(queue) == [[order.panel_order_id]]
    for _ in range(3):
        world.clock.now += INTERVAL
        assert await tries(queue) == []
    assert await owners(world) == {old.id}


async def test_a_working_older_key_keeps_its_orders(world: World, queue: Stranded) -> None:
    old = await world.connect(KEY)
    await world.place(old)
    await world.connect(OTHER)
    assert await tries(queue) == []
    world.panel.renew_key(KEY, NEW)
    await polls(world)
    assert len(await tries(queue)) == 1  # now that it is rejected the other one is tried


async def test_a_hundred_at_once_and_a_restart_goes_on(world: World) -> None:
    old = await world.connect(KEY)
    order = await world.place(old)
    for number in range(150):
        await world.db.execute(
            "INSERT INTO orders (id, chat_id, account_id, state, process, panel_order_id, service_id, "
            "service_name, fields, link, currency, next_poll_at, created_at, changed_at) "
            "SELECT id || :n, chat_id, account_id, state, process, 'x' || :n, service_id, service_name, "
            "fields, link, currency, next_poll_at, created_at, changed_at FROM orders WHERE id = :id",
            n=number,
            id=order.id,
        )
    world.panel.renew_key(KEY, NEW)
    await polls(world)
    new = await world.connect(NEW)
    world.panel.requests.clear()
    world.accounts.changed.clear()  # the program ended just here
    queue = Stranded(world.db, world.accounts, world.client, interval=INTERVAL, clock=world.clock)
    await tries(queue)
    assert [len(form["orders"].split(",")) for form in world.panel.calls("status")] == [100, 51]
    assert (await world.order(order)).account_id == new.id


async def test_tried_again_when_the_panel_does_not_answer(world: World, queue: Stranded) -> None:
    _, _, new = await renewed(world)
    world.panel.misbehave(Trouble.HTML, action="status")
    await tries(queue)
    world.panel.calm()
    assert await tries(queue) == []
    world.clock.now += INTERVAL
    await tries(queue)
    assert await owners(world) == {new.id}


async def test_machines_never_use_a_rejected_key(world: World, queue: Stranded) -> None:
    await renewed(world)
    world.panel.close_account(NEW)
    assert len(await tries(queue)) == 1
    assert (await world.account()).parked_at is not None
    assert len(await world.told("parked")) == 2
    world.accounts.changed.add(ANNA)
    world.panel.requests.clear()
    assert await tries(queue) == []
    assert world.panel.calls() == []


async def test_nobody_elses_orders_move(world: World, queue: Stranded) -> None:
    theirs = await world.connect(KEY, chat_id=BORIS)
    await world.place(theirs)
    world.panel.renew_key(KEY, NEW)
    await polls(world)
    await world.connect(NEW)
    assert await tries(queue) == []
    assert await owners(world) == {theirs.id}


async def test_a_refill_in_flight_moves_with_its_order(world: World, queue: Stranded) -> None:
    old = await world.connect(KEY)
    order = await world.place(old)
    id_ = order.panel_order_id or ""
    world.panel.finish(id_)
    assert await world.refills.ask(ANNA, [id_], request="r1") == {id_: Taken("1")}
    world.panel.renew_key(KEY, NEW)
    await polls(world)
    new = await world.connect(NEW)
    await tries(queue)
    assert await owners(world) == await owners(world, "refills") == {new.id}
    world.panel.set_refill("1", status="Completed")
    world.clock.now += FIRST_FACTOR * INTERVAL
    while claim := await world.refills.claim():
        await world.refills.look(claim)
    assert len(await world.told("refill")) == 1


async def test_what_an_order_made_moves_with_it(world: World) -> None:
    old = await world.connect(KEY)
    order = await world.place(old, runs="3", interval="10")
    await world.db.execute(
        "INSERT INTO orders (id, chat_id, account_id, parent_id, state, process, panel_order_id, service_id, "
        "service_name, fields, link, currency, created_at, changed_at) "
        "SELECT 'child', chat_id, account_id, id, 'ended', process, '777', service_id, service_name, "
        "fields, link, currency, created_at, changed_at FROM orders"
    )
    world.panel.renew_key(KEY, NEW)
    await polls(world)
    new = await world.connect(NEW)
    await ask(world, order.panel_order_id or "")
    assert await owners(world) == {new.id}


async def test_a_status_moves_the_order_to_the_key_that_knows_it(world: World) -> None:
    _, (order,), new = await renewed(world)
    (finding,) = await ask(world, order.panel_order_id or "")
    assert isinstance(finding.found, OrderStatus)
    assert await owners(world) == {new.id}
    assert calls(world, KEY) == []


async def test_a_status_names_the_key_that_was_asked(world: World) -> None:
    old = await world.connect(KEY)
    order = await world.place(old)
    await world.connect(OTHER)
    known, unknown = await ask(world, order.panel_order_id or "", "999")
    assert known.asked == await _account(world, old.id)
    assert (unknown.asked, unknown.found) == (await world.account(), Unreadable("Incorrect order ID"))


async def test_a_key_nobody_knew_to_be_dead_is_used_once_and_then_the_current_one(world: World) -> None:
    old = await world.connect(KEY)
    first, second = await world.place(old), await world.place(old, link=LINK + "/2")
    world.panel.renew_key(KEY, NEW)
    new = await world.connect(NEW)
    world.panel.requests.clear()
    findings = await ask(world, first.panel_order_id or "", second.panel_order_id or "")
    assert all(isinstance(one.found, OrderStatus) and one.asked == new for one in findings)
    assert calls(world, KEY) == ["status"]
    assert await owners(world) == {new.id}


async def test_refresh_asks_the_current_key_when_the_older_one_is_dead(world: World) -> None:
    old = await world.connect(KEY)
    order = await world.place(old)
    world.panel.renew_key(KEY, NEW)
    new = await world.connect(NEW)
    world.panel.requests.clear()
    world.panel.set_order(order.panel_order_id or "", status="In progress")
    account = await world.accounts.asker(order)
    assert account is not None
    await world.tracking.refresh(account, order_id=order.id, panel_order_id=order.panel_order_id or "")
    assert (await world.order(order)).word == "In progress"
    assert (await world.order(order)).account_id == new.id
    assert calls(world, KEY) == ["status"]


async def test_a_request_that_is_taken_moves_the_order_and_makes_no_second_row(world: World) -> None:
    _, (first, second), new = await renewed(world, 2)
    world.panel.finish(first.panel_order_id or "")
    ids = [first.panel_order_id or "", second.panel_order_id or ""]
    assert await world.refills.ask(ANNA, ids[:1], request="r1") == {ids[0]: Taken("1")}
    assert await world.cancelling.ask(ANNA, ids[1:], seen_at=world.clock.now) == {ids[1]: Taken()}
    assert {row["id"] for row in await world.rows("orders")} == {first.id, second.id}
    assert await owners(world) == await owners(world, "refills") == {new.id}
    assert calls(world, KEY) == []


async def test_a_request_that_is_refused_moves_nothing(world: World) -> None:
    old = await world.connect(KEY)
    order = await world.place(old)
    await world.accounts.park(old, tell=False)
    await world.connect(OTHER)
    id_ = order.panel_order_id or ""
    assert await world.refills.ask(ANNA, [id_], request="r1") == {id_: Refused("Incorrect order ID")}
    assert await owners(world) == {old.id}
    assert len(await world.rows("orders")) == 1


async def test_after_switching_there_and_back_ended_orders_can_be_refilled(world: World) -> None:
    order = await world.place(await world.connect(KEY))
    world.panel.finish(order.panel_order_id or "")
    await world.db.execute("UPDATE orders SET state = 'ended', next_poll_at = NULL")
    await world.connect(OTHER)
    assert await accounts.drop_unneeded_keys(world.db) == 1
    again = await world.connect(KEY)
    id_ = order.panel_order_id or ""
    assert await world.refills.ask(ANNA, [id_], request="r1") == {id_: Taken("1")}
    assert await owners(world) == await owners(world, "refills") == {again.id}


async def test_an_order_that_was_followed_by_another_key_is_adopted_in_one_row(world: World) -> None:
    old = await world.connect(KEY)
    world.panel.misbehave(Trouble.LOST_ANSWER, action="add", times=1)
    order = await world.begin(old)
    await world.ordering.carry_out(old, order)
    id_ = list(world.panel.orders)[-1]
    world.panel.renew_key(KEY, NEW)
    new = await world.connect(NEW)
    statuses = Statuses(world.db, world.accounts, world.client, interval=INTERVAL, clock=world.clock)
    assert [one.panel_order_id for one in (await statuses.follow(new, [id_])).new] == [id_]
    assert await world.ordering.adopt(old, order, id_)
    (row,) = await world.rows("orders")
    assert (row["id"], row["account_id"], row["state"]) == (order.id, new.id, "open")


async def test_another_chats_row_of_the_same_id_is_no_double(world: World) -> None:
    old = await world.connect(KEY)
    world.panel.misbehave(Trouble.LOST_ANSWER, action="add", times=1)
    order = await world.begin(old)
    await world.ordering.carry_out(old, order)
    id_ = list(world.panel.orders)[-1]
    theirs = await world.connect(KEY, chat_id=BORIS)
    statuses = Statuses(world.db, world.accounts, world.client, interval=INTERVAL, clock=world.clock)
    await statuses.follow(theirs, [id_])
    assert await world.ordering.adopt(old, order, id_)
    assert len(await world.rows("orders")) == 2


async def _account(world: World, account_id: str) -> Account:
    return next(one for one in await world.accounts.kept(ANNA) if one.id == account_id)
