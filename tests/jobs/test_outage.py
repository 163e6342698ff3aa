"""While the database takes nothing: who is told, how often it is tried, and when work goes on."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.jobs import outage
from bot.jobs.outage import AGAIN_SECONDS, LOOK_THROUGH_SECONDS, NOBODY, STORING_SECONDS, Outage
from storage.database import DatabaseDamaged, DatabaseTrouble
from storage.sqlite import SqliteDatabase

ANNA, BORIS = 501, 502


class Sick(SqliteDatabase):
    """A database that is well once `cured`."""

    def __init__(self, trouble: DatabaseTrouble) -> None:
        self.trouble = trouble
        self.cured = False
        self.tries = 0

    async def heal(self) -> bool:
        self.tries += 1
        if self.cured:
            self.trouble = None
        return self.cured


class Stage:
    def __init__(self, trouble: DatabaseTrouble) -> None:
        self.now = 0.0
        self.told: list[int] = []
        self.db = Sick(trouble)
        self.outage = Outage(self.db, tell=self._tell, clock=lambda: self.now)

    async def _tell(self, chat_id: int) -> None:
        self.told.append(chat_id)
        if chat_id == BORIS:
            raise OSError

    async def tick(self) -> None:
        self.outage.tick()
        for _ in range(5):
            await asyncio.sleep(0)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(outage, "TRY_SECONDS", 0.0)
    return Stage(DatabaseTrouble("full"))


def failing(times: int, error: Exception) -> Callable[[], Awaitable[str]]:
    left = [error] * times

    async def work() -> str:
        if left:
            raise left.pop()
        return "done"

    return work


async def test_a_chat_is_told_once_an_outage(stage: Stage) -> None:
    for _ in range(3):
        stage.outage.tell([ANNA, BORIS, NOBODY, ANNA])
        await stage.tick()
    assert sorted(stage.told) == [ANNA, BORIS]
    for wait, told in ((0.0, [ANNA, BORIS]), (AGAIN_SECONDS, [ANNA, ANNA, BORIS])):
        stage.db.cured = True
        await stage.tick()
        stage.db.cured, stage.db.trouble = False, DatabaseTrouble("full again")
        stage.now += wait
        await stage.tick()
        stage.outage.tell([ANNA])
        await stage.tick()
        assert sorted(stage.told) == told


async def test_no_more_than_so_many_are_told(stage: Stage) -> None:
    stage.outage.tell(range(1, 2 * outage.MOST_TOLD))
    await stage.tick()
    assert len(stage.told) == outage.MOST_TOLD


async def test_work_is_done_again_until_it_meets_no_trouble(stage: Stage) -> None:
    work = asyncio.create_task(stage.outage.outlast(ANNA, failing(3, DatabaseTrouble("full"))))
    await stage.tick()
    assert not work.done()
    stage.db.cured = True
    await stage.tick()
    assert await work == "done"
    assert stage.told == [ANNA]


async def test_what_is_nobodys_business_is_told_to_nobody(stage: Stage) -> None:
    stage.db.trouble = None
    assert await stage.outage.outlast(NOBODY, failing(2, DatabaseTrouble("full"))) == "done"
    assert stage.told == []


async def test_other_errors_are_not_waited_for(stage: Stage) -> None:
    with pytest.raises(ZeroDivisionError):
        await stage.outage.outlast(ANNA, failing(1, ZeroDivisionError()))
    assert stage.told == []


async def test_it_is_tried_at_each_tick_but_a_damaged_database_seldom(stage: Stage) -> None:
    for _ in range(3):
        await stage.tick()
    assert stage.db.tries == 3
    stage.db.trouble = DatabaseDamaged("damaged")
    for _ in range(3):
        await stage.tick()
    assert stage.db.tries == 4
    stage.now += LOOK_THROUGH_SECONDS
    await stage.tick()
    assert stage.db.tries == 5


async def test_what_is_well_is_left_alone(stage: Stage) -> None:
    stage.db.trouble = None
    await stage.tick()
    assert stage.db.tries == 0


async def test_what_waited_for_the_end_of_it_is_given_time_to_be_stored(stage: Stage) -> None:
    assert not stage.outage.is_just_over
    await stage.tick()
    stage.db.cured = True
    await stage.tick()
    assert stage.outage.is_just_over
    stage.now += STORING_SECONDS
    assert not stage.outage.is_just_over
