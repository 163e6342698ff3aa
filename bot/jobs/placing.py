"""Carries out confirmed orders, so that nobody waits behind one."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context
from typing import Any

import structlog
from structlog.contextvars import bind_contextvars, get_contextvars

from bot.core.ordering import Ordering, Uncertain
from bot.jobs.ending import end
from bot.panel.errors import PanelError
from storage.accounts import Account
from storage.orders import Order

log = structlog.get_logger()


class Placing:
    """`tell` shows the outcome at once; should it fail, the notices' queue does it later."""

    def __init__(self, ordering: Ordering, *, tell: Callable[[str], Awaitable[None]]) -> None:
        self._ordering = ordering
        self._tell = tell
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, account: Account, order: Order, *, first: Callable[[], Awaitable[None]]) -> None:
        """Send a begun order outside the turn it was confirmed in, after `first` was tried."""
        work = self._carry_out(account, order, first, known=get_contextvars())
        task = asyncio.create_task(work, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self, grace: float) -> None:
        """Give orders in flight so many seconds. Those still open are found at the next start."""
        await end(self._tasks, grace=grace)

    async def _carry_out(
        self, account: Account, order: Order, first: Callable[[], Awaitable[None]], *, known: dict[str, Any]
    ) -> None:
        """`known` is what the log says of the update that confirmed it."""
        bind_contextvars(**known)
        try:
            await first()
        except Exception:
            log.exception("what comes before an order failed")
        try:
            outcome = await self._ordering.carry_out(account, order)
            if isinstance(outcome, Uncertain):
                with suppress(PanelError):
                    await self._ordering.evidence(account, order, unseen=True)
            await self._tell(order.id)
        except Exception:
            # The row stays "placing" or its notice stays in the outbox: told later, never sent again.
            log.exception("order not carried through")
