"""What a restored database must not carry on: between the backup and now others did it already, or may have.

waiting lines of a mass order     uncertain: they may have been sent since; no machine sends them
what was on its way just then     uncertain, as after any run that ended in the middle
dialogs, drafts                   gone: what was confirmed since cannot be confirmed a second time
who waits for an announcement     unsure: they may have got it since
what people had sent to the bot   not handled again
notices and kept replies          stay: rather told twice than never
"""

import json
from dataclasses import dataclass

from storage import broadcasts, cancelling, orders, refills
from storage.database import Database, Transaction, transaction

NOBODY = ""  # as `process`: no run has it


@dataclass(frozen=True, slots=True)
class Left:
    """How much is left to people. `known_until` is the last instant that the database knows of, None when it
    is empty; `told` people hear that it was set back, `unsure` ones get no announcement that they waited for.
    """

    known_until: float | None
    lines: int
    orders: int
    refills: int
    told: int
    unsure: int


async def set_back(db: Database, *, now: float) -> Left:
    """Make a database that knows nothing of what came after it fit to be run on."""
    known_until = await _known_until(db)
    told = await _tell_everybody(db, known_until=known_until, now=now)
    await _drop_what_waits(db, now=now)
    lines = await _give_up_lines(db, now=now)
    await cancelling.find_abandoned(db, process=NOBODY, now=now)
    return Left(
        known_until=known_until,
        lines=lines,
        orders=await orders.find_abandoned(db, process=NOBODY, now=now),
        refills=await refills.find_abandoned(db, process=NOBODY, now=now),
        told=told,
        unsure=await broadcasts.give_up(db),
    )


async def _known_until(db: Database) -> float | None:
    rows = await db.read(
        "SELECT max(at) AS at FROM (SELECT max(received_at) AS at FROM inbox "
        "UNION ALL SELECT max(changed_at) FROM orders UNION ALL SELECT max(created_at) FROM people "
        "UNION ALL SELECT max(started_at) FROM running)"
    )
    return None if rows[0]["at"] is None else float(rows[0]["at"])


@transaction(durable=True)
async def _tell_everybody(tx: Transaction, *, known_until: float | None, now: float) -> int:
    """Whoever ordered since would think the order lost, and might order it again."""
    return await tx.execute(
        "INSERT INTO outbox (chat_id, kind, facts, send_at, created_at) "
        "SELECT chat_id, 'restored', :facts, :now, :now FROM people WHERE blocked_at IS NULL",
        facts=json.dumps({"known_until": known_until}),
        now=now,
    )


@transaction(durable=True)
async def _drop_what_waits(tx: Transaction, *, now: float) -> None:
    await tx.execute("DELETE FROM conversations")
    for table in ("masses", "broadcasts"):
        await tx.execute(f"DELETE FROM {table} WHERE state = 'draft'")
    await tx.execute(
        "UPDATE inbox SET chat_id = NULL, body = NULL, handled_at = :now WHERE handled_at IS NULL", now=now
    )


@transaction(durable=True)
async def _give_up_lines(tx: Transaction, *, now: float) -> int:
    """Of mass orders that were under way; with the notices that tell how they ended."""
    given_up = await tx.execute(
        "UPDATE orders SET state = 'uncertain', changed_at = :now "
        "WHERE mass_id IS NOT NULL AND state IN ('queued', 'placing')",
        now=now,
    )
    for row in await tx.fetch("DELETE FROM masses RETURNING id, chat_id"):
        await tx.execute(
            "INSERT INTO outbox (chat_id, kind, facts, send_at, created_at) "
            "VALUES (:chat_id, 'mass', :facts, :now, :now)",
            chat_id=row["chat_id"],
            facts=json.dumps({"mass_id": row["id"], "stopped": "restored"}),
            now=now,
        )
    return given_up
