"""What is erased by itself, and when. /privacy tells these ages.

What may go is looked up aside and erased in small steps, so that no writer waits long behind one.
"""

import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from storage import accounts, following
from storage.broadcasts import DRAFT_SECONDS as ANNOUNCEMENT_SECONDS
from storage.database import Database, Transaction, transaction
from storage.inbox import REMEMBERED_SECONDS
from storage.masses import DRAFT_SECONDS

DAY = 86400.0
NOTICE_SECONDS = 30 * DAY  # of who blocked the bot: others get theirs, however long it did not run
DIALOG_SECONDS = 30 * DAY  # nobody went on with it
ORDER_SECONDS = 365 * DAY  # since its last change, once it has ended
GONE_SECONDS = 365 * DAY  # since the person blocked the bot, and without an order
REFUSED_SECONDS = 3600.0

AT_ONCE = 200  # rows in a transaction


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of `table` go that have been as `where` says for `seconds`. `key` names them."""

    table: str
    key: str
    where: str
    seconds: float = 0.0


_OF_NOBODY = "chat_id NOT IN (SELECT chat_id FROM people WHERE blocked_at IS NULL)"

RULES = (
    Rule("inbox", "update_id", "handled_at IS NOT NULL AND received_at < :before", REMEMBERED_SECONDS),
    Rule("outbox", "id", f"created_at < :before AND {_OF_NOBODY}", NOTICE_SECONDS),
    Rule("replies", "id", f"created_at < :before AND {_OF_NOBODY}", NOTICE_SECONDS),
    Rule("conversations", "chat_id", "changed_at < :before", DIALOG_SECONDS),
    Rule("masses", "id", "state = 'draft' AND created_at < :before", DRAFT_SECONDS),
    Rule("broadcasts", "id", "state = 'draft' AND created_at < :before", ANNOUNCEMENT_SECONDS),
    Rule("refused_keys", "refused_at", "refused_at <= :before", REFUSED_SECONDS),
    Rule(
        "accounts",
        "id",
        "(replaced_at IS NOT NULL AND encrypted_key IS NULL OR EXISTS ("
        "  SELECT 1 FROM people p WHERE p.chat_id = accounts.chat_id AND p.blocked_at < :before)) "
        "AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.account_id = accounts.id) "
        "AND NOT EXISTS (SELECT 1 FROM refills r WHERE r.account_id = accounts.id) "
        "AND NOT EXISTS (SELECT 1 FROM masses m WHERE m.account_id = accounts.id)",
        GONE_SECONDS,
    ),
    Rule(
        "people",
        "chat_id",
        "blocked_at < :before AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.chat_id = people.chat_id)",
        GONE_SECONDS,
    ),
    Rule(
        "languages",
        "chat_id",
        "chosen_at < :before AND chat_id NOT IN (SELECT chat_id FROM people)",
        GONE_SECONDS,
    ),
    Rule("favourites", "chat_id", "chat_id NOT IN (SELECT chat_id FROM people)"),
    Rule(
        "catalogs",
        "digest",
        "digest NOT IN (SELECT catalog_digest FROM accounts"
        "  WHERE catalog_digest IS NOT NULL AND encrypted_key IS NOT NULL)",
    ),
)
OTHERWISE = {
    "orders": "with what they made and their refills, see _orders",
    "refills": "with their orders",
    "recipients": "with their announcement, once it has ended",
    "allowed": "until an operator takes them off the list, or they are forgotten",
    "blocked": "until an operator lets them in again",
    "gate": "one row",
    "schema_version": "one row",
    "running": "one row",
    "probe": "empty but for moments",
}

_SETTLED = "state IN ('ended', 'rejected', 'dismissed') AND next_poll_at IS NULL AND changed_at < :before"
_FAMILIES = (
    "WITH RECURSIVE family (root, id) AS (SELECT value, value FROM json_each(:ids)"
    "  UNION SELECT f.root, o.id FROM orders o JOIN family f ON o.parent_id = f.id) "
)
# An order goes with all that it made: what the panel still names of it would be followed anew, as news.
_MAY_GO = (
    f"{_FAMILIES} SELECT DISTINCT id FROM family WHERE root NOT IN ("
    f"  SELECT f.root FROM family f JOIN orders o ON o.id = f.id WHERE NOT ({_SETTLED}) OR EXISTS ("
    "    SELECT 1 FROM refills r WHERE r.order_id = o.id AND r.state IN ('asking', 'open')))"
)


async def prune(db: Database, *, now: float) -> int:
    """Erase what is past its age, and give the room back; how many rows that were."""
    await accounts.drop_unneeded_keys(db)
    erased = await following.drop_unknown(db, now=now)
    erased += await _orders(db, now=now)
    for rule in RULES:
        erased += await _rows(db, rule, now=now)
    while await db.shrink():
        pass
    return erased


async def _rows(db: Database, rule: Rule, *, now: float) -> int:
    found = await db.read(
        f"SELECT DISTINCT {rule.key} AS key FROM {rule.table} WHERE {rule.where}", before=now - rule.seconds
    )

    async def erase(tx: Transaction, ids: str) -> int:
        return await tx.execute(
            f"DELETE FROM {rule.table} WHERE {rule.key} IN (SELECT value FROM json_each(:ids)) "
            f"AND {rule.where}",
            ids=ids,
            before=now - rule.seconds,
        )

    return await _in_steps(db, [row["key"] for row in found], erase)


async def _orders(db: Database, *, now: float) -> int:
    before = now - ORDER_SECONDS
    found = await db.read(f"SELECT id FROM orders WHERE parent_id IS NULL AND {_SETTLED}", before=before)

    async def erase(tx: Transaction, ids: str) -> int:
        going = json.dumps([row["id"] for row in await tx.fetch(_MAY_GO, ids=ids, before=before)])
        erased = 0
        for table, column in (("outbox", "order_id"), ("refills", "order_id"), ("orders", "id")):
            erased += await tx.execute(
                f"DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(:ids))", ids=going
            )
        return erased

    return await _in_steps(db, [row["id"] for row in found], erase)


async def _in_steps(
    db: Database, keys: list[Any], erase: Callable[[Transaction, str], Coroutine[Any, Any, int]]
) -> int:
    """`erase` sees for itself that what it is told of may still go."""
    step = transaction()(erase)
    return sum(
        [await step(db, json.dumps(keys[start : start + AT_ONCE])) for start in range(0, len(keys), AT_ONCE)]
    )
