"""Panel keys at rest."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from storage import accounts, inbox
from storage.database import WrongEncryptionKey
from storage.inbox import Waiting
from storage.opening import open_sqlite
from storage.sqlite import SqliteDatabase
from storage.vault import Vault, new_encryption_key, read_encryption_key
from tests.storage.stored import ACCOUNT, ANNA, BORIS, PANEL

OLD, NEW = b"o" * 32, b"n" * 32
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    db = await open_sqlite(tmp_path / "bot.db")
    yield db
    await db.close()


def open_with(vault: Vault, sealed: bytes, key_id: str, *, chat_id: int = ANNA, panel: str = PANEL) -> str:
    return vault.open(sealed, key_id=key_id, chat_id=chat_id, panel=panel)


def test_opens_what_it_sealed() -> None:
    vault = Vault([NEW])
    sealed = vault.seal(SECRET, chat_id=ANNA, panel=PANEL)
    assert SECRET.encode() not in sealed
    assert sealed != vault.seal(SECRET, chat_id=ANNA, panel=PANEL)
    assert open_with(vault, sealed, vault.key_id) == SECRET


@pytest.mark.parametrize(("chat_id", "panel"), [(BORIS, PANEL), (ANNA, "https://other.example/api/v2")])
def test_a_key_opens_only_for_its_own_chat_and_panel(chat_id: int, panel: str) -> None:
    vault = Vault([NEW])
    sealed = vault.seal(SECRET, chat_id=ANNA, panel=PANEL)
    with pytest.raises(WrongEncryptionKey):
        open_with(vault, sealed, vault.key_id, chat_id=chat_id, panel=panel)


def test_a_changed_byte_is_noticed() -> None:
    vault = Vault([NEW])
    sealed = vault.seal(SECRET, chat_id=ANNA, panel=PANEL)
    with pytest.raises(WrongEncryptionKey):
        open_with(vault, sealed[:-1] + bytes([sealed[-1] ^ 1]), vault.key_id)


def test_after_a_rotation_old_keys_still_open_and_new_ones_are_sealed_anew() -> None:
    before, after = Vault([OLD]), Vault([NEW, OLD])
    sealed = before.seal(SECRET, chat_id=ANNA, panel=PANEL)
    assert open_with(after, sealed, before.key_id) == SECRET
    assert after.key_id == Vault([NEW]).key_id != before.key_id


def test_another_encryption_key_opens_nothing() -> None:
    before, after = Vault([OLD]), Vault([NEW])
    sealed = before.seal(SECRET, chat_id=ANNA, panel=PANEL)
    for key_id in (before.key_id, after.key_id):
        with pytest.raises(WrongEncryptionKey) as caught:
            open_with(after, sealed, key_id)
        assert SECRET not in str(caught.value)


async def test_start_is_refused_when_a_stored_key_cannot_be_opened(db: SqliteDatabase) -> None:
    before = Vault([OLD])
    await keep(db, before)
    await Vault([NEW, OLD]).check(db)
    with pytest.raises(WrongEncryptionKey, match=f"{before.key_id}.*ENCRYPTION_KEYS"):
        await Vault([NEW]).check(db)


async def test_start_is_refused_when_only_a_waiting_message_cannot_be_opened(db: SqliteDatabase) -> None:
    before = Vault([OLD])
    await inbox.store(db, [Waiting(1, ANNA, before.wrap("hello"))], now=0)
    await Vault([NEW, OLD]).check(db)
    with pytest.raises(WrongEncryptionKey, match=f"{before.key_id}.*ENCRYPTION_KEYS"):
        await Vault([NEW]).check(db)
    await inbox.store(db, [Waiting(2, ANNA, b"\xff\xfegarbage")], now=0)
    with pytest.raises(WrongEncryptionKey):
        await before.check(db)


async def test_start_is_refused_when_our_key_opens_none_of_what_bears_its_name(db: SqliteDatabase) -> None:
    vault = Vault([NEW])
    await keep(db, vault, encrypted_key=b"garbage")
    with pytest.raises(WrongEncryptionKey, match="none of ENCRYPTION_KEYS decrypts"):
        await vault.check(db)
    await keep(db, vault, id="key-2", chat_id=BORIS)
    await vault.check(db)


async def test_there_is_no_wrong_key_for_an_empty_database(db: SqliteDatabase) -> None:
    await Vault([NEW]).check(db)


async def test_rows_swapped_between_people_or_panels_open_for_nobody(db: SqliteDatabase) -> None:
    vault = Vault([NEW])
    await keep(db, vault)
    await keep(db, vault, id="key-2", chat_id=BORIS)
    for column, value in (("chat_id", BORIS), ("panel", "https://other.example/api/v2")):
        await db.execute(
            f"UPDATE accounts SET {column} = :value, replaced_at = 1 WHERE id = 'key-1'", value=value
        )
        (row,) = await db.read("SELECT * FROM accounts WHERE id = 'key-1'")
        assert not vault.opens(row)
        await db.execute(
            "UPDATE accounts SET chat_id = :chat_id, panel = :panel WHERE id = 'key-1'",
            chat_id=ANNA,
            panel=PANEL,
        )
    await db.execute(
        "UPDATE accounts SET encrypted_key = (SELECT encrypted_key FROM accounts WHERE id = 'key-1') "
        "WHERE id = 'key-2'"
    )
    assert [vault.opens(row) for row in await db.read("SELECT * FROM accounts ORDER BY id")] == [True, False]


async def keep(db: SqliteDatabase, vault: Vault, **changes: Any) -> None:
    account = replace(ACCOUNT, encryption_key_id=vault.key_id, **changes)
    if "encrypted_key" not in changes:
        sealed = vault.seal(SECRET, chat_id=account.chat_id, panel=account.panel)
        account = replace(account, encrypted_key=sealed)
    await accounts.connect(db, account, language="en", now=0)


def test_logs_hear_of_every_secret() -> None:
    heard: list[str] = []
    vault = Vault([NEW], heard.append)
    sealed = vault.seal(SECRET, chat_id=ANNA, panel=PANEL)
    open_with(vault, sealed, vault.key_id)
    assert heard == [SECRET, SECRET]


def test_a_pseudonym_is_steady_and_needs_the_encryption_key() -> None:
    assert Vault([NEW]).pseudonym(ANNA) == Vault([NEW]).pseudonym(ANNA)
    assert (
        len({Vault([NEW]).pseudonym(ANNA), Vault([NEW]).pseudonym(BORIS), Vault([OLD]).pseudonym(ANNA)}) == 3
    )
    assert str(ANNA) not in Vault([NEW]).pseudonym(ANNA)


def test_a_new_encryption_key_can_be_read() -> None:
    assert len(read_encryption_key(new_encryption_key())) == 32


@pytest.mark.parametrize("text", ["", "short", "ü" * 44, "A" * 43, "A" * 40, f"{'A' * 43}=AAAA"])
def test_a_bad_encryption_key_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_encryption_key(text)
    assert not text or text not in str(caught.value)
