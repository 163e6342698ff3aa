"""Kept replies on their way out: chat by chat in order, again when it fails, none lost at the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from bot.jobs.notices import AT_ONCE, Delivered, Delivery, TryAgain, Unreachable
from bot.jobs.replies import RepliesJob
from storage import replies
from storage.opening import open_sqlite
from storage.replies import Kept
from storage.sqlite import SqliteDatabase
from tests.jobs.conftest import Logged
from tests.journeys.stories import eventually
from tests.storage.stored import NOW, table

SOON = TryAgain(0.01)


class Post:
    """Delivers while `open`, as `answers` say, chat by chat; else all is well."""

    def __init__(self, db: SqliteDatabase) -> None:
        self.db = db
        self.open = asyncio.Event()
        self.open.set()
        self.answers: dict[int, list[Delivery | Exception]] = {}
        self.on_their_way: list[int] = []
        self.delivered: list[tuple[int, str]] = []
        self.job = RepliesJob(db, deliver=self.deliver, turn=self.turn)

    @asynccontextmanager
    async def turn(self, _: int) -> AsyncIterator[None]:
        yield

    async def deliver(self, kept: Kept) -> Delivery:
        self.on_their_way.append(kept.chat_id)
        try:
            await self.open.wait()
        finally:
            self.on_their_way.remove(kept.chat_id)
        answers = self.answers.get(kept.chat_id)
        answer = answers.pop(0) if answers else Delivered()
        if isinstance(answer, Exception):
            raise answer
        if answer == Delivered():
            self.delivered.append((kept.chat_id, kept.facts["text"]))
        return answer

    async def keeps(self, chat_id: int, *texts: str) -> None:
        for text in texts:
            await self.db.write(partial(replies.keep, chat_id=chat_id, facts={"text": text}, now=NOW))

    async def settles(self) -> None:
        """Tick, and wait until nothing is on its way any more."""
        await self.job.tick()
        await eventually(lambda: not self.job._giving)

    async def left(self) -> list[int]:
        return [row["chat_id"] for row in await table(self.db, "replies")]


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    db = await open_sqlite(tmp_path / "bot.db")
    post = Post(db)
    yield post
    post.open.set()
    await post.job.stop(0.0)
    await db.close()


async def test_each_chat_gets_all_of_its_own_in_order(post: Post) -> None:
    await post.keeps(1, "one", "two")
    await post.keeps(2, "other")
    await post.keeps(1, "three")
    await post.settles()

    assert [text for chat_id, text in post.delivered if chat_id == 1] == ["one", "two", "three"]
    assert (2, "other") in post.delivered
    assert await post.left() == []


async def test_what_telegram_does_not_take_comes_again_and_first(post: Post) -> None:
    await post.keeps(1, "one", "two")
    post.answers[1] = [SOON, SOON, Delivered(), SOON]
    await post.settles()
    assert post.delivered == [(1, "one"), (1, "two")]


async def test_a_chat_in_trouble_holds_up_no_other(post: Post) -> None:
    for chat_id in range(AT_ONCE + 5):
        post.answers[chat_id] = [TryAgain(3600.0)]
        await post.keeps(chat_id, "one")
    await post.keeps(1000, "other")
    await post.job.tick()
    await eventually(lambda: post.delivered == [(1000, "other")])


async def test_who_cannot_be_reached_is_left_alone(post: Post) -> None:
    await post.keeps(1, "one", "two")
    post.answers[1] = [Unreachable()]
    await post.settles()
    assert (post.delivered, await post.left()) == ([], [])


async def test_never_more_on_their_way_than_telegram_takes_in_a_second(post: Post) -> None:
    for chat_id in range(AT_ONCE + 5):
        await post.keeps(chat_id, "one")
    post.open.clear()
    await post.job.tick()
    await eventually(lambda: len(post.on_their_way) == AT_ONCE)
    await asyncio.sleep(0.05)
    assert len(post.on_their_way) == AT_ONCE

    post.open.set()
    await post.settles()
    assert len(post.delivered) == AT_ONCE + 5


async def test_one_that_fails_is_logged_and_comes_again_with_a_tick(post: Post, logged: Logged) -> None:
    await post.keeps(1, "one")
    post.answers[1] = [RuntimeError("nobody foresaw this")]
    await post.settles()
    assert (logged(), await post.left()) == (["a kept reply was not given"], [1])

    await post.settles()
    assert post.delivered == [(1, "one")]


async def test_what_is_on_its_way_is_not_sent_again_by_the_next_tick(post: Post) -> None:
    await post.keeps(1, "one")
    post.open.clear()
    await post.job.tick()
    await eventually(lambda: post.on_their_way == [1])
    await post.job.tick()
    post.open.set()
    await post.settles()
    assert post.delivered == [(1, "one")]


async def test_the_end_keeps_what_was_not_taken(post: Post) -> None:
    await post.keeps(1, "one")
    post.answers[1] = [TryAgain(3600.0)]
    await post.job.tick()
    await eventually(lambda: post.answers[1] == [])
    async with asyncio.timeout(10.0):
        await post.job.stop(0.01)
    await post.job.tick()
    assert (post.delivered, await post.left(), post.job._giving) == ([], [1], {})


async def test_goes_on_at_the_next_tick_when_nothing_could_be_looked_up(post: Post, logged: Logged) -> None:
    await post.keeps(1, "one")
    await post.db.execute("ALTER TABLE replies RENAME TO lost")
    await post.settles()
    assert logged() == ["kept replies not looked up"]

    await post.db.execute("ALTER TABLE lost RENAME TO replies")
    await post.settles()
    assert post.delivered == [(1, "one")]
