"""The disk is full, or somebody holds the database: nobody loses an order or is left in the dark."""

import asyncio
import io
import json
import resource
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, closing, contextmanager

import pytest

from bot.core import settling
from bot.jobs import outage
from bot.jobs.tracking import WORKERS
from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from storage import connections, sqlite
from tests.conftest import World
from tests.journeys.stories import LINK, becomes, eventually, places, rows, says, summary
from tests.journeys.test_killed import Program, program

__all__ = ["program"]

NO_ORDERS = "I take no orders"


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.05)
    monkeypatch.setattr(settling, "TROUBLE_PAUSE", 0.05)
    monkeypatch.setattr(outage, "TRY_SECONDS", 0.05)
    monkeypatch.setattr("bot.app.TRY_SECONDS", 0.05)
    monkeypatch.setattr("bot.gateway.polling.STORE_PAUSE", 0.05)


@contextmanager
def held(world: World) -> Iterator[None]:
    """Another program has the database to itself."""
    with closing(sqlite3.connect(world.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def gone(world: World) -> Iterator[None]:
    elsewhere = world.database.rename(world.database.with_name("elsewhere.db"))
    yield
    elsewhere.rename(world.database)


TROUBLES = pytest.mark.parametrize("trouble", [held, gone])


@asynccontextmanager
async def expected(log_lines: io.StringIO) -> AsyncIterator[None]:
    """One line says that it began, one that it ended; no error else."""
    yield
    await eventually(lambda: "takes orders again" in log_lines.getvalue())
    lines = [json.loads(line) for line in log_lines.getvalue().splitlines()]
    assert [line["event"] for line in lines if line["level"] == "error"] == [
        "no orders are taken: the database takes nothing"
    ]
    assert not [line for line in lines if "exception" in line]
    log_lines.seek(0)
    log_lines.truncate()


@TROUBLES
async def test_a_confirmation_meanwhile_is_answered_at_once_and_carried_out_when_it_is_over(
    world: World,
    chat: Person,
    panel: Panel,
    log_lines: io.StringIO,
    trouble: Callable[[World], AbstractContextManager[None]],
) -> None:
    shown = await summary(chat)
    async with expected(log_lines):
        with trouble(world):
            await chat.taps_on(shown, "Place order")
            told = await chat.sees(NO_ORDERS)
            assert "No order was sent just now, and nothing was charged" in told.text
            await chat.types("/balance")
            await asyncio.sleep(0.5)
            assert panel.calls("add") == []
            assert chat.reads.count(NO_ORDERS) == 1
        await becomes(chat, shown, "is placed")
        await chat.sees("Balance:")
    assert len(panel.calls("add")) == 1


async def test_with_little_room_left_no_order_is_begun_and_the_rest_goes_on(
    world: World, chat: Person, panel: Panel, log_lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    boris = await world.person(8)
    shown = await summary(chat)
    async with expected(log_lines):
        with monkeypatch.context() as little_room:
            little_room.setattr(sqlite, "SPARE_BYTES", 2**60)
            tap = await chat.taps_on(shown, "Place order")
            await chat.sees(NO_ORDERS)
            await tap.answer()
            assert "Balance:" in (await says(boris, "/balance")).text
            await asyncio.sleep(0.3)
            assert panel.calls("add") == []
            assert chat.reads.count(NO_ORDERS) == 1
        await becomes(chat, shown, "is placed")
    assert len(panel.calls("add")) == 1


async def test_an_outcome_waits_for_the_disk_and_is_told_when_it_is_stored(
    world: World, chat: Person, panel: Panel, log_lines: io.StringIO
) -> None:
    shown = await summary(chat)
    panel.misbehave(Trouble.SLOW, action="add", delay=0.3)
    async with expected(log_lines):
        await chat.taps_on(shown, "Place order")
        await panel.next_call("add")
        with held(world):
            await asyncio.sleep(1.0)
            assert NO_ORDERS not in chat.reads
        await becomes(chat, shown, "is placed")
    assert [row["state"] for row in rows(world, "SELECT state FROM orders")] == ["open"]
    assert len(panel.calls("add")) == 1


async def test_panels_and_the_database_are_left_alone_meanwhile(
    world: World, chat: Person, panel: Panel, log_lines: io.StringIO
) -> None:
    await places(chat)
    async with expected(log_lines):
        with held(world):
            await asyncio.sleep(0.5)
            asked = len(panel.calls())
            await asyncio.sleep(1.5)
            assert len(panel.calls()) <= asked + 1
            assert log_lines.getvalue().count("a look at orders failed") <= WORKERS  # those under way
        panel.set_order("23501", status="Completed")
        await chat.sees("Order 23501: Completed")


async def test_what_was_told_just_then_is_not_told_again(
    world: World, chat: Person, panel: Panel, log_lines: io.StringIO
) -> None:
    """Telegram has the message, but that cannot be written down."""
    order_id = await places(chat)
    await eventually(lambda: not rows(world, "SELECT * FROM outbox"))
    async with expected(log_lines):
        panel.set_order(order_id, status="In progress")
        await eventually(lambda: rows(world, "SELECT * FROM outbox WHERE kind = 'change'"))
        with held(world):
            await asyncio.sleep(1.0)
        await eventually(lambda: not rows(world, "SELECT * FROM outbox"), within=20.0)
    await chat.sees(f"Order {order_id}: In progress")
    assert chat.reads.count(f"Order {order_id}: In progress") == 1


@contextmanager
def full_disk(program: Program) -> Iterator[None]:
    """No file of the program may grow any more."""
    assert program.process is not None
    pid = program.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, before[1]))
    yield
    if program.process.returncode is None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


async def test_the_real_program_takes_no_orders_on_a_full_disk_and_goes_on_by_itself(
    program: Program,
) -> None:
    person = await program.connected(1001)
    boris = await program.connected(1002)
    shown = await summary(person, f"1 {LINK} 100")
    with full_disk(program):
        await person.taps_on(shown, "Place order")
        await person.sees(NO_ORDERS)
        await boris.types("/balance")
        await boris.sees(NO_ORDERS)
        assert program.panel.calls("add") == []
    await becomes(person, shown, "is placed")
    await boris.sees("Balance:")
    assert len(program.panel.calls("add")) == 1
    assert await asyncio.wait_for(program.end(signal.SIGTERM), timeout=10.0) == 0


async def test_ends_in_order_on_a_full_disk(program: Program) -> None:
    person = await program.connected(1001)
    with full_disk(program):
        await person.types("/balance")
        await person.sees(NO_ORDERS)
        assert await asyncio.wait_for(program.end(signal.SIGTERM), timeout=10.0) == 0
    await program.start()
    await person.sees("Balance:")
    assert "Balance:" in (await says(person, "/balance")).text
