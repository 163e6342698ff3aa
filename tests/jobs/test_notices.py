"""The outbox on its way out: once each, side by side, and back in the outbox when it fails."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path

import pytest

from bot.core import settling
from bot.jobs.notices import (
    AT_ONCE,
    GATHER_SECONDS,
    LEASE_SECONDS,
    Delivered,
    Delivery,
    NoticesJob,
    TryAgain,
    Unreachable,
)
from storage import accounts, orders, outbox, preferences, replies
from storage.opening import open_sqlite
from storage.outbox import Notice
from storage.preferences import Preferences
from storage.sqlite import SqliteDatabase
from tests.jobs.conftest import Logged
from tests.journeys.stories import eventually
from tests.storage.stored import NOW, begin, connect, table


class Post:
    """Delivers while `open`, as `answers` say, chat by chat; a turn comes while `free`."""

    def __init__(self, db: SqliteDatabase) -> None:
        self.now = NOW
        self.db = db
        self.open, self.free = asyncio.Event(), asyncio.Event()
        self.open.set()
        self.free.set()
        self.answers: dict[int, Delivery | Exception] = {}
        self.on_their_way: list[int] = []
        self.delivered: list[int] = []
        self.counted: list[int] = []
        self.job = NoticesJob(
            db, deliver=self.deliver, turn=self.turn, count=self.counted.append, clock=lambda: self.now
        )

    @asynccontextmanager
    async def turn(self, _: int) -> AsyncIterator[None]:
        await self.free.wait()
        yield

    async def deliver(self, notice: Notice) -> Delivery:
        self.on_their_way.append(notice.chat_id)
        try:
            await self.open.wait()
        finally:
            self.on_their_way.remove(notice.chat_id)
        self.delivered.append(notice.chat_id)
        answer = self.answers.pop(notice.chat_id, Delivered())
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def writes(self, chat_id: int) -> str:
        """Something to tell this chat; the id of its order."""
        order_id = f"order-{chat_id}-{len(await table(self.db, 'orders'))}"
        await connect(self.db, f"key-{chat_id}", chat_id=chat_id)
        await begin(self.db, order_id, chat_id=chat_id, account_id=f"key-{chat_id}")
        await orders.settle(self.db, order_id=order_id, state="uncertain", now=NOW, tell_at=NOW)
        return order_id

    async def looks(self) -> None:
        """Tick, and wait until all that is due is on its way or delivered."""
        self.job.tick()
        await eventually(lambda: self.job._running is None or self.job._running.done())

    async def settles(self) -> None:
        """Tick, and wait until nothing is on its way any more."""
        await self.looks()
        await eventually(lambda: not self.job._sending)
        await eventually(lambda: self.job._running is None or self.job._running.done())

    async def left(self) -> list[int]:
        """The chats whose notices are still in the outbox."""
        return [row["chat_id"] for row in await table(self.db, "outbox")]


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    db = await open_sqlite(tmp_path / "bot.db")
    post = Post(db)
    yield post
    post.open.set()
    await post.job.stop(0.0)
    await db.close()


async def test_what_telegram_took_leaves_the_outbox(post: Post) -> None:
    for chat_id in (1, 2, 1):
        await post.writes(chat_id)
    await post.settles()
    assert sorted(post.delivered) == [1, 1, 2]
    assert await post.left() == []


async def test_a_notice_under_way_is_not_sent_again_though_its_lease_ended(post: Post) -> None:
    await post.writes(1)
    post.open.clear()
    await post.looks()
    await eventually(lambda: post.on_their_way == [1])
    post.now += LEASE_SECONDS
    await post.looks()
    await asyncio.sleep(0.02)
    assert post.on_their_way == [1]

    post.open.set()
    await post.settles()
    assert post.delivered == [1]
    assert await post.left() == []


async def test_a_notice_that_waits_for_its_turn_is_not_taken_again_either(post: Post) -> None:
    await post.writes(1)
    post.free.clear()
    await post.looks()
    post.now += LEASE_SECONDS
    await post.looks()
    post.free.set()
    await post.settles()
    assert post.delivered == [1]


async def test_never_more_on_their_way_than_telegram_takes_in_a_second(post: Post) -> None:
    chats = list(range(1, AT_ONCE + 6))
    for chat_id in chats:
        await post.writes(chat_id)
    post.open.clear()
    post.job.tick()
    await eventually(lambda: len(post.on_their_way) == AT_ONCE)
    await asyncio.sleep(0.05)
    assert len(post.on_their_way) == AT_ONCE

    post.open.set()
    await post.settles()
    assert sorted(post.delivered) == chats


async def test_one_that_fails_is_logged_comes_again_and_stops_no_other(post: Post, logged: Logged) -> None:
    for chat_id in (1, 2, 3):
        await post.writes(chat_id)
    post.answers[2] = RuntimeError("nobody foresaw this")
    await post.settles()
    assert (sorted(post.delivered), await post.left()) == ([1, 2, 3], [2])
    assert logged() == ["notice not sent"]

    post.now += LEASE_SECONDS
    await post.settles()
    assert (post.delivered.count(2), await post.left()) == (2, [])


async def test_goes_on_at_the_next_tick_when_nothing_could_be_claimed(post: Post, logged: Logged) -> None:
    await post.writes(1)
    await post.db.execute("ALTER TABLE outbox RENAME TO lost")
    await post.settles()
    assert logged() == ["notices not claimed"]

    await post.db.execute("ALTER TABLE lost RENAME TO outbox")
    await post.settles()
    assert post.delivered == [1]


async def test_waits_as_long_as_it_is_told_to(post: Post) -> None:
    await post.writes(1)
    post.answers[1] = TryAgain(300.0)
    await post.settles()
    post.now += 299
    await post.settles()
    assert post.delivered == [1]

    post.now += 1
    await post.settles()
    assert (post.delivered, await post.left()) == ([1, 1], [])


async def test_who_cannot_be_reached_is_left_alone_until_they_return(post: Post) -> None:
    for chat_id in (1, 1):
        await post.writes(chat_id)
    post.answers[1] = Unreachable()
    await post.settles()
    post.now += 86400
    await post.settles()
    assert (post.delivered, await post.left()) == ([1], [1, 1])

    await accounts.set_blocked(post.db, chat_id=1, blocked_at=None)
    await post.settles()
    assert (post.delivered, await post.left()) == ([1, 1, 1], [])


async def test_an_outcome_is_told_at_once_counted_and_not_told_again(post: Post) -> None:
    post.free.clear()  # somebody waits for it: it takes no turn
    order_id = await post.writes(1)
    await post.job.tell_outcome(order_id)
    await post.job.tell_outcome(order_id)
    assert (post.delivered, post.counted, await post.left()) == ([1], [1], [])


async def test_an_outcome_on_its_way_is_not_taken_by_the_queue_too(post: Post) -> None:
    order_id = await post.writes(1)
    post.open.clear()
    telling = asyncio.create_task(post.job.tell_outcome(order_id))
    await eventually(lambda: post.on_their_way == [1])
    await post.looks()
    await asyncio.sleep(0.02)
    assert post.on_their_way == [1]
    post.open.set()
    await telling
    await post.settles()
    assert post.delivered == [1]


async def test_an_outcome_the_queue_tells_is_not_told_beside_it(post: Post) -> None:
    order_id = await post.writes(1)
    post.free.clear()
    await post.looks()
    await post.job.tell_outcome(order_id)
    post.free.set()
    await post.settles()
    assert post.delivered == [1]


async def test_an_outcome_waits_for_the_replies_before_it_and_no_longer(post: Post) -> None:
    order_id = await post.writes(1)
    await post.db.execute("UPDATE outbox SET send_at = send_at + 45")
    await post.db.write(partial(replies.keep, chat_id=1, facts={}, now=NOW))
    await post.job.tell_outcome(order_id)
    await post.settles()
    assert (post.delivered, post.counted) == ([], [])

    await replies.drop(post.db, chat_id=1)
    await post.settles()
    assert (post.delivered, await post.left()) == ([1], [])


async def test_the_end_waits_for_what_is_on_its_way(post: Post) -> None:
    await post.writes(1)
    post.open.clear()
    await post.looks()
    await eventually(lambda: post.on_their_way == [1])
    ending = asyncio.create_task(post.job.stop(60.0))
    await asyncio.sleep(0.02)
    assert not ending.done()

    post.open.set()
    async with asyncio.timeout(10.0):
        await ending
    assert (post.delivered, await post.left()) == ([1], [])


async def test_the_end_cuts_off_what_outlasts_its_grace_and_keeps_it(post: Post) -> None:
    await post.writes(1)
    post.open.clear()
    await post.looks()
    await eventually(lambda: post.on_their_way == [1])
    async with asyncio.timeout(10.0):
        await post.job.stop(0.01)
    assert (post.on_their_way, post.delivered, await post.left()) == ([], [], [1])


async def test_a_notice_whose_turn_comes_after_the_end_is_given_back(post: Post) -> None:
    await post.writes(1)
    post.free.clear()
    await post.looks()
    ending = asyncio.create_task(post.job.stop(60.0))
    await asyncio.sleep(0)
    post.free.set()
    async with asyncio.timeout(10.0):
        await ending
    assert post.delivered == []
    assert [one.chat_id for one in await outbox.claim(post.db, now=post.now, lease=1.0, limit=9)] == [1]


async def test_what_is_claimed_while_it_ends_is_given_back(post: Post) -> None:
    await post.writes(1)
    post.job.tick()
    async with asyncio.timeout(10.0):
        await post.job.stop(60.0)
    assert (post.job._sending, post.delivered) == ({}, [])
    assert [one.chat_id for one in await outbox.claim(post.db, now=post.now, lease=1.0, limit=9)] == [1]


async def test_a_tick_after_the_end_starts_nothing(post: Post) -> None:
    await post.job.stop(0.0)
    await post.writes(1)
    await post.looks()
    await asyncio.sleep(0.02)
    assert (post.delivered, await post.left()) == ([], [1])
    assert [one.chat_id for one in await outbox.claim(post.db, now=post.now, lease=1.0, limit=9)] == [1]


async def change(post: Post, order_id: str) -> None:
    """Something to tell chat 1 that others may join."""
    await post.db.execute(
        "INSERT INTO outbox (chat_id, order_id, kind, facts, send_at, created_at) "
        "VALUES (1, :order_id, 'change', '{\"word\": \"Completed\"}', :now, :now)",
        order_id=order_id,
        now=post.now,
    )


async def test_news_waits_for_others_and_then_goes_by_itself(post: Post) -> None:
    post.job = NoticesJob(
        post.db, deliver=post.deliver, turn=post.turn, count=post.counted.append, gather=0.05,
        clock=lambda: post.now,
    )  # fmt: skip
    await connect(post.db, "key-1", chat_id=1)
    await change(post, "a")
    post.job.news()
    await eventually(lambda: post.job._running is not None and post.job._running.done())
    await change(post, "b")
    assert post.delivered == []

    post.now += 0.05
    await eventually(lambda: post.delivered == [1])
    await eventually(lambda: not post.job._sending)
    assert await post.left() == []


async def test_what_a_person_does_not_want_to_hear_of_is_not_sent(post: Post) -> None:
    await connect(post.db, "key-1", chat_id=1)
    await preferences.save(post.db, Preferences(told_of="none"), chat_id=1)
    await change(post, "a")
    post.now += GATHER_SECONDS
    await post.settles()
    assert (post.delivered, await post.left()) == ([], [])


async def test_what_waits_at_night_comes_as_one_message_when_the_night_is_over(post: Post) -> None:
    night, morning = NOW - NOW % 86400 + 23 * 3600, NOW - NOW % 86400 + 32 * 3600
    await connect(post.db, "key-1", chat_id=1)
    await preferences.save(post.db, Preferences(quiet_from=22 * 60, quiet_to=8 * 60), chat_id=1)
    for hour in range(3):
        post.now = night + hour * 3600
        await change(post, f"order-{hour}")
        post.now += GATHER_SECONDS
        await post.settles()
    post.now = morning - 1
    await post.settles()
    assert post.delivered == []

    post.now = morning
    await post.settles()
    assert (post.delivered, await post.left()) == ([1], [])


async def test_what_telegram_took_is_not_sent_again_though_the_database_did_not_take_that(
    post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "TROUBLE_PAUSE", 0.01)
    await post.db._writer.execute_fetchall("PRAGMA busy_timeout = 10")
    await post.writes(1)
    post.open.clear()
    await post.looks()
    await eventually(lambda: post.on_their_way == [1])
    with closing(sqlite3.connect(tmp_path / "bot.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        post.open.set()
        await eventually(lambda: post.db.trouble is not None)
        post.now += LEASE_SECONDS
    await post.settles()
    assert post.delivered == [1]
    assert await post.left() == []
