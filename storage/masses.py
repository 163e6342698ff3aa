"""Mass orders: a draft of many lines, which become orders all at once and are sent one after the other.

    draft ──► placing ──► (gone)     its lines: queued ◄─► placing ──► as any order's
                                                  └──► rejected   given up, since the rest was stopped

Every function for a person takes their chat and finds nothing of anybody else's.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from storage import accounts, orders
from storage.accounts import Account
from storage.database import Database, Row, Transaction, transaction
from storage.orders import Order

NOT_SENT = "not sent"  # the reason of a line that was given up before it was sent
DRAFT_SECONDS = 86400.0


class Shown(NamedTuple):
    """A line as it was typed, and the charge that was shown for it; without `good` it is left out."""

    number: int
    text: str
    good: bool
    price: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mass:
    id: str
    chat_id: int
    account_id: str
    state: str
    lines: Sequence[Shown]
    message_id: int | None
    created_at: float


_COLUMNS = "id, chat_id, account_id, state, lines, message_id, created_at"


@transaction()
async def put_draft(tx: Transaction, new: Mass) -> None:
    """A chat has one draft; an earlier one is gone."""
    await tx.execute("DELETE FROM masses WHERE chat_id = :chat_id AND state = 'draft'", chat_id=new.chat_id)
    await tx.execute(
        f"INSERT INTO masses ({_COLUMNS}) VALUES "
        "(:id, :chat_id, :account_id, 'draft', :lines, :message_id, :created_at)",
        id=new.id,
        chat_id=new.chat_id,
        account_id=new.account_id,
        lines=json.dumps([(n, text, good, None if p is None else str(p)) for n, text, good, p in new.lines]),
        message_id=new.message_id,
        created_at=new.created_at,
    )


async def draft_of(db: Database, *, chat_id: int) -> Mass | None:
    rows = await db.read(
        f"SELECT {_COLUMNS} FROM masses WHERE chat_id = :chat_id AND state = 'draft'", chat_id=chat_id
    )
    return _mass(rows[0]) if rows else None


async def get(db: Database, *, chat_id: int, mass_id: str) -> Mass | None:
    rows = await db.read(
        f"SELECT {_COLUMNS} FROM masses WHERE id = :id AND chat_id = :chat_id", id=mass_id, chat_id=chat_id
    )
    return _mass(rows[0]) if rows else None


async def drop_draft(db: Database, *, chat_id: int) -> None:
    await db.execute("DELETE FROM masses WHERE chat_id = :chat_id AND state = 'draft'", chat_id=chat_id)


@transaction(intent=True)
async def confirm(
    tx: Transaction, *, chat_id: int, mass_id: str, lines: Sequence[Order], message_id: int, process: str
) -> bool:
    """Write down the intent to place all of `lines`. False when it was confirmed before, or is gone.

    What was typed is not kept any longer.
    """
    confirmed = await tx.execute(
        "UPDATE masses SET state = 'placing', lines = '[]', message_id = :message_id "
        "WHERE id = :id AND chat_id = :chat_id AND state = 'draft'",
        id=mass_id,
        chat_id=chat_id,
        message_id=message_id,
    )
    if confirmed:
        await orders.insert(tx, lines, process=process)
    return bool(confirmed)


async def was_confirmed(db: Database, *, chat_id: int, mass_id: str) -> bool:
    return bool(
        await db.read(
            "SELECT 1 FROM orders WHERE mass_id = :mass_id AND chat_id = :chat_id LIMIT 1",
            mass_id=mass_id,
            chat_id=chat_id,
        )
    )


async def unfinished(db: Database, *, panel: str) -> list[Mass]:
    """Mass orders that are being placed at the panel, the oldest first."""
    rows = await db.read(
        f"SELECT {_COLUMNS} FROM masses WHERE state = 'placing' "
        "AND account_id IN (SELECT id FROM accounts WHERE panel = :panel) ORDER BY created_at, id",
        panel=panel,
    )
    return [_mass(row) for row in rows]


async def account_of(db: Database, mass: Mass) -> Account | None:
    """The account whose key was shown; it may be replaced by now. None when its key is gone."""
    rows = await db.read(
        f"SELECT {accounts.COLUMNS} FROM accounts "
        "WHERE id = :id AND chat_id = :chat_id AND encrypted_key IS NOT NULL",
        id=mass.account_id,
        chat_id=mass.chat_id,
    )
    return accounts.account(rows[0]) if rows else None


@transaction(intent=True)
async def claim_lines(tx: Transaction, *, mass_id: str, limit: int, process: str, now: float) -> list[Order]:
    """Take the next lines: from here on they may have been sent, so nobody takes them a second time."""
    rows = await tx.fetch(
        "UPDATE orders SET state = 'placing', process = :process, changed_at = :now "
        "WHERE id IN ("
        "  SELECT id FROM orders WHERE mass_id = :mass_id AND state = 'queued'"
        f"  ORDER BY mass_line LIMIT :limit) RETURNING {orders.COLUMNS}",
        mass_id=mass_id,
        limit=limit,
        process=process,
        now=now,
    )
    return sorted((orders.order(row) for row in rows), key=lambda order: order.mass_line or 0)


@transaction(durable=True)
async def end(tx: Transaction, *, mass: Mass, stopped: str | None, now: float) -> bool:
    """All is sent, or the rest is given up because of `stopped`; with the notice that tells the outcome.

    Lines whose outcome nobody stored are uncertain. Only its lines are left, as orders.
    False when it ended before, or is erased.
    """
    ended = await tx.execute("DELETE FROM masses WHERE id = :id AND state = 'placing'", id=mass.id)
    if not ended:
        return False
    await tx.execute(
        "UPDATE orders SET reason = CASE state WHEN 'queued' THEN :reason END, "
        "state = CASE state WHEN 'queued' THEN 'rejected' ELSE 'uncertain' END, changed_at = :now "
        "WHERE mass_id = :id AND state IN ('queued', 'placing')",
        id=mass.id,
        reason=NOT_SENT,
        now=now,
    )
    await tx.execute(
        "INSERT INTO outbox (chat_id, kind, facts, send_at, created_at) "
        "VALUES (:chat_id, 'mass', :facts, :now, :now)",
        chat_id=mass.chat_id,
        facts=json.dumps({"mass_id": mass.id, "stopped": stopped}),
        now=now,
    )
    return True


async def lines_of(db: Database, *, chat_id: int, mass_id: str) -> list[Order]:
    rows = await db.read(
        f"SELECT {orders.COLUMNS} FROM orders WHERE mass_id = :mass_id AND chat_id = :chat_id "
        "ORDER BY mass_line",
        mass_id=mass_id,
        chat_id=chat_id,
    )
    return [orders.order(row) for row in rows]


async def states(db: Database, *, mass_id: str) -> Mapping[str, int]:
    """How many of its lines are in each state."""
    rows = await db.read(
        "SELECT state, count(*) AS n FROM orders WHERE mass_id = :mass_id GROUP BY state", mass_id=mass_id
    )
    return {row["state"]: row["n"] for row in rows}


async def open_links(db: Database, *, chat_id: int) -> set[str]:
    rows = await db.read(
        f"SELECT DISTINCT link FROM orders WHERE chat_id = :chat_id AND state IN {orders.OPEN_STATES}",
        chat_id=chat_id,
    )
    return {row["link"] for row in rows}


def _mass(row: Row) -> Mass:
    lines = [
        Shown(n, text, good, None if p is None else Decimal(p))
        for n, text, good, p in json.loads(row["lines"])
    ]
    return Mass(
        id=row["id"],
        chat_id=row["chat_id"],
        account_id=row["account_id"],
        state=row["state"],
        lines=lines,
        message_id=row["message_id"],
        created_at=row["created_at"],
    )
