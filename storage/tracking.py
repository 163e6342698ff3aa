"""The poll queue: due orders are claimed a key at a time, and what a look found is stored.

A claim leases the key (`rest_until`) and puts its orders off to their next look in the same step, so
unchanged orders need no second write and a crash only delays.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from storage import accounts, orders
from storage.accounts import Account, account
from storage.database import Database, Transaction
from storage.orders import Order, order

LARGEST_BATCH = 100  # ids one request may carry, from the API page


@dataclass(frozen=True, slots=True)
class Claim:
    account: Account
    failures: int
    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What to store of an order after a look. `facts` are for its person; None: nothing to tell."""

    order: Order
    state: str
    word: str | None
    charge: Decimal | None
    start_count: int | None
    remains: int | None
    look_factor: int
    next_poll_at: float | None
    facts: Mapping[str, Any] | None


async def claim_due(
    db: Database, *, now: float, lease: float, interval: float, limit: int = LARGEST_BATCH
) -> Claim | None:
    """Take up to `limit` orders of the key that waits longest: due ones first, then the soonest due.

    The key is left alone for `lease` seconds unless `release` comes first. Only orders due within half
    their own interval are taken early: they cost no request, but others were just looked at.
    """
    async with db.write() as tx:
        keys = await tx.fetch(
            "UPDATE accounts SET rest_until = :now + :lease WHERE id = ("
            "  SELECT o.account_id FROM orders o JOIN accounts a ON a.id = o.account_id"
            "  WHERE o.next_poll_at <= :now AND a.rest_until <= :now AND a.parked_at IS NULL"
            "  AND a.encrypted_key IS NOT NULL ORDER BY o.next_poll_at LIMIT 1) "
            f"RETURNING {accounts.COLUMNS}, failures",
            now=now,
            lease=lease,
        )
        if not keys:
            return None
        due = await tx.fetch(
            "UPDATE orders SET next_poll_at = :now + look_factor * :interval WHERE id IN ("
            "  SELECT id FROM orders WHERE account_id = :account_id"
            "  AND (next_poll_at <= :now"
            "    OR (state = 'open' AND next_poll_at <= :now + look_factor * :interval * 0.5))"
            f"  ORDER BY next_poll_at LIMIT :limit) RETURNING {orders.COLUMNS}",
            now=now,
            interval=interval,
            account_id=keys[0]["id"],
            limit=limit,
        )
    return Claim(account(keys[0]), keys[0]["failures"], tuple(order(row) for row in due))


async def store(db: Database, *, claim: Claim, looks: Sequence[Look], now: float) -> None:
    """Store what a batch brought, with a notice for each telling change, and release the key.

    An order that changed meanwhile, or was erased, is left as it is.
    """
    if not looks:
        await db.execute(_RELEASE, id=claim.account.id, rest_until=0, failures=0)
        return
    async with db.write(durable=any(look.facts is not None for look in looks)) as tx:
        await _store(tx, looks, now)
        await tx.execute(_RELEASE, id=claim.account.id, rest_until=0, failures=0)


async def store_one(db: Database, *, look: Look, now: float) -> None:
    """The same for one order that its person looked at."""
    async with db.write(durable=look.facts is not None) as tx:
        await _store(tx, [look], now)


async def _store(tx: Transaction, looks: Sequence[Look], now: float) -> None:
    """A change is told only by whoever stored it, so two looks at the same change tell it once."""
    await tx.execute_many(_STORE, [_values(look, now) for look in looks if look.facts is None])
    for look in looks:
        if look.facts is not None and await tx.execute(_STORE, **_values(look, now)):
            await tx.execute(_TELL, **_notice(look, now))


async def put_back(
    db: Database, *, claim: Claim, orders: Sequence[Order], until: float, failures: int
) -> None:
    """The look failed: leave the key alone until then, and look at these orders at once after it."""
    async with db.write() as tx:
        await tx.execute(_RELEASE, id=claim.account.id, rest_until=until, failures=failures)
        await tx.execute_many(
            "UPDATE orders SET next_poll_at = :until WHERE id = :id AND next_poll_at IS NOT NULL",
            [{"id": each.id, "until": until} for each in orders],
        )


_RELEASE = "UPDATE accounts SET rest_until = :rest_until, failures = :failures WHERE id = :id"

_STORE = (
    "UPDATE orders SET state = :state, word = :word, charge = :charge, start_count = :start_count, "
    "remains = :remains, look_factor = :look_factor, next_poll_at = :next_poll_at, "
    "changed_at = CASE WHEN :told = 1 THEN :now ELSE changed_at END, "
    "change_number = change_number + :told WHERE id = :id AND change_number = :change_number"
)

_TELL = (
    "INSERT INTO outbox (chat_id, order_id, change_number, kind, facts, send_at, created_at) "
    "SELECT chat_id, id, :change_number, 'change', :facts, :now, :now FROM orders WHERE id = :id "
    "ON CONFLICT (order_id, change_number) DO NOTHING"
)


def _values(look: Look, now: float) -> dict[str, Any]:
    return {
        "id": look.order.id,
        "state": look.state,
        "word": look.word,
        "charge": None if look.charge is None else str(look.charge),
        "start_count": look.start_count,
        "remains": look.remains,
        "look_factor": look.look_factor,
        "next_poll_at": look.next_poll_at,
        "told": int(look.facts is not None),
        "change_number": look.order.change_number,
        "now": now,
    }


def _notice(look: Look, now: float) -> dict[str, Any]:
    return {
        "id": look.order.id,
        "change_number": look.order.change_number + 1,
        "facts": json.dumps(look.facts),
        "now": now,
    }
