"""All orders of a person, as they are exported."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from storage.database import Database, Row


class Line(NamedTuple):
    id: str
    parent_id: str | None
    parent: str | None  # its id at the panel
    panel_order_id: str | None
    created_at: float
    service_id: str
    service_name: str
    link: str
    quantity: int | None
    state: str
    word: str | None
    price: str | None
    charge: str | None
    currency: str
    start_count: int | None
    remains: int | None
    only_asked: bool = False  # placed elsewhere at an unknown time, and here only to be refilled


_OWN = ", ".join(f"o.{name}" for name in Line._fields if name not in {"parent", "only_asked"})
_ONLY_ASKED = (
    "o.service_id = '' AND o.parent_id IS NULL AND o.price IS NULL AND o.state = 'ended' "
    "AND EXISTS (SELECT 1 FROM refills r WHERE r.order_id = o.id)"
)


async def rows(db: Database, *, chat_id: int) -> list[Row]:
    """The oldest first. There may be many: `lines` reads them, best outside of the event loop."""
    return await db.read(
        f"SELECT p.panel_order_id AS parent, {_OWN}, {_ONLY_ASKED} AS only_asked "
        "FROM orders o LEFT JOIN orders p ON p.id = o.parent_id "
        "WHERE o.chat_id = :chat_id ORDER BY o.created_at, o.panel_order_id, o.id",
        chat_id=chat_id,
    )


def lines(found: Iterable[Row]) -> Iterator[Line]:
    return (Line(*(row[name] for name in Line._fields)) for row in found)
