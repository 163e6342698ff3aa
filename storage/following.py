"""Orders that were placed elsewhere: found by the panel's ids, followed, and let go again."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from storage import looks, orders
from storage.database import Database, Transaction, transaction
from storage.orders import Order

UNKNOWN_AFTER = 3 * 86400.0  # seconds in which a panel may come to know an order
SELDOM = 60  # the look factor of those it says nothing of for long

_ITS_FAMILY = (
    "WITH RECURSIVE family (id) AS (SELECT id FROM orders WHERE id = :id "
    "UNION SELECT o.id FROM orders o JOIN family f ON o.parent_id = f.id) SELECT id FROM family"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One id of those a person sent, and the account whose key is to ask for it.

    `order_id` is the order's own, when it is known here: it may be of another account yet.
    """

    account_id: str
    panel_order_id: str
    order_id: str | None = None


async def known(
    db: Database, *, chat_id: int, panel: str, panel_order_ids: Sequence[str]
) -> dict[str, Order]:
    """The chat's orders among these ids of the panel; of equal ones the current key's, then the newest."""
    columns = ", ".join(f"o.{name.strip()}" for name in orders.COLUMNS.split(","))
    rows = await db.read(
        f"SELECT {columns} FROM orders o JOIN accounts a ON a.id = o.account_id "
        "WHERE o.chat_id = :chat_id AND a.panel = :panel "
        "AND o.panel_order_id IN (SELECT value FROM json_each(:ids)) "
        "ORDER BY a.replaced_at IS NULL, a.replaced_at, o.created_at",
        chat_id=chat_id,
        panel=panel,
        ids=json.dumps(panel_order_ids),
    )
    found = [orders.order(row) for row in rows]
    return {order.panel_order_id: order for order in found if order.panel_order_id is not None}


@transaction(durable=True)
async def follow(
    tx: Transaction, *, new: Sequence[Order], children: Mapping[str, Sequence[str]], now: float
) -> dict[str, str]:
    """Follow these orders of one account, and the `children` that an order of this id has by now.

    Returns our ids by the panel's, of those that were not followed before. A row that was made to ask for
    a refill is taken over.
    """
    if not new:
        return {}
    found = await tx.fetch(
        "SELECT panel_order_id, id, service_id = '' AND parent_id IS NULL AND state = 'ended' "
        "AND word = :old AS only_asked FROM orders WHERE account_id = :account_id "
        "AND panel_order_id IN (SELECT value FROM json_each(:ids))",
        account_id=new[0].account_id,
        ids=json.dumps([order.panel_order_id for order in new]),
        old=looks.OLD,
    )
    there = {row["panel_order_id"] for row in found if not row["only_asked"]}
    made = {row["panel_order_id"]: row["id"] for row in found if row["only_asked"]}
    added = [order for order in new if order.panel_order_id not in there]
    await orders.insert(tx, [order for order in added if order.panel_order_id not in made], process="")
    for order in added:
        if order.panel_order_id in made:
            await _take_over(tx, made[order.panel_order_id], order)
    ids = {order.id: made.get(order.panel_order_id, order.id) for order in added}
    born = [(ids[order.id], child) for order in added for child in children.get(order.id, ())]
    await looks.follow_children(tx, born, now=now, word=looks.OLD)
    return {order.panel_order_id or "": ids[order.id] for order in added}


async def _take_over(tx: Transaction, row_id: str, order: Order) -> None:
    await tx.execute(
        "UPDATE orders SET state = 'open', word = :word, charge = :charge, price = :price, "
        "start_count = :start_count, remains = :remains, look_factor = 1, steady_until = 0, "
        "next_poll_at = :next_poll_at, changed_at = :changed_at WHERE id = :id",
        id=row_id,
        word=order.word,
        charge=None if order.charge is None else str(order.charge),
        price=None if order.price is None else str(order.price),
        start_count=order.start_count,
        remains=order.remains,
        next_poll_at=order.next_poll_at,
        changed_at=order.changed_at,
    )


@transaction(durable=True)
async def stop(tx: Transaction, *, chat_id: int, order_id: str) -> bool:
    """Let go of an order that was placed elsewhere, with what it made and what is still to be told of it."""
    found = await tx.fetch(
        f"SELECT id FROM orders WHERE id = :id AND chat_id = :chat_id AND {orders.FROM_ELSEWHERE}",
        id=order_id,
        chat_id=chat_id,
    )
    if not found:
        return False
    await _erase(tx, order_id)
    return True


async def row_of(tx: Transaction, asked: Asked, *, chat_id: int, state: str, now: float) -> tuple[str, bool]:
    """The id of the order's row and whether it was made just now, in a state of the caller's choice.

    Of one that is made as ended nobody looks at, and however it stands is no news; of another its end is.
    """
    rows = await tx.fetch(
        "SELECT id FROM orders WHERE chat_id = :chat_id AND (id = :order_id OR (account_id = :account_id "
        "AND panel_order_id = :panel_order_id)) ORDER BY id = :order_id DESC, created_at DESC LIMIT 1",
        chat_id=chat_id,
        order_id=asked.order_id or "",
        account_id=asked.account_id,
        panel_order_id=asked.panel_order_id,
    )
    if rows:
        return str(rows[0]["id"]), False
    order_id = secrets.token_hex(8)
    await tx.execute(
        "INSERT INTO orders (id, chat_id, account_id, state, process, panel_order_id, service_id, "
        "service_name, fields, link, currency, word, created_at, changed_at) "
        "SELECT :id, chat_id, id, :state, '', :panel_order_id, '', '', '{}', '', currency, :word, :now, :now "
        "FROM accounts WHERE id = :account_id AND chat_id = :chat_id",
        id=order_id,
        chat_id=chat_id,
        account_id=asked.account_id,
        state=state,
        word=looks.OLD if state == "ended" else None,
        panel_order_id=asked.panel_order_id,
        now=now,
    )
    return order_id, True


async def drop_row(tx: Transaction, *, order_id: str) -> None:
    """The panel does not know the order after all, or nothing came of what was asked."""
    await tx.execute("DELETE FROM orders WHERE id = :id", id=order_id)


@transaction()
async def drop_unknown(tx: Transaction, *, now: float) -> int:
    """Drop the rows that were made to ask for a cancellation, where the panel never knew the order."""
    rows = await tx.fetch(
        "SELECT id FROM orders WHERE service_id = '' AND parent_id IS NULL AND state = 'open' "
        "AND word IS NULL AND cancel_asked_at < :before AND look_factor >= :seldom",
        before=now - UNKNOWN_AFTER,
        seldom=SELDOM,
    )
    for row in rows:
        await _erase(tx, row["id"])
    return len(rows)


async def _erase(tx: Transaction, order_id: str) -> None:
    """With what it made and what is still to be told of it."""
    for table, column in (("outbox", "order_id"), ("refills", "order_id"), ("orders", "id")):
        await tx.execute(f"DELETE FROM {table} WHERE {column} IN ({_ITS_FAMILY})", id=order_id)
