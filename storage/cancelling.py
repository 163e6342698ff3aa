"""Requests to cancel orders: sent once, then the order's own status tells what comes of them.

    asking ──► taken                    the panel took it
      │ ├────► (as it was before)       the panel's no, or nothing was sent
      │ └────► unsure                   it may have been taken; never sent again by machine
      ▼
    (process gone) ──► unsure

`cancel_asked_at` is when the newest was sent. How it stands is in `process`, which placing the order needs
no more: the run that asks behind _ASKING, CANCEL_UNSURE, or anything else once it was taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from storage.database import Database, Transaction, transaction
from storage.following import Asked, drop_row, row_of
from storage.orders import ABANDONED_SECONDS, CANCEL_UNSURE

_ASKING = "cancelling "
_TAKEN = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """A request that is to be sent now. `made`: as with refills. The rest is how the one before stood."""

    order_id: str
    panel_order_id: str
    made: bool
    asked_at: float | None
    process: str


@dataclass(frozen=True, slots=True)
class Settled:
    """How asking went; "" when the panel said no or nothing was sent."""

    request: Begun
    state: Literal["taken", "unsure", ""]


@transaction(intent=True)
async def begin(
    tx: Transaction, *, chat_id: int, asked: Sequence[Asked], seen_at: float, process: str, now: float
) -> tuple[list[Begun], set[str]]:
    """Write down the intent to ask. Left out are orders of which it was asked after `seen_at`: the second
    are those of them of which nobody knows whether the panel took it.

    Until `settle` an order placed elsewhere has a row that nobody looks at.
    """
    begun: list[Begun] = []
    unsure: set[str] = set()
    for one in asked:
        order_id, made = await row_of(tx, one, chat_id=chat_id, state="open", now=now)
        (row,) = await tx.fetch("SELECT cancel_asked_at, process FROM orders WHERE id = :id", id=order_id)
        before = row["cancel_asked_at"]
        if before is not None and before >= seen_at:
            if row["process"] == CANCEL_UNSURE:
                unsure.add(one.panel_order_id)
            continue
        await tx.execute(
            "UPDATE orders SET cancel_asked_at = :now, process = :process "
            "WHERE id = :id AND chat_id = :chat_id",
            id=order_id,
            chat_id=chat_id,
            process=_ASKING + process,
            now=now,
        )
        begun.append(Begun(order_id, one.panel_order_id, made, before, row["process"]))
    return begun, unsure


@transaction(durable=True)
async def settle(
    tx: Transaction, settled: Sequence[Settled], *, process: str, now: float, next_poll_at: float
) -> None:
    """What was taken, or may have been, is looked at soon and often again; the rest is as before.

    Orders that were not followed are looked at right away: while one still runs its charge is its price.
    """
    for one in settled:
        begun, asking = one.request, _ASKING + process
        if one.state:
            await tx.execute(
                f"UPDATE orders SET {_WATCHED} WHERE id = :id AND process = :asking",
                id=begun.order_id,
                asking=asking,
                process=_TAKEN if one.state == "taken" else CANCEL_UNSURE,
                next_poll_at=now if begun.made else next_poll_at,
            )
        elif begun.made:
            await drop_row(tx, order_id=begun.order_id)
        else:
            await tx.execute(
                "UPDATE orders SET cancel_asked_at = :before, process = :process "
                "WHERE id = :id AND process = :asking",
                id=begun.order_id,
                asking=asking,
                before=begun.asked_at,
                process=begun.process,
            )


async def find_abandoned(db: Database, *, process: str, now: float) -> int:
    """Of requests that their process did not survive nobody knows whether they were sent: the orders' status
    tells. `process` is this run; as with orders."""
    return await db.execute(
        f"UPDATE orders SET {_WATCHED} WHERE cancel_asked_at IS NOT NULL "
        "AND substr(process, 1, length(:any)) = :any AND (process <> :asking OR cancel_asked_at < :before)",
        any=_ASKING,
        asking=_ASKING + process,
        before=now - ABANDONED_SECONDS,
        process=CANCEL_UNSURE,
        next_poll_at=now,
    )


# A row with a word of OLD was made to ask for a refill: from now on the order is followed to its end.
_WATCHED = (
    "process = :process, look_factor = 1, steady_until = 0, next_poll_at = :next_poll_at, "
    "state = CASE word WHEN '' THEN 'open' ELSE state END, word = NULLIF(word, '')"
)
