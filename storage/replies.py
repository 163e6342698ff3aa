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


async def keep(tx: Transaction, *, chat_id: int, facts: Mapping[str, Any], now: float) -> None:
    await tx.execute(
        "INSERT INTO replies (chat_id, facts, created_at) VALUES (:chat_id, :facts, :now)",
        chat_id=chat_id,
        facts=json.dumps(facts),
        now=now,
    )


async def first(db: Database, *, chat_id: int) -> Kept | None:
    rows = await db.read(
        "SELECT id, facts FROM replies WHERE chat_id = :chat_id ORDER BY id LIMIT 1", chat_id=chat_id
    )
    return Kept(rows[0]["id"], chat_id, json.loads(rows[0]["facts"])) if rows else None


async def chats(db: Database) -> list[int]:
    """Those any is kept for, the longest waiting first."""
    rows = await db.read("SELECT chat_id FROM replies GROUP BY chat_id ORDER BY min(id)")
    return [row["chat_id"] for row in rows]


async def done(db: Database, *, reply_id: int) -> None:
    await db.execute("DELETE FROM replies WHERE id = :id", id=reply_id)


async def drop(db: Database, *, chat_id: int) -> None:
    """All of a chat that takes no messages any more."""
    await db.execute("DELETE FROM replies WHERE chat_id = :chat_id", chat_id=chat_id)
