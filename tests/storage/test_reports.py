"""What pictures and operators read, and of whom."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import accounts, reports
from storage.database import Row
from storage.opening import open_sqlite
from storage.reports import Counts
from storage.sqlite import SqliteDatabase
from tests.storage.stored import ANNA, BORIS, NOW, begin, connect

DAY = 86400.0
SINCE = NOW - 30 * DAY


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = await open_sqlite(tmp_path / "bot.db")
    await connect(database)
    await connect(database, "key-2", chat_id=BORIS)
    yield database
    await database.close()


def ids(found: list[Row]) -> list[str]:
    return sorted(one.id for one in reports.placed(found))


async def place(db: SqliteDatabase, order_id: str, *, days_ago: float = 0.0, **changes: object) -> None:
    await begin(db, order_id, state="open", created_at=NOW - days_ago * DAY, **changes)


async def test_of_a_chat_only_its_own_since_then(db: SqliteDatabase) -> None:
    await place(db, "mine", days_ago=30)
    await place(db, "old", days_ago=30.1)
    await place(db, "theirs", chat_id=BORIS, account_id="key-2")

    assert ids(await reports.of_chat(db, chat_id=ANNA, since=SINCE)) == ["mine"]
    assert ids(await reports.of_everybody(db, since=SINCE)) == ["mine", "theirs"]
    assert await reports.has_orders(db, chat_id=BORIS)
    assert not await reports.has_orders(db, chat_id=503)


async def test_a_family_comes_whole_and_nobody_elses(db: SqliteDatabase) -> None:
    await place(db, "parent", days_ago=40)
    await place(db, "run-1", days_ago=35, parent_id="parent")
    await place(db, "run-2", parent_id="parent")
    await place(db, "single", days_ago=40)
    await place(db, "stray", days_ago=40, parent_id="parent", chat_id=BORIS, account_id="key-2")

    family = ["parent", "run-1", "run-2"]
    assert ids(await reports.of_chat(db, chat_id=ANNA, since=SINCE)) == family
    assert ids(await reports.of_everybody(db, since=SINCE)) == [*family, "stray"]


async def test_an_order_is_read_as_it_is(db: SqliteDatabase) -> None:
    await place(db, "a")
    await place(db, "b", service_id="", service_name="", price=None)
    await db.execute("UPDATE orders SET state = 'ended' WHERE id = 'b'")
    await db.execute(
        "INSERT INTO refills (id, chat_id, account_id, order_id, state, process, created_at, changed_at) "
        "VALUES ('r', :anna, 'key-1', 'b', 'open', '', 0, 0)",
        anna=ANNA,
    )
    one, other = sorted(reports.placed(await reports.of_chat(db, chat_id=ANNA, since=SINCE)))
    assert (one.price, one.charge, one.currency, one.account_id) == ("0.045", None, "USD", "key-1")
    assert (one.created_at, one.only_asked, other.only_asked) == (NOW, False, True)


async def test_however_many_there_are_each_is_read_once(
    db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "AT_ONCE", 7)
    wanted = [f"{number:03}" for number in range(50)]
    for one in wanted:
        await place(db, one)
    await db.execute("DELETE FROM orders WHERE id IN ('000', '020', '021')")

    left = [one for one in wanted if one not in {"000", "020", "021"}]
    assert ids(await reports.of_everybody(db, since=SINCE)) == left


async def test_of_an_empty_database(db: SqliteDatabase) -> None:
    assert await reports.of_everybody(db, since=SINCE) == []


async def test_counts(db: SqliteDatabase) -> None:
    await connect(db, "key-3", chat_id=503, now=NOW - 8 * DAY)
    await connect(db, "key-4", chat_id=504)
    await connect(db, "key-5", chat_id=504)
    await accounts.set_blocked(db, chat_id=BORIS, blocked_at=NOW)
    await accounts.park(db, account_id="key-3", tell=True, now=NOW)
    await accounts.park(db, account_id="key-4", tell=False, now=NOW)
    for number, state in enumerate(
        ("queued", "placing", "open", "ended", "rejected", "uncertain", "dismissed")
    ):
        await begin(db, f"o{number}", state=state)

    assert await reports.counts(db, now=NOW) == Counts(
        connected=3, new=2, blocked=1, parked=1, open=3, uncertain=1, notices=1, replies=0
    )
