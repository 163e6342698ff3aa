"""What people are still to be told: in order, leased, to those who listen, once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import accounts, orders, outbox
from storage.opening import open_sqlite
from storage.sqlite import SqliteDatabase
from tests.storage.stored import ANNA, BORIS, NOW, begin, connect


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    await connect(db, "key-1", chat_id=ANNA)
    await connect(db, "key-2", chat_id=BORIS)
    yield db
    await db.close()


async def tell(db: SqliteDatabase, order_id: str, *, chat_id: int = ANNA, tell_at: float = NOW) -> None:
    await begin(db, order_id, chat_id=chat_id, account_id="key-1" if chat_id == ANNA else "key-2")
    await orders.settle(db, order_id=order_id, state="uncertain", now=NOW, tell_at=tell_at)


async def claim(db: SqliteDatabase, *, now: float = NOW, limit: int = 10) -> list[outbox.Notice]:
    return await outbox.claim(db, now=now, lease=30, limit=limit)


async def claimed(db: SqliteDatabase, *, now: float = NOW, limit: int = 10) -> list[str | None]:
    return [notice.order_id for notice in await claim(db, now=now, limit=limit)]


async def test_a_chat_hears_its_notices_in_order_one_at_a_time(db: SqliteDatabase) -> None:
    for order_id in ("a", "b"):
        await tell(db, order_id)
    await tell(db, "c", chat_id=BORIS)
    first, other = await claim(db)
    assert (first.order_id, other.order_id) == ("a", "c")
    assert await claim(db) == []
    await outbox.done(db, first)
    assert await claimed(db) == ["b"]


async def test_what_is_taken_twice_takes_no_later_notice_with_it(db: SqliteDatabase) -> None:
    await tell(db, "a")
    at_once = await outbox.outcome_of(db, order_id="a")
    (queued,) = await claim(db)
    assert at_once is not None
    await outbox.done(db, at_once)
    await begin(db, "b", chat_id=ANNA, account_id="key-1")
    await orders.settle(db, order_id="b", state="uncertain", now=NOW + 1, tell_at=NOW + 1)
    (later,) = await claim(db, now=NOW + 1)
    assert later.id == queued.id

    await outbox.done(db, queued)
    assert await claimed(db, now=NOW + 99) == ["b"]


async def test_the_oldest_chats_come_first(db: SqliteDatabase) -> None:
    await tell(db, "b", chat_id=BORIS)
    await tell(db, "a")
    assert await claimed(db, limit=1) == ["b"]
    assert await claimed(db, limit=1) == ["a"]


async def test_after_a_crash_a_claimed_notice_comes_again(db: SqliteDatabase) -> None:
    await tell(db, "a")
    assert await claimed(db) == ["a"]
    assert await claimed(db, now=NOW + 29) == []
    assert await claimed(db, now=NOW + 30) == ["a"]


async def test_a_notice_put_off_waits_and_holds_back_the_next_one(db: SqliteDatabase) -> None:
    await tell(db, "a", tell_at=NOW + 45)
    await tell(db, "b")
    assert await claimed(db) == []
    (notice,) = await claim(db, now=NOW + 45)
    await outbox.put_off(db, notice, until=NOW + 100)
    assert await claimed(db, now=NOW + 99) == []
    assert await claimed(db, now=NOW + 100) == ["a"]


async def test_who_blocked_the_bot_is_left_alone_until_they_return(db: SqliteDatabase) -> None:
    await tell(db, "a")
    await accounts.set_blocked(db, chat_id=ANNA, blocked_at=NOW)
    assert await claimed(db) == []
    await connect(db, "key-1")
    assert await claimed(db) == ["a"]


async def test_a_notice_knows_the_persons_language(db: SqliteDatabase) -> None:
    await tell(db, "a")
    await accounts.set_language(db, chat_id=ANNA, language="pt-br")
    (notice,) = await claim(db)
    assert (notice.chat_id, notice.kind, notice.language, dict(notice.facts)) == (
        ANNA,
        "outcome",
        "pt-br",
        {},
    )


async def test_the_outcome_of_placing_can_be_told_by_hand(db: SqliteDatabase) -> None:
    await tell(db, "a", tell_at=NOW + 45)
    notice = await outbox.outcome_of(db, order_id="a")
    assert notice is not None
    await outbox.done(db, notice)
    assert await outbox.outcome_of(db, order_id="a") is None
    assert await claimed(db, now=NOW + 45) == []
