"""The refills that are due: claimed a key at a time, like orders, under the same lease of the key."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from storage import leases, refills
from storage.accounts import Account
from storage.database import Database, Transaction, transaction
from storage.tracking import LARGEST_BATCH


class DueRefill(NamedTuple):
    id: str
    panel_refill_id: str


@dataclass(frozen=True, slots=True)
class RefillClaim:
    account: Account
    failures: int
    refills: tuple[DueRefill, ...]


class FollowedRefill(NamedTuple):
    """What is known of a refill when there is something to decide."""

    id: str
    panel_refill_id: str
    order_id: str
    word: str | None
    look_factor: int
    changed_at: float


_COLUMNS = ", ".join(FollowedRefill._fields)


@dataclass(frozen=True, slots=True)
class RefillLook:
    """What to store of a refill after a look. `next_poll_at` None: it has ended, which is told."""

    word: str | None
    look_factor: int
    changed_at: float
    next_poll_at: float | None


Decide = Callable[[FollowedRefill], RefillLook | None]


async def any_due(db: Database, *, now: float) -> bool:
    """A look before a claim, which costs a write."""
    return bool(await db.read("SELECT 1 FROM refills WHERE next_poll_at <= :now LIMIT 1", now=now))


@transaction()
async def claim_due(
    tx: Transaction,
    *,
    panel: str,
    now: float,
    lease: float,
    interval: float,
    failing: bool = True,
    limit: int = LARGEST_BATCH,
) -> RefillClaim | None:
    """Take up to `limit` refills of the panel's key that waits longest, the due ones first.

    As with orders: the key is left alone for `lease` seconds unless `store` or `put_back` comes first,
    and those due within half their own interval come along.
    """
    held = await leases.take(tx, "refills", panel=panel, now=now, lease=lease, failing=failing)
    if held is None:
        return None
    account, failures = held
    rows = await tx.fetch(
        "SELECT id, panel_refill_id FROM refills WHERE account_id = :account_id "
        "AND next_poll_at <= :now + look_factor * :interval * 0.5 ORDER BY next_poll_at LIMIT :limit",
        now=now,
        interval=interval,
        account_id=account.id,
        limit=limit,
    )
    due = tuple(DueRefill(*row) for row in rows)
    await tx.execute(
        "UPDATE refills SET next_poll_at = :now + look_factor * :interval "
        "WHERE id IN (SELECT value FROM json_each(:ids))",
        now=now,
        interval=interval,
        ids=json.dumps([refill.id for refill in due]),
    )
    return RefillClaim(account, failures, due)


@transaction()
async def store(
    tx: Transaction, *, claim: RefillClaim, decide: Decide, now: float, rest_until: float = 0.0
) -> bool:
    """Decide on the refills of a claim and release its key. True when something is to be told.

    `failures` stays: it counts the looks at orders, whose pace is none of the refills' business.
    """
    told = False
    rows = await tx.fetch(
        f"SELECT {_COLUMNS} FROM refills WHERE state = 'open' AND id IN (SELECT value FROM json_each(:ids))",
        ids=json.dumps([refill.id for refill in claim.refills]),
    )
    for refill in map(FollowedRefill._make, rows):
        look = decide(refill)
        if look is None:
            continue
        await tx.execute(_STORE, **_values(refill, look))
        if look.next_poll_at is None:
            await refills.tell(tx, order_id=refill.order_id, state="ended", word=look.word, now=now)
            told = True
    await leases.release(tx, claim.account, rest_until=rest_until, failures=claim.failures)
    return told


_STORE = (
    "UPDATE refills SET state = :state, changed_at = :changed_at, word = :word, look_factor = :look_factor, "
    "next_poll_at = :next_poll_at WHERE id = :id"
)


def _values(refill: FollowedRefill, look: RefillLook) -> dict[str, Any]:
    return {
        "id": refill.id,
        "state": "open" if look.next_poll_at is not None else "ended",
        "word": look.word,
        "look_factor": look.look_factor,
        "next_poll_at": look.next_poll_at,
        "changed_at": look.changed_at,
    }
