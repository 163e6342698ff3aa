"""A backup has all that was stored, or is not there; a restored database does nothing a second time."""

import asyncio
import errno
import json
import os
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from storage import accounts, backups, broadcasts, conversations, inbox, masses, migrations, refills
from storage.broadcasts import Broadcast
from storage.conversations import Conversation
from storage.database import DatabaseTooNew, StorageError, WrongEncryptionKey
from storage.following import Asked
from storage.inbox import Waiting
from storage.masses import Mass
from storage.opening import open_sqlite, open_to_look
from storage.schema import STEPS
from storage.sqlite import SqliteDatabase
from storage.vault import Vault
from tests.storage.stored import ACCOUNT, ANNA, BORIS, NOW, PANEL, begin, place, stored, table

VAULT, OTHER = Vault([b"k" * 32]), Vault([b"x" * 32])
LATER = NOW + 3600
SECRET = "erased-before-the-backup"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "bot.db"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "kept").mkdir()
    return tmp_path / "kept" / "copy.db"


@pytest.fixture
async def db(path: Path) -> AsyncIterator[SqliteDatabase]:
    """The running program's connection."""
    db = await open_sqlite(path)
    await keep(db, ANNA)
    yield db
    await db.close()


async def keep(db: SqliteDatabase, chat_id: int) -> None:
    account = replace(
        ACCOUNT,
        id=f"key-{chat_id - 500}",
        chat_id=chat_id,
        encrypted_key=VAULT.seal("secret", chat_id=chat_id, panel=PANEL),
        encryption_key_id=VAULT.key_id,
    )
    await accounts.connect(db, account, language="en", now=NOW)


async def held(file: Path, name: str = "orders") -> list[str]:
    """The ids in a table of a database that nobody uses."""
    looking = await open_to_look(file)
    try:
        return [str(next(iter(row))) for row in await table(looking, name)]
    finally:
        await looking.close()


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


async def test_a_backup_is_one_file_for_its_owner_alone_with_all_that_is_stored(
    db: SqliteDatabase, path: Path, target: Path
) -> None:
    await begin(db, "order-1")
    found = await backups.back_up(path, target, VAULT)
    assert (found.schema, found.rows["orders"], found.keys.rows) == (len(STEPS), 1, 1)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert files(target.parent) == ["copy.db"]
    assert await held(target) == ["order-1"]


async def test_a_backup_is_whole_while_the_program_writes_on(
    db: SqliteDatabase, path: Path, target: Path
) -> None:
    """An account and its person are one transaction: a backup has both or none."""

    async def connects() -> None:
        for chat_id in range(1000, 100_000):
            await keep(db, chat_id)

    writing = asyncio.create_task(connects())
    for _ in range(5):
        before = (await db.read("SELECT count(*) AS n FROM people"))[0]["n"]
        found = await backups.back_up(path, target, VAULT, force=True)
        after = (await db.read("SELECT count(*) AS n FROM people"))[0]["n"]
        assert found.rows["people"] == found.rows["accounts"] == found.keys.rows
        assert before <= found.rows["people"] <= after
        assert before < after, "the program was held up"
    writing.cancel()
    with suppress(asyncio.CancelledError):
        await writing


async def test_nothing_erased_comes_along(db: SqliteDatabase, path: Path, target: Path) -> None:
    for number in range(300):
        await begin(db, f"order-{number}", service_name=SECRET * 10)
    await db.execute("DELETE FROM orders")
    await backups.back_up(path, target, VAULT)
    assert SECRET.encode() not in target.read_bytes()


async def test_what_is_there_is_replaced_only_on_demand(db: SqliteDatabase, path: Path, target: Path) -> None:
    target.write_text("precious")
    with pytest.raises(StorageError, match="is there already: name another file, or replace it with --force"):
        await backups.back_up(path, target, VAULT)
    assert target.read_text() == "precious"
    await backups.back_up(path, target, VAULT, force=True)
    assert await held(target, "people") == [str(ANNA)]


@pytest.mark.parametrize("name", ["bot.db", "bot.db-wal", "."])
async def test_a_backup_never_lands_on_the_database_itself(db: SqliteDatabase, path: Path, name: str) -> None:
    await begin(db, "order-1")
    with pytest.raises(StorageError, match="name a file"):
        await backups.back_up(path, path.parent / name, VAULT, force=True)
    assert [row["id"] for row in await table(db, "orders")] == ["order-1"]


async def test_a_folder_that_is_not_there_is_not_made(db: SqliteDatabase, path: Path, tmp_path: Path) -> None:
    """It would be that of a disk which is not mounted."""
    with pytest.raises(StorageError, match="there is no folder"):
        await backups.back_up(path, tmp_path / "mnt" / "copy.db", VAULT)


async def test_without_the_encryption_key_there_is_no_backup(
    db: SqliteDatabase, path: Path, target: Path
) -> None:
    target.write_text("the one before")
    with pytest.raises(WrongEncryptionKey):
        await backups.back_up(path, target, OTHER, force=True)
    assert target.read_text() == "the one before"
    assert files(target.parent) == ["copy.db"]


async def test_a_key_that_is_damaged_is_told_and_does_not_prevent_the_backup(
    db: SqliteDatabase, path: Path, target: Path
) -> None:
    await keep(db, BORIS)
    await db.execute("UPDATE accounts SET encrypted_key = zeroblob(60) WHERE chat_id = :id", id=BORIS)
    found = await backups.back_up(path, target, VAULT)
    assert (found.keys.rows, found.keys.unreadable) == (2, 1)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("DELETE FROM accounts", "so no backup was made"),
        ("UPDATE sqlite_master SET rootpage = 3 WHERE name = 'people'", "damaged"),
    ],
)
async def test_a_damaged_database_does_not_replace_a_good_backup(
    path: Path, target: Path, damage: str, words: str
) -> None:
    db = await open_sqlite(path)
    await keep(db, ANNA)
    await begin(db, "order-1")
    await db.close()
    target.write_text("the one before")
    with closing(sqlite3.connect(path)) as sick, sick:
        sick.execute("PRAGMA writable_schema = ON")
        sick.execute(damage)
    with pytest.raises(StorageError, match=words):
        await backups.back_up(path, target, VAULT, force=True)
    assert target.read_text() == "the one before"
    assert files(target.parent) == ["copy.db"]


@pytest.mark.parametrize("version", range(1, len(STEPS)))
async def test_a_database_of_an_older_version_is_backed_up_restored_and_brought_up_to_date(
    path: Path, target: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    with monkeypatch.context() as older:
        older.setattr(migrations, "STEPS", STEPS[:version])
        await (await open_sqlite(path)).close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO people (chat_id, language, created_at) VALUES (501, 'en', 5)")
    assert (await backups.back_up(path, target, VAULT)).schema == version

    await backups.migrate(path)
    assert await backups.version_at(path) == len(STEPS) > version
    restored = await backups.restore(target, path, VAULT, now=LATER)
    assert (restored.found.schema, restored.schema) == (version, len(STEPS))
    assert await held(path, "people") == ["501"]


async def test_a_database_of_a_newer_version_is_refused(db: SqliteDatabase, path: Path, target: Path) -> None:
    await backups.back_up(path, target, VAULT)
    await db.execute("UPDATE schema_version SET version = version + 1")
    await db.close()
    with closing(sqlite3.connect(target)) as newer, newer:
        newer.execute("UPDATE schema_version SET version = version + 1")
    with pytest.raises(DatabaseTooNew):
        await backups.back_up(path, target, VAULT, force=True)
    with pytest.raises(DatabaseTooNew):
        await backups.restore(target, path, VAULT, now=LATER)
    with pytest.raises(DatabaseTooNew, match="use a newer program"):
        await backups.migrate(path)


async def test_a_backup_is_restored_from_where_nothing_can_be_written(
    db: SqliteDatabase, path: Path, target: Path
) -> None:
    await begin(db, "order-1", state="open")
    await backups.back_up(path, target, VAULT)
    await db.close()
    target.parent.chmod(0o500)
    await backups.restore(target, path, VAULT, now=LATER)
    target.parent.chmod(0o700)
    assert files(target.parent) == ["copy.db"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert await held(path) == ["order-1"]


async def test_the_database_before_is_kept_whole_with_what_only_its_log_has(
    db: SqliteDatabase, path: Path, target: Path, tmp_path: Path
) -> None:
    """As a killed program leaves it."""
    await backups.back_up(path, target, VAULT)
    await begin(db, "in the log")
    killed = tmp_path / "killed" / "bot.db"
    killed.parent.mkdir()
    for end in ("", "-wal", "-shm"):
        killed.with_name(killed.name + end).write_bytes(path.with_name(path.name + end).read_bytes())

    restored = await backups.restore(target, killed, VAULT, now=LATER)

    assert restored.aside is not None
    assert files(killed.parent) == ["bot.db", restored.aside.name, f"{restored.aside.name}-wal"]
    assert await held(killed) == []
    assert await held(restored.aside) == ["in the log"]


async def test_a_second_restore_never_replaces_what_was_put_aside(
    db: SqliteDatabase, path: Path, target: Path
) -> None:
    await backups.back_up(path, target, VAULT)
    await begin(db, "order-1")
    await db.close()
    first = await backups.restore(target, path, VAULT, now=LATER)
    with pytest.raises(StorageError, match="restore again in a second"):
        await backups.restore(target, path, VAULT, now=LATER)
    await backups.restore(target, path, VAULT, now=LATER + 1)
    assert first.aside is not None
    assert await held(first.aside) == ["order-1"]


@pytest.mark.parametrize("damage", ["halved", "emptied", "text", "gone", "in use", "itself"])
async def test_what_is_no_sound_backup_is_refused_and_the_database_stays(
    db: SqliteDatabase, path: Path, target: Path, damage: str
) -> None:
    await begin(db, "order-1")
    await backups.back_up(path, target, VAULT)
    await db.close()
    content = target.read_bytes()
    match damage:
        case "gone":
            target.unlink()
        case "in use":
            target.with_name("copy.db-wal").write_bytes(b"log")
        case "itself":
            os.link(path, path.with_name("link.db"))
            target = path.with_name("link.db")
        case _:
            short = {"halved": content[: len(content) // 2], "emptied": b"", "text": b"no database" * 999}
            target.write_bytes(short[damage])
    with pytest.raises(StorageError):
        await backups.restore(target, path, VAULT, now=LATER)
    assert await held(path) == ["order-1"]
    assert [name for name in files(path.parent) if "part" in name or "before" in name] == []


async def test_a_backup_that_needs_another_encryption_key_is_refused(
    db: SqliteDatabase, path: Path, target: Path
) -> None:
    await backups.back_up(path, target, VAULT)
    await db.close()
    with pytest.raises(WrongEncryptionKey):
        await backups.restore(target, path, OTHER, now=LATER)


@pytest.mark.parametrize("full", ["backup", "restore"])
async def test_nothing_is_begun_that_would_fill_the_disk(
    db: SqliteDatabase, path: Path, target: Path, monkeypatch: pytest.MonkeyPatch, full: str
) -> None:
    await backups.back_up(path, target, VAULT)
    await db.close()
    monkeypatch.setattr(backups, "SPARE_BYTES", 1 << 60)
    begun = (
        backups.back_up(path, target, VAULT, force=True)
        if full == "backup"
        else backups.restore(target, path, VAULT, now=LATER)
    )
    with pytest.raises(StorageError, match="the disk is nearly full"):
        await begun


async def test_a_disk_that_gives_up_at_the_end_leaves_the_database_in_its_place(
    db: SqliteDatabase, path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    await begin(db, "order-1")
    await backups.back_up(path, target, VAULT)
    await db.close()
    before = target.read_bytes()
    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            await backups.restore(target, path, VAULT, now=LATER)
        with pytest.raises(OSError, match="No space left"):
            await backups.back_up(path, target, VAULT, force=True)
    assert [name for name in files(path.parent) if "part" in name or "before" in name] == []
    assert files(target.parent) == ["copy.db"]
    assert await held(path) == ["order-1"]
    assert target.read_bytes() == before


MASS = Mass(
    id="mass", chat_id=ANNA, account_id="key-1", state="draft", lines=[], message_id=7, created_at=NOW
)


async def restored(db: SqliteDatabase, path: Path, target: Path) -> tuple[SqliteDatabase, backups.Restored]:
    """The database after a backup of it was restored."""
    await backups.back_up(path, target, VAULT)
    await db.close()
    done = await backups.restore(target, path, VAULT, now=LATER)
    return await open_sqlite(path), done


async def test_lines_that_waited_are_uncertain_after_restoring(
    db: SqliteDatabase, path: Path, target: Path
) -> None:
    await masses.put_draft(db, MASS)
    lines = [
        await begin(db, f"mass-{number}", state="queued", mass_id="mass", mass_line=number)
        for number in range(1, 5)
    ]
    await masses.confirm(db, chat_id=ANNA, mass_id="mass", lines=lines, message_id=7, process="run-1")
    await masses.claim_lines(db, mass_id="mass", limit=1, process="run-1", now=NOW)

    back, done = await restored(db, path, target)

    assert done.left.lines == 4
    assert await masses.unfinished(back, panel=PANEL) == []
    assert await masses.states(back, mass_id="mass") == {"uncertain": 4}
    assert [row["kind"] for row in await table(back, "outbox")] == ["restored", "mass"]
    await back.close()


async def test_what_was_on_its_way_is_uncertain_and_what_runs_goes_on(
    db: SqliteDatabase, path: Path, target: Path
) -> None:
    await begin(db, "sent")
    await place(db, "runs", due_at=NOW)
    asked = Asked("key-1", "runs", None)
    await refills.begin(db, chat_id=ANNA, asked=[asked], request="r", process="run-1", now=NOW)

    back, done = await restored(db, path, target)

    assert (done.left.orders, done.left.refills, done.left.known_until) == (1, 1, NOW)
    assert (await stored(back, "sent")).state == "uncertain"
    assert (await stored(back, "runs")).state == "open"
    assert [row["state"] for row in await table(back, "refills")] == ["uncertain"]
    await back.close()


async def test_nothing_that_was_to_be_confirmed_or_handled_is_left(
    db: SqliteDatabase, path: Path, target: Path
) -> None:
    await masses.put_draft(db, MASS)
    await db.write(
        lambda tx: conversations.put(
            tx, chat_id=ANNA, before=Conversation(), after=Conversation("confirming", "{}", 5), now=NOW
        )
    )
    await inbox.store(db, [Waiting(9, ANNA, VAULT.wrap("hello"))], now=NOW)

    back, _ = await restored(db, path, target)

    assert await table(back, "conversations") == []
    assert await masses.draft_of(back, chat_id=ANNA) is None
    assert await inbox.waiting(back) == []
    assert await inbox.known(back, [9]) == {9}
    await back.close()


async def test_an_announcement_under_way_goes_to_nobody_after_restoring(
    db: SqliteDatabase, path: Path, target: Path
) -> None:
    """Since the backup it went to everybody."""
    await keep(db, BORIS)
    for broadcast_id in ("under way", "draft"):
        await broadcasts.put_draft(db, Broadcast(broadcast_id, 9, "draft", "Hello", None, NOW))
        if broadcast_id != "draft":
            await broadcasts.confirm(
                db, chat_id=9, broadcast_id=broadcast_id, message_id=5, operators=frozenset(), now=NOW
            )

    back, done = await restored(db, path, target)

    assert done.left.unsure == 2
    assert await broadcasts.draft_of(back, chat_id=9) is None
    (one,) = await broadcasts.unfinished(back)
    assert await broadcasts.due(back, broadcast_id=one.id, now=LATER, limit=9) == []
    assert await broadcasts.end(back, one, now=LATER)
    assert json.loads((await table(back, "outbox"))[-1]["facts"])["counts"] == {"unsure": 2}
    await back.close()


async def test_everybody_who_can_be_told_is_told_once_and_earlier_notices_stay(
    db: SqliteDatabase, path: Path, target: Path
) -> None:
    await keep(db, BORIS)
    await db.execute("UPDATE people SET blocked_at = 5 WHERE chat_id = :id", id=BORIS)
    await db.execute(
        "INSERT INTO outbox (chat_id, kind, facts, send_at, created_at) VALUES (501, 'parked', '{}', 5, 5)"
    )

    back, done = await restored(db, path, target)

    assert done.left.told == 1
    notices = [(row["chat_id"], row["kind"], json.loads(row["facts"])) for row in await table(back, "outbox")]
    assert notices == [(ANNA, "parked", {}), (ANNA, "restored", {"known_until": NOW})]
    await back.close()
