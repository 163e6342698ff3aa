"""All that is stored encrypted with another key, also while the program writes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from storage import accounts, inbox, rotation
from storage.database import Row
from storage.inbox import Waiting
from storage.opening import open_beside, open_sqlite
from storage.rotation import NotReady, Rotated, announce, require_ready, rotate
from storage.sqlite import SqliteDatabase
from storage.vault import Vault
from tests.storage.stored import ACCOUNT, NOW, PANEL, table

OLD, NEW, OTHER = Vault([b"o" * 32]), Vault([b"n" * 32, b"o" * 32]), Vault([b"x" * 32])
PEOPLE = range(1, 251)


def secret(chat_id: int, word: str = "secret") -> str:
    return f"{word}-of-{chat_id}"


async def keep(db: SqliteDatabase, chat_id: int, vault: Vault, word: str = "secret") -> None:
    account = replace(
        ACCOUNT,
        id=f"key-{chat_id:04}",
        chat_id=chat_id,
        encrypted_key=vault.seal(secret(chat_id, word), chat_id=chat_id, panel=PANEL),
        encryption_key_id=vault.key_id,
    )
    await accounts.connect(db, account, language="en", now=NOW)


@pytest.fixture
async def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SqliteDatabase]:
    """The running program's connection."""
    monkeypatch.setattr(rotation, "PAUSE", 0.0)
    db = await open_sqlite(tmp_path / "bot.db")
    await asyncio.gather(*(keep(db, chat_id, OLD) for chat_id in PEOPLE))
    await inbox.store(db, [Waiting(n, n, OLD.wrap(f"hello {n}")) for n in range(1, 151)], now=NOW)
    await announce(db, NEW, now=NOW)
    yield db
    await db.close()


@pytest.fixture
async def beside(db: SqliteDatabase, tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    """Another process' connection."""
    beside = await open_beside(tmp_path / "bot.db")
    yield beside
    await beside.close()


async def opened(db: SqliteDatabase, vault: Vault) -> dict[int, str]:
    return {
        row["chat_id"]: vault.open(
            row["encrypted_key"], key_id=row["encryption_key_id"], chat_id=row["chat_id"], panel=row["panel"]
        )
        for row in await table(db, "accounts")
    }


async def test_everything_opens_with_the_new_key_alone(db: SqliteDatabase, beside: SqliteDatabase) -> None:
    assert await rotate(beside, NEW, running=True) == Rotated(keys=250, updates=150, unreadable=0)
    alone = Vault([b"n" * 32])
    await alone.check(db)
    assert await opened(db, alone) == {chat_id: secret(chat_id) for chat_id in PEOPLE}
    bodies = [alone.unwrap(row["body"]) for row in await table(db, "inbox")]
    assert bodies == [f"hello {n}" for n in range(1, 151)]
    assert await rotate(beside, NEW, running=True) == Rotated(0, 0, 0)


async def test_no_old_ciphertext_is_left_in_any_file(
    db: SqliteDatabase, beside: SqliteDatabase, tmp_path: Path
) -> None:
    old = [row["encrypted_key"] for row in await table(db, "accounts")]
    old += [row["body"] for row in await table(db, "inbox")]
    assert old[0] in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    await rotate(beside, NEW, running=True)
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not [one for one in old if one in left]


async def test_a_key_that_is_replaced_meanwhile_is_never_put_back(
    db: SqliteDatabase, beside: SqliteDatabase
) -> None:
    async def replace_all() -> None:
        for chat_id in reversed(PEOPLE):
            await keep(db, chat_id, NEW, "newer")

    await asyncio.gather(rotate(beside, NEW, running=True), replace_all())
    assert await opened(db, Vault([b"n" * 32])) == {chat_id: secret(chat_id, "newer") for chat_id in PEOPLE}


async def test_what_is_handled_meanwhile_stays_handled(
    db: SqliteDatabase, beside: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = beside.read

    async def read_too_early(sql: str, /, **values: Any) -> list[Row]:
        found = await read(sql, **values)
        for number in range(1, 151) if "inbox" in sql else ():
            await db.write(partial(inbox.finish, update_id=number, now=NOW))
        return found

    monkeypatch.setattr(beside, "read", read_too_early)
    await rotate(beside, NEW, running=True)
    assert {row["body"] for row in await table(db, "inbox")} == {None}


async def test_it_goes_on_where_it_was_ended(db: SqliteDatabase, beside: SqliteDatabase) -> None:
    rotating = asyncio.create_task(rotate(beside, NEW, running=True))
    rotated = "SELECT 1 FROM accounts WHERE encryption_key_id = :id"
    while not await db.read(rotated, id=NEW.key_id):  # noqa: ASYNC110 - nobody signals it
        await asyncio.sleep(0)
    rotating.cancel()
    await asyncio.gather(rotating, return_exceptions=True)
    await beside.execute("UPDATE running SET started_at = 0")  # what was begun goes to its end before
    before = await db.read("SELECT 1 FROM accounts WHERE encryption_key_id = :id", id=OLD.key_id)

    assert (await rotate(beside, NEW, running=True)).keys == len(before)
    assert await opened(db, Vault([b"n" * 32])) == {chat_id: secret(chat_id) for chat_id in PEOPLE}


@pytest.mark.parametrize(
    ("runs_with", "advice"),
    [
        (OLD, "does not know the first key"),
        (Vault([b"o" * 32, b"n" * 32]), "still encrypts with another key"),
        (None, "does not know the first key"),
    ],
)
async def test_a_running_program_is_never_locked_out(
    db: SqliteDatabase, beside: SqliteDatabase, runs_with: Vault | None, advice: str
) -> None:
    if runs_with is None:
        await db.execute("DELETE FROM running")
    else:
        await announce(db, runs_with, now=NOW)
    before = await table(db, "accounts")
    with pytest.raises(NotReady, match=advice):
        await require_ready(beside, NEW)
    with pytest.raises(NotReady, match="restart it; then rotate again"):
        await rotate(beside, NEW, running=True)
    assert list(map(tuple, await table(db, "accounts"))) == list(map(tuple, before))
    assert (await rotate(beside, NEW, running=False)).keys == 250  # nobody runs


async def test_what_nobody_can_open_is_left_as_it_is_and_counted(
    db: SqliteDatabase, beside: SqliteDatabase
) -> None:
    await keep(db, 7, OTHER)
    await inbox.store(db, [Waiting(999, 7, OTHER.wrap("hello"))], now=NOW)
    assert await rotate(beside, NEW, running=True) == Rotated(keys=249, updates=150, unreadable=2)
    (row,) = await db.read("SELECT * FROM accounts WHERE chat_id = 7")
    assert OTHER.opens(row)
