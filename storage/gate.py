"""Whom the operators let in: everybody or who is listed, but for the blocked; or nobody, for a while."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from storage.database import Database, Transaction, transaction


@dataclass(frozen=True, slots=True)
class Rules:
    """`maintenance` is what operators add for people to read; None: there is none going on."""

    maintenance: str | None = None
    listed_only: bool = False
    allowed: frozenset[int] = frozenset()
    blocked: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Blocked:
    chat_id: int
    reason: str
    blocked_at: float


async def rules(db: Database) -> Rules:
    (row,) = await db.read("SELECT maintenance, listed_only FROM gate")
    allowed = await db.read("SELECT chat_id FROM allowed")
    blocked = await db.read("SELECT chat_id FROM blocked")
    return Rules(
        row["maintenance"],
        bool(row["listed_only"]),
        frozenset(one["chat_id"] for one in allowed),
        frozenset(one["chat_id"] for one in blocked),
    )


async def set_maintenance(db: Database, words: str | None) -> None:
    await db.execute("UPDATE gate SET maintenance = :words", words=words)


@transaction()
async def open_to_all(tx: Transaction) -> None:
    await tx.execute("UPDATE gate SET listed_only = 0")


@transaction()
async def open_to_listed(tx: Transaction, *, with_everybody: bool, now: float) -> None:
    """`with_everybody` lists first who is here now."""
    if with_everybody:
        await tx.execute(
            f"INSERT INTO allowed (chat_id, allowed_at) SELECT p.chat_id, :now {_HERE} "
            "ON CONFLICT (chat_id) DO NOTHING",
            now=now,
        )
    await tx.execute("UPDATE gate SET listed_only = 1")


async def count_shut_out(db: Database, *, operators: frozenset[int]) -> int:
    """How many people who are here now would not be let in by the list."""
    rows = await db.read(
        f"SELECT count(*) AS n {_HERE} AND p.chat_id NOT IN (SELECT chat_id FROM allowed) "
        "AND p.chat_id NOT IN (SELECT value FROM json_each(:operators))",
        operators=json.dumps([*operators]),
    )
    return int(rows[0]["n"])


_HERE = "FROM people p WHERE p.blocked_at IS NULL AND p.chat_id NOT IN (SELECT chat_id FROM blocked)"


@transaction()
async def allow(tx: Transaction, chat_ids: Sequence[int], *, now: float) -> None:
    await tx.execute_many(
        "INSERT INTO allowed (chat_id, allowed_at) VALUES (:chat_id, :now) ON CONFLICT (chat_id) DO NOTHING",
        [{"chat_id": chat_id, "now": now} for chat_id in chat_ids],
    )


@transaction()
async def deny(tx: Transaction, chat_ids: Sequence[int]) -> None:
    await tx.execute_many(
        "DELETE FROM allowed WHERE chat_id = :chat_id", [{"chat_id": chat_id} for chat_id in chat_ids]
    )


async def listed(db: Database, *, offset: int, limit: int) -> list[int]:
    """The allowed, who came last first."""
    rows = await db.read(
        "SELECT chat_id FROM allowed ORDER BY allowed_at DESC, chat_id LIMIT :limit OFFSET :offset",
        limit=limit,
        offset=offset,
    )
    return [row["chat_id"] for row in rows]


@transaction()
async def block(tx: Transaction, *, chat_id: int, reason: str, now: float) -> None:
    """Once more changes the reason. An announcement that is on its way does not go to them."""
    await tx.execute(
        "INSERT INTO blocked (chat_id, reason, blocked_at) VALUES (:chat_id, :reason, :now) "
        "ON CONFLICT (chat_id) DO UPDATE SET reason = excluded.reason",
        chat_id=chat_id,
        reason=reason,
        now=now,
    )
    await tx.execute("DELETE FROM recipients WHERE chat_id = :chat_id AND state = 'waiting'", chat_id=chat_id)


async def unblock(db: Database, *, chat_id: int) -> bool:
    """False when they were not blocked."""
    return bool(await db.execute("DELETE FROM blocked WHERE chat_id = :chat_id", chat_id=chat_id))


async def blocked(db: Database, *, offset: int, limit: int) -> list[Blocked]:
    """Who was blocked last comes first."""
    rows = await db.read(
        "SELECT chat_id, reason, blocked_at FROM blocked "
        "ORDER BY blocked_at DESC, chat_id LIMIT :limit OFFSET :offset",
        limit=limit,
        offset=offset,
    )
    return [Blocked(row["chat_id"], row["reason"], row["blocked_at"]) for row in rows]


async def tell_blocked(db: Database, *, chat_id: int, now: float, pause: float) -> bool:
    """Whether they are to be told that they are blocked: not again within `pause` seconds."""
    return bool(
        await db.execute(
            "UPDATE blocked SET told_at = :now "
            "WHERE chat_id = :chat_id AND (told_at IS NULL OR told_at <= :now - :pause)",
            chat_id=chat_id,
            now=now,
            pause=pause,
        )
    )
