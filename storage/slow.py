"""Orders that are pending for long: looked for by service, and pointed out once each."""

import json
from dataclasses import dataclass
from typing import Any

from storage import accounts
from storage.accounts import Account, account
from storage.database import Database, Row, Transaction, transaction

# As the index orders_pending has it. Of orders placed elsewhere no service is known.
_PENDING = (
    "state = 'open' AND slow_told_at IS NULL AND parent_id IS NULL "
    "AND (word IS NULL OR lower(word) IN ('pending', 'awaiting')) AND service_id <> ''"
)
_IN_PORTIONS = "json_type(fields, '$.runs') IS NULL AND json_type(fields, '$.delay') IS NULL"


@dataclass(frozen=True, slots=True)
class Pending:
    """A key has orders of this service that are pending, the oldest since then."""

    account: Account
    service_id: str
    since: float


async def pending(db: Database, *, panel: str, before: float) -> list[Pending]:
    """Those pending since before then. Left out are keys whose orders cannot be looked at right now."""
    rows = await db.read(
        f"SELECT {accounts.COLUMNS}, w.service_id, w.since FROM ("
        "  SELECT account_id, service_id, min(changed_at) AS since FROM orders"
        f"  WHERE {_PENDING} AND changed_at <= :before GROUP BY account_id, service_id) AS w "
        "JOIN accounts a ON a.id = w.account_id WHERE a.panel = :panel AND a.parked_at IS NULL "
        "AND a.failures = 0 AND a.encrypted_key IS NOT NULL ORDER BY a.catalog_digest, w.service_id",
        panel=panel,
        before=before,
    )
    return [Pending(account(row), row["service_id"], row["since"]) for row in rows]


async def took(db: Database, *, panel: str, service_id: str, limit: int = 50) -> list[float]:
    """How many seconds the service's orders took that were completed last, whoever placed them."""
    rows = await db.read(
        "SELECT o.changed_at - o.created_at AS seconds FROM orders o JOIN accounts a ON a.id = o.account_id "
        "WHERE o.service_id = :service_id AND o.state = 'ended' AND lower(o.word) = 'completed' "
        "AND o.parent_id IS NULL AND a.panel = :panel ORDER BY o.changed_at DESC LIMIT :limit",
        service_id=service_id,
        panel=panel,
        limit=limit,
    )
    return [row["seconds"] for row in rows]


@transaction()
async def point_out(
    tx: Transaction,
    found: Pending,
    *,
    before: float,
    usual: float,
    source: str,
    may_cancel: bool | None,
    now: float,
    limit: int = 500,
) -> int:
    """Tell the key's owner of its orders of this service that are pending since before then; each once.

    `usual` is how many seconds the service takes according to `source`; `may_cancel` what it says of that.
    """
    rows = await tx.fetch(
        "UPDATE orders SET slow_told_at = :now WHERE id IN ("
        f"  SELECT id FROM orders WHERE {_PENDING} AND {_IN_PORTIONS} AND account_id = :account_id"
        "  AND service_id = :service_id AND changed_at <= :before ORDER BY changed_at LIMIT :limit) "
        "RETURNING chat_id, id, panel_order_id, service_name, changed_at",
        account_id=found.account.id,
        service_id=found.service_id,
        before=before,
        limit=limit,
        now=now,
    )
    await tx.execute_many(
        "INSERT INTO outbox (chat_id, order_id, kind, facts, send_at, created_at) "
        "VALUES (:chat_id, :id, 'slow', :facts, :now, :now)",
        [
            {
                "chat_id": row["chat_id"],
                "id": row["id"],
                "facts": _facts(row, usual=usual, source=source, may_cancel=may_cancel),
                "now": now,
            }
            for row in sorted(rows, key=lambda row: float(row["changed_at"]))
        ],
    )
    return len(rows)


def _facts(row: Row, **service: Any) -> str:
    order = {
        "panel_order_id": row["panel_order_id"],
        "service": row["service_name"],
        "since": row["changed_at"],
    }
    return json.dumps(order | service)
