"""The poll queue: due orders are claimed a key at a time, and what a look found is stored.

A claim leases the key (`rest_until`) and puts its orders off to their next look in the same step, so
unchanged orders need no second write and a crash only delays.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from storage import leases
from storage.accounts import Account
from storage.database import Transaction, transaction
from storage.looks import COLUMNS, Decide, follow_children, followed, numbers_of, only_numbers, values_of

LARGEST_BATCH = 100  # ids one request may carry, from the API page


class Due(NamedTuple):
    """An order to ask for. Hearing `said` again means nothing new; None: whatever is heard may do."""

    id: str
    panel_order_id: str
    said: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    account: Account
    failures: int
    orders: tuple[Due, ...]


# One row, since each row on its own costs a change of threads. The lower bound passes over the orders
# that are not looked at any more, of which there may be many.
_DUE = (
    "SELECT json_group_array(json_array("
    "  id, panel_order_id, CASE WHEN steady_until > :now THEN said END)) AS due FROM ("
    "  SELECT id, panel_order_id, steady_until, said FROM orders WHERE account_id = :account_id"
    "  AND next_poll_at >= 0 AND (next_poll_at <= :now"
    "    OR (state = 'open' AND next_poll_at <= :now + look_factor * :interval * 0.5))"
    "  ORDER BY next_poll_at LIMIT :limit)"
)


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
) -> Claim | None:
    """Take up to `limit` orders of the panel's key that waits longest: due ones first, then the soonest due.

    The key is left alone for `lease` seconds unless `store` or `put_back` comes first. Only orders due
    within half their own interval are taken early: they cost no request, but others were just looked at.
    """
    held = await leases.take(tx, "orders", panel=panel, now=now, lease=lease, failing=failing)
    if held is None:
        return None
    account, failures = held
    (found,) = await tx.fetch(
        _DUE,
        now=now,
        interval=interval,
        account_id=account.id,
        limit=limit,
    )
    due = tuple(map(Due._make, json.loads(found["due"])))
    await tx.execute(
        "UPDATE orders SET next_poll_at = :now + look_factor * :interval "
        "WHERE id IN (SELECT value FROM json_each(:ids))",
        now=now,
        interval=interval,
        ids=json.dumps([order.id for order in due]),
    )
    return Claim(account, failures, due)


@transaction()
async def store(
    tx: Transaction, *, claim: Claim, order_ids: Sequence[str], decide: Decide, now: float
) -> bool:
    """Decide on these orders of the claim and release its key. True when something is to be told.

    They are decided on as they stand now, so what changed meanwhile is neither undone nor told twice.
    """
    told = False
    if order_ids:
        where = "id IN (SELECT value FROM json_each(:ids))"
        told = await _decide(tx, where, {"ids": json.dumps(order_ids)}, decide, now)
    await leases.release(tx, claim.account)
    return told


@transaction()
async def store_one(tx: Transaction, *, chat_id: int, order_id: str, decide: Decide, now: float) -> None:
    """The same for one order that its person looked at."""
    where = "id = :id AND chat_id = :chat_id"
    await _decide(tx, where, {"id": order_id, "chat_id": chat_id}, decide, now)


@transaction()
async def store_seen(
    tx: Transaction, *, chat_id: int, order_ids: Sequence[str], decide: Decide, now: float
) -> None:
    """The same for several."""
    where = "id IN (SELECT value FROM json_each(:ids)) AND chat_id = :chat_id"
    await _decide(tx, where, {"ids": json.dumps(order_ids), "chat_id": chat_id}, decide, now)


@transaction()
async def put_back(
    tx: Transaction, *, claim: Claim, orders: Sequence[Due], until: float, failures: int
) -> None:
    """The look failed: leave the key alone until then, and look at these orders at once after it."""
    await leases.release(tx, claim.account, rest_until=until, failures=failures)
    await tx.execute_many(
        "UPDATE orders SET next_poll_at = :until WHERE id = :id AND next_poll_at IS NOT NULL",
        [{"id": each.id, "until": until} for each in orders],
    )


_STORE = (
    "UPDATE orders SET state = :state, word = :word, charge = :charge, start_count = :start_count, "
    "price = COALESCE(price, :price), "
    "remains = :remains, said = :said, look_factor = :look_factor, steady_until = :steady_until, "
    "next_poll_at = :next_poll_at, change_number = change_number + :told, "
    "changed_at = CASE WHEN :told = 1 THEN :now ELSE changed_at END WHERE id = :id"
)

# The usual case: nothing else differs. Its next look stays where the claim put it, which spares the indexes.
_STORE_NUMBERS = (
    "UPDATE orders SET charge = :charge, price = COALESCE(price, :price), start_count = :start_count, "
    "remains = :remains, said = :said WHERE id = :id"
)

_TELL = (
    "INSERT INTO outbox (chat_id, order_id, change_number, kind, facts, send_at, created_at) "
    "SELECT chat_id, id, change_number, 'change', :facts, :now, :now FROM orders WHERE id = :id"
)


async def _decide(tx: Transaction, where: str, which: Mapping[str, Any], decide: Decide, now: float) -> bool:
    rows = await tx.fetch(f"SELECT {COLUMNS} FROM orders WHERE {where}", **which)
    looks = [(order, look) for order in map(followed, rows) if (look := decide(order)) is not None]
    usual = [numbers_of(order.id, look) for order, look in looks if only_numbers(order, look)]
    other = [values_of(order.id, look, now) for order, look in looks if not only_numbers(order, look)]
    await tx.execute_many(_STORE_NUMBERS, usual)
    await tx.execute_many(_STORE, other)
    children = [(order.id, child) for order, look in looks for child in look.children]
    if children:
        await follow_children(tx, children, now=now)
    notices = [
        {"id": order.id, "facts": json.dumps(look.facts), "now": now}
        for order, look in looks
        if look.facts is not None
    ]
    await tx.execute_many(_TELL, notices)
    return bool(notices)
