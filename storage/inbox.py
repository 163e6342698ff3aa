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


async def store(db: Database, batch: Sequence[Waiting], *, now: float) -> list[Waiting]:
    """Keep the updates and return those that were not known before."""
    known = await known_ids(db, [one.update_id for one in batch])
    fresh = list({one.update_id: one for one in batch if one.update_id not in known}.values())
    await _insert(db, fresh, now=now)
    return fresh


@transaction()
async def _insert(tx: Transaction, fresh: Sequence[Waiting], *, now: float) -> None:
    await tx.execute_many(
        "INSERT INTO inbox (update_id, chat_id, body, received_at) "
        "VALUES (:update_id, :chat_id, :body, :now) ON CONFLICT (update_id) DO NOTHING",
        [{"update_id": one.update_id, "chat_id": one.chat_id, "body": one.body, "now": now} for one in fresh],
    )


async def known_ids(db: Database, ids: Sequence[int]) -> set[int]:
    if not ids:
        return set()
    rows = await db.read(
        "SELECT update_id FROM inbox WHERE update_id BETWEEN :least AND :most",
        least=min(ids),
        most=max(ids),
    )
    return {row["update_id"] for row in rows}


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


async def next_offset(db: Database, *, now: float) -> int | None:
    """What to ask Telegram for next; None when nothing recent is known.

    It follows the latest to arrive, not the highest: after a week of silence Telegram numbers anew, maybe
    lower.
    """
    rows = await db.read(
        "SELECT update_id FROM inbox WHERE received_at > :after "
        "ORDER BY received_at DESC, update_id DESC LIMIT 1",
        after=now - REMEMBERED_SECONDS,
    )
    return int(rows[0]["update_id"]) + 1 if rows else None
