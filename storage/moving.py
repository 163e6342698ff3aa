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
# Older keys that machines do not use, of chats with another that they may use.
_DEAD = (
    "SELECT a.id FROM accounts a JOIN accounts c ON c.chat_id = a.chat_id AND c.panel = a.panel "
    "WHERE a.panel = :panel AND a.replaced_at IS NOT NULL "
    "AND (a.parked_at IS NOT NULL OR a.encrypted_key IS NULL) "
    "AND c.replaced_at IS NULL AND c.parked_at IS NULL"
)
_TO_LOOK_AT = (
    "panel_order_id IS NOT NULL AND (next_poll_at IS NOT NULL OR EXISTS ("
    "  SELECT 1 FROM refills r WHERE r.order_id = orders.id AND r.state IN ('asking', 'open')))"
)


async def stranded_chats(db: Database, *, panel: str) -> list[int]:
    """Those with orders that nobody looks at, though there is another key by now."""
    rows = await db.read(
        f"SELECT DISTINCT chat_id FROM orders WHERE account_id IN ({_DEAD}) AND {_TO_LOOK_AT}", panel=panel
    )
    return [row["chat_id"] for row in rows]


async def stranded(db: Database, account: Account) -> dict[str, str]:
    """The ids of the chat's orders that nobody looks at, by the panel's ids; the newest first."""
    rows = await db.read(
        f"SELECT id, panel_order_id FROM orders WHERE account_id IN ({_DEAD} AND a.chat_id = :chat_id) "
        f"AND {_TO_LOOK_AT} ORDER BY created_at DESC, id",
        panel=account.panel,
        chat_id=account.chat_id,
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
