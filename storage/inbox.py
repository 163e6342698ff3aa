"""Telegram's updates: stored before they are confirmed, remembered by id after they are handled."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.database import Database, Transaction, transaction

REMEMBERED_SECONDS = 2 * 86400  # Telegram keeps an unconfirmed update for 24 hours


@dataclass(frozen=True, slots=True)
class Waiting:
    update_id: int
    chat_id: int
    body: bytes


async def known(db: Database, ids: Sequence[int]) -> set[int]:
    """Those of the ids that came before, and maybe others between them."""
    if not ids:
        return set()
    rows = await db.read(
        "SELECT update_id FROM inbox WHERE update_id BETWEEN :least AND :most",
        least=min(ids),
        most=max(ids),
    )
    return {row["update_id"] for row in rows}


@transaction()
async def store(tx: Transaction, fresh: Sequence[Waiting], *, now: float) -> None:
    await tx.execute_many(
        "INSERT INTO inbox (update_id, chat_id, body, received_at) "
        "VALUES (:update_id, :chat_id, :body, :now) ON CONFLICT (update_id) DO NOTHING",
        [{"update_id": one.update_id, "chat_id": one.chat_id, "body": one.body, "now": now} for one in fresh],
    )


async def waiting(db: Database) -> list[Waiting]:
    """What an earlier run stored and did not handle, in order."""
    rows = await db.read(
        "SELECT update_id, chat_id, body FROM inbox WHERE handled_at IS NULL ORDER BY received_at, update_id"
    )
    return [Waiting(row["update_id"], row["chat_id"], row["body"]) for row in rows]


async def finish(tx: Transaction, *, update_id: int, now: float) -> None:
    """Handled: only the id is remembered."""
    await tx.execute(
        "UPDATE inbox SET chat_id = NULL, body = NULL, handled_at = :now WHERE update_id = :update_id",
        update_id=update_id,
        now=now,
    )
