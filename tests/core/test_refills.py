"""Refills: asked for once, whatever fails, and followed to their end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from bot.core import schedule
from bot.core.refills import judge, put_off
from bot.core.requests import Answer, AskedBefore, Ended, KeyGone, NotReached, Refused, Taken, Unsure
from bot.panel.models import RefillStatus, RefillWord, Unreadable
from bot.sandbox.panel import Trouble
from storage import accounts, refills
from storage.accounts import Account
from storage.refill_queue import FollowedRefill, RefillLook
from tests.core.core_world import ANNA, BORIS, INTERVAL, KEY, LINK, OTHER, World, open_world

NOT_ELIGIBLE = Refused("Order not eligible for refill")
NOW = 1_800_000_000.0
DAY = 86400.0


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as world:
        yield world


async def completed(world: World, account: Account, count: int = 1) -> list[str]:
    """So many orders which may be refilled."""
    ids = []
    for number in range(count):
        order = await world.place(account, link=f"{LINK}/{account.id}/{number}")
        assert order.panel_order_id is not None
        world.panel.finish(order.panel_order_id)
        ids.append(order.panel_order_id)
    return ids


async def ask(
    world: World, ids: Sequence[str], *, request: str = "r1", chat_id: int = ANNA
) -> dict[str, Answer]:
    return await world.refills.ask(chat_id, ids, request=request)


async def look(world: World) -> bool:
    claim = await world.refills.claim()
    assert claim is not None
    return await world.refills.look(claim)


async def states(world: World) -> list[tuple[str, str | None]]:
    return [(row["state"], row["word"]) for row in await world.rows("refills")]


async def test_asks_for_one_and_keeps_its_id(world: World) -> None:
    (order,) = await completed(world, await world.connect())
    assert await ask(world, [order]) == {order: Taken("1")}
    assert world.panel.calls("refill") == [{"order": order}]
    (row,) = await world.rows("refills")
    assert (row["state"], row["panel_refill_id"]) == ("open", "1")


async def test_asks_for_many_with_one_request_and_answers_each(world: World) -> None:
    first, second = await completed(world, await world.connect(), 2)
    running = (await world.place(await world.account(), link=f"{LINK}/running")).panel_order_id or ""
    assert await ask(world, [first, "7", running, second]) == {
        first: Taken("1"),
        "7": Refused("Incorrect order ID"),
        running: NOT_ELIGIBLE,
        second: Taken("2"),
    }
    assert world.panel.calls("refill") == [{"orders": f"{first},7,{running},{second}"}]
    assert sorted(await states(world)) == [("open", None), ("open", None), ("refused", None)]


async def test_an_order_has_one_refill_in_flight(world: World) -> None:
    (order,) = await completed(world, await world.connect())
    await ask(world, [order])
    assert await ask(world, [order], request="r2") == {order: AskedBefore()}
    assert len(world.panel.calls("refill")) == 1


async def test_two_at_once_are_one(world: World) -> None:
    (order,) = await completed(world, await world.connect())
    answers = await asyncio.gather(*(ask(world, [order], request=f"r{n}") for n in range(5)))
    assert sorted(type(found[order]).__name__ for found in answers) == ["AskedBefore"] * 4 + ["Taken"]
    assert len(world.panel.calls("refill")) == 1


@pytest.mark.parametrize(
    "trouble", [Trouble.LOST_ANSWER, Trouble.LOST_REQUEST, Trouble.CUT_JSON, Trouble.EMPTY, Trouble.HTML]
)
async def test_without_a_clear_answer_it_is_uncertain_and_never_sent_again(
    world: World, trouble: Trouble
) -> None:
    ids = await completed(world, await world.connect(), 2)
    world.panel.misbehave(trouble, action="refill")
    assert await ask(world, ids) == dict.fromkeys(ids, Unsure())
    assert await states(world) == [("uncertain", None)] * 2
    world.clock.now += 86400
    assert await world.refills.claim() is None
    assert await ask(world, ids) == dict.fromkeys(ids, Unsure())  # the same update once more
    assert len(world.panel.calls("refill")) == 1


async def test_its_person_may_ask_once_more_when_it_is_uncertain(world: World) -> None:
    (order,) = await completed(world, await world.connect())
    world.panel.misbehave(Trouble.LOST_REQUEST, action="refill", times=1)
    await ask(world, [order])
    assert await ask(world, [order], request="r2") == {order: Taken("1")}


async def test_a_card_shown_before_an_uncertain_refill_sends_nothing(world: World) -> None:
    (order,) = await completed(world, await world.connect())
    world.panel.misbehave(Trouble.LOST_REQUEST, action="refill", times=1)
    await ask(world, [order])
    found = await world.refills.ask(ANNA, [order], request="r2", since=world.clock.now)
    assert found == {order: Unsure()}
    assert len(world.panel.calls("refill")) == 1


async def test_items_without_a_clear_answer_are_uncertain_alone(world: World) -> None:
    first, second, third = await completed(world, await world.connect(), 3)
    body = f'[{{"order": {first}, "refill": 9}}, {{"order": {second}, "refill": null}}]'
    world.panel.misbehave(Trouble.CUSTOM, action="refill", body=body)
    assert await ask(world, [first, second, third]) == {first: Taken("9"), second: Unsure(), third: Unsure()}


async def test_when_nothing_was_sent_nothing_is_left(world: World) -> None:
    (order,) = await completed(world, await world.connect())
    await world.server.stop()
    assert await ask(world, [order, "7"]) == {order: NotReached(), "7": NotReached()}
    assert await states(world) == []
    assert len(await world.rows("orders")) == 1


async def test_a_closed_key_is_a_plain_no_and_parked(world: World) -> None:
    (order,) = await completed(world, await world.connect())
    world.panel.close_account(KEY)
    assert await ask(world, [order]) == {order: Refused("Invalid API key")}
    assert (await world.account()).parked_at is not None


async def test_a_server_error_in_words_is_no_plain_no(world: World) -> None:
    (order,) = await completed(world, await world.connect())
    world.panel.misbehave(Trouble.CUSTOM, status=500, body='{"error": "Something broke"}', times=1)
    assert await ask(world, [order]) == {order: Unsure()}


async def test_each_order_is_asked_for_with_the_key_that_placed_it(world: World) -> None:
    (old,) = await completed(world, await world.connect(KEY))
    (new,) = await completed(world, await world.connect(OTHER))
    assert await ask(world, [old, new]) == {old: Taken("1"), new: Taken("2")}
    asked = {(call.key, call.fields["order"]) for call in world.panel.requests if call.action == "refill"}
    assert asked == {(KEY, old), (OTHER, new)}


async def test_a_key_is_kept_while_a_refill_needs_it(world: World) -> None:
    (old,) = await completed(world, await world.connect(KEY))
    await ask(world, [old])
    await world.db.execute("UPDATE orders SET next_poll_at = NULL, state = 'ended'")
    await world.connect(OTHER)
    assert await accounts.drop_unneeded_keys(world.db) == 0
    world.panel.set_refill("1", status="Completed")
    world.clock.now += 3 * INTERVAL
    await look(world)
    assert await accounts.drop_unneeded_keys(world.db) == 1


async def test_without_any_key_nothing_is_sent(world: World) -> None:
    assert await ask(world, ["23501"]) == {"23501": KeyGone()}
    assert world.panel.calls() == []


async def test_an_order_placed_elsewhere_gets_a_row_once_the_panel_takes_it(world: World) -> None:
    (known,) = await completed(world, await world.connect(KEY))
    await world.db.execute("DELETE FROM orders")
    assert await ask(world, [known, "7"]) == {known: Taken("1"), "7": Refused("Incorrect order ID")}
    (order,) = await world.rows("orders")
    assert (order["panel_order_id"], order["service_id"], order["price"]) == (known, "", None)
    assert len(await states(world)) == 1


async def test_ids_of_other_people_answer_like_unknown_ones(world: World) -> None:
    (theirs,) = await completed(world, await world.connect(OTHER, chat_id=BORIS))
    await world.connect(KEY)
    no_such = Refused("Incorrect order ID")
    assert await ask(world, [theirs, "7"]) == {theirs: no_such, "7": no_such}
    assert len(await world.rows("orders")) == 1


async def test_what_a_process_asked_for_and_never_heard_is_uncertain_and_told(world: World) -> None:
    (order,) = await completed(world, await world.connect())
    world.panel.misbehave(Trouble.HANG, action="refill")
    asking = asyncio.create_task(ask(world, [order]))
    await world.panel.next_call("refill")
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert await states(world) == [("asking", None)]

    assert await refills.find_abandoned(world.db, process="run-1", now=world.clock.now) == 0
    assert await refills.find_abandoned(world.db, process="run-2", now=world.clock.now) == 1
    assert await refills.find_abandoned(world.db, process="run-3", now=world.clock.now) == 0
    assert await states(world) == [("uncertain", None)]
    (notice,) = await world.told("refill")
    assert '"uncertain"' in notice["facts"]
    world.panel.calm()
    assert await ask(world, [order]) == {order: Unsure()}  # the update is handled again
    assert len(world.panel.calls("refill")) == 1


@pytest.mark.parametrize("word", ["Completed", "Rejected", "Error", "completed"])
async def test_the_end_is_told_once(world: World, word: str) -> None:
    (order,) = await completed(world, await world.connect())
    await ask(world, [order])
    world.panel.set_refill("1", status=word)
    world.clock.now += 2 * INTERVAL
    assert await look(world)
    assert await states(world) == [("ended", word)]
    (notice,) = await world.told("refill")
    assert f'"word": "{word}"' in notice["facts"]
    world.clock.now += 86400 * 30
    assert await world.refills.claim() is None


async def test_running_words_are_stored_silently(world: World) -> None:
    (order,) = await completed(world, await world.connect())
    await ask(world, [order])
    for word in ("Pending", "In progress", "Under review"):
        world.panel.set_refill("1", status=word)
        world.clock.now += 10 * INTERVAL
        assert not await look(world)
        assert await states(world) == [("open", word)]
    assert await world.told("refill") == []


async def test_a_hundred_refills_cost_one_request(world: World) -> None:
    account = await world.connect()
    world.panel.add_account(KEY, Decimal(1000))
    ids = await completed(world, account, 100)
    assert set(await ask(world, ids)) == set(ids)
    assert len(world.panel.calls("refill")) == 1
    world.clock.now += 2 * INTERVAL
    await look(world)
    assert await world.refills.claim() is None
    (asked,) = world.panel.calls("refill_status")
    assert len(asked["refills"].split(",")) == 100


async def test_refills_and_orders_share_the_keys_rest(world: World) -> None:
    ids = await completed(world, await world.connect(), 2)
    await ask(world, ids)
    world.clock.now += 2 * INTERVAL
    claim = await world.refills.claim()
    assert claim is not None
    assert await world.tracking.claim() is None  # one request at a time
    world.panel.misbehave(Trouble.RATE_LIMIT, action="refill_status", retry_after=300)
    assert not await world.refills.look(claim)
    world.clock.now += 299
    assert await world.tracking.claim() is None
    assert await world.refills.claim() is None
    world.clock.now += 1
    orders = await world.tracking.claim()
    assert orders is not None
    assert orders.failures == 0
    assert await world.refills.claim() is None
    await world.tracking.look(orders)
    world.panel.calm()
    await look(world)
    assert [row["failures"] for row in await world.rows("accounts")] == [0]


@pytest.mark.parametrize("trouble", [Trouble.SERVER_ERROR, Trouble.LOST_ANSWER, Trouble.CUT_JSON])
async def test_a_failed_look_comes_again(world: World, trouble: Trouble) -> None:
    (order,) = await completed(world, await world.connect())
    await ask(world, [order])
    world.panel.set_refill("1", status="Completed")
    world.panel.misbehave(trouble, action="refill_status")
    world.clock.now += 2 * INTERVAL
    assert not await look(world)
    assert await world.refills.claim() is None
    world.panel.calm()
    world.clock.now += 4 * INTERVAL
    assert await look(world)


@pytest.mark.parametrize("trouble", [Trouble.SERVER_ERROR, Trouble.LOST_ANSWER, Trouble.CUT_JSON])
async def test_a_panel_that_cannot_tell_of_refills_is_asked_of_orders_as_ever(
    world: World, trouble: Trouble
) -> None:
    (order,) = await completed(world, await world.connect())
    await ask(world, [order])
    await world.db.execute("UPDATE orders SET next_poll_at = NULL")
    await world.place(await world.account(), link=f"{LINK}/running")
    world.panel.misbehave(trouble, action="refill_status")
    asked = {"status": 0, "refill_status": 0}
    until = world.clock.now + 50 * INTERVAL
    while world.clock.now < until:
        world.clock.now += INTERVAL / 2
        if (refills := await world.refills.claim()) is not None:
            await world.refills.look(refills)
        if (orders := await world.tracking.claim()) is not None:
            await world.tracking.look(orders)
        asked = {action: len(world.panel.calls(action)) for action in asked}
    assert asked["status"] == 50
    assert asked["refill_status"] <= 8  # four looks, of which some are tried twice


async def test_a_refill_that_can_be_looked_at_does_not_make_up_for_orders_that_cannot(world: World) -> None:
    ids = await completed(world, await world.connect(), 2)
    await ask(world, ids)
    world.panel.misbehave(Trouble.SERVER_ERROR, action="status")
    for failures in (1, 2, 3):
        world.clock.now += 2 * INTERVAL
        orders = await world.tracking.claim()
        assert orders is not None
        await world.tracking.look(orders)
        world.clock.now += 61
        assert not await look(world)
        assert [row["failures"] for row in await world.rows("accounts")] == [failures]


async def test_a_refill_the_panel_never_tells_of_is_given_up_and_told_once(world: World) -> None:
    (order,) = await completed(world, await world.connect())
    await ask(world, [order])
    await world.db.execute("UPDATE orders SET next_poll_at = NULL, state = 'ended'")
    await world.connect(OTHER)
    world.panel.misbehave(Trouble.ERROR, action="refill_status", text="Refill not found")
    for _ in range(20):
        world.clock.now += DAY
        if (claim := await world.refills.claim()) is not None:
            await world.refills.look(claim)
    assert await states(world) == [("ended", None)]
    (notice,) = await world.told("refill")
    assert '"state": "ended", "word": null' in notice["facts"]
    assert await ask(world, [order]) == {order: Ended(None)}  # the very same request
    await ask(world, [order], request="r2")
    assert len(world.panel.calls("refill")) == 2


async def test_a_refill_whose_status_never_works_is_given_up_too(world: World) -> None:
    (order,) = await completed(world, await world.connect())
    await ask(world, [order])
    await world.db.execute("UPDATE orders SET next_poll_at = NULL")
    world.panel.misbehave(Trouble.SERVER_ERROR, action="refill_status")
    for _ in range(30):
        world.clock.now += DAY
        if (claim := await world.refills.claim()) is not None:
            await world.refills.look(claim)
    assert await states(world) == [("ended", None)]


async def test_an_old_card_hears_how_its_refill_ended(world: World) -> None:
    (order,) = await completed(world, await world.connect())
    since = world.clock.now
    await world.refills.ask(ANNA, [order], request="r1", since=since)
    world.panel.set_refill("1", status="Rejected")
    world.clock.now += 2 * INTERVAL
    await look(world)
    again = await world.refills.ask(ANNA, [order], request="r2", since=since)
    assert again == {order: Ended("Rejected")}
    assert len(world.panel.calls("refill")) == 1


async def test_a_closed_key_is_told_and_its_refills_wait(world: World) -> None:
    (order,) = await completed(world, await world.connect())
    await ask(world, [order])
    world.clock.now += 2 * INTERVAL
    world.panel.close_account(KEY)
    assert await look(world)
    assert len(await world.told("parked")) == 1
    world.clock.now += 86400
    assert await world.refills.claim() is None


@pytest.mark.parametrize("text", ["Refill not found", "Incorrect request"])
@pytest.mark.parametrize("count", [1, 3])
async def test_a_panel_that_knows_nothing_of_them_is_asked_more_seldom(
    world: World, text: str, count: int
) -> None:
    await ask(world, await completed(world, await world.connect(), count))
    world.panel.misbehave(Trouble.ERROR, action="refill_status", text=text)
    world.clock.now += 2 * INTERVAL
    assert not await look(world)
    assert [row["state"] for row in await world.rows("refills")] == ["open"] * count
    assert [row["next_poll_at"] for row in await world.rows("refills")] == [
        world.clock.now + 10 * INTERVAL
    ] * count
    assert [row["failures"] for row in await world.rows("accounts")] == [0]


async def test_one_bad_item_does_not_spoil_the_others(world: World) -> None:
    await ask(world, await completed(world, await world.connect(), 3))
    world.panel.misbehave(
        Trouble.CUSTOM,
        action="refill_status",
        body='[{"refill": 1, "status": {"error": "Refill not found"}}, {"refill": 2, "status": "Rejected"}]',
    )
    world.clock.now += 2 * INTERVAL
    assert await look(world)
    assert await states(world) == [("open", None), ("ended", "Rejected"), ("open", None)]


REFILL = FollowedRefill("r", "1", "o", "Pending", 2, NOW - 60)
PENDING = RefillStatus("Pending", RefillWord.PENDING)


def test_nothing_new_is_nothing_to_store() -> None:
    assert judge(REFILL, PENDING, now=NOW, interval=INTERVAL) is None


def test_what_stands_still_is_looked_at_more_seldom() -> None:
    still = REFILL._replace(changed_at=NOW - 3600)
    assert judge(still, PENDING, now=NOW, interval=INTERVAL) == RefillLook(
        "Pending", 10, NOW - 3600, NOW + 600
    )


@pytest.mark.parametrize("status", [None, Unreadable("Refill not found"), RefillStatus("Under review", None)])
def test_what_the_panel_does_not_tell_is_looked_at_more_seldom_and_given_up_in_the_end(
    status: RefillStatus | Unreadable | None,
) -> None:
    word = status.word if isinstance(status, RefillStatus) else None
    silent = judge(REFILL._replace(changed_at=NOW - 30 * DAY), status, now=NOW, interval=INTERVAL)
    assert silent == RefillLook(word, 10, NOW, NOW + 600)  # until just now it was told
    for other in ("Checked by hand", None):
        still = REFILL._replace(word=other, look_factor=60)
        last = judge(still._replace(changed_at=NOW - 14 * DAY + 1), status, now=NOW, interval=INTERVAL)
        assert last is None or last.next_poll_at == NOW + 60 * INTERVAL
        over = judge(still._replace(changed_at=NOW - 14 * DAY), status, now=NOW, interval=INTERVAL)
        assert over == RefillLook(word, 60, NOW - 14 * DAY, None)


def test_a_running_refill_is_never_given_up() -> None:
    old = REFILL._replace(changed_at=NOW - 400 * DAY, look_factor=60)
    assert judge(old, PENDING, now=NOW, interval=INTERVAL) is None


def test_failed_looks_wait_twice_as_long_each_time_up_to_an_hour() -> None:
    refill, factors = REFILL, []
    for _ in range(6):
        look = put_off(refill, now=NOW, interval=INTERVAL)
        assert look is not None
        assert (look.word, look.next_poll_at) == ("Pending", NOW + look.look_factor * INTERVAL)
        refill = refill._replace(look_factor=look.look_factor)
        factors.append(look.look_factor)
        if look.look_factor == 60:
            break
    assert factors == [4, 8, 16, 32, 60]
    silent = put_off(refill, now=NOW, interval=INTERVAL)
    assert silent == judge(refill, None, now=NOW, interval=INTERVAL)


@pytest.mark.parametrize(
    ("known", "hours", "factor"),
    [
        (RefillWord.PENDING, 0, 2),
        (RefillWord.IN_PROGRESS, 0.9, 2),
        (RefillWord.AWAITING, 1, 10),
        (RefillWord.PENDING, 23, 10),
        (RefillWord.PENDING, 24, 60),
        (RefillWord.PENDING, 9999, 60),
        (None, 0, 10),
        (None, 24, 60),
        (None, 24 * 14, None),
        (RefillWord.COMPLETED, 0, None),
        (RefillWord.REJECTED, 9999, None),
        (RefillWord.ERROR, 0, None),
    ],
)
def test_how_often_refills_are_looked_at(known: RefillWord | None, hours: float, factor: int | None) -> None:
    pace = schedule.refill_pace(known, unchanged_for=hours * 3600)
    assert (None if pace is None else pace.factor) == factor
