"""The poll queue: due orders are claimed a key at a time, and what a look found is stored.

A claim leases the key (`rest_until`) and puts its orders off to their next look in the same step, so
unchanged orders need no second write and a crash only delays.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from storage import leases
from storage.accounts import Account
from storage.database import Row, Transaction, transaction

LARGEST_BATCH = 100  # ids one request may carry, from the API page
MOST_CHILDREN = 1000  # of one order that are followed: a panel may say anything
OLD = ""  # the word of an order that was there before it was followed, until it is looked at


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


class Followed(NamedTuple):
    """What is known of an order when there is something to decide."""

    id: str
    panel_order_id: str
    state: str
    word: str | None
    start_count: int | None
    remains: int | None
    said: str | None
    change_number: int
    look_factor: int
    steady_until: float
    changed_at: float
    service_name: str
    quantity: int | None
    currency: str
    price: Decimal | None
    charge: Decimal | None
    cancel_asked_at: float | None
    process: str = ""
    parent: str | None = None  # the panel's id of the order that made it


_COLUMNS = ", ".join(Followed._fields[:-1]) + (
    ", (SELECT p.panel_order_id FROM orders p WHERE p.id = orders.parent_id) AS parent"
)


class Look(NamedTuple):
    """What to store of an order after a look. `facts` are for its person; None: nothing to tell.

    `children` are the panel's ids of orders it made; those that are not followed yet will be.
    """

    state: str
    word: str | None
    charge: Decimal | None
    start_count: int | None
    remains: int | None
    said: str | None
    look_factor: int
    steady_until: float
    next_poll_at: float | None
    facts: Mapping[str, Any] | None
    children: Sequence[str] = ()
    price: Decimal | None = None  # for an order whose price nobody knows yet


Decide = Callable[[Followed], Look | None]


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
    # One row, since each row on its own costs a change of threads. The lower bound passes over the orders
    # that are not looked at any more, of which there may be many.
    (found,) = await tx.fetch(
        "SELECT json_group_array(json_array("
        "  id, panel_order_id, CASE WHEN steady_until > :now THEN said END)) AS due FROM ("
        "  SELECT id, panel_order_id, steady_until, said FROM orders WHERE account_id = :account_id"
        "  AND next_poll_at >= 0 AND (next_poll_at <= :now"
        "    OR (state = 'open' AND next_poll_at <= :now + look_factor * :interval * 0.5))"
        "  ORDER BY next_poll_at LIMIT :limit)",
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


# A child is looked at right away; its first `word` says whether that look may be news.
_FOLLOW_CHILD = (
    "INSERT INTO orders (id, chat_id, account_id, parent_id, state, process, panel_order_id, service_id, "
    "service_name, fields, link, currency, word, next_poll_at, created_at, changed_at) "
    "SELECT :id, p.chat_id, p.account_id, p.id, 'open', p.process, :child, p.service_id, "
    "p.service_name, '{}', p.link, p.currency, :word, :now, :now, :now FROM orders p "
    "WHERE p.id = :parent AND NOT EXISTS (SELECT 1 FROM orders o "
    "  WHERE o.account_id = p.account_id AND o.panel_order_id = :child) "
    "AND p.parent_id IS NULL AND (SELECT count(*) FROM orders o WHERE o.parent_id = p.id) < :most"
)


async def follow_children(
    tx: Transaction, children: Sequence[tuple[str, str]], *, now: float, word: str | None = None
) -> None:
    """Follow these orders, each given as its parent's id and the panel's id of its own.

    Those that are followed already stay as they are; a run or a post makes no orders of its own. With OLD
    as `word` their first look is no news.
    """
    await tx.execute_many(
        _FOLLOW_CHILD,
        [
            {
                "id": secrets.token_hex(6),
                "parent": parent,
                "child": child,
                "word": word,
                "now": now,
                "most": MOST_CHILDREN,
            }
            for parent, child in children
        ],
    )


async def _decide(tx: Transaction, where: str, which: Mapping[str, Any], decide: Decide, now: float) -> bool:
    rows = await tx.fetch(f"SELECT {_COLUMNS} FROM orders WHERE {where}", **which)
    looks: list[tuple[str, Look]] = []
    numbers: list[dict[str, Any]] = []
    values: list[dict[str, Any]] = []
    for order in map(_followed, rows):
        look = decide(order)
        if look is None:
            continue
        looks.append((order.id, look))
        if _only_numbers(order, look):
            numbers.append(_numbers(order.id, look))
        else:
            values.append(_values(order.id, look, now))
    await tx.execute_many(_STORE_NUMBERS, numbers)
    await tx.execute_many(_STORE, values)
    children = [(order_id, child) for order_id, look in looks for child in look.children]
    if children:
        await follow_children(tx, children, now=now)
    notices = [
        {"id": order_id, "facts": json.dumps(look.facts), "now": now}
        for order_id, look in looks
        if look.facts is not None
    ]
    await tx.execute_many(_TELL, notices)
    return bool(notices)


def _followed(row: Row) -> Followed:
    values = list(row)
    for place in _MONEY:
        values[place] = _money(values[place])
    return Followed._make(values)


_MONEY = (Followed._fields.index("price"), Followed._fields.index("charge"))


def _money(text: object) -> Decimal | None:
    return None if text is None else Decimal(str(text))


def _only_numbers(order: Followed, look: Look) -> bool:
    return (
        look.facts is None
        and look.next_poll_at is not None
        and (look.state, look.word, look.look_factor, look.steady_until)
        == (order.state, order.word, order.look_factor, order.steady_until)
    )


def _numbers(order_id: str, look: Look) -> dict[str, Any]:
    return {
        "id": order_id,
        "charge": None if look.charge is None else str(look.charge),
        "price": None if look.price is None else str(look.price),
        "start_count": look.start_count,
        "remains": look.remains,
        "said": look.said,
    }


def _values(order_id: str, look: Look, now: float) -> dict[str, Any]:
    return _numbers(order_id, look) | {
        "state": look.state,
        "word": look.word,
        "look_factor": look.look_factor,
        "steady_until": look.steady_until,
        "next_poll_at": look.next_poll_at,
        "told": int(look.facts is not None),
        "now": now,
    }
