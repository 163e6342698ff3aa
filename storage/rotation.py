"""Encrypts what is stored with the first of the encryption keys, also while the program runs.

The running program writes down which keys it knows. As long as it does not encrypt with the very key that
is rotated to, nothing is touched: it would be locked out, or go on writing with the old one.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from storage.database import Database, Row, StorageError, Transaction, WrongEncryptionKey, transaction
from storage.vault import Vault

AT_ONCE = 100  # rows in a transaction
PAUSE = 0.02  # seconds between two, in which the program writes


class NotReady(StorageError):
    """The running program has to be started with other settings first."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many panel keys and waiting updates were encrypted anew, and how many nobody can decrypt."""

    keys: int
    updates: int
    unreadable: int


@transaction(durable=True)
async def announce(tx: Transaction, vault: Vault, *, now: float) -> None:
    """From now on this program runs, with these keys."""
    await tx.execute("DELETE FROM running")
    await tx.execute(
        "INSERT INTO running (key_ids, started_at) VALUES (:key_ids, :now)",
        key_ids=" ".join(vault.key_ids),
        now=now,
    )


async def rotate(db: Database, vault: Vault, *, running: bool) -> Rotated:
    """Encrypt everything with the vault's first key; `running`: the program does, in another process.

    Ended half-way it goes on where it was, next time. Raises NotReady.
    """
    keys, lost_keys = await _through(db, _KEYS, partial(_seal, vault), vault, running)
    updates, lost_updates = await _through(db, _UPDATES, partial(_wrap, vault), vault, running)
    await db.leave_no_trace()
    return Rotated(keys, updates, lost_keys + lost_updates)


@dataclass(frozen=True, slots=True)
class _Place:
    """Rows that another key encrypted, behind the one named `after`; and how to replace what one holds.

    What was changed meanwhile is left as it is: whoever changed it did it with the new key.
    """

    find: str
    replace: str
    first: Any


_KEYS = _Place(
    "SELECT id AS name, encrypted_key AS sealed, chat_id, panel, encryption_key_id FROM accounts "
    "WHERE encrypted_key IS NOT NULL AND encryption_key_id <> :key_id AND id > :after "
    "ORDER BY id LIMIT :limit",
    "UPDATE accounts SET encrypted_key = :new, encryption_key_id = :key_id "
    "WHERE id = :name AND encrypted_key = :old",
    "",
)
_UPDATES = _Place(
    "SELECT update_id AS name, body AS sealed FROM inbox "
    "WHERE body IS NOT NULL AND substr(body, 1, length(:key_id)) <> :prefix AND update_id > :after "
    "ORDER BY update_id LIMIT :limit",
    "UPDATE inbox SET body = :new WHERE update_id = :name AND body = :old",
    -1,
)


def _seal(vault: Vault, row: Row) -> bytes:
    whose = {"chat_id": row["chat_id"], "panel": row["panel"]}
    return vault.seal(vault.open(row["sealed"], key_id=row["encryption_key_id"], **whose), **whose)


def _wrap(vault: Vault, row: Row) -> bytes:
    return vault.wrap(vault.unwrap(row["sealed"]))


async def _through(
    db: Database, place: _Place, anew: Callable[[Row], bytes], vault: Vault, running: bool
) -> tuple[int, int]:
    """How many rows were encrypted anew, and how many nobody can decrypt."""
    done = lost = 0
    after = place.first
    while True:
        rows = await db.read(
            place.find, key_id=vault.key_id, prefix=vault.key_id.encode(), after=after, limit=AT_ONCE
        )
        if not rows:
            return done, lost
        after = rows[-1]["name"]
        changes = [change for row in rows if (change := _change(row, anew)) is not None]
        lost += len(rows) - len(changes)
        done += await _replace(db, place, changes, vault, running)
        await asyncio.sleep(PAUSE)


def _change(row: Row, anew: Callable[[Row], bytes]) -> dict[str, Any] | None:
    try:
        return {"name": row["name"], "old": row["sealed"], "new": anew(row)}
    except WrongEncryptionKey:
        return None


@transaction(durable=True)
async def _replace(
    tx: Transaction, place: _Place, changes: Sequence[dict[str, Any]], vault: Vault, running: bool
) -> int:
    if running:
        await _require_ready(tx, vault)
    return sum([await tx.execute(place.replace, key_id=vault.key_id, **change) for change in changes])


async def require_ready(db: Database, vault: Vault) -> None:
    """Raises NotReady unless the running program encrypts with the vault's first key."""
    await db.write(lambda tx: _require_ready(tx, vault))


async def _require_ready(tx: Transaction, vault: Vault) -> None:
    known = [
        key_id for row in await tx.fetch("SELECT key_ids FROM running") for key_id in row["key_ids"].split()
    ]
    if vault.key_id not in known:
        raise NotReady(
            f"the running bot does not know the first key (id {vault.key_id}): put that first in its "
            "ENCRYPTION_KEYS, the one it has now behind it, and restart it; then rotate again"
        )
    if vault.key_id != known[0]:
        raise NotReady(
            f"the running bot still encrypts with another key (id {known[0]}): put the new one "
            f"(id {vault.key_id}) first in its ENCRYPTION_KEYS and restart it; then rotate again"
        )
