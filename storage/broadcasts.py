"""Announcements of the operators: a draft, then a row for each of its people, then nothing.

    draft ──► sending ──► (gone)       its people: waiting ──► sending ──► sent | blocked | failed | unsure
                 └► stopping ─┘                       ▲            │
                                                      └────────────┘ Telegram surely did not take it

Who is `sending` may have got it: nobody takes them a second time, so that each gets it once at most, also
when the program is killed.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage import preferences
from storage.database import Database, Row, Transaction, transaction
from storage.languages import spoken_to
from storage.preferences import Preferences

DRAFT_SECONDS = 86400.0


@dataclass(frozen=True, slots=True)
class Broadcast:
    """`text` is HTML."""

    id: str
    chat_id: int
    state: str
    text: str
    message_id: int | None
    created_at: float


@dataclass(frozen=True, slots=True)
class Recipient:
    broadcast_id: str
    chat_id: int
    language: str
    wanted: Preferences


_COLUMNS = "id, chat_id, state, text, message_id, created_at"

# Whoever has given a key, and is neither gone, blocked, left out of the list, nor tired of announcements.
_PEOPLE = (
    "FROM people p WHERE p.blocked_at IS NULL AND p.announcements = 1 "
    "AND p.chat_id NOT IN (SELECT chat_id FROM blocked) "
    "AND ((SELECT listed_only FROM gate) = 0 OR p.chat_id IN (SELECT chat_id FROM allowed) "
    "  OR p.chat_id IN (SELECT value FROM json_each(:operators)))"
)


async def count_people(db: Database, *, operators: frozenset[int]) -> int:
    """How many would get an announcement now."""
    return int((await db.read(f"SELECT count(*) AS n {_PEOPLE}", operators=json.dumps([*operators])))[0]["n"])


@transaction()
async def put_draft(tx: Transaction, new: Broadcast) -> None:
    """An operator has one draft; an earlier one is gone."""
    await _drop_draft(tx, chat_id=new.chat_id)
    await tx.execute(
        f"INSERT INTO broadcasts ({_COLUMNS}) VALUES (:id, :chat_id, 'draft', :text, NULL, :created_at)",
        id=new.id,
        chat_id=new.chat_id,
        text=new.text,
        created_at=new.created_at,
    )


async def _drop_draft(tx: Transaction, *, chat_id: int) -> None:
    await tx.execute("DELETE FROM broadcasts WHERE chat_id = :chat_id AND state = 'draft'", chat_id=chat_id)


drop_draft = transaction()(_drop_draft)


async def draft_of(db: Database, *, chat_id: int) -> Broadcast | None:
    rows = await db.read(
        f"SELECT {_COLUMNS} FROM broadcasts WHERE chat_id = :chat_id AND state = 'draft'", chat_id=chat_id
    )
    return _broadcast(rows[0]) if rows else None


@transaction(durable=True)
async def confirm(
    tx: Transaction,
    *,
    chat_id: int,
    broadcast_id: str,
    message_id: int,
    operators: frozenset[int],
    now: float,
) -> bool:
    """Everybody it is for gets a row. False when it was confirmed before, or is gone."""
    confirmed = await tx.execute(
        "UPDATE broadcasts SET state = 'sending', message_id = :message_id "
        "WHERE id = :id AND chat_id = :chat_id AND state = 'draft'",
        id=broadcast_id,
        chat_id=chat_id,
        message_id=message_id,
    )
    if confirmed:
        await tx.execute(
            "INSERT INTO recipients (broadcast_id, chat_id, state, send_at) "
            f"SELECT :id, p.chat_id, 'waiting', :now {_PEOPLE}",
            id=broadcast_id,
            now=now,
            operators=json.dumps([*operators]),
        )
    return bool(confirmed)


async def stop(db: Database, *, broadcast_id: str) -> bool:
    """Nobody gets it from here on. False when it has ended."""
    return bool(
        await db.execute(
            "UPDATE broadcasts SET state = 'stopping' WHERE id = :id AND state <> 'draft'", id=broadcast_id
        )
    )


async def unfinished(db: Database) -> list[Broadcast]:
    rows = await db.read(f"SELECT {_COLUMNS} FROM broadcasts WHERE state <> 'draft' ORDER BY created_at, id")
    return [_broadcast(row) for row in rows]


async def take_up(db: Database) -> None:
    """Of those an earlier run was sending to nobody knows whether they got it."""
    await db.execute("UPDATE recipients SET state = 'unsure' WHERE state = 'sending'")


async def give_up(db: Database) -> int:
    """Of those who wait, another run may have told any since; how many that is."""
    return await db.execute(
        "UPDATE recipients SET state = 'unsure' "
        "WHERE state = 'waiting' AND broadcast_id IN (SELECT id FROM broadcasts WHERE state = 'sending')"
    )


async def due(db: Database, *, broadcast_id: str, now: float, limit: int) -> list[Recipient]:
    """Who may get it now; nobody once it was stopped. Chats with kept replies get those first."""
    rows = await db.read(
        f"SELECT r.broadcast_id, r.chat_id, {spoken_to('r.chat_id')}, {_WANTED} FROM recipients r "
        "JOIN broadcasts b ON b.id = r.broadcast_id LEFT JOIN people p ON p.chat_id = r.chat_id "
        "WHERE r.broadcast_id = :id AND b.state = 'sending' AND r.state = 'waiting' AND r.send_at <= :now "
        "AND r.chat_id NOT IN (SELECT chat_id FROM replies) ORDER BY r.send_at, r.chat_id LIMIT :limit",
        id=broadcast_id,
        now=now,
        limit=limit,
    )
    return [
        Recipient(row["broadcast_id"], row["chat_id"], row["language"] or "", preferences.preferences(row))
        for row in rows
    ]


_WANTED = ", ".join(f"p.{name}" for name in preferences.COLUMNS.split(", "))


@transaction(durable=True)
async def begin(tx: Transaction, one: Recipient) -> bool:
    """From here on they may have got it. False when they are not to get it any more."""
    return bool(
        await tx.execute(
            "UPDATE recipients SET state = 'sending' "
            "WHERE broadcast_id = :id AND chat_id = :chat_id AND state = 'waiting' "
            "AND EXISTS (SELECT 1 FROM broadcasts WHERE id = :id AND state = 'sending')",
            id=one.broadcast_id,
            chat_id=one.chat_id,
        )
    )


async def settle(db: Database, one: Recipient, state: str) -> None:
    """How sending it went."""
    await db.execute(
        "UPDATE recipients SET state = :state "
        "WHERE broadcast_id = :id AND chat_id = :chat_id AND state = 'sending'",
        id=one.broadcast_id,
        chat_id=one.chat_id,
        state=state,
    )


async def put_off(db: Database, one: Recipient, *, until: float) -> None:
    """They did not get it yet, and will not before."""
    await db.execute(
        "UPDATE recipients SET state = 'waiting', send_at = :until "
        "WHERE broadcast_id = :id AND chat_id = :chat_id AND state IN ('waiting', 'sending')",
        id=one.broadcast_id,
        chat_id=one.chat_id,
        until=until,
    )


async def counts(db: Database, *, broadcast_id: str, now: float) -> Mapping[str, int]:
    """How many of its people are in each state; `later` are those who wait for a time to come."""
    return _counts(await db.read(_COUNT, id=broadcast_id, now=now))


@transaction(durable=True)
async def end(tx: Transaction, one: Broadcast, *, now: float) -> bool:
    """What came of it is to be told, and nothing of it is kept. False while somebody is still to get it."""
    found = _counts(await tx.fetch(_COUNT, id=one.id, now=math.inf))
    rows = await tx.fetch("SELECT state FROM broadcasts WHERE id = :id", id=one.id)
    stopped = bool(rows) and rows[0]["state"] == "stopping"
    if not rows or (found.get("waiting") and not stopped):
        return False
    await tx.execute(
        "INSERT INTO outbox (chat_id, kind, facts, send_at, created_at) "
        "VALUES (:chat_id, 'broadcast', :facts, :now, :now)",
        chat_id=one.chat_id,
        facts=json.dumps({"message_id": one.message_id, "stopped": stopped, "counts": found}),
        now=now,
    )
    await tx.execute("DELETE FROM recipients WHERE broadcast_id = :id", id=one.id)
    await tx.execute("DELETE FROM broadcasts WHERE id = :id", id=one.id)
    return True


_COUNT = (
    "SELECT CASE WHEN state = 'waiting' AND send_at > :now THEN 'later' ELSE state END AS how, "
    "count(*) AS n FROM recipients WHERE broadcast_id = :id GROUP BY how"
)


def _counts(rows: Sequence[Row]) -> dict[str, int]:
    return {row["how"]: row["n"] for row in rows}


def _broadcast(row: Row) -> Broadcast:
    return Broadcast(*(row[column] for column in Broadcast.__slots__))
