"""What people are still to be told. A row leaves only when Telegram took the message."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from storage.database import Database, Transaction, transaction


@dataclass(frozen=True, slots=True)
class Notice:
    id: int
    chat_id: int
    order_id: str | None
    kind: str
    facts: Mapping[str, Any]
    language: str


@transaction()
async def claim(tx: Transaction, *, now: float, lease: float, limit: int) -> list[Notice]:
    """The oldest notice of up to `limit` chats, put off by `lease` seconds so that a crash only delays.

    A chat's next notice waits until its first one is gone, so they arrive in order; and until the
    replies that were kept for it are gone.
    """
    rows = await tx.fetch(
        "UPDATE outbox SET send_at = :now + :lease WHERE id IN ("
        "  SELECT first.id FROM (SELECT min(id) AS id, chat_id FROM outbox GROUP BY chat_id) AS first"
        "  JOIN outbox o ON o.id = first.id LEFT JOIN people p ON p.chat_id = first.chat_id"
        "  WHERE o.send_at <= :now AND p.blocked_at IS NULL"
        "  AND o.chat_id NOT IN (SELECT chat_id FROM replies) ORDER BY first.id LIMIT :limit) "
        "RETURNING id, chat_id, order_id, kind, facts, "
        "(SELECT language FROM people WHERE people.chat_id = outbox.chat_id) AS language",
        now=now,
        lease=lease,
        limit=limit,
    )
    return [
        Notice(r["id"], r["chat_id"], r["order_id"], r["kind"], json.loads(r["facts"]), r["language"] or "")
        for r in sorted(rows, key=lambda r: int(r["id"]))
    ]


async def outcome_of(db: Database, *, order_id: str) -> Notice | None:
    """The notice of how placing this order went, if it is still to be told."""
    rows = await db.read(
        "SELECT o.id, o.chat_id, o.kind, p.language FROM outbox o "
        "LEFT JOIN people p ON p.chat_id = o.chat_id "
        "WHERE o.order_id = :order_id AND o.change_number = 0",
        order_id=order_id,
    )
    return (
        Notice(rows[0]["id"], rows[0]["chat_id"], order_id, rows[0]["kind"], {}, rows[0]["language"] or "")
        if rows
        else None
    )


async def done(db: Database, *, notice_id: int) -> None:
    await db.execute("DELETE FROM outbox WHERE id = :id", id=notice_id)


async def put_off(db: Database, *, notice_id: int, until: float) -> None:
    await db.execute("UPDATE outbox SET send_at = :until WHERE id = :id", id=notice_id, until=until)


async def take_back(db: Database, *, now: float) -> None:
    """End all leases: whoever held them is gone."""
    await db.execute("UPDATE outbox SET send_at = :now WHERE send_at > :now", now=now)
