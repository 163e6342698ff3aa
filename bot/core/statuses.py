"""Statuses on request, also of orders that were placed elsewhere; and following these."""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.accounts import Accounts
from bot.core.batches import Batch, in_halves
from bot.core.changes import MOST_CHILDREN, decide
from bot.panel.client import PanelClient
from bot.panel.errors import PanelError, PanelRefused
from bot.panel.models import OrderStatus, Unreadable
from storage import accounts, following, tracking
from storage.accounts import Account
from storage.database import Database
from storage.orders import Order
from storage.tracking import Followed, Look


@dataclass(frozen=True, slots=True)
class Answer:
    """What the panel says of an id right now; `found` is None when it says nothing of it.

    `order` is the order that is followed under this id already, as it was before. One of which only a
    refill was asked for is not followed.
    """

    id: str
    found: OrderStatus | Unreadable | None
    order: Order | None

    @property
    def can_be_followed(self) -> bool:
        return self.order is None and isinstance(self.found, OrderStatus) and not self.found.ended


@dataclass(frozen=True, slots=True)
class Following:
    """What came of a wish to follow orders; `new` are those that are followed from now on."""

    answers: Sequence[Answer]
    new: Sequence[Order]


class Statuses:
    def __init__(
        self,
        db: Database,
        accounts: Accounts,
        people: PanelClient,
        *,
        interval: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._db = db
        self._accounts = accounts
        self._people = people
        self._interval = interval
        self._clock = clock

    async def ask(self, account: Account, ids: Sequence[str]) -> list[Answer]:
        """Ask for up to `ids.MOST_IDS` orders, and keep what is new of those that are followed.

        What an older key of the chat placed is asked for with that one: a request for each key.
        Raises PanelError when the account's own key brings no answer.
        """
        known = await following.known(
            self._db, chat_id=account.chat_id, panel=account.panel, panel_order_ids=ids
        )
        keys = await accounts.with_key(self._db, chat_id=account.chat_id, panel=account.panel)
        batches = await asyncio.gather(
            *(self._batch(key, some, is_current=key.id == account.id)
              for key, some in _by_key(account, keys, ids, known))
        )  # fmt: skip
        found = {one: status for batch in batches for one, status in batch.items()}
        known = {
            one: order
            for one, order in known.items()
            if not (order.is_only_asked_about and order.account_id == account.id)
        }
        await self._keep(account.chat_id, found, known)
        return [Answer(one, found.get(one), known.get(one)) for one in ids]

    async def follow(self, account: Account, ids: Sequence[str]) -> Following:
        """Follow those that still run and are not followed yet, as they stand now. Raises as `ask` does."""
        answers = await self.ask(account, ids)
        now = self._clock()
        statuses = {a.id: a.found for a in answers if a.can_be_followed and isinstance(a.found, OrderStatus)}
        new = [self._order(account, one, status, now) for one, status in statuses.items()]
        children = {o.id: statuses[o.panel_order_id or ""].children[:MOST_CHILDREN] for o in new}
        added = await following.follow(self._db, new=new, children=children, now=now)
        followed = [replace(o, id=added[o.panel_order_id]) for o in new if o.panel_order_id in added]
        return Following(answers, followed)

    async def _batch(
        self, key: Account, ids: Sequence[str], *, is_current: bool
    ) -> Mapping[str, OrderStatus | Unreadable | None]:
        """An older key that brings no answer spoils nothing for the current one."""
        try:
            batch = await in_halves(
                ids,
                lambda some: self._accounts.asking(
                    key, lambda clear: self._people.order_statuses(clear, dict.fromkeys(some))
                ),
            )
        except PanelError as error:
            if is_current:
                raise
            words = error.words if isinstance(error, PanelRefused) else ""
            return dict.fromkeys(ids, Unreadable(words))
        return {**batch.found, **_refusals(batch)}

    async def _keep(
        self,
        chat_id: int,
        found: Mapping[str, OrderStatus | Unreadable | None],
        known: Mapping[str, Order],
    ) -> None:
        heard = {order.id: found.get(one) for one, order in known.items()}
        now = self._clock()

        def judge(order: Followed) -> Look | None:
            status = heard[order.id]
            if not isinstance(status, OrderStatus):
                return None
            return decide(order, status, now=now, interval=self._interval, scheduled=False)

        if heard:
            await tracking.store_seen(self._db, chat_id=chat_id, order_ids=list(heard), decide=judge, now=now)

    def _order(self, account: Account, panel_order_id: str, status: OrderStatus, now: float) -> Order:
        """What is known of an order that was placed elsewhere: its present status is no news."""
        return Order(
            id=secrets.token_hex(6),
            chat_id=account.chat_id,
            account_id=account.id,
            state="open",
            panel_order_id=panel_order_id,
            service_id="",
            service_name="",
            fields={},
            link="",
            quantity=None,
            price=status.charge,
            currency=account.currency,
            word=status.word,
            charge=status.charge,
            start_count=status.start_count,
            remains=status.remains,
            next_poll_at=now + self._interval,
            created_at=now,
            changed_at=now,
        )


def _by_key(
    current: Account, keys: Sequence[Account], ids: Sequence[str], known: Mapping[str, Order]
) -> Iterator[tuple[Account, list[str]]]:
    """The ids by the key that may know them."""
    older = {key.id: key for key in keys if key.id != current.id}
    for key in (current, *older.values()):
        some = [one for one in ids if _owner(known.get(one), older, current) == key.id]
        if some:
            yield key, some


def _owner(order: Order | None, older: Mapping[str, Account], current: Account) -> str:
    return order.account_id if order is not None and order.account_id in older else current.id


def _refusals(batch: Batch[OrderStatus | Unreadable | None]) -> dict[str, Unreadable]:
    """The panel's no to a whole request stands for each of its ids."""
    words = {one: refused.words for one, refused in batch.refused.items()}
    if batch.last is not None:
        words |= dict.fromkeys(batch.left, batch.last.words)
    return {one: Unreadable(said) for one, said in words.items()}
