"""Orders from the confirmation on: placing, settling, and what a person sees of them.

Every function for a person takes their chat and finds nothing of anybody else's.

    (queued)                            a line of a mass order, not sent yet, or told "not now"
       ▼
    placing ──► open ──► ended          the panel has it; followed until its last look
       │ ├────► rejected                the panel's no, or it was never sent
       │ └────► uncertain ──► open      the person gave its id
       ▼                 └──► dismissed the person says it was not placed
    (process gone) ──► uncertain
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from storage.database import Database, Row, Transaction, transaction
from storage.looks import OLD

CANCEL_UNSURE = "cancel?"  # as `process`: nobody knows whether the panel took the request to cancel
ABANDONED_SECONDS = 600.0  # nothing takes that long between being begun and settled
OPEN_STATES = "('queued', 'placing', 'open', 'uncertain')"
FROM_ELSEWHERE = "service_id = '' AND parent_id IS NULL"  # see Order.is_from_elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    id: str
    chat_id: int
    account_id: str
    parent_id: str | None = None
    mass_id: str | None = None
    mass_line: int | None = None
    state: str
    message_id: int | None = None
    panel_order_id: str | None = None
    service_id: str
    service_name: str
    fields: Mapping[str, str]
    link: str
    quantity: int | None
    price: Decimal | None
    currency: str
    balance_before: Decimal | None = None
    balance_after: Decimal | None = None
    reason: str | None = None
    word: str | None = None
    charge: Decimal | None = None
    start_count: int | None = None
    remains: int | None = None
    change_number: int = 0
    look_factor: int = 1
    next_poll_at: float | None = None
    cancel_asked_at: float | None = None
    process: str = field(default="", compare=False)
    created_at: float
    changed_at: float

    @property
    def is_cancel_unsure(self) -> bool:
        """Whether nobody knows if the panel took the request to cancel it."""
        return self.cancel_asked_at is not None and self.process == CANCEL_UNSURE

    @property
    def is_only_asked_about(self) -> bool:
        """Its row was made to ask for a refill; nobody looks at it."""
        return self.is_from_elsewhere and self.state == "ended" and self.word == OLD

    @property
    def is_from_elsewhere(self) -> bool:
        """Not placed here: its person had it followed by its id."""
        return self.service_id == "" and self.parent_id is None


_NAMES = tuple(field.name for field in fields(Order))
COLUMNS = ", ".join(_NAMES)
_MONEY = ("price", "balance_before", "balance_after", "charge")


def order(row: Row) -> Order:
    """From a row of COLUMNS, in their order."""
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    for name in _MONEY:
        values[name] = None if values[name] is None else Decimal(values[name])
    values["fields"] = json.loads(values["fields"])
    return Order(**values)


@transaction(intent=True)
async def begin(tx: Transaction, new: Order, *, process: str) -> bool:
    """Write down the intent to place `new`. False when its draft was confirmed before."""
    return bool(await tx.execute(_INSERT, **_values(new, process)))


async def insert(tx: Transaction, new: Sequence[Order], *, process: str) -> None:
    """Those that are there already stay as they are."""
    await tx.execute_many(_INSERT, [_values(order, process) for order in new])


_INSERT = (
    f"INSERT INTO orders ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in _NAMES)}) "
    "ON CONFLICT (id) DO NOTHING"
)


def _values(order: Order, process: str) -> dict[str, Any]:
    values = {name: getattr(order, name) for name in _NAMES}
    for name in _MONEY:
        values[name] = None if values[name] is None else str(values[name])
    return values | {"fields": json.dumps(dict(order.fields)), "process": process}


@transaction(durable=True)
async def settle(
    tx: Transaction,
    *,
    order_id: str,
    state: str,
    now: float,
    tell_at: float,
    panel_order_id: str | None = None,
    reason: str | None = None,
    next_poll_at: float | None = None,
) -> bool:
    """Store how placing went, with the notice that tells it from `tell_at` on. False the second time.

    Of the lines of a mass order that one's own notice tells.
    """
    settled = await tx.execute(
        "UPDATE orders SET state = :state, panel_order_id = :panel_order_id, reason = :reason, "
        "next_poll_at = :next_poll_at, changed_at = :now WHERE id = :id AND state = 'placing'",
        id=order_id,
        state=state,
        panel_order_id=panel_order_id,
        reason=reason,
        next_poll_at=next_poll_at,
        now=now,
    )
    if settled:
        await tx.execute(_TELL_OUTCOME.format(where="id = :id"), id=order_id, now=now, tell_at=tell_at)
    return bool(settled)


@transaction(durable=True)
async def find_abandoned(tx: Transaction, *, process: str, now: float) -> int:
    """Orders whose process ended before it knew the outcome become uncertain; their people are told.

    `process` is this run: all other runs are over, since it holds the database's lock. Its own are
    abandoned after ABANDONED_SECONDS: the database did not take what became of them.
    """
    abandoned = "state = 'placing' AND (process <> :process OR changed_at < :before)"
    before = now - ABANDONED_SECONDS
    await tx.execute(
        _TELL_OUTCOME.format(where=abandoned), process=process, before=before, now=now, tell_at=now
    )
    return await tx.execute(
        f"UPDATE orders SET state = 'uncertain', changed_at = :now WHERE {abandoned}",
        process=process,
        before=before,
        now=now,
    )


_TELL_OUTCOME = (
    "INSERT INTO outbox (chat_id, order_id, change_number, kind, facts, send_at, created_at) "
    "SELECT chat_id, id, 0, 'outcome', '{{}}', :tell_at, :now FROM orders WHERE {where} AND mass_id IS NULL "
    "ON CONFLICT (order_id, change_number) DO NOTHING"
)


async def note_balance_after(db: Database, *, order_id: str, balance: Decimal) -> None:
    await db.execute(
        "UPDATE orders SET balance_after = :balance WHERE id = :id", id=order_id, balance=str(balance)
    )


@transaction(durable=True)
async def adopt(
    tx: Transaction, *, chat_id: int, order_id: str, panel_order_id: str, now: float, next_poll_at: float
) -> bool:
    """An uncertain order turns out to be placed: follow it under the panel's id.

    If its person had that id followed already, this order takes its place.
    """
    adopted = bool(
        await tx.execute(
            "UPDATE orders SET state = 'open', panel_order_id = :panel_order_id, "
            "next_poll_at = :next_poll_at, changed_at = :now "
            "WHERE id = :id AND chat_id = :chat_id AND state = 'uncertain'",
            id=order_id,
            chat_id=chat_id,
            panel_order_id=panel_order_id,
            next_poll_at=next_poll_at,
            now=now,
        )
    )
    for statement in _TAKE_ITS_PLACE if adopted else ():
        await tx.execute(statement, id=order_id)
    return adopted


# Under whichever of the chat's keys at that panel.
_DOUBLE = (
    f"(SELECT id FROM orders WHERE id <> :id AND {FROM_ELSEWHERE} "
    "AND (chat_id, panel_order_id) = (SELECT chat_id, panel_order_id FROM orders WHERE id = :id) "
    "AND account_id IN (SELECT a.id FROM accounts a JOIN accounts b ON b.chat_id = a.chat_id "
    "  AND b.panel = a.panel WHERE b.id = (SELECT account_id FROM orders WHERE id = :id)))"
)
_TAKE_ITS_PLACE = (
    f"UPDATE orders SET parent_id = :id WHERE parent_id IN {_DOUBLE}",
    f"UPDATE refills SET order_id = :id WHERE order_id IN {_DOUBLE}",
    f"DELETE FROM outbox WHERE order_id IN {_DOUBLE}",
    f"DELETE FROM orders WHERE id IN {_DOUBLE}",
)


@transaction(durable=True)
async def dismiss(tx: Transaction, *, chat_id: int, order_id: str, now: float) -> bool:
    """An uncertain order was not placed, says its person."""
    return bool(
        await tx.execute(
            "UPDATE orders SET state = 'dismissed', changed_at = :now "
            "WHERE id = :id AND chat_id = :chat_id AND state = 'uncertain'",
            id=order_id,
            chat_id=chat_id,
            now=now,
        )
    )


async def get(db: Database, *, chat_id: int, order_id: str) -> Order | None:
    rows = await db.read(
        f"SELECT {COLUMNS} FROM orders WHERE id = :id AND chat_id = :chat_id",
        id=order_id,
        chat_id=chat_id,
    )
    return order(rows[0]) if rows else None


async def count_open(db: Database, *, chat_id: int) -> int:
    """Runs and posts count as the one order that makes them."""
    rows = await db.read(
        "SELECT count(*) AS n FROM orders "
        f"WHERE chat_id = :chat_id AND parent_id IS NULL AND state IN {OPEN_STATES}",
        chat_id=chat_id,
    )
    return int(rows[0]["n"])


async def open_on_link(db: Database, *, chat_id: int, service_id: str, link: str) -> list[Order]:
    rows = await db.read(
        f"SELECT {COLUMNS} FROM orders WHERE chat_id = :chat_id "
        f"AND service_id = :service_id AND link = :link AND state IN {OPEN_STATES}",
        chat_id=chat_id,
        service_id=service_id,
        link=link,
    )
    return [order(row) for row in rows]
