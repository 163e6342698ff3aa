"""Replies Telegram would not take yet. A chat's come in their order, and before its notices."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from storage.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class Kept:
    id: int
    chat_id: int
    facts: Mapping[str, Any]
    created_at: float


async def keep(tx: Transaction, *, chat_id: int, facts: Mapping[str, Any], now: float) -> None:
    await tx.execute(
        "INSERT INTO replies (chat_id, facts, created_at) VALUES (:chat_id, :facts, :now)",
        chat_id=chat_id,
        facts=json.dumps(facts),
        now=now,
    )


async def first(db: Database, *, chat_id: int) -> Kept | None:
    rows = await db.read(
        "SELECT id, facts, created_at FROM replies WHERE chat_id = :chat_id ORDER BY id LIMIT 1",
        chat_id=chat_id,
    )
    if not rows:
        return None
    return Kept(rows[0]["id"], chat_id, json.loads(rows[0]["facts"]), rows[0]["created_at"])


async def chats(db: Database) -> list[int]:
    """Those any is kept for, the longest waiting first."""
    rows = await db.read("SELECT chat_id FROM replies GROUP BY chat_id ORDER BY min(id)")
    return [row["chat_id"] for row in rows]


async def done(db: Database, kept: Kept) -> None:
    """Once it is gone its id may be another's."""
    await db.execute(
        "DELETE FROM replies WHERE id = :id AND created_at = :created_at",
        id=kept.id,
        created_at=kept.created_at,
    )


async def drop(db: Database, *, chat_id: int) -> None:
    """All of a chat that takes no messages any more."""
    await db.execute("DELETE FROM replies WHERE chat_id = :chat_id", chat_id=chat_id)
