"""Who waits for news of an order that cannot be asked for, since the panel does not answer; told once.

Told is noted with the account (`away_told_at`) until the panel answers it again.
"""

from storage.accounts import Account
from storage.database import Database, Transaction, transaction

_WATCHED_SECONDS = 600.0  # from placing an order on; later nobody sits before it any more

# They placed an order just now, and nothing is known of it yet.
_WAITING = (
    "a.panel = :panel AND o.state = 'open' AND o.word IS NULL "
    "AND o.parent_id IS NULL AND o.next_poll_at IS NOT NULL AND o.created_at > :since "
    "AND NOT EXISTS (SELECT 1 FROM accounts b WHERE b.chat_id = a.chat_id AND b.away_told_at > :since)"
)


async def who(db: Database, *, panel: str, now: float, account_id: str | None = None) -> list[str]:
    """The accounts of those who wait and were not told just now; of all, or just of this one."""
    which = "o.account_id = :account_id AND " if account_id is not None else ""
    rows = await db.read(
        "SELECT DISTINCT o.account_id FROM orders o JOIN accounts a ON a.id = o.account_id "
        f"WHERE {which}{_WAITING}",
        panel=panel,
        since=now - _WATCHED_SECONDS,
        account_id=account_id,
    )
    return [row["account_id"] for row in rows]


@transaction()
async def tell(tx: Transaction, account_ids: list[str], *, now: float) -> None:
    """One message to each of their people, unless they want none at all."""
    chats: set[int] = set()
    for account_id in account_ids:
        rows = await tx.fetch(
            "UPDATE accounts SET away_told_at = :now WHERE id = :id AND away_told_at IS NULL "
            "RETURNING chat_id, (SELECT told_of FROM people p WHERE p.chat_id = accounts.chat_id) AS told_of",
            id=account_id,
            now=now,
        )
        chats.update(row["chat_id"] for row in rows if row["told_of"] != "none")
    await tx.execute_many(
        "INSERT INTO outbox (chat_id, kind, facts, send_at, created_at) "
        "VALUES (:chat_id, 'away', '{}', :now, :now)",
        [{"chat_id": chat_id, "now": now} for chat_id in sorted(chats)],
    )


async def told(db: Database, account_ids: list[str], *, now: float) -> None:
    """They have seen it on their screen."""
    for account_id in account_ids:
        await db.execute("UPDATE accounts SET away_told_at = :now WHERE id = :id", id=account_id, now=now)


async def over(db: Database, account: Account) -> None:
    """The panel answers this account again."""
    await db.execute("UPDATE accounts SET away_told_at = NULL WHERE id = :id", id=account.id)


async def is_waiting(db: Database, *, chat_id: int) -> bool:
    """Whether what this chat was to be told still holds."""
    sql = "SELECT 1 FROM accounts WHERE chat_id = :chat_id AND away_told_at IS NOT NULL LIMIT 1"
    return bool(await db.read(sql, chat_id=chat_id))
