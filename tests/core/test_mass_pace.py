"""Mass orders at a panel that says "not now": they wait, and each line is placed once at most."""

import asyncio
import json
from collections import Counter, deque
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.core import settling
from bot.core.mass_pace import (
    BUSY_PATIENCE,
    BUSY_PAUSES,
    GAP_SECONDS,
    SILENT_PAUSES,
    Pace,
    Stop,
)
from bot.core.masses import Masses
from bot.core.ordering import NotNow, Ordering, Outcome, Placed, Rejected, Uncertain
from bot.panel.client import PanelClient
from bot.panel.errors import Meaning, PanelBusy
from bot.sandbox.panel import Trouble
from storage import masses, orders
from tests.core.core_world import ANNA, INTERVAL, World, open_world
from tests.core.mass_world import carried_out, confirmed, core, listed, sent_links
from tests.core.test_settling import Stumbling

BUSY = NotNow("Rate limit exceeded")
PLACED = Placed("1")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path, seconds=0.2) as world:
        yield world


def heard(pace: Pace, *outcomes: Outcome | None, now: float = 0.0) -> float | Stop:
    return pace.after(outcomes, now=now)


def test_goes_on_at_once_while_all_is_well() -> None:
    pace = Pace(now=0.0)
    assert pace.at_once == 1
    assert heard(pace, PLACED) == 0.0
    assert pace.at_once == 3
    assert heard(pace, Rejected("Bad link")) == 0.0


def test_rests_as_long_as_the_panel_says_and_longer_each_time() -> None:
    pace = Pace(now=0.0)
    assert heard(pace, NotNow("Rate limit", 45.0), NotNow("Rate limit", 40.0), PLACED) == 45.0
    assert [heard(pace, BUSY) for _ in range(5)] == [*BUSY_PAUSES[1:], BUSY_PAUSES[-1], BUSY_PAUSES[-1]]
    assert heard(pace, NotNow("Rate limit", 3600.0)) == 3600.0
    assert heard(pace, PLACED) == GAP_SECONDS
    assert heard(pace, BUSY) == BUSY_PAUSES[0]


def test_is_slow_once_it_was_too_fast() -> None:
    pace = Pace(now=0.0)
    heard(pace, PLACED)
    heard(pace, PLACED, BUSY, PLACED)

    assert pace.at_once == 1
    assert [heard(pace, PLACED) for _ in range(3)] == [GAP_SECONDS] * 3
    assert pace.at_once == 1
    assert 60 / GAP_SECONDS < 60


def test_gives_up_after_minutes_of_nothing_but_not_now() -> None:
    pace = Pace(now=0.0)
    assert isinstance(heard(pace, BUSY, now=BUSY_PATIENCE - 1), float)
    assert heard(pace, BUSY, now=BUSY_PATIENCE) is Stop.BUSY
    assert isinstance(heard(pace, BUSY, PLACED, now=BUSY_PATIENCE), float)
    assert isinstance(heard(pace, BUSY, now=2 * BUSY_PATIENCE - 1), float)
    assert heard(pace, BUSY, now=2 * BUSY_PATIENCE) is Stop.BUSY


def test_gives_up_sooner_when_no_answer_comes() -> None:
    pace = Pace(now=0.0)
    assert [heard(pace, Uncertain(), None) for _ in range(3)] == [*SILENT_PAUSES, Stop.NO_ANSWER]


class Limited(PanelClient):
    """Takes 60 orders a minute and says "not now" to more, by the world's clock."""

    def __init__(self, world: World) -> None:
        super().__init__(f"{world.server.url}/api/v2", add_seconds=5.0)
        self._clock = world.clock
        self._taken: deque[float] = deque(maxlen=60)
        self.refused = 0

    async def add(self, key: str, service: str, fields: Mapping[str, str]) -> str:
        if len(self._taken) == 60 and self._taken[0] > self._clock.now - 60:
            self.refused += 1
            raise PanelBusy("Rate limit exceeded", Meaning.BUSY, status_code=429, retry_after=40.0)
        self._taken.append(self._clock.now)
        return await super().add(key, service, fields)


def stumbling(world: World, failures: int, *, written: bool = False) -> Ordering:
    db = Stumbling(world.db, failures, written)
    return Ordering(db, world.accounts, world.client, process="run-1", interval=INTERVAL, clock=world.clock)


async def test_an_ordinary_rate_limit_costs_a_line_or_two(world: World) -> None:
    mass = await confirmed(world, await world.connect(), listed(200))
    began_at = world.clock.now
    panel = Limited(world)
    slowly = Ordering(world.db, world.accounts, panel, process="run-1", interval=INTERVAL, clock=world.clock)

    states = Counter(await carried_out(world, mass, slowly))
    assert states == {"open": 200 - panel.refused, "rejected": panel.refused}
    assert 1 <= panel.refused <= 3
    assert len(set(sent_links(world))) == len(sent_links(world)) == 200 - panel.refused
    assert world.clock.now - began_at < 600
    assert json.loads((await world.told("mass"))[0]["facts"])["stopped"] is None
    await panel.close()


@pytest.mark.parametrize(
    "busy",
    [
        {"status": 429, "body": '{"error": "Slow down"}'},
        {"body": '{"error": "Rate limit exceeded"}'},
        {"status": 403, "body": '{"status": "fail", "msg": "neworder.error.too_many_orders"}'},
    ],
)
async def test_after_a_not_now_the_lines_behind_it_wait_and_it_is_not_sent_again(
    world: World, busy: Mapping[str, Any]
) -> None:
    mass = await confirmed(world, await world.connect(), listed(4))
    world.panel.misbehave(Trouble.CUSTOM, action="add", times=2, **busy)

    assert await carried_out(world, mass) == ["rejected"] * 2 + ["open"] * 2
    assert sent_links(world) == ["1", "2", "3", "4"]
    lines = await masses.lines_of(world.db, chat_id=ANNA, mass_id=mass.id)
    assert [line.reason is None for line in lines] == [False, False, True, True]


@pytest.mark.parametrize(
    "unclear",
    [
        {"status": 503, "body": '{"error": "Too many requests"}'},
        {"status": 429, "body": "<html>Too many requests</html>"},
        {"status": 503, "body": "<html>maintenance</html>"},
        {"body": "<html>maintenance</html>"},
        {"body": ""},
    ],
)
async def test_a_line_is_never_sent_again_after_anything_less_clear(
    world: World, unclear: Mapping[str, Any]
) -> None:
    mass = await confirmed(world, await world.connect(), listed(4))
    world.panel.misbehave(Trouble.CUSTOM, action="add", times=1, **unclear)

    assert await carried_out(world, mass) == ["uncertain"] + ["open"] * 3
    assert sent_links(world) == ["1", "2", "3", "4"]


async def test_a_single_order_is_not_sent_again(world: World) -> None:
    world.panel.misbehave(Trouble.RATE_LIMIT, action="add")
    order = await world.place(await world.connect())

    assert (order.state, order.reason) == ("rejected", "Rate limit exceeded")
    assert len(await world.told("outcome")) == len(world.panel.calls("add")) == 1


async def test_gives_up_in_the_end_and_says_of_each_line_what_is_known(world: World) -> None:
    mass = await confirmed(world, await world.connect(), listed(9))
    began_at = world.clock.now
    world.panel.misbehave(Trouble.RATE_LIMIT, action="add")

    assert await carried_out(world, mass) == ["rejected"] * 9
    assert BUSY_PATIENCE <= world.clock.now - began_at <= 3 * BUSY_PATIENCE
    assert sent_links(world) == ["1", "2", "3", "4", "5"]
    lines = await masses.lines_of(world.db, chat_id=ANNA, mass_id=mass.id)
    assert [line.reason for line in lines] == ["Rate limit exceeded"] * 5 + ["not sent"] * 4
    assert json.loads((await world.told("mass"))[0]["facts"])["stopped"] == "busy"


async def test_one_line_that_always_hears_not_now_holds_up_no_other(world: World) -> None:
    class Picky(PanelClient):
        async def add(self, key: str, service: str, fields: Mapping[str, str]) -> str:
            if fields["link"].endswith("/1"):
                raise PanelBusy("This service is under maintenance", Meaning.BUSY)
            return await super().add(key, service, fields)

    mass = await confirmed(world, await world.connect(), listed(9))
    panel = Picky(f"{world.server.url}/api/v2", add_seconds=5.0)
    picky = Ordering(world.db, world.accounts, panel, process="run-1", interval=INTERVAL, clock=world.clock)

    assert await carried_out(world, mass, picky) == ["rejected"] + ["open"] * 8
    lines = await masses.lines_of(world.db, chat_id=ANNA, mass_id=mass.id)
    assert lines[0].reason == "This service is under maintenance"
    await panel.close()


async def test_says_that_it_rests_and_leaves_the_rest_to_the_next_run(world: World) -> None:
    mass = await confirmed(world, await world.connect(), listed(4))
    world.panel.misbehave(Trouble.RATE_LIMIT, action="add", times=1)
    stopping, rests = asyncio.Event(), asyncio.Event()

    async def sleep(_: float, stopping: asyncio.Event) -> None:
        rests.set()
        await stopping.wait()

    first = Masses(world.db, world.accounts, world.ordering, process="run-1", clock=world.clock, sleep=sleep)
    task = asyncio.create_task(first.carry_out(mass, stopping))
    await rests.wait()
    assert (await first.progress(mass.id)).rests
    assert dict((await first.progress(mass.id)).states) == {"queued": 3, "rejected": 1}
    stopping.set()

    assert not await task
    assert not (await first.progress(mass.id)).rests
    assert await orders.find_abandoned(world.db, process="run-2", now=world.clock.now) == 0
    assert await carried_out(world, mass) == ["rejected"] + ["open"] * 3
    assert sent_links(world) == ["1", "2", "3", "4"]


async def test_a_key_that_was_parked_while_it_rests_is_not_used(world: World) -> None:
    account = await world.connect()
    mass = await confirmed(world, account, listed(3))
    world.panel.misbehave(Trouble.RATE_LIMIT, action="add", times=1)

    async def sleep(_: float, __: asyncio.Event) -> None:
        await world.accounts.park(account, tell=False)

    one = Masses(world.db, world.accounts, world.ordering, process="run-1", clock=world.clock, sleep=sleep)
    assert await one.carry_out(mass, asyncio.Event())
    assert sent_links(world) == ["1"]
    assert json.loads((await world.told("mass"))[0]["facts"])["stopped"] == "bad key"


async def test_a_not_now_that_could_not_be_stored_sends_nothing_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "PAUSES", ())
    mass = await confirmed(world, await world.connect(), listed(3))
    world.panel.misbehave(Trouble.RATE_LIMIT, action="add", times=1)

    assert await carried_out(world, mass, stumbling(world, 1)) == ["uncertain", "open", "open"]
    assert sent_links(world) == ["1", "2", "3"]


async def test_a_not_now_that_is_stored_twice_is_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "PAUSES", (0.0,))
    mass = await confirmed(world, await world.connect(), listed(3))
    world.panel.misbehave(Trouble.RATE_LIMIT, action="add", times=1)

    assert await carried_out(world, mass, stumbling(world, 1, written=True)) == ["rejected", "open", "open"]
    assert sent_links(world) == ["1", "2", "3"]


async def test_why_it_stopped_is_not_forgotten_while_it_cannot_be_stored(world: World) -> None:
    mass = await confirmed(world, await world.connect(), listed(20))
    world.panel.misbehave(Trouble.ERROR, action="add", text="Not enough funds on balance")
    db = Stumbling(world.db, 0, written=False)

    async def sleep(seconds: float, _: asyncio.Event) -> None:
        world.clock.now += seconds

    one = Masses(db, world.accounts, world.ordering, process="run-1", clock=world.clock, sleep=sleep)
    world.panel.misbehave(Trouble.SLOW, action="add", delay=0.05)
    task = asyncio.create_task(one.carry_out(mass, asyncio.Event()))
    await world.panel.next_call("add")
    db.failures = 3

    assert await task
    assert len(world.panel.calls("add")) == 1
    assert json.loads((await world.told("mass"))[0]["facts"])["stopped"] == "funds"


async def test_why_it_stopped_is_stored_also_when_the_program_is_to_stop(world: World) -> None:
    mass = await confirmed(world, await world.connect(), listed(5))
    world.panel.misbehave(Trouble.ERROR, action="add", text="Not enough funds on balance")
    stopping = asyncio.Event()
    task = asyncio.create_task(core(world).carry_out(mass, stopping))
    await world.panel.next_call("add")
    stopping.set()

    assert await task
    assert json.loads((await world.told("mass"))[0]["facts"])["stopped"] == "funds"
