"""The workers that look at due orders: many at once, never too many, and none that takes others along."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.core.breaker import Breaker
from bot.core.tracking import Tracking
from bot.jobs.tracking import FAILING, WORKERS, TrackingJob
from bot.panel.errors import PanelUnreachable
from bot.panel.pacing import Pace, Turns
from storage.tracking import Claim
from tests.core.core_world import Clock
from tests.jobs.conftest import Logged
from tests.journeys.stories import eventually
from tests.storage.stored import ACCOUNT


class Due(Tracking):
    """So many keys are due. A look at one lasts until `open` is set, and may fail or bring news."""

    def __init__(self) -> None:
        self.waiting: list[str] = []
        self.open = asyncio.Event()
        self.failing: set[str] = set()
        self.failed_before: set[str] = set()
        self.news: set[str] = set()
        self.claim_fails = False
        self.looking: list[str] = []
        self.looked: list[str] = []
        self.cut_off: list[str] = []
        self.most_at_once = 0

    async def claim(self, *, failing: bool = True) -> Claim | None:
        await asyncio.sleep(0)
        if self.claim_fails:
            raise OSError("disk full")
        key = next((key for key in self.waiting if failing or key not in self.failed_before), None)
        if key is None:
            return None
        self.waiting.remove(key)
        return Claim(replace(ACCOUNT, id=key), int(key in self.failed_before), ())

    async def look(self, claim: Claim) -> bool:
        key = claim.account.id
        self.looking.append(key)
        self.most_at_once = max(self.most_at_once, len(self.looking))
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.cut_off.append(key)
            raise
        finally:
            self.looking.remove(key)
        if key in self.failing:
            raise RuntimeError("nobody foresaw this")
        self.looked.append(key)
        return key in self.news


def keys(count: int) -> list[str]:
    return [f"key-{number}" for number in range(count)]


async def idle() -> None:
    """Everything that could go on without anybody's doing has."""
    for _ in range(200):
        await asyncio.sleep(0)


@pytest.fixture
def due() -> Due:
    return Due()


@pytest.fixture
async def job(due: Due) -> AsyncIterator[TrackingJob]:
    job = TrackingJob(due, news=lambda: None)
    yield job
    due.open.set()
    await job.stop(0.0)


async def test_one_tick_wakes_as_many_workers_as_there_is_work_for(due: Due, job: TrackingJob) -> None:
    due.waiting = keys(3)
    job.tick()
    await eventually(lambda: len(due.looking) == 3)


async def test_never_more_workers_than_the_panel_has_connections(due: Due, job: TrackingJob) -> None:
    due.waiting = keys(3 * WORKERS)
    for _ in range(3 * WORKERS):
        job.tick()
    await eventually(lambda: len(due.looking) == WORKERS)
    await idle()
    assert len(due.looking) == WORKERS

    due.open.set()
    await eventually(lambda: len(due.looked) == 3 * WORKERS)
    assert due.most_at_once == WORKERS
    assert sorted(due.looked) == sorted(keys(3 * WORKERS))


async def test_a_look_that_fails_is_logged_and_stops_no_other(
    due: Due, job: TrackingJob, logged: Logged
) -> None:
    due.waiting = keys(5)
    due.failing = {"key-0", "key-3"}
    job.tick()
    due.open.set()
    await eventually(lambda: len(due.looked) == 3)
    await idle()
    assert sorted(due.looked) == ["key-1", "key-2", "key-4"]
    assert logged() == ["a look at orders failed"] * 2


async def test_failures_do_not_wear_the_workers_out(due: Due, job: TrackingJob, logged: Logged) -> None:
    due.open.set()
    due.waiting = keys(5 * WORKERS)
    due.failing = set(keys(4 * WORKERS))
    for _ in range(5 * WORKERS):
        job.tick()
        await idle()
    assert sorted(due.looked) == sorted(set(keys(5 * WORKERS)) - due.failing)
    assert len(logged()) == 4 * WORKERS


async def test_goes_on_at_the_next_tick_when_nothing_could_be_claimed(
    due: Due, job: TrackingJob, logged: Logged
) -> None:
    due.open.set()
    due.waiting = keys(1)
    due.claim_fails = True
    job.tick()
    await idle()
    assert logged() == ["a look at orders failed"]

    due.claim_fails = False
    job.tick()
    await eventually(lambda: due.looked == ["key-0"])


async def test_says_so_when_a_look_brought_news_and_only_then(due: Due) -> None:
    told: list[list[str]] = []
    job = TrackingJob(due, news=lambda: told.append(due.looked[:]))
    due.open.set()
    for key in ("dull", "telling", "dull too"):
        due.waiting = [key]
        due.news = {"telling"}
        job.tick()
        await idle()
    assert told == [["dull", "telling"]]


async def test_the_end_waits_for_looks_under_way_and_claims_no_more(due: Due, job: TrackingJob) -> None:
    due.waiting = keys(WORKERS + 4)
    job.tick()
    await eventually(lambda: len(due.looking) == WORKERS)
    ending = asyncio.create_task(job.stop(60.0))
    await idle()
    assert not ending.done()

    due.open.set()
    async with asyncio.timeout(10.0):
        await ending
    assert (len(due.looked), due.cut_off) == (WORKERS, [])


async def test_the_end_cuts_off_what_outlasts_its_grace(due: Due, job: TrackingJob) -> None:
    due.waiting = keys(3)
    job.tick()
    await eventually(lambda: len(due.looking) == 3)
    async with asyncio.timeout(10.0):
        await job.stop(0.01)
    assert (due.looking, sorted(due.cut_off)) == ([], keys(3))


async def test_a_tick_after_the_end_starts_nothing(due: Due, job: TrackingJob) -> None:
    await job.stop(0.0)
    due.open.set()
    due.waiting = keys(1)
    job.tick()
    await idle()
    assert due.looked == []
    assert due.waiting == ["key-0"]


async def test_no_kind_of_work_waits_for_another_to_be_done(due: Due) -> None:
    other = Due()
    job = TrackingJob(due, other, news=lambda: None)
    due.waiting, other.waiting = keys(4 * WORKERS), ["refills"]
    job.tick()
    await eventually(lambda: "refills" in other.looking)
    assert len(due.looked) == 0
    for each in (due, other):
        each.open.set()
    await eventually(lambda: len(due.looked) == 4 * WORKERS)
    assert other.looked == ["refills"]
    await job.stop(0.0)


async def test_keys_that_fail_take_no_more_than_their_share_of_the_workers(
    due: Due, job: TrackingJob
) -> None:
    """They may hang, all of them; whatever else is due is looked at."""
    failing, well = keys(3 * WORKERS), [f"well-{number}" for number in range(2 * WORKERS)]
    due.failed_before = set(failing)
    due.waiting = [*failing, *well]
    for _ in range(3 * WORKERS):
        job.tick()
        await idle()
    assert len([key for key in due.looking if key in due.failed_before]) == FAILING
    assert len(due.looking) == WORKERS

    due.open.set()
    for _ in range(3 * WORKERS):
        job.tick()
        await idle()
    assert sorted(due.looked) == sorted([*failing, *well])


async def test_an_open_breaker_stops_polls_and_lets_one_through_when_it_is_time(due: Due) -> None:
    clock = Clock()
    breaker = Breaker(clock=clock)
    job = TrackingJob(due, news=lambda: None, breaker=breaker)
    for key in keys(3):
        breaker.hear(key, PanelUnreachable("no reply in time"), poll=True)
    due.waiting = keys(5)
    job.tick()
    await idle()
    assert due.looking == []

    clock.now = breaker.until
    for _ in range(5):
        job.tick()
        await idle()
    assert due.looking == ["key-0"]

    breaker.hear("key-0", None, poll=True)
    job.tick()
    await eventually(lambda: len(due.looking) == 5)
    due.open.set()
    await job.stop(1.0)


async def test_a_poll_has_its_turn_before_it_takes_anything_up(due: Due) -> None:
    """What is due must not wait in a worker's hands for its turn."""
    turns = Turns(Pace(1))
    job = TrackingJob(due, news=lambda: None, turns=turns)
    due.open.set()
    due.waiting = keys(5)
    for _ in range(5):
        job.tick()
        await idle()
    assert due.looked == ["key-0"]
    assert due.waiting == keys(5)[1:]
    await job.stop(0.0)
