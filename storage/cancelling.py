"""Requests to cancel orders. `cancel_asked_at` is when one was sent; a refused one leaves no trace."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.database import Database, Transaction, transaction
from storage.following import Asked, drop_row, row_of


@dataclass(frozen=True, slots=True)
class Begun:
    """A request that is to be sent now. `before` is when the one before was; `made`: as with refills."""

    order_id: str
    panel_order_id: str
    before: float | None
    made: bool


@transaction(durable=True)
async def begin(
    tx: Transaction, *, chat_id: int, asked: Sequence[Asked], seen_at: float, now: float
) -> list[Begun]:
    """Write down the intent to ask. Left out are orders of which it was asked after `seen_at`.

    Until `settle` an order placed elsewhere has a row that nobody looks at.
    """
    begun = []
    for one in asked:
        order_id, made = await row_of(tx, one, chat_id=chat_id, state="open", now=now)
        (row,) = await tx.fetch("SELECT cancel_asked_at FROM orders WHERE id = :id", id=order_id)
        before = row["cancel_asked_at"]
        if before is not None and before >= seen_at:
            continue
        await tx.execute(
            "UPDATE orders SET cancel_asked_at = :now WHERE id = :id AND chat_id = :chat_id",
            id=order_id,
            chat_id=chat_id,
            now=now,
        )
        begun.append(Begun(order_id, one.panel_order_id, before, made))
    return begun


@transaction(durable=True)
async def settle(
    tx: Transaction, *, sent: Sequence[Begun], not_sent: Sequence[Begun], next_poll_at: float
) -> None:
    """What was taken, or may have been, is looked at soon and often again; the rest is as before."""
    for one in sent:
        await tx.execute(
            "UPDATE orders SET look_factor = 1, steady_until = 0, next_poll_at = :next_poll_at "
            "WHERE id = :id",
            id=one.order_id,
            next_poll_at=next_poll_at,
        )
    for one in not_sent:
        if one.made:
            await drop_row(tx, order_id=one.order_id)
        else:
            await tx.execute(
                "UPDATE orders SET cancel_asked_at = :before WHERE id = :id",
                id=one.order_id,
                before=one.before,
            )


async def find_abandoned(db: Database, *, now: float) -> int:
    """Orders whose row was made for a request the process did not survive: their status tells its outcome."""
    return await db.execute(
        "UPDATE orders SET next_poll_at = :now "
        "WHERE state = 'open' AND next_poll_at IS NULL AND cancel_asked_at IS NOT NULL",
        now=now,
    )
