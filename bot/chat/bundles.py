"""News that share a message: which of them are still worth a line, and what it says."""

from collections.abc import Sequence

import structlog
from markupsafe import Markup

from bot.chat.screens.bundles import line
from bot.core.slow import is_pending
from storage import orders
from storage.database import Database
from storage.outbox import Notice

# What cannot be put into words raises one of these, and will so later too.
UNSAYABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

log = structlog.get_logger()


async def with_lines(db: Database, news: Sequence[Notice], *, now: float) -> list[tuple[Notice, Markup]]:
    """Left out is what cannot be said, and an order called slow that goes on by now."""
    found: list[tuple[Notice, Markup]] = []
    for notice in news:
        try:
            said = line(notice, now=now)
        except UNSAYABLE:
            log.exception("notice given up", kind=notice.kind)
            continue
        if notice.kind != "slow" or await _is_still_slow(db, notice):
            found.append((notice, said))
    return found


async def _is_still_slow(db: Database, notice: Notice) -> bool:
    order = await orders.get(db, chat_id=notice.chat_id, order_id=notice.order_id or "")
    return order is not None and is_pending(order)
