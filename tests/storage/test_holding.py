"""What goes together, what is held and what nobody wants to hear of."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import outbox, preferences
from storage.opening import open_sqlite
from storage.outbox import MOST_TOGETHER, Notice
from storage.preferences import DEFAULT, Preferences
from storage.sqlite import SqliteDatabase
from tests.storage.stored import ANNA, BORIS, NOW, connect, table

LATER = NOW + 5000


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    await connect(db, "key-1", chat_id=ANNA)
    await connect(db, "key-2", chat_id=BORIS)
    yield db
    await db.close()


async def put(
    db: SqliteDatabase, order_id: str, kind: str = "change", *, chat_id: int = ANNA, at: float = NOW
) -> None:
    await db.execute(
        "INSERT INTO outbox (chat_id, order_id, kind, facts, send_at, created_at) "
        "VALUES (:chat_id, :order_id, :kind, '{}', :at, :at)",
        chat_id=chat_id,
        order_id=order_id,
        kind=kind,
        at=at,
    )


def when(wanted: Preferences, notice: Notice, now: float) -> float | None:
    """Outcomes at once; of changes, who wants none hears none and who wants a digest hears later."""
    if notice.kind == "outcome":
        return now
    return None if wanted.told_of == "none" else max(now, LATER) if wanted.digest else now


async def claim(
    db: SqliteDatabase, now: float = NOW, *, gather: float = 0.0, busy: tuple[int, ...] = ()
) -> list[list[str | None]]:
    """The orders of each message that goes now."""
    found = await outbox.claim(db, now=now, lease=30, limit=10, when=when, gather=gather, busy=busy)
    return [[one.order_id for one in notice.all] for notice in found]


async def test_changes_go_together_and_what_somebody_waits_for_alone(db: SqliteDatabase) -> None:
    for order_id, kind in (("a", "change"), ("b", "outcome"), ("c", "slow"), ("d", "refill"), ("e", "mass")):
        await put(db, order_id, kind)
    await put(db, "other", chat_id=BORIS)
    found = await outbox.claim(db, now=NOW, lease=30, limit=10, when=when)
    assert [[one.order_id for one in each.all] for each in found] == [["a", "c", "d"], ["other"]]
    assert await claim(db) == []
    await outbox.done(db, found[0])
    assert await claim(db) == [["b"]]


async def test_a_change_waits_for_others_and_all_come_when_the_first_has_waited(db: SqliteDatabase) -> None:
    await put(db, "a")
    await put(db, "b", at=NOW + 2)
    assert await claim(db, NOW + 2.9, gather=3.0) == []
    assert await claim(db, NOW + 3, gather=3.0) == [["a", "b"]]


async def test_nobody_who_waits_for_an_answer_waits_for_changes(db: SqliteDatabase) -> None:
    await put(db, "a")
    await put(db, "b", "outcome", at=NOW + 1)
    assert await claim(db, NOW + 1, gather=3.0) == [["b"]]


async def test_a_message_holds_a_number_that_fits(db: SqliteDatabase) -> None:
    for number in range(MOST_TOGETHER + 2):
        await put(db, str(number))
    (first,) = await outbox.claim(db, now=NOW, lease=30, limit=10)
    assert len(first.all) == MOST_TOGETHER
    await outbox.done(db, first)
    assert await claim(db) == [[str(MOST_TOGETHER), str(MOST_TOGETHER + 1)]]


async def test_what_shared_a_message_is_put_off_together(db: SqliteDatabase) -> None:
    await put(db, "a")
    await put(db, "b")
    (notice,) = await outbox.claim(db, now=NOW, lease=30, limit=10)
    await outbox.put_off(db, notice, until=NOW + 5)
    assert await claim(db, NOW + 4) == []
    assert await claim(db, NOW + 5) == [["a", "b"]]


async def test_a_chat_that_is_being_told_something_is_left_out(db: SqliteDatabase) -> None:
    await put(db, "a")
    await put(db, "b", chat_id=BORIS)
    assert await claim(db, busy=(ANNA,)) == [["b"]]


async def test_what_is_held_waits_keeps_nothing_back_and_comes_as_one(db: SqliteDatabase) -> None:
    await preferences.save(db, Preferences(digest=True), chat_id=ANNA)
    await put(db, "a")
    await put(db, "b")
    assert await claim(db) == []
    await put(db, "c", "outcome", at=NOW + 1)
    assert await claim(db, NOW + 1) == [["c"]]
    await db.execute("DELETE FROM outbox WHERE order_id = 'c'")
    await put(db, "d", at=NOW + 2)
    assert await claim(db, LATER - 1) == []
    assert await claim(db, LATER) == [["a", "b", "d"]]


async def test_what_is_held_survives_a_crash(db: SqliteDatabase) -> None:
    await preferences.save(db, Preferences(digest=True), chat_id=ANNA)
    await put(db, "a")
    assert await claim(db) == []
    await outbox.take_back(db, now=NOW + 1)
    assert await claim(db, LATER - 1) == []
    assert await claim(db, LATER) == [["a"]]


async def test_other_wishes_are_heard_for_what_waits_too(db: SqliteDatabase) -> None:
    await preferences.save(db, Preferences(digest=True), chat_id=ANNA)
    await put(db, "a")
    await put(db, "b", chat_id=BORIS)
    assert await claim(db) == [["b"]]
    await preferences.save(db, DEFAULT, chat_id=ANNA)
    assert await claim(db) == [["a"]]


async def test_what_nobody_wants_to_hear_of_is_not_kept(db: SqliteDatabase) -> None:
    await preferences.save(db, Preferences(told_of="none"), chat_id=ANNA)
    for order_id in ("a", "b"):
        await put(db, order_id)
    await put(db, "c", "outcome")
    assert await claim(db) == [["c"]]
    assert [row["order_id"] for row in await table(db, "outbox")] == ["c"]


async def test_many_whose_news_wait_do_not_keep_others_waiting(db: SqliteDatabase) -> None:
    for chat_id in range(1, 60):
        await connect(db, f"quiet-{chat_id}", chat_id=chat_id)
        await preferences.save(db, Preferences(digest=True), chat_id=chat_id)
        await put(db, "held", chat_id=chat_id)
    await put(db, "a")
    assert await claim(db) == [["a"]]


async def test_wishes_are_a_persons_own(db: SqliteDatabase) -> None:
    wanted = Preferences("ended", 1320, 480, "Europe/Berlin", digest=True)
    await preferences.save(db, wanted, chat_id=ANNA)
    assert await preferences.of(db, chat_id=ANNA) == wanted
    assert await preferences.of(db, chat_id=BORIS) == DEFAULT
    assert await preferences.of(db, chat_id=999) == DEFAULT


async def test_a_new_key_changes_no_wishes(db: SqliteDatabase) -> None:
    wanted = Preferences("none", time_zone="+03:00")
    await preferences.save(db, wanted, chat_id=ANNA)
    await connect(db, "key-9", chat_id=ANNA)
    assert await preferences.of(db, chat_id=ANNA) == wanted
