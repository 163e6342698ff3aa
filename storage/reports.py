"""What was ordered and charged of late, and how many there are of whom: for pictures and for operators."""

from collections.abc import Sequence
from typing import NamedTuple

from storage.database import Database, Row

AT_ONCE = 5000  # rows that are looked at in one statement: whoever reads meanwhile waits no longer for it
WEEK = 7 * 86400.0


class Placed(NamedTuple):
    """An order, with what its charge is told by."""

    id: str
    parent_id: str | None
    account_id: str
    created_at: float
    service_id: str
    service_name: str
    state: str
    word: str | None
    price: str | None
    charge: str | None
    currency: str
    only_asked: bool  # placed elsewhere at an unknown time, and here only to be refilled


_ONLY_ASKED = (
    "o.service_id = '' AND o.parent_id IS NULL AND o.price IS NULL AND o.state = 'ended' "
    "AND EXISTS (SELECT 1 FROM refills r WHERE r.order_id = o.id) AS only_asked"
)
_COLUMNS = ", ".join([*(f"o.{name}" for name in Placed._fields[:-1]), _ONLY_ASKED])
# What a run costs is told by all of its family together.
_EARLIER = (
    "o.created_at < :since AND (o.id IN (SELECT id FROM parents) OR o.parent_id IN (SELECT id FROM parents))"
)


def placed(found: Sequence[Row]) -> list[Placed]:
    return [Placed._make(row) for row in found]


async def of_chat(db: Database, *, chat_id: int, since: float) -> list[Row]:
    """What a person ordered since then, and the earlier ones of the same families. `placed` reads them."""
    return await db.read(
        "WITH parents AS (SELECT DISTINCT parent_id AS id FROM orders "
        "  WHERE chat_id = :chat_id AND created_at >= :since AND parent_id IS NOT NULL) "
        f"SELECT {_COLUMNS} FROM orders o "
        f"WHERE o.chat_id = :chat_id AND (o.created_at >= :since OR {_EARLIER})",
        chat_id=chat_id,
        since=since,
    )


async def has_orders(db: Database, *, chat_id: int) -> bool:
    return bool(await db.read("SELECT 1 FROM orders WHERE chat_id = :chat_id LIMIT 1", chat_id=chat_id))


async def of_everybody(db: Database, *, since: float) -> list[Row]:
    """The same of all people, for operators. Read in steps, so that it holds nobody up."""
    found = await db.read(
        "WITH parents AS (SELECT DISTINCT parent_id AS id FROM orders "
        "  WHERE parent_id IS NOT NULL AND created_at >= :since) "
        f"SELECT {_COLUMNS} FROM orders o WHERE {_EARLIER}",
        since=since,
    )
    (ends,) = await db.read("SELECT min(rowid) AS first, max(rowid) AS last FROM orders")
    for first in range(ends["first"] or 0, (ends["last"] or -1) + 1, AT_ONCE):
        found += await db.read(
            f"SELECT {_COLUMNS} FROM orders o "
            "WHERE o.rowid >= :first AND o.rowid < :beyond AND o.created_at >= :since",
            first=first,
            beyond=first + AT_ONCE,
            since=since,
        )
    return found


class Counts(NamedTuple):
    connected: int  # people with a key who have not blocked the bot
    new: int  # of them, within a week
    blocked: int
    parked: int  # keys that the panel rejects
    open: int  # orders that the panel has, or that are on their way
    uncertain: int
    notices: int  # still to be told
    replies: int  # Telegram would not take them yet


async def counts(db: Database, *, now: float) -> Counts:
    (row,) = await db.read(_COUNTS, week_ago=now - WEEK)
    return Counts(*(row[name] for name in Counts._fields))


_CONNECTED = (
    "SELECT count(*) FROM people p WHERE p.blocked_at IS NULL "
    "AND EXISTS (SELECT 1 FROM accounts a WHERE a.chat_id = p.chat_id AND a.replaced_at IS NULL)"
)
_COUNTS = (
    f"SELECT ({_CONNECTED}) AS connected, ({_CONNECTED} AND p.created_at >= :week_ago) AS new, "
    "(SELECT count(*) FROM people WHERE blocked_at IS NOT NULL) AS blocked, "
    "(SELECT count(*) FROM accounts WHERE parked_at IS NOT NULL AND replaced_at IS NULL) AS parked, "
    "(SELECT count(*) FROM orders WHERE state IN ('queued', 'placing', 'open')) AS open, "
    "(SELECT count(*) FROM orders WHERE state = 'uncertain') AS uncertain, "
    "(SELECT count(*) FROM outbox) AS notices, "
    "(SELECT count(*) FROM replies) AS replies"
)
