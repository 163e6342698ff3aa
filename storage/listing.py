"""A person's orders as they page through them: by how they stand, by id or link; runs and posts apart."""

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from storage.database import Database
from storage.orders import COLUMNS, OPEN_STATES, Order, order


class Shelf(StrEnum):
    """Which orders are listed. Runs and posts stand on their own only where they are being refilled."""

    ALL = ""
    OPEN = "open"
    ENDED = "ended"
    REFILLING = "refilling"
    UNCERTAIN = "uncertain"


_ON = {
    Shelf.ALL: "parent_id IS NULL",
    Shelf.OPEN: f"parent_id IS NULL AND state IN {OPEN_STATES}",
    Shelf.ENDED: f"parent_id IS NULL AND state NOT IN {OPEN_STATES}",
    Shelf.REFILLING: (
        "EXISTS (SELECT 1 FROM refills r WHERE r.order_id = orders.id AND r.state IN ('asking', 'open'))"
    ),
    Shelf.UNCERTAIN: "state = 'uncertain'",
}
# Of orders that other orders made an id is enough to be found, but their link is their parent's.
_FITS = "(panel_order_id = :words OR (parent_id IS NULL AND instr(lower(link), lower(:words)) > 0))"


async def page(db: Database, *, chat_id: int, shelf: Shelf, offset: int, limit: int) -> list[Order]:
    """Newest first."""
    return await _page(db, _ON[shelf], chat_id=chat_id, offset=offset, limit=limit)


async def search(db: Database, *, chat_id: int, words: str, offset: int, limit: int) -> list[Order]:
    """Those with just this id at the panel, or this in their link, whatever the case. Newest first."""
    return await _page(db, _FITS, chat_id=chat_id, words=words, offset=offset, limit=limit)


async def children(db: Database, *, chat_id: int, order_id: str, offset: int, limit: int) -> list[Order]:
    """What an order made, newest first."""
    where = "parent_id = :parent_id"
    return await _page(db, where, chat_id=chat_id, parent_id=order_id, offset=offset, limit=limit)


async def count_children(db: Database, *, chat_id: int, order_ids: Sequence[str]) -> dict[str, int]:
    """By order; those without any are missing."""
    rows = await db.read(
        "SELECT parent_id, count(*) AS n FROM orders WHERE chat_id = :chat_id "
        "AND parent_id IN (SELECT value FROM json_each(:ids)) GROUP BY parent_id",
        chat_id=chat_id,
        ids=json.dumps(order_ids),
    )
    return {row["parent_id"]: row["n"] for row in rows}


async def count_uncertain(db: Database, *, chat_id: int) -> int:
    rows = await db.read(
        "SELECT count(*) AS n FROM orders WHERE chat_id = :chat_id AND state = 'uncertain'", chat_id=chat_id
    )
    return int(rows[0]["n"])


async def _page(db: Database, where: str, **values: Any) -> list[Order]:
    rows = await db.read(
        f"SELECT {COLUMNS} FROM orders WHERE chat_id = :chat_id AND {where} "
        "ORDER BY created_at DESC, panel_order_id DESC, id LIMIT :limit OFFSET :offset",
        **values,
    )
    return [order(row) for row in rows]
