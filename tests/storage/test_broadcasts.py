"""Announcements as rows: who gets one, each once, and nothing that stays."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import accounts, broadcasts, gate, pruning
from storage.broadcasts import DRAFT_SECONDS, Broadcast
from storage.opening import open_sqlite
from storage.sqlite import SqliteDatabase
from tests.storage.stored import ANNA, BORIS, NOW, connect, table

OLGA = 9000
NOBODY: frozenset[int] = frozenset()


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    for chat_id in (ANNA, BORIS):
        await connect(db, f"key-{chat_id}", chat_id=chat_id)
    yield db
    await db.close()


def draft(broadcast_id: str = "b", *, chat_id: int = OLGA) -> Broadcast:
    return Broadcast(broadcast_id, chat_id, "draft", "Hello", None, NOW)


async def confirm(db: SqliteDatabase, broadcast_id: str = "b", *, chat_id: int = OLGA) -> bool:
    return await broadcasts.confirm(
        db, chat_id=chat_id, broadcast_id=broadcast_id, message_id=5, operators=NOBODY, now=NOW
    )


async def going(db: SqliteDatabase) -> list[int]:
    return [one.chat_id for one in await broadcasts.due(db, broadcast_id="b", now=NOW, limit=100)]


async def test_is_confirmed_once_and_by_who_wrote_it(db: SqliteDatabase) -> None:
    await broadcasts.put_draft(db, draft())
    assert not await confirm(db, chat_id=ANNA)
    assert not await confirm(db, "another")
    assert [await confirm(db) for _ in range(2)] == [True, False]
    assert await going(db) == [ANNA, BORIS]


async def test_a_draft_takes_the_place_of_its_operators_last_one(db: SqliteDatabase) -> None:
    for one in (draft("a"), draft("b"), draft("c", chat_id=OLGA + 1)):
        await broadcasts.put_draft(db, one)
    assert {row["id"] for row in await table(db, "broadcasts")} == {"b", "c"}
    assert await broadcasts.draft_of(db, chat_id=OLGA) == draft("b")


async def test_counts_those_it_goes_to(db: SqliteDatabase) -> None:
    async def counted(*operators: int) -> int:
        return await broadcasts.count_people(db, operators=frozenset(operators))

    assert await counted() == 2
    await gate.open_to_listed(db, with_everybody=False, now=NOW)
    assert await counted() == 0
    assert await counted(ANNA) == 1
    await gate.allow(db, [ANNA, BORIS, 7], now=NOW)
    assert await counted() == 2
    await gate.block(db, chat_id=ANNA, reason="", now=NOW)
    await accounts.set_blocked(db, chat_id=BORIS, blocked_at=NOW)
    assert await counted() == 0


async def test_nobody_is_taken_twice(db: SqliteDatabase) -> None:
    await broadcasts.put_draft(db, draft())
    await confirm(db)
    anna, _ = await broadcasts.due(db, broadcast_id="b", now=NOW, limit=100)
    assert [await broadcasts.begin(db, anna) for _ in range(2)] == [True, False]
    assert await going(db) == [BORIS]
    await broadcasts.put_off(db, anna, until=NOW + 1)
    assert await going(db) == [BORIS]
    assert await broadcasts.begin(db, anna)
    await broadcasts.take_up(db)
    assert dict(await broadcasts.counts(db, broadcast_id="b", now=NOW)) == {"unsure": 1, "waiting": 1}
    await broadcasts.put_off(db, anna, until=NOW)
    assert await going(db) == [BORIS]


async def test_does_not_end_while_somebody_waits_unless_it_is_stopped(db: SqliteDatabase) -> None:
    await broadcasts.put_draft(db, draft())
    await confirm(db)
    (one,) = await broadcasts.unfinished(db)
    assert not await broadcasts.end(db, one, now=NOW)
    await broadcasts.stop(db, broadcast_id="b")
    assert await going(db) == []
    assert [await broadcasts.end(db, one, now=NOW) for _ in range(2)] == [True, False]
    assert len(await table(db, "outbox")) == 1


async def test_a_draft_cannot_be_stopped_and_goes_after_a_day(db: SqliteDatabase) -> None:
    await broadcasts.put_draft(db, draft())
    assert not await broadcasts.stop(db, broadcast_id="b")
    await pruning.prune(db, now=NOW + DRAFT_SECONDS)
    assert len(await table(db, "broadcasts")) == 1
    await pruning.prune(db, now=NOW + DRAFT_SECONDS + 1)
    assert await table(db, "broadcasts") == []


async def test_what_is_being_sent_stays_however_old(db: SqliteDatabase) -> None:
    await broadcasts.put_draft(db, draft())
    await confirm(db)
    await pruning.prune(db, now=NOW + 100 * DRAFT_SECONDS)
    assert await going(db) == [ANNA, BORIS]


async def test_forgetting_takes_everything_but_a_block(db: SqliteDatabase) -> None:
    await broadcasts.put_draft(db, draft(chat_id=BORIS))
    await confirm(db, chat_id=BORIS)
    await gate.allow(db, [ANNA, BORIS], now=NOW)
    await accounts.forget(db, chat_id=ANNA)
    assert await going(db) == [BORIS]
    await gate.block(db, chat_id=BORIS, reason="spam", now=NOW)
    await accounts.forget(db, chat_id=BORIS)
    for name in ("broadcasts", "recipients", "allowed"):
        assert await table(db, name) == []
    assert [(one["chat_id"], one["reason"]) for one in await table(db, "blocked")] == [(BORIS, "spam")]


async def test_who_came_last_stands_first_on_the_lists(db: SqliteDatabase) -> None:
    for n in range(3):
        await gate.allow(db, [n], now=NOW + n)
        await gate.block(db, chat_id=n, reason="", now=NOW + n)
    assert await gate.listed(db, offset=0, limit=2) == [2, 1]
    assert [one.chat_id for one in await gate.blocked(db, offset=1, limit=5)] == [1, 0]
    assert await gate.count_shut_out(db, operators=frozenset({BORIS})) == 1
