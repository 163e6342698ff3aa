"""Orders that nobody looks at since their key is rejected or gone: tried once with the chat's other key.

Whoever makes a new key at the panel keeps their orders there: the new key knows them. Those it knows move to
it, and the next look tells what changed meanwhile. Tried is when a chat's keys change, and at the start.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.core.accounts import Accounts
from bot.core.batches import in_halves
from bot.panel.client import PanelClient
from bot.panel.errors import BadKey, PanelError
from bot.panel.models import OrderStatus, Unreadable
from storage import moving
from storage.accounts import Account
from storage.database import Database
from storage.tracking import LARGEST_BATCH


@dataclass(frozen=True, slots=True)
class Attempt:
    """`orders` are ours by the panel's ids."""

    account: Account
    orders: Mapping[str, str]
    failures: int = 1


class Stranded:
    def __init__(
        self,
        db: Database,
        accounts: Accounts,
        machines: PanelClient,
        *,
        interval: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._db = db
        self._accounts = accounts
        self._machines = machines
        self._interval = interval
        self._clock = clock
        self._due: dict[int, float] | None = None  # when to try, by chat; None at the start

    async def claim(self, *, failing: bool = True) -> Attempt | None:
        """Nobody's news waits for these: they count among the `failing` and take no worker from others."""
        if not failing:
            return None
        now = self._clock()
        due = await self._waiting(now)
        for chat_id in [chat_id for chat_id, at in due.items() if at <= now]:
            if due.pop(chat_id, None) is None:
                continue  # somebody else took it meanwhile
            account = await self._accounts.current(chat_id)
            if account is not None and (orders := await moving.stranded(self._db, account)):
                return Attempt(account, orders)
        return None

    async def look(self, claim: Attempt) -> bool:
        """Ask for all of them, and move those that the panel knows; True when something is to be told."""
        ids = list(claim.orders)
        try:
            for start in range(0, len(ids), LARGEST_BATCH):
                await self._try(claim, ids[start : start + LARGEST_BATCH])
        except BadKey:
            return True
        except PanelError as error:
            pause = max(self._interval, error.retry_after or 0.0)
            (await self._waiting(self._clock()))[claim.account.chat_id] = self._clock() + pause
        return False

    async def _waiting(self, now: float) -> dict[int, float]:
        if self._due is None:
            chats = await moving.stranded_chats(self._db, panel=self._accounts.panel)
            self._due = dict.fromkeys(chats, now)
        while self._accounts.changed:
            self._due[self._accounts.changed.pop()] = now
        return self._due

    async def _try(self, claim: Attempt, ids: Sequence[str]) -> None:
        async def ask(some: Sequence[str]) -> Mapping[str, OrderStatus | Unreadable | None]:
            return await self._accounts.asking(
                claim.account,
                lambda key: self._machines.order_statuses(key, dict.fromkeys(some)),
                unseen=True,
            )

        found = (await in_halves(ids, ask)).found
        known = [claim.orders[one] for one, status in found.items() if isinstance(status, OrderStatus)]
        await self._accounts.take_over(claim.account, known)
