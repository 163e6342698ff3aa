"""Looks at orders: one batch of a key's due ones, or a single one for its person."""

import random
import time
from collections.abc import Awaitable, Callable

from bot.core import schedule
from bot.core.accounts import Accounts
from bot.core.batches import Batch, in_halves
from bot.core.breaker import Breaker
from bot.core.changes import decide, unreadable
from bot.panel.client import PanelClient
from bot.panel.errors import BadKey, Meaning, PanelError
from bot.panel.models import OrderStatus, Unreadable
from storage import tracking, waiting
from storage.accounts import Account
from storage.database import Database
from storage.looks import Followed, Look
from storage.tracking import Claim

LEASE_SECONDS = 30.0  # longer than a look may take, its requests' wait for their turns apart
TOLD_AFTER = 3  # failures in a row: a panel that is back within seconds is no news
_MISSING = Unreadable("")


class Tracking:
    """`machines` polls, `people` answers a person: each has connections of its own. `lease` is for how many
    seconds a key is nobody else's while a look at it lasts.

    Whoever placed an order just now, and whose panel does not answer, is told so once; see storage.waiting.
    """

    def __init__(
        self,
        db: Database,
        accounts: Accounts,
        *,
        machines: PanelClient,
        people: PanelClient,
        interval: float,
        lease: float = LEASE_SECONDS,
        breaker: Breaker | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._db = db
        self._accounts = accounts
        self._machines = machines
        self._people = people
        self._interval = interval
        self._lease = lease
        self._breaker = breaker or Breaker(interval=interval, clock=clock)
        self._clock = clock

    async def claim(self, *, failing: bool = True) -> Claim | None:
        return await tracking.claim_due(
            self._db,
            panel=self._accounts.panel,
            now=self._clock(),
            lease=self._lease,
            interval=self._interval,
            failing=failing,
        )

    async def look(self, claim: Claim) -> bool:
        """Ask for the statuses of a claim and store what changed; True when something is to be told."""
        began = self._clock()
        try:
            batch = await self._statuses(claim)
        except BadKey:
            await self._put_back(claim, None)
            await self._accounts.park(claim.account, tell=True)
            return True
        except PanelError as error:
            failures = await self._put_back(claim, error, took=self._clock() - began)
            return error.is_away and await self._tell_waiting(claim, failures)
        if claim.account.away_told_at is not None:
            await waiting.over(self._db, claim.account)
        now, statuses, left = self._clock(), batch.found, set(batch.left)

        def judge(order: Followed) -> Look | None:
            status = statuses.get(order.panel_order_id)
            if isinstance(status, OrderStatus):
                return decide(order, status, now=now, interval=self._interval)
            return unreadable(order, now=now, interval=self._interval)

        open_questions = [
            order.id
            for order in claim.orders
            if order.panel_order_id not in left and statuses.get(order.panel_order_id, _MISSING) is not None
        ]
        told = await tracking.store(self._db, claim=claim, order_ids=open_questions, decide=judge, now=now)
        if left:
            again = [order for order in claim.orders if order.panel_order_id in left]
            until = now + self._interval / 2
            await tracking.put_back(self._db, claim=claim, orders=again, until=until, failures=0)
        return told

    async def refresh(self, account: Account, *, order_id: str, panel_order_id: str) -> None:
        """Look at an order right now, for its person. Raises PanelError."""
        try:
            asked, status = await self._accounts.asking_about(
                account, lambda key: self._people.order_status(key, panel_order_id)
            )
        except PanelError as error:
            if error.is_away:
                await self._note_told(account)
            raise
        await self._accounts.take_over(asked, [order_id])
        now = self._clock()
        await tracking.store_one(
            self._db,
            chat_id=account.chat_id,
            order_id=order_id,
            decide=lambda order: decide(order, status, now=now, interval=self._interval, scheduled=False),
            now=now,
        )

    async def _statuses(self, claim: Claim) -> Batch[OrderStatus | Unreadable | None]:
        """What the panel says. Raises PanelError, also when it refuses them all for another reason than
        that it does not know them."""
        key = self._accounts.key(claim.account)
        said = {order.panel_order_id: order.said for order in claim.orders}
        batch = await in_halves(
            list(said), lambda ids: self._machines.order_statuses(key, {one: said[one] for one in ids})
        )
        unknown = all(no.meaning is Meaning.UNKNOWN_ORDER for no in batch.refused.values())
        return batch if unknown and not batch.left else batch.any_found()

    async def _put_back(self, claim: Claim, error: PanelError | None, *, took: float = 0.0) -> int:
        """Returns how often the key failed in a row."""
        failures, rest = after_failure(claim.failures, error, interval=self._interval, took=took)
        until = self._clock() + rest
        await tracking.put_back(self._db, claim=claim, orders=claim.orders, until=until, failures=failures)
        return failures

    async def _tell_waiting(self, claim: Claim, failures: int) -> bool:
        """True when anybody is to be told: this key's person, or all once the panel serves nobody."""
        account_id = claim.account.id if self._breaker.rounds < TOLD_AFTER else None
        if account_id is not None and failures < TOLD_AFTER:
            return False
        return await self._waiting(account_id, waiting.tell)

    async def _note_told(self, account: Account) -> None:
        """They have just seen on their screen that the panel does not answer."""
        await self._waiting(account.id, waiting.told)

    async def _waiting(self, account_id: str | None, note: Callable[..., Awaitable[None]]) -> bool:
        panel, now = self._accounts.panel, self._clock()
        waits = await waiting.who(self._db, panel=panel, account_id=account_id, now=now)
        if waits:
            await note(self._db, waits, now=now)
        return bool(waits)


def after_failure(
    failures: int, error: PanelError | None, *, interval: float, took: float = 0.0
) -> tuple[int, float]:
    """How often a key failed in a row by now, and for how many seconds it is left alone.

    That is no less than its call `took`, so a key that hangs does not hold a worker all the time.
    """
    rest = schedule.rest(
        failures + 1,
        interval=interval,
        retry_after=error.retry_after if error else None,
        chance=random.random(),  # noqa: S311 - spreads load
    )
    return failures + 1, max(rest, took)
