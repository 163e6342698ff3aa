"""How much waits, and how long beyond its time: for operators."""

from dataclasses import dataclass

from storage.database import Database


@dataclass(frozen=True, slots=True)
class Backlog:
    """`..._late`: for how many seconds the longest waiting could have gone already, 0 when nothing is due."""

    people: int
    orders: int  # that are followed
    orders_late: float
    refills_late: float
    notices: int  # those held for their people's quiet hours too
    notices_late: float
    replies: int  # that Telegram would not take yet


async def look(db: Database, *, panel: str, now: float) -> Backlog:
    """Left out is what nobody could hurry: a key's rest, a parked key, who blocked the bot, quiet hours."""
    (row,) = await db.read(_LOOK, panel=panel, now=now)

    def late(since: float | None) -> float:
        return 0.0 if since is None else max(now - since, 0.0)

    return Backlog(
        people=row["people"],
        orders=row["orders"],
        orders_late=late(row["orders_since"]),
        refills_late=late(row["refills_since"]),
        notices=row["notices"],
        notices_late=late(row["notices_since"]),
        replies=row["replies"],
    )


_DUE_SINCE = (
    "SELECT min(CASE WHEN a.rest_until > q.next_poll_at THEN a.rest_until ELSE q.next_poll_at END) "
    "FROM {table} q JOIN accounts a ON a.id = q.account_id "
    "WHERE q.next_poll_at <= :now AND a.panel = :panel AND a.rest_until <= :now AND a.parked_at IS NULL "
    "AND a.encrypted_key IS NOT NULL"
)
_LOOK = (
    "SELECT (SELECT count(*) FROM people) AS people, "
    "(SELECT count(*) FROM orders WHERE next_poll_at IS NOT NULL) AS orders, "
    f"({_DUE_SINCE.format(table='orders')}) AS orders_since, "
    f"({_DUE_SINCE.format(table='refills')}) AS refills_since, "
    "(SELECT count(*) FROM outbox) AS notices, "
    "(SELECT min(send_at) FROM outbox o WHERE held_until IS NULL AND send_at <= :now AND NOT EXISTS ("
    "  SELECT 1 FROM people p WHERE p.chat_id = o.chat_id AND p.blocked_at IS NOT NULL)) AS notices_since, "
    "(SELECT count(*) FROM replies) AS replies"
)
