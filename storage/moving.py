"""Orders whose key works no more: they move to the chat's current key once the panel knew them by it."""

import json
from collections.abc import Sequence

from storage.accounts import Account
from storage.database import Database, Transaction, transaction

# With whatever made an order and all that it made, so that none of them is ever followed twice.
_FAMILY = (
    "WITH RECURSIVE family (id) AS (SELECT value FROM json_each(:ids) "
    "UNION SELECT o.parent_id FROM orders o JOIN family f ON o.id = f.id WHERE o.parent_id IS NOT NULL "
    "UNION SELECT o.id FROM orders o JOIN family f ON o.parent_id = f.id) SELECT id FROM family"
)
# Followed, or with a refill that is, by a key that machines do not use.
_STRANDED = (
    "FROM orders o JOIN accounts a ON a.id = o.account_id JOIN accounts c "
    "ON c.chat_id = a.chat_id AND c.panel = a.panel AND c.replaced_at IS NULL AND c.id <> a.id "
    "WHERE a.panel = :panel AND (a.parked_at IS NOT NULL OR a.encrypted_key IS NULL) "
    "AND o.panel_order_id IS NOT NULL AND (o.next_poll_at IS NOT NULL OR EXISTS ("
    "  SELECT 1 FROM refills r WHERE r.order_id = o.id AND r.next_poll_at IS NOT NULL))"
)


async def stranded_chats(db: Database, *, panel: str) -> list[int]:
    """Those with orders that nobody looks at, though there is another key by now."""
    rows = await db.read(f"SELECT DISTINCT c.chat_id {_STRANDED} AND c.parked_at IS NULL", panel=panel)
    return [row["chat_id"] for row in rows]


async def stranded(db: Database, account: Account) -> dict[str, str]:
    """The ids of the chat's orders that nobody looks at, by the panel's ids; the newest first."""
    rows = await db.read(
        f"SELECT o.id, o.panel_order_id {_STRANDED} AND c.id = :account_id ORDER BY o.created_at DESC, o.id",
        panel=account.panel,
        account_id=account.id,
    )
    return {row["panel_order_id"]: row["id"] for row in rows}


@transaction(durable=True)
async def move(tx: Transaction, *, to: Account, order_ids: Sequence[str]) -> None:
    """These orders of the account's chat belong to it from now on, with their refills and families."""
    for table, column in (("orders", "id"), ("refills", "order_id")):
        await tx.execute(
            f"UPDATE {table} SET account_id = :account_id WHERE {column} IN ({_FAMILY}) "
            "AND account_id <> :account_id "
            "AND account_id IN (SELECT id FROM accounts WHERE chat_id = :chat_id AND panel = :panel)",
            ids=json.dumps(list(order_ids)),
            account_id=to.id,
            chat_id=to.chat_id,
            panel=to.panel,
        )
