"""Orders that were placed elsewhere: followed by their ids, and let go again."""

import json
from collections.abc import Mapping, Sequence

from storage import orders, tracking
from storage.database import Database, Transaction, transaction
from storage.orders import Order

_ITS_FAMILY = (
    "WITH RECURSIVE family (id) AS (SELECT id FROM orders WHERE id = :id "
    "UNION SELECT o.id FROM orders o JOIN family f ON o.parent_id = f.id) SELECT id FROM family"
)


async def known(db: Database, *, chat_id: int, panel: str, panel_order_ids: Sequence[str]) -> list[Order]:
    """The chat's orders at this panel under any of these ids, those of the current key last."""
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
    return [orders.order(row) for row in rows]


@transaction(durable=True)
async def follow(
    tx: Transaction, *, new: Sequence[Order], children: Mapping[str, Sequence[str]], now: float
) -> set[str]:
    """Follow these orders of one account, and the `children` that an order of this id has by now.

    Returns the panel's ids of those that were not followed before.
    """
    if not new:
        return set()
    found = await tx.fetch(
        "SELECT panel_order_id FROM orders WHERE account_id = :account_id "
        "AND panel_order_id IN (SELECT value FROM json_each(:ids))",
        account_id=new[0].account_id,
        ids=json.dumps([order.panel_order_id for order in new]),
    )
    there = {row["panel_order_id"] for row in found}
    added = [order for order in new if order.panel_order_id not in there]
    await orders.insert(tx, added, process="")
    made = [(order.id, child) for order in added for child in children.get(order.id, ())]
    await tracking.follow_children(tx, made, now=now, word=tracking.OLD)
    return {order.panel_order_id or "" for order in added}


@transaction(durable=True)
async def stop(tx: Transaction, *, chat_id: int, order_id: str) -> bool:
    """Let go of an order that was placed elsewhere, with what it made and what is still to be told of it."""
    found = await tx.fetch(
        "SELECT id FROM orders WHERE id = :id AND chat_id = :chat_id AND service_id = '' "
        "AND parent_id IS NULL",
        id=order_id,
        chat_id=chat_id,
    )
    if not found:
        return False
    for table, column in (("outbox", "order_id"), ("refills", "order_id"), ("orders", "id")):
        await tx.execute(f"DELETE FROM {table} WHERE {column} IN ({_ITS_FAMILY})", id=order_id)
    return True
