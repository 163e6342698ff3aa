"""Announcements on their way: each to everybody once at most, whatever Telegram does."""

import asyncio
import math
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.jobs import broadcasts as jobs
from bot.jobs.broadcasts import BroadcastsJob, Failed, Outcome, Unsure
from bot.jobs.notices import Delivered, TryAgain, Unreachable
from storage import broadcasts
from storage.broadcasts import Broadcast, Recipient
from storage.opening import open_sqlite
from storage.sqlite import SqliteDatabase
from tests.core.core_world import Clock
from tests.jobs.conftest import Logged
from tests.storage.stored import table

OPERATOR = 9


class Desk:
    """A job, and a Telegram that answers as it is told."""

    def __init__(self, db: SqliteDatabase) -> None:
        self.db, self.clock = db, Clock()
        self.told: list[int] = []
        self.answers: dict[int, list[Outcome | Exception]] = {}  # by chat; then all goes well
        self.shown: list[Mapping[str, int]] = []
        self.away = 0  # looks until Telegram is back
        self.room = asyncio.Semaphore(jobs.AT_ONCE)  # on their way at once
        self.hangs = asyncio.Event()
        self.hangs.set()
        self.ended = 0
        self.job = self.another()

    def another(self) -> BroadcastsJob:
        return BroadcastsJob(
            self.db,
            deliver=self.deliver,
            show=self.show,
            is_back=self.is_back,
            turn=self.turn,
            news=self.news,
            clock=self.clock,
        )

    @asynccontextmanager
    async def turn(self, chat_id: int, *, last: bool) -> AsyncIterator[None]:
        assert (chat_id > 0, last) == (True, True)
        async with self.room:
            yield

    async def deliver(self, person: Recipient, text: str) -> Outcome:
        assert text == "Hello"
        self.told.append(person.chat_id)
        await self.hangs.wait()
        answers = self.answers.get(person.chat_id)
        answer = answers.pop(0) if answers else Delivered()
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def show(self, one: Broadcast, counts: Mapping[str, int]) -> None:
        assert one.message_id == 5
        self.shown.append(counts)

    async def is_back(self) -> bool:
        self.away -= 1
        return self.away <= 0

    def news(self) -> None:
        self.ended += 1

    async def confirmed(self, people: int) -> None:
        for chat_id in range(1, people + 1):
            await self.db.execute(
                "INSERT INTO people (chat_id, language, created_at) VALUES (:id, 'en', 0)", id=chat_id
            )
        draft = Broadcast("b", OPERATOR, "draft", "Hello", None, self.clock())
        await broadcasts.put_draft(self.db, draft)
        assert await broadcasts.confirm(
            self.db,
            chat_id=OPERATOR,
            broadcast_id="b",
            message_id=5,
            operators=frozenset(),
            now=self.clock(),
        )

    async def ends(self) -> None:
        for _ in range(500):
            if self.ended:
                return
            await self.job.tick()
            await asyncio.sleep(0.01)
        raise AssertionError(f"it did not end: {await self.states()}")

    async def states(self) -> dict[str, int]:
        return dict(await broadcasts.counts(self.db, broadcast_id="b", now=math.inf))

    async def result(self) -> str:
        (row,) = await table(self.db, "outbox")
        assert (row["chat_id"], row["kind"]) == (OPERATOR, "broadcast")
        return str(row["facts"])


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    monkeypatch.setattr(jobs, "AWAY_SECONDS", 0.01)
    db = await open_sqlite(tmp_path / "bot.db")
    desk = Desk(db)
    yield desk
    await desk.job.stop(1.0)
    await db.close()


async def test_everybody_gets_it_once_however_often_it_is_looked_up(desk: Desk) -> None:
    await desk.confirmed(60)
    await asyncio.gather(*(desk.job.tick() for _ in range(5)))
    await desk.ends()
    assert sorted(desk.told) == list(range(1, 61))
    assert '"counts": {"sent": 60}' in await desk.result()
    assert (await table(desk.db, "broadcasts"), await table(desk.db, "recipients")) == ([], [])


async def test_each_way_it_may_go_is_counted(desk: Desk) -> None:
    await desk.confirmed(5)
    desk.answers = {1: [Failed()], 2: [Unreachable()], 3: [Unsure()]}
    await desk.ends()
    assert '{"blocked": 1, "failed": 1, "sent": 2, "unsure": 1}' in await desk.result()
    assert [one["chat_id"] for one in await table(desk.db, "people") if one["blocked_at"]] == [2]
    assert sorted(desk.told) == [1, 2, 3, 4, 5]


async def test_what_telegram_did_not_take_is_tried_again_when_it_says(desk: Desk) -> None:
    await desk.confirmed(2)
    desk.answers = {1: [TryAgain(30.0), TryAgain(30.0)]}
    for _ in range(2):
        await desk.job.tick()
        await asyncio.sleep(0.1)
        assert await desk.states() == {"sent": 1, "waiting": 1}
        desk.clock.now += 31
    await desk.ends()
    assert sorted(desk.told) == [1, 1, 1, 2]


async def test_while_telegram_is_away_nobody_is_tried(desk: Desk) -> None:
    await desk.confirmed(60)
    desk.answers = {1: [Unsure()]}
    desk.away = 10**6
    desk.room = asyncio.Semaphore(1)
    await desk.job.tick()
    await asyncio.sleep(0.3)
    assert desk.told == [1]  # who else was not on their way yet
    desk.away = 0
    await desk.ends()
    assert sorted(desk.told) == list(range(1, 61))


async def test_a_failure_of_our_own_leaves_one_person_and_not_the_others(desk: Desk, logged: Logged) -> None:
    await desk.confirmed(3)
    desk.answers = {2: [RuntimeError("no words")]}
    await desk.ends()
    assert '"counts": {"sending": 1, "sent": 2}' in await desk.result()
    assert logged() == ["announcement not sent to somebody"]


async def test_while_the_database_takes_nothing_it_rests(desk: Desk, logged: Logged) -> None:
    """A full disk lets it read: whoever cannot be begun is found again at once."""
    await desk.confirmed(60)
    await desk.db.execute(
        "CREATE TRIGGER full BEFORE UPDATE ON recipients BEGIN SELECT RAISE(ABORT, 'disk full'); END"
    )
    await desk.job.tick()
    await asyncio.sleep(0.3)
    assert desk.told == []
    assert logged() == ["announcement not carried through"]

    await desk.db.execute("DROP TRIGGER full")
    await desk.ends()
    assert sorted(desk.told) == list(range(1, 61))


async def test_ended_in_the_middle_whoever_it_was_being_sent_to_is_not_asked_again(desk: Desk) -> None:
    await desk.confirmed(40)
    desk.hangs.clear()
    await desk.job.tick()
    await asyncio.sleep(0.2)
    await desk.job.stop(0.05)
    assert await desk.states() == {"sending": jobs.AT_ONCE, "waiting": 40 - jobs.AT_ONCE}
    desk.hangs.set()
    desk.job = desk.another()
    await broadcasts.take_up(desk.db)
    await desk.ends()
    assert sorted(desk.told) == list(range(1, 41))
    assert f'{{"sent": {40 - jobs.AT_ONCE}, "unsure": {jobs.AT_ONCE}}}' in await desk.result()


async def test_stopping_waits_for_those_on_their_way(desk: Desk) -> None:
    await desk.confirmed(40)
    desk.hangs.clear()
    await desk.job.tick()
    await asyncio.sleep(0.2)
    assert await broadcasts.stop(desk.db, broadcast_id="b")
    await desk.job.tick()
    assert desk.ended == 0
    desk.hangs.set()
    await desk.ends()
    assert len(desk.told) == jobs.AT_ONCE
    assert f'"stopped": true, "counts": {{"sent": {jobs.AT_ONCE}, "waiting": {40 - jobs.AT_ONCE}}}' in (
        await desk.result()
    )
    assert not await broadcasts.stop(desk.db, broadcast_id="b")


async def test_progress_is_shown_from_the_beginning_and_every_few_seconds(desk: Desk) -> None:
    await desk.confirmed(60)
    desk.hangs.clear()
    await desk.job.tick()
    await asyncio.sleep(0.1)
    assert desk.shown == [{"waiting": 60}]
    desk.clock.now += jobs.PROGRESS_SECONDS
    desk.hangs.set()
    await desk.ends()
    assert desk.shown == [{"waiting": 60}, {"sent": jobs.AT_ONCE, "waiting": 60 - jobs.AT_ONCE}]


async def test_who_has_kept_replies_to_get_gets_those_first(desk: Desk) -> None:
    await desk.confirmed(2)
    await desk.db.execute("INSERT INTO replies (chat_id, facts, created_at) VALUES (1, '{}', 0)")
    await desk.job.tick()
    await asyncio.sleep(0.1)
    assert desk.told == [2]
    await desk.db.execute("DELETE FROM replies")
    await desk.ends()
    assert desk.told == [2, 1]
