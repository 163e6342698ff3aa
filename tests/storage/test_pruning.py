"""Nothing grows for ever: each table has an age, and nothing younger or still in use goes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from storage import accounts, conversations, favourites, inbox, pruning, replies
from storage.conversations import Conversation
from storage.inbox import Waiting
from storage.opening import open_sqlite
from storage.pruning import DAY, DIALOG_SECONDS, GONE_SECONDS, NOTICE_SECONDS, ORDER_SECONDS, prune
from storage.sqlite import SHRINK_PAGES, SqliteDatabase
from tests.storage.stored import ACCOUNT, ANNA, BORIS, NOW, PANEL, begin, connect, table


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    yield db
    await db.close()


async def ids(db: SqliteDatabase, name: str = "orders") -> set[str]:
    return {row["id"] for row in await table(db, name)}


async def refill(db: SqliteDatabase, order_id: str, state: str) -> None:
    await db.execute(
        "INSERT INTO refills (id, chat_id, account_id, order_id, state, process, created_at, changed_at) "
        "VALUES (:id, :chat_id, 'key-1', :order_id, :state, '', 0, 0)",
        id=f"refill-{order_id}",
        chat_id=ANNA,
        order_id=order_id,
        state=state,
    )


async def tell(db: SqliteDatabase, order_id: str | None = None, *, now: float = NOW) -> None:
    await db.execute(
        "INSERT INTO outbox (chat_id, order_id, kind, facts, send_at, created_at) "
        "VALUES (:chat_id, :order_id, 'change', '{}', :now, :now)",
        chat_id=ANNA,
        order_id=order_id,
        now=now,
    )


async def test_every_table_has_a_rule_or_a_reason_to_have_none(db: SqliteDatabase) -> None:
    tables = {row["name"] for row in await db.read("SELECT name FROM sqlite_master WHERE type = 'table'")}
    ruled = {rule.table for rule in pruning.RULES}
    assert tables == ruled | pruning.OTHERWISE.keys()
    assert not ruled & pruning.OTHERWISE.keys()


@pytest.mark.parametrize("state", ["ended", "rejected", "dismissed"])
async def test_an_ended_order_goes_after_a_year_with_its_refills_and_notices(
    db: SqliteDatabase, state: str
) -> None:
    await connect(db)
    await begin(db, "old", state=state)
    await begin(db, "young", state=state, changed_at=NOW + 1)
    for order_id in ("old", "young"):
        await refill(db, order_id, "ended")
        await tell(db, order_id, now=NOW + ORDER_SECONDS)
    await prune(db, now=NOW + ORDER_SECONDS)
    assert await ids(db) == {"old", "young"}
    await prune(db, now=NOW + ORDER_SECONDS + 1)
    assert await ids(db) == {"young"}
    assert await ids(db, "refills") == {"refill-young"}
    assert [row["order_id"] for row in await table(db, "outbox")] == ["young"]


@pytest.mark.parametrize(
    "changes",
    [{"state": state} for state in ("queued", "placing", "open", "uncertain")]
    + [{"state": "ended", "next_poll_at": NOW}],
    ids=str,
)
async def test_an_order_that_is_still_of_interest_stays_for_ever(
    db: SqliteDatabase, changes: dict[str, Any]
) -> None:
    await connect(db)
    await begin(db, **changes)
    await prune(db, now=NOW + 10 * ORDER_SECONDS)
    assert await ids(db) == {"draft-1"}


@pytest.mark.parametrize("state", ["asking", "open"])
async def test_an_order_stays_while_its_refill_runs(db: SqliteDatabase, state: str) -> None:
    await connect(db)
    await begin(db, state="ended")
    await refill(db, "draft-1", state)
    await prune(db, now=NOW + 10 * ORDER_SECONDS)
    assert await ids(db) == {"draft-1"}


async def test_a_family_goes_together_or_not_at_all(db: SqliteDatabase) -> None:
    """A post that were erased alone would be found at the panel again, and told as news."""
    await connect(db)
    for name, last in (("a", "open"), ("b", "ended")):
        await begin(db, name, state="ended" if name == "b" else "open")
        await begin(db, f"{name}-child", state="ended", parent_id=name)
        await begin(db, f"{name}-grandchild", state=last, parent_id=f"{name}-child")
    await begin(db, "c", state="ended")
    await begin(db, "c-child", state="ended", parent_id="c", changed_at=NOW + DAY)
    await prune(db, now=NOW + ORDER_SECONDS + 1)
    assert await ids(db) == {"a", "a-child", "a-grandchild", "c", "c-child"}
    await prune(db, now=NOW + ORDER_SECONDS + DAY + 1)
    assert await ids(db) == {"a", "a-child", "a-grandchild"}


async def test_more_than_one_step_of_orders_goes(db: SqliteDatabase) -> None:
    await connect(db)
    await asyncio.gather(*(begin(db, str(n), state="ended") for n in range(2 * pruning.AT_ONCE + 1)))
    assert await prune(db, now=NOW + ORDER_SECONDS + 1) == 2 * pruning.AT_ONCE + 1
    assert await ids(db) == set()


async def test_a_replaced_account_goes_once_nothing_needs_it(db: SqliteDatabase) -> None:
    await connect(db)
    await begin(db, state="ended")
    await connect(db, "key-2")
    await prune(db, now=NOW)
    assert await ids(db, "accounts") == {"key-1", "key-2"}
    await prune(db, now=NOW + ORDER_SECONDS + 1)
    assert await ids(db, "accounts") == {"key-2"}


async def test_who_blocked_the_bot_for_a_year_is_forgotten(db: SqliteDatabase) -> None:
    for chat_id in (ANNA, BORIS):
        await connect(db, f"key-{chat_id}", chat_id=chat_id)
        await favourites.add(db, chat_id=chat_id, panel=PANEL, service_id="1", now=NOW)
    await begin(db, "open", state="open", chat_id=BORIS, account_id=f"key-{BORIS}")
    for chat_id in (ANNA, BORIS):
        await accounts.set_blocked(db, chat_id=chat_id, blocked_at=NOW)
    await prune(db, now=NOW + GONE_SECONDS)
    assert len(await table(db, "people")) == 2
    await prune(db, now=NOW + GONE_SECONDS + 1)
    for name in ("people", "accounts", "favourites"):
        assert [row["chat_id"] for row in await table(db, name)] == [BORIS]


async def test_a_person_who_does_not_block_the_bot_stays(db: SqliteDatabase) -> None:
    await connect(db)
    await prune(db, now=NOW + 10 * GONE_SECONDS)
    assert len(await table(db, "people")) == len(await table(db, "accounts")) == 1


async def test_a_price_list_goes_with_the_last_key_that_has_it(db: SqliteDatabase) -> None:
    await connect(db)
    for digest in ("used", "unused"):
        await db.execute("INSERT INTO catalogs VALUES (:digest, x'', 0)", digest=digest)
    await db.execute("UPDATE accounts SET catalog_digest = 'used'")
    await prune(db, now=NOW)
    assert [row["digest"] for row in await table(db, "catalogs")] == ["used"]
    await accounts.connect(db, replace(ACCOUNT, id="key-2"), language="en", now=NOW)
    await prune(db, now=NOW)
    assert await table(db, "catalogs") == []


async def test_old_news_updates_dialogs_and_refused_keys_go(db: SqliteDatabase) -> None:
    async def at(now: float) -> list[int]:
        await prune(db, now=now)
        return [len(await table(db, n)) for n in ("outbox", "inbox", "conversations", "refused_keys")]

    await tell(db)
    await inbox.store(db, [Waiting(1, ANNA, b"")], now=NOW)
    await db.write(lambda tx: inbox.finish(tx, update_id=1, now=NOW))
    after = Conversation("ask", "{}", 1)
    await db.write(
        lambda tx: conversations.put(tx, chat_id=ANNA, before=Conversation(), after=after, now=NOW)
    )
    await accounts.note_refused_key(db, who="x", now=NOW)

    assert await at(NOW + 3599) == [1, 1, 1, 1]
    assert await at(NOW + 3600) == [1, 1, 1, 0]
    assert await at(NOW + inbox.REMEMBERED_SECONDS + 1) == [1, 0, 1, 0]
    assert await at(NOW + NOTICE_SECONDS) == [1, 0, 1, 0]
    assert await at(NOW + max(NOTICE_SECONDS, DIALOG_SECONDS) + 1) == [0, 0, 0, 0]


async def test_nothing_goes_untold_or_unhandled_however_long_the_bot_did_not_run(db: SqliteDatabase) -> None:
    await connect(db)
    await tell(db)
    await inbox.store(db, [Waiting(1, ANNA, b"not handled")], now=NOW)
    await db.write(lambda tx: replies.keep(tx, chat_id=ANNA, facts={}, now=NOW))
    await prune(db, now=NOW + ORDER_SECONDS)
    assert [one.update_id for one in await inbox.waiting(db)] == [1]
    assert (len(await table(db, "outbox")), len(await table(db, "replies"))) == (1, 1)
    await accounts.set_blocked(db, chat_id=ANNA, blocked_at=NOW)
    await prune(db, now=NOW + ORDER_SECONDS)
    assert (await table(db, "outbox"), await table(db, "replies")) == ([], [])


async def test_the_file_shrinks_when_much_has_gone(db: SqliteDatabase, tmp_path: Path) -> None:
    await connect(db)
    body = b"x" * 4000
    await asyncio.gather(
        *(
            db.execute("INSERT INTO catalogs VALUES (:digest, :body, 0)", digest=str(n), body=body)
            for n in range(3 * SHRINK_PAGES)
        )
    )
    await db.leave_no_trace()
    before = (tmp_path / "bot.db").stat().st_size
    await prune(db, now=NOW)
    await db.leave_no_trace()
    after = (tmp_path / "bot.db").stat().st_size
    assert before > 3 * SHRINK_PAGES * 4096
    assert after < (SHRINK_PAGES + 200) * 4096


async def test_a_database_that_was_made_otherwise_keeps_its_size_and_works(tmp_path: Path) -> None:
    db = await open_sqlite(tmp_path / "old.db")
    await db._writer.execute_fetchall("PRAGMA auto_vacuum = NONE")
    await db._writer.execute_fetchall("VACUUM")
    await test_a_price_list_goes_with_the_last_key_that_has_it(db)
    await db.execute("INSERT INTO catalogs VALUES ('big', zeroblob(8192 * 4096), 0)")
    await prune(db, now=NOW)
    assert not await db.shrink()
    await db.close()
