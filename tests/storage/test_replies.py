"""Kept replies: in order, before the notices of their chat, gone with their person."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from storage import accounts, orders, outbox, replies
from storage.opening import open_sqlite
from storage.sqlite import SqliteDatabase
from tests.storage.stored import ANNA, BORIS, NOW, begin, connect, table


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    yield db
    await db.close()


async def keep(db: SqliteDatabase, chat_id: int, *texts: str) -> None:
    for text in texts:
        await db.write(partial(replies.keep, chat_id=chat_id, facts={"text": text}, now=NOW))


async def gives(db: SqliteDatabase, chat_id: int) -> list[str]:
    """All of a chat's, one after the other."""
    given = []
    while kept := await replies.first(db, chat_id=chat_id):
        given.append(str(kept.facts["text"]))
        await replies.done(db, kept)
    return given


async def test_a_chats_come_in_the_order_in_which_they_were_kept(db: SqliteDatabase) -> None:
    await keep(db, ANNA, "one", "two")
    await keep(db, BORIS, "other")
    await keep(db, ANNA, "three")

    assert await replies.chats(db) == [ANNA, BORIS]
    assert await gives(db, ANNA) == ["one", "two", "three"]
    assert await replies.chats(db) == [BORIS]


async def test_the_notices_of_a_chat_wait_until_its_replies_are_gone(db: SqliteDatabase) -> None:
    for chat_id, order_id in ((ANNA, "a"), (BORIS, "b")):
        await connect(db, f"key-{order_id}", chat_id=chat_id)
        await begin(db, order_id, chat_id=chat_id, account_id=f"key-{order_id}")
        await orders.settle(db, order_id=order_id, state="uncertain", now=NOW, tell_at=NOW)
    await keep(db, ANNA, "one")

    assert [one.order_id for one in await outbox.claim(db, now=NOW, lease=30, limit=9)] == ["b"]
    await gives(db, ANNA)
    assert [one.order_id for one in await outbox.claim(db, now=NOW, lease=30, limit=9)] == ["a"]


async def test_who_takes_no_messages_any_more_loses_theirs_alone(db: SqliteDatabase) -> None:
    await keep(db, ANNA, "one", "two")
    await keep(db, BORIS, "other")
    await replies.drop(db, chat_id=ANNA)
    assert await replies.chats(db) == [BORIS]


async def test_they_are_erased_with_their_person(db: SqliteDatabase) -> None:
    await keep(db, ANNA, "one")
    await keep(db, BORIS, "other")
    await accounts.forget(db, chat_id=ANNA)
    assert [row["chat_id"] for row in await table(db, "replies")] == [BORIS]
