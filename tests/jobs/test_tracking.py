"""The workers that look at due orders: many at once, never too many, and none that takes others along."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from bot.core.tracking import Tracking
from bot.jobs.tracking import WORKERS, TrackingJob
from storage.tracking import Claim
from tests.jobs.conftest import Logged
from tests.journeys.stories import eventually
from tests.storage.stored import ACCOUNT


class Due(Tracking):
    """So many keys are due. A look at one lasts until `open` is set, and may fail or bring news."""

    def __init__(self) -> None:
        self.keys: Iterator[str] = iter(())
        self.open = asyncio.Event()
        self.failing: set[str] = set()
        self.news: set[str] = set()
        self.claim_fails = False
        self.looking: list[str] = []
        self.looked: list[str] = []
        self.cut_off: list[str] = []
        self.most_at_once = 0

    async def claim(self) -> Claim | None:
        await asyncio.sleep(0)
        if self.claim_fails:
            raise OSError("disk full")
        key = next(self.keys, None)
        return Claim(replace(ACCOUNT, id=key), 0, ()) if key else None

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
    due.keys = iter(keys(3))
    job.tick()
    await eventually(lambda: len(due.looking) == 3)


async def test_never_more_workers_than_the_panel_has_connections(due: Due, job: TrackingJob) -> None:
    due.keys = iter(keys(3 * WORKERS))
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
    due.keys = iter(keys(5))
    due.failing = {"key-0", "key-3"}
    job.tick()
    due.open.set()
    await eventually(lambda: len(due.looked) == 3)
    await idle()
    assert sorted(due.looked) == ["key-1", "key-2", "key-4"]
    assert logged() == ["a look at orders failed"] * 2


async def test_failures_do_not_wear_the_workers_out(due: Due, job: TrackingJob, logged: Logged) -> None:
    due.open.set()
    due.keys = iter(keys(5 * WORKERS))
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
    due.keys = iter(keys(1))
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
        due.keys = iter([key])
        due.news = {"telling"}
        job.tick()
        await idle()
    assert told == [["dull", "telling"]]


async def test_the_end_waits_for_looks_under_way_and_claims_no_more(due: Due, job: TrackingJob) -> None:
    due.keys = iter(keys(WORKERS + 4))
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
    due.keys = iter(keys(3))
    job.tick()
    await eventually(lambda: len(due.looking) == 3)
    async with asyncio.timeout(10.0):
        await job.stop(0.01)
    assert (due.looking, sorted(due.cut_off)) == ([], keys(3))


async def test_a_tick_after_the_end_starts_nothing(due: Due, job: TrackingJob) -> None:
    await job.stop(0.0)
    due.open.set()
    due.keys = iter(keys(1))
    job.tick()
    await idle()
    assert due.looked == []
    assert next(due.keys) == "key-0"


async def test_no_kind_of_work_waits_for_another_to_be_done(due: Due) -> None:
    other = Due()
    job = TrackingJob(due, other, news=lambda: None)
    due.keys, other.keys = iter(keys(4 * WORKERS)), iter(["refills"])
    job.tick()
    await eventually(lambda: "refills" in other.looking)
    assert len(due.looked) == 0
    for each in (due, other):
        each.open.set()
    await eventually(lambda: len(due.looked) == 4 * WORKERS)
    assert other.looked == ["refills"]
    await job.stop(0.0)
