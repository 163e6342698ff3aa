"""Refills from the tap on: asked for once, then followed to their end. For the looks see refill_queue.

    asking ──► open ──► ended        the panel took the request; followed until it is done or rejected
       │ ├───► refused               the panel's no
       │ ├───► (erased)              nothing was sent
       │ └───► uncertain             it may have been taken; never asked for again by machine
       ▼
    (process gone) ──► uncertain

An order has one refill in `asking` or `open` at most.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields

from storage.database import Database, Row, Transaction, transaction
from storage.following import Asked, drop_row, row_of
from storage.orders import ABANDONED_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Refill:
    id: str
    chat_id: int
    account_id: str
    order_id: str
    state: str
    panel_refill_id: str | None = None
    reason: str | None = None
    word: str | None = None
    look_factor: int = 1
    next_poll_at: float | None = None
    created_at: float
    changed_at: float

    @property
    def in_flight(self) -> bool:
        return self.state in {"asking", "open"}


_COLUMNS = ", ".join(field.name for field in fields(Refill))


@dataclass(frozen=True, slots=True)
class Begun:
    """A refill that is to be asked for now. `made`: its order's row was made for it."""

    id: str
    order_id: str
    panel_order_id: str
    made: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """How asking went: `state` is open, refused, uncertain; or "" when nothing was sent."""

    refill: Begun
    state: str
    panel_refill_id: str | None = None
    reason: str | None = None


async def _in_the_way(
    tx: Transaction, *, order_id: str, refill_id: str, since: float | None
) -> Refill | None:
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM refills WHERE order_id = :order_id AND (id = :id "
        "OR state IN ('asking', 'open') OR (created_at >= :since AND state <> 'refused')) "
        "ORDER BY created_at DESC LIMIT 1",
        order_id=order_id,
        id=refill_id,
        since=since,
    )
    return _refill(rows[0]) if rows else None


@transaction(intent=True)
async def begin(
    tx: Transaction,
    *,
    chat_id: int,
    asked: Sequence[Asked],
    request: str,
    process: str,
    now: float,
    since: float | None = None,
) -> tuple[list[Begun], dict[str, Refill]]:
    """Write down the intent to ask. The second are those not to be asked for, with the refill in the way.

    In the way are a refill in flight, one of the very same `request` (an update that is handled again),
    and any that was asked for after `since`, when its person saw how things are, and not refused.
    """
    begun: list[Begun] = []
    before: dict[str, Refill] = {}
    for one in asked:
        order_id, made = await row_of(tx, one, chat_id=chat_id, state="ended", now=now)
        refill_id = f"{request}-{one.panel_order_id}"
        if found := await _in_the_way(tx, order_id=order_id, refill_id=refill_id, since=since):
            before[one.panel_order_id] = found
            continue
        await tx.execute(
            "INSERT INTO refills (id, chat_id, account_id, order_id, state, process, created_at, changed_at) "
            "VALUES (:id, :chat_id, :account_id, :order_id, 'asking', :process, :now, :now)",
            id=refill_id,
            chat_id=chat_id,
            account_id=one.account_id,
            order_id=order_id,
            process=process,
            now=now,
        )
        begun.append(Begun(refill_id, order_id, one.panel_order_id, made))
    return begun, before


@transaction(durable=True)
async def settle(
    tx: Transaction, settled: Sequence[Settled], *, now: float, look_factor: int, next_poll_at: float
) -> None:
    """Store how asking went. Of orders that are not followed and were not taken, no row is left."""
    for one in settled:
        is_open = one.state == "open"
        if one.state == "" or (one.state == "refused" and one.refill.made):
            await tx.execute("DELETE FROM refills WHERE id = :id", id=one.refill.id)
            if one.refill.made:
                await drop_row(tx, order_id=one.refill.order_id)
            continue
        await tx.execute(
            "UPDATE refills SET state = :state, panel_refill_id = :panel_refill_id, reason = :reason, "
            "look_factor = :look_factor, next_poll_at = :next_poll_at, changed_at = :now "
            "WHERE id = :id AND state = 'asking'",
            id=one.refill.id,
            state=one.state,
            panel_refill_id=one.panel_refill_id,
            reason=one.reason,
            look_factor=look_factor,
            next_poll_at=next_poll_at if is_open else None,
            now=now,
        )


@transaction(durable=True)
async def find_abandoned(tx: Transaction, *, process: str, now: float) -> int:
    """Refills whose process ended before it knew the answer become uncertain; their people are told.

    `process` is this run; as with orders.
    """
    rows = await tx.fetch(
        "UPDATE refills SET state = 'uncertain', changed_at = :now "
        "WHERE state = 'asking' AND (process <> :process OR changed_at < :before) RETURNING order_id",
        process=process,
        before=now - ABANDONED_SECONDS,
        now=now,
    )
    for row in rows:
        await tell(tx, order_id=row["order_id"], state="uncertain", word=None, now=now)
    return len(rows)


async def tell(tx: Transaction, *, order_id: str, state: str, word: str | None, now: float) -> None:
    """Let the order's person hear of its refill; the text is made when it is sent."""
    rows = await tx.fetch(
        "SELECT chat_id, panel_order_id, service_name FROM orders WHERE id = :id", id=order_id
    )
    for row in rows:
        facts = {
            "panel_order_id": row["panel_order_id"],
            "service": row["service_name"],
            "state": state,
            "word": word,
        }
        await tx.execute(
            "INSERT INTO outbox (chat_id, order_id, kind, facts, send_at, created_at) "
            "VALUES (:chat_id, :order_id, 'refill', :facts, :now, :now)",
            chat_id=row["chat_id"],
            order_id=order_id,
            facts=json.dumps(facts),
            now=now,
        )


async def latest(db: Database, *, chat_id: int, order_id: str) -> Refill | None:
    """The order's newest refill."""
    rows = await db.read(
        f"SELECT {_COLUMNS} FROM refills WHERE order_id = :order_id AND chat_id = :chat_id "
        "ORDER BY created_at DESC LIMIT 1",
        order_id=order_id,
        chat_id=chat_id,
    )
    return _refill(rows[0]) if rows else None


def _refill(row: Row) -> Refill:
    return Refill(**{field.name: row[field.name] for field in fields(Refill)})
