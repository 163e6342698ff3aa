"""Mass orders on their way: a key's one after the other, keys side by side."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.mass_lines import read
from bot.core.masses import Masses, Progress
from bot.jobs import masses as jobs
from bot.jobs.masses import MassesJob
from bot.jobs.notices import Delivered, Delivery, TryAgain, Unreachable
from bot.sandbox.panel import Trouble
from storage import masses
from storage.accounts import Account
from storage.masses import Mass
from tests.core.core_world import ANNA, BORIS, FOLLOWERS, OTHER, World, open_world
from tests.jobs.conftest import Logged
from tests.journeys.stories import eventually


class Desk:
    """A job, and what it shows."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.core = Masses(world.db, world.accounts, world.ordering, process="run-1", clock=world.clock)
        self.shown: list[str] = []
        self.progress: list[Progress] = []
        self.answers: list[Delivery] = []  # to the next ones; then all goes well
        self.ended = 0
        self.fails = False
        self.job = MassesJob(world.db, self.core, show=self.show, news=self.news)

    async def show(self, mass: Mass, progress: Progress) -> Delivery:
        self.shown.append(mass.id)
        self.progress.append(progress)
        if self.fails:
            raise RuntimeError("nothing can be shown")
        return self.answers.pop(0) if self.answers else Delivered()

    def states(self) -> list[dict[str, int]]:
        """What was shown, step by step."""
        return [dict(one.states) for one in self.progress]

    def news(self) -> None:
        self.ended += 1

    async def confirmed(self, account: Account, name: str, count: int) -> str:
        text = "\n".join(f"1|https://example.com/{name}/{n}|50" for n in range(count))
        plan = await self.core.check(account, {"1": FOLLOWERS}, read(text))
        draft = await masses.draft_of(self.world.db, chat_id=account.chat_id)
        assert draft
        await self.core.confirm(account, {"1": FOLLOWERS}, draft, message_id=1)
        self.world.clock.now += 1
        return plan.mass_id

    async def ends(self, count: int) -> None:
        for _ in range(500):
            if self.ended >= count:
                return
            await self.job.tick()
            await asyncio.sleep(0.02)
        raise AssertionError(f"{self.ended} of {count} ended")

    def links(self) -> list[str]:
        return [form["link"].removeprefix("https://example.com/") for form in self.world.panel.calls("add")]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_world(tmp_path) as world:
        desk = Desk(world)
        yield desk
        await desk.job.stop(1.0)


async def test_a_key_s_second_mass_order_waits_for_the_first(desk: Desk) -> None:
    account = await desk.world.connect()
    first = await desk.confirmed(account, "a", 4)
    second = await desk.confirmed(account, "b", 4)
    await desk.ends(2)

    assert [link[0] for link in desk.links()] == ["a"] * 4 + ["b"] * 4
    assert list(dict.fromkeys(desk.shown)) == [first, second]


async def test_keys_go_side_by_side(desk: Desk) -> None:
    anna, boris = await desk.world.connect(), await desk.world.connect(OTHER, chat_id=BORIS)
    await desk.confirmed(anna, "a", 2)
    await desk.confirmed(boris, "b", 2)
    desk.world.panel.misbehave(Trouble.HANG, action="add", times=2)
    await desk.job.tick()
    await eventually(lambda: len(desk.links()) == 2)

    assert sorted(desk.links()) == ["a/0", "b/0"]
    desk.world.panel.release()
    await desk.ends(2)


async def test_asking_again_and_again_sends_nothing_twice(desk: Desk) -> None:
    account = await desk.world.connect()
    await desk.confirmed(account, "a", 9)
    await asyncio.gather(*(desk.job.tick() for _ in range(5)))
    await desk.ends(1)

    assert sorted(desk.links()) == [f"a/{n}" for n in range(9)]
    assert desk.ended == 1


async def test_progress_that_cannot_be_shown_stops_nothing(
    desk: Desk, logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PROGRESS_SECONDS", 0.01)
    account = await desk.world.connect()
    await desk.confirmed(account, "a", 4)
    desk.fails = True
    await desk.ends(1)

    assert len(desk.links()) == 4
    assert "progress of a mass order not shown" in logged()


async def test_shows_how_far_it_is_now_and_then(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PROGRESS_SECONDS", 0.02)
    account = await desk.world.connect()
    mass_id = await desk.confirmed(account, "a", 2)
    desk.world.panel.misbehave(Trouble.HANG, action="add")
    await desk.job.tick()
    await eventually(lambda: {"placing": 1, "queued": 1} in desk.states())
    desk.world.panel.release()
    await eventually(lambda: {"open": 1, "placing": 1} in desk.states())
    desk.world.panel.calm()
    await desk.ends(1)

    assert set(desk.shown) == {mass_id}
    assert desk.states()[-1] == {"open": 2}


async def test_shows_nothing_again_that_is_shown_already(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await shown_while_it_hangs(desk, monkeypatch, times=1)


async def test_shows_again_what_could_not_be_shown(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.answers = [TryAgain(0.01), TryAgain(0.0)]
    await shown_while_it_hangs(desk, monkeypatch, times=3)


async def test_shows_nothing_to_who_cannot_see_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.answers = [Unreachable()]
    await shown_while_it_hangs(desk, monkeypatch, times=1, then=2)


async def shown_while_it_hangs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, *, times: int, then: int | None = None
) -> None:
    """`then`: how often at the end, if the second line is not shown in between."""
    monkeypatch.setattr(jobs, "PROGRESS_SECONDS", 0.2)
    await desk.confirmed(await desk.world.connect(), "a", 2)
    desk.world.panel.misbehave(Trouble.HANG, action="add")
    await desk.job.tick()
    await desk.world.panel.next_call("add")  # or it could be shown before
    monkeypatch.setattr(jobs, "PROGRESS_SECONDS", 0.01)
    await eventually(lambda: len(desk.shown) == times)
    await asyncio.sleep(0.3)
    assert len(desk.shown) == times

    desk.world.panel.release()
    await eventually(lambda: len(desk.links()) == 2)
    await asyncio.sleep(0.1)
    desk.world.panel.calm()
    await desk.ends(1)
    assert then is None or len(desk.shown) == then


async def test_a_stop_gives_what_is_in_flight_its_grace(desk: Desk) -> None:
    account = await desk.world.connect()
    mass_id = await desk.confirmed(account, "a", 4)
    desk.world.panel.misbehave(Trouble.SLOW, action="add", delay=0.2)
    await desk.job.tick()
    await desk.world.panel.next_call("add")
    await desk.job.stop(5.0)
    await desk.job.tick()

    assert dict(await masses.states(desk.world.db, mass_id=mass_id)) == {"open": 1, "queued": 3}
    assert desk.ended == 0
    assert await desk.world.told("mass") == []


async def test_a_stop_does_not_wait_for_ever(desk: Desk) -> None:
    account = await desk.world.connect()
    mass_id = await desk.confirmed(account, "a", 4)
    desk.world.panel.misbehave(Trouble.HANG, action="add")
    await desk.job.tick()
    await desk.world.panel.next_call("add")
    await desk.job.stop(0.1)

    assert dict(await masses.states(desk.world.db, mass_id=mass_id)) == {"placing": 1, "queued": 3}
    desk.world.panel.calm()


async def test_a_database_that_stumbles_only_delays(desk: Desk, logged: Logged) -> None:
    account = await desk.world.connect()
    await desk.confirmed(account, "a", 2)
    broken = MassesJob(None, desk.core, show=desk.show, news=desk.news)  # type: ignore[arg-type]
    await broken.tick()

    assert "mass orders not looked up" in logged()
    await desk.ends(1)
    assert (await desk.world.told("mass"))[0]["chat_id"] == ANNA
