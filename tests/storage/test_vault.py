"""Panel keys at rest."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from storage import accounts
from storage.database import WrongEncryptionKey
from storage.sqlite import SqliteDatabase, open_sqlite
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
    await accounts.connect(db, replace(ACCOUNT, encryption_key_id=before.key_id), language="en", now=0)
    await Vault([NEW, OLD]).check(db)
    with pytest.raises(WrongEncryptionKey, match=f"{before.key_id}.*ENCRYPTION_KEYS"):
        await Vault([NEW]).check(db)


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
