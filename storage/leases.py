"""Keys leased to whoever asks a panel with them, so that nobody else does at the same time.

`rest_until` is a lease, or the rest that a failure calls for.
"""

from storage import accounts
from storage.accounts import Account, account
from storage.database import Transaction


async def take(
    tx: Transaction, table: str, *, panel: str, now: float, lease: float, failing: bool
) -> tuple[Account, int] | None:
    """The panel's key whose row in `table` (orders or refills) is due longest, and its failures in a row.

    It is left alone for `lease` seconds unless it is released before. None when nothing is due; without
    `failing` keys whose last look failed are passed over.
    """
    rows = await tx.fetch(
        "UPDATE accounts SET rest_until = :now + :lease WHERE id = ("
        f"  SELECT q.account_id FROM {table} q JOIN accounts a ON a.id = q.account_id"
        "  WHERE q.next_poll_at <= :now AND a.panel = :panel AND a.rest_until <= :now AND a.parked_at IS NULL"
        "  AND a.encrypted_key IS NOT NULL AND (a.failures = 0 OR :failing) ORDER BY q.next_poll_at LIMIT 1) "
        f"RETURNING {accounts.COLUMNS}, failures",
        panel=panel,
        now=now,
        lease=lease,
        failing=failing,
    )
    return (account(rows[0]), rows[0]["failures"]) if rows else None


async def release(tx: Transaction, held: Account, *, rest_until: float = 0, failures: int = 0) -> None:
    await tx.execute(
        "UPDATE accounts SET rest_until = :rest_until, failures = :failures WHERE id = :id",
        id=held.id,
        rest_until=rest_until,
        failures=failures,
    )
