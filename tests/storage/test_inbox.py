"""Telegram's updates as rows."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from storage import conversations, inbox
from storage.conversations import Conversation, Visit
from storage.database import Transaction
from storage.inbox import Waiting
from storage.opening import open_sqlite
from storage.sqlite import SqliteDatabase
from tests.storage.stored import ANNA, BORIS, NOW, table

FIRST, SECOND, THIRD = Waiting(7, ANNA, b"{}"), Waiting(8, BORIS, b"{}"), Waiting(9, ANNA, b'{"a": 1}')


async def visit(db: SqliteDatabase) -> Visit:
    return (await conversations.visits(db, chat_ids=[BORIS, ANNA]))[ANNA]


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    yield db
    await db.close()


async def finish(db: SqliteDatabase, *update_ids: int, now: float = NOW) -> None:
    for update_id in update_ids:
        await db.write(partial(inbox.finish, update_id=update_id, now=now))


async def test_an_update_is_stored_only_once(db: SqliteDatabase) -> None:
    await inbox.store(db, [FIRST, SECOND], now=NOW)
    await inbox.store(db, [SECOND, THIRD], now=NOW)
    assert await inbox.waiting(db) == [FIRST, SECOND, THIRD]
    assert {6, 7, 9, 10} & await inbox.known(db, [6, 7, 9, 10]) == {7, 9}


async def test_a_handled_update_is_still_known(db: SqliteDatabase) -> None:
    await inbox.store(db, [FIRST, SECOND], now=NOW)
    await finish(db, 7)
    await inbox.store(db, [FIRST], now=NOW)
    assert await inbox.known(db, [7]) == {7}
    assert await inbox.waiting(db) == [SECOND]


async def test_an_empty_poll_is_fine(db: SqliteDatabase) -> None:
    assert await inbox.known(db, []) == set()
    await inbox.store(db, [], now=NOW)


async def test_what_waits_comes_as_it_arrived(db: SqliteDatabase) -> None:
    """After a week of silence Telegram chooses new numbers, and so does another Bot API server."""
    await inbox.store(db, [Waiting(900, ANNA, b"{}")], now=NOW - 1)
    await inbox.store(db, [FIRST, SECOND], now=NOW)
    assert [one.update_id for one in await inbox.waiting(db)] == [900, 7, 8]


async def test_a_handled_update_forgets_who_and_what(db: SqliteDatabase) -> None:
    await inbox.store(db, [THIRD], now=NOW)
    await finish(db, 9)
    (row,) = await table(db, "inbox")
    assert (row["update_id"], row["chat_id"], row["body"], row["handled_at"]) == (9, None, None, NOW)


async def test_handling_and_the_dialogs_new_state_are_one(db: SqliteDatabase) -> None:
    await inbox.store(db, [FIRST], now=NOW)

    async def handle_and_fail(tx: Transaction) -> None:
        await conversations.put(
            tx, chat_id=ANNA, before=Conversation(), after=Conversation("ask", "{}", 1), now=NOW
        )
        await inbox.finish(tx, update_id=7, now=NOW)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await db.write(handle_and_fail)
    assert await inbox.waiting(db) == [FIRST]
    assert await visit(db) == Visit(Conversation(), known=False, language="", blocked=False)


async def test_a_dialog_moved_by_somebody_else_is_left_alone(db: SqliteDatabase) -> None:
    begun = Conversation("ask", "{}", 1)

    async def move(before: Conversation, after: Conversation) -> bool:
        return await db.write(partial(conversations.put, chat_id=ANNA, before=before, after=after, now=NOW))

    assert await move(Conversation(), begun)
    assert await move(begun, Conversation("confirm", "{}", 2))
    assert not await move(begun, Conversation("", "{}", 2))
    assert (await visit(db)).conversation.step == "confirm"
