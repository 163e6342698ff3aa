"""A panel that serves nobody: polls stop and resume by themselves, and only who waits hears of it, once."""

import asyncio
import io
import time
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest

from bot.core.tracking import LEASE_SECONDS
from bot.panel.client import TURN_SECONDS
from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import KEY, World, world_in
from tests.journeys.stories import A_WHILE, change, eventually, hears, places, rows, says, summary, taps

KEYS = [KEY, *(f"{number}" * 32 for number in range(1, 5))]
AWAY = "does not answer right now. I go on trying."
OPENED, CLOSED = "the panel does not answer", "the panel answers again"


@pytest.fixture
async def people(world: World) -> list[Person]:
    """Five, each with a key of their own."""
    for key in KEYS[1:]:
        world.panel.add_account(key, Decimal(50))
    return [await world.person(1001 + number, key=key) for number, key in enumerate(KEYS)]


async def follow_one_each(world: World, people: Iterable[Person]) -> list[str]:
    """Each has an order that was looked at already."""
    orders = [await places(person) for person in people]
    await looked_at(world)
    return orders


def polls(panel: Panel) -> int:
    return len(panel.calls("status"))


async def looked_at(world: World) -> None:
    await eventually(lambda: not rows(world, "SELECT 1 FROM orders WHERE word IS NULL"))


def to_be_told(world: World) -> int:
    return len(rows(world, "SELECT 1 FROM outbox WHERE kind = 'away'"))


def heard(people: Iterable[Person], text: str) -> list[int]:
    return [person.reads.count(text) for person in people]


async def away_for_ten_minutes(world: World, people: list[Person], log_lines: io.StringIO) -> str:
    """So the panel says to all who ask. Returns an order that is due since then, with a key that does not
    rest: nobody asked with it."""
    *_, order_id = await follow_one_each(world, people)
    await change(world, "UPDATE orders SET next_poll_at = 9e9 WHERE panel_order_id = ?", order_id)
    retry_after = {"Retry-After": "600"}
    world.panel.misbehave(Trouble.CUSTOM, status=503, body="<html>", headers=retry_after)
    await eventually(lambda: OPENED in log_lines.getvalue())
    await asyncio.sleep(A_WHILE)  # polls that were under way have ended
    world.panel.set_order(order_id, status="In progress")
    await change(world, "UPDATE orders SET next_poll_at = 1 WHERE panel_order_id = ?", order_id)
    return order_id


async def test_several_failing_keys_stop_all_polls(
    world: World, people: list[Person], log_lines: io.StringIO
) -> None:
    await away_for_ten_minutes(world, people, log_lines)
    before = polls(world.panel)
    await asyncio.sleep(A_WHILE)
    assert polls(world.panel) == before


async def test_one_failing_key_stops_nobody_else(
    world: World, people: list[Person], log_lines: io.StringIO
) -> None:
    orders = await follow_one_each(world, people)
    world.panel.misbehave(Trouble.SERVER_ERROR, action="status", key=KEY)
    for _ in range(6):
        assert (await world.panel.next_call("status")).key in KEYS
    for order_id in orders:
        world.panel.set_order(order_id, status="In progress")
    for person, order_id in zip(people[1:], orders[1:], strict=True):
        await person.sees(f"Order {order_id}: In progress")
    assert OPENED not in log_lines.getvalue()

    world.panel.calm()
    await people[0].sees(f"Order {orders[0]}: In progress")


async def test_polling_resumes_by_itself_and_catches_up(
    world: World, people: list[Person], log_lines: io.StringIO
) -> None:
    orders = await follow_one_each(world, people)
    world.panel.misbehave(Trouble.SERVER_ERROR)
    await eventually(lambda: OPENED in log_lines.getvalue())
    for order_id in orders:
        world.panel.set_order(order_id, status="In progress")
    await asyncio.sleep(A_WHILE)
    assert heard(people, "In progress") == [0] * 5
    world.panel.calm()

    for person, order_id in zip(people, orders, strict=True):
        await person.sees(f"Order {order_id}: In progress")
    assert heard(people, "In progress") == [1] * 5
    assert log_lines.getvalue().count(CLOSED) == 1


async def test_a_persons_call_passes_and_is_a_probe(
    world: World, people: list[Person], log_lines: io.StringIO
) -> None:
    order_id, last = await away_for_ten_minutes(world, people, log_lines), people[-1]
    assert "does not answer right now" in (await says(last, "/balance")).text
    world.panel.calm()
    before = polls(world.panel)
    await asyncio.sleep(A_WHILE)
    assert polls(world.panel) == before  # the panel asked for ten minutes

    assert "Balance:" in (await says(last, "/balance")).text
    await last.sees(f"Order {order_id}: In progress")


async def test_who_waits_is_told_once_and_nobody_else(world: World, people: list[Person]) -> None:
    waiting, not_even_asked_for, *others = people
    old_orders = await follow_one_each(world, others[:2])
    await change(world, "UPDATE orders SET created_at = created_at - 3600")
    world.panel.misbehave(Trouble.SERVER_ERROR, action="status")
    mine = [await places(waiting), await places(waiting, "1 https://example.com/p/2 1000")]
    theirs = await places(not_even_asked_for)
    await change(world, "UPDATE accounts SET rest_until = 9e9 WHERE last_four = ?", KEYS[1][-4:])

    told = await waiting.sees(AWAY)
    assert "will not be charged again" in told.text
    await not_even_asked_for.sees(AWAY)
    await asyncio.sleep(2 * A_WHILE)
    assert heard(people, AWAY) == [1, 1, 0, 0, 0]

    for order_id in (*mine, theirs, *old_orders):
        world.panel.set_order(order_id, status="In progress")
    world.panel.calm()
    await change(world, "UPDATE accounts SET rest_until = 0")
    for order_id in mine:
        await hears(waiting, f"Order {order_id}: In progress", after=told)
    await not_even_asked_for.sees(f"Order {theirs}: In progress")
    for person, order_id in zip(others, old_orders, strict=False):
        await person.sees(f"Order {order_id}: In progress")
    assert heard(people, AWAY) == [1, 1, 0, 0, 0]
    assert heard(people, "In progress") == [2, 1, 1, 1, 0]


async def test_the_next_outage_is_news_for_the_next_order(chat: Person, panel: Panel) -> None:
    for outage in (1, 2):
        panel.misbehave(Trouble.SERVER_ERROR, action="status")
        order_id = await places(chat, f"1 https://example.com/p/{outage} 1000")
        await eventually(lambda: chat.reads.count(AWAY) == outage)  # noqa: B023 - awaited at once
        panel.set_order(order_id, status="In progress")
        panel.calm()
        await chat.sees(f"Order {order_id}: In progress")


@pytest.mark.parametrize("said", ["/balance", "/order", "/services", "/status 7", "/status 7 8", "/track 7"])
@pytest.mark.parametrize("trouble", [Trouble.SERVER_ERROR, Trouble.RATE_LIMIT])
async def test_who_asks_is_told_once_what_happened_and_what_to_do(
    chat: Person, panel: Panel, said: str, trouble: Trouble
) -> None:
    panel.misbehave(trouble)
    typed = await chat.types(said)
    told = await hears(chat, "Nothing was ordered or charged by this. Please try again in a", after=typed)
    assert ("does not answer right now" if trouble is Trouble.SERVER_ERROR else "refused:") in told.text
    await asyncio.sleep(A_WHILE)
    assert [m for m in chat.chat.newest(from_bot=True) if m.id > typed.id] == [told]


async def test_who_saw_it_on_the_screen_is_not_told_again(world: World, chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.SERVER_ERROR, action="status")
    order_id = await places(chat)
    await change(world, "UPDATE accounts SET rest_until = 9e9")
    await says(chat, "/orders")
    await taps(chat, order_id)
    await chat.taps("Refresh")
    shown = await chat.sees("does not answer right now")
    assert "changes nothing about your order" in shown.text
    await change(world, "UPDATE accounts SET rest_until = 0")
    await eventually(lambda: rows(world, "SELECT 1 FROM accounts WHERE failures > 3"))
    assert AWAY not in chat.reads
    assert to_be_told(world) == 0


async def test_a_restart_does_not_tell_it_again(world: World, chat: Person, panel: Panel) -> None:
    panel.misbehave(Trouble.SERVER_ERROR, action="status")
    await places(chat)
    await chat.sees(AWAY)
    await world.stop()
    await world.start()
    before = rows(world, "SELECT failures FROM accounts")[0]["failures"]
    await eventually(lambda: rows(world, "SELECT failures FROM accounts")[0]["failures"] > before)
    assert (chat.reads.count(AWAY), to_be_told(world)) == (1, 0)


async def test_the_operators_limit_holds_for_all_requests_together(tmp_path: Path) -> None:
    per_second = 10
    async with world_in(tmp_path, panel_requests_per_minute=60 * per_second) as world:
        people = [await world.person(1001 + number) for number in range(4)]
        for number in range(3):
            await places(people[0], f"1 https://example.com/p/{number} 1000")
        await looked_at(world)
        world.panel.misbehave(Trouble.ERROR, action="status", times=4, text="Incorrect order ID")
        for person in people:
            await person.types("/balance")
        for person in people:
            await person.sees("Balance:")
        world.panel.set_order("23503", status="In progress")
        await people[0].sees("Order 23503: In progress")
        times = [call.at for call in world.panel.requests]
        assert len(world.panel.calls("add")) == 3
    for number, at in enumerate(times):
        meanwhile = len([other for other in times[number + 1 :] if other - at < 1.0])
        assert meanwhile <= per_second + 1  # one may have been on its way for longer than the next


@pytest.mark.parametrize(("per_minute", "waits"), [(0, 0.0), (600, TURN_SECONDS)])
async def test_a_key_is_held_for_as_long_as_its_look_may_wait_for_turns(
    tmp_path: Path, per_minute: int, waits: float
) -> None:
    """Else a second worker asks with it too, and what the first one heard is stored last."""
    async with world_in(tmp_path, panel_requests_per_minute=per_minute) as world:
        world.panel.misbehave(Trouble.HANG, action="status")
        await places(await world.person())
        await eventually(lambda: polls(world.panel))
        held = rows(world, "SELECT rest_until FROM accounts")[0]["rest_until"] - time.time()
        world.panel.calm()
    assert LEASE_SECONDS - A_WHILE < held - waits <= LEASE_SECONDS


async def test_an_order_that_waits_for_its_turn_at_the_end_is_told_as_not_sent(tmp_path: Path) -> None:
    async with world_in(tmp_path, panel_requests_per_minute=30) as world:
        chat = await world.person()
        shown = await summary(chat)
        await chat.taps_on(shown, "Place order")
        await eventually(lambda: rows(world, "SELECT 1 FROM orders WHERE state = 'placing'"))
        await world.stop()
        assert world.panel.calls("add") == []
        assert [row["state"] for row in rows(world, "SELECT state FROM orders")] == ["rejected"]
        assert "could not be reached" in chat.reads
