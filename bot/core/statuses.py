"""Statuses on request, also of orders that were placed elsewhere; and following these."""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.accounts import Accounts, asker
from bot.core.batches import Batch, in_halves
from bot.core.changes import decide
from bot.panel.client import PanelClient
from bot.panel.errors import BadKey, PanelError, PanelRefused
from bot.panel.models import OrderStatus, Unreadable
from storage import following, tracking
from storage.accounts import Account
from storage.database import Database
from storage.looks import MOST_CHILDREN, Followed, Look
from storage.orders import Order


@dataclass(frozen=True, slots=True)
class Finding:
    """What the panel says of an id right now; `found` is None when it says nothing of it.

    `order` is the order that is followed under this id already, as it was before. One of which only a
    refill was asked for is not followed. `asked` is the account whose key asked.
    """

    id: str
    found: OrderStatus | Unreadable | None
    order: Order | None
    asked: Account

    @property
    def can_be_followed(self) -> bool:
        return self.order is None and isinstance(self.found, OrderStatus) and not self.found.ended


@dataclass(frozen=True, slots=True)
class Following:
    """What came of a wish to follow orders; `new` are those that are followed from now on."""

    findings: Sequence[Finding]
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

    async def ask(self, account: Account, ids: Sequence[str]) -> list[Finding]:
        """Ask for up to `ids.MOST_IDS` orders, and keep what is new of those that are followed.

        A request for each key. What an older one is rejected for is asked for with the account's own.
        Raises PanelError when that brings no answer.
        """
        known = await following.known(
            self._db, chat_id=account.chat_id, panel=account.panel, panel_order_ids=ids
        )
        groups = _by_key(ids, known, await self._accounts.kept(account.chat_id))
        heard = await asyncio.gather(
            *(self._batch(key, some, is_current=key.id == account.id) for key, some in groups.items())
        )
        rejected = [one for one in ids if not any(one in batch for batch in heard)]
        if rejected:
            heard.append(await self._batch(account, rejected, is_current=True))
        found = {one: finding for batch in heard for one, finding in batch.items()}
        known = {
            one: order
            for one, order in known.items()
            if not (order.is_only_asked_about and order.account_id == account.id)
        }
        findings = [Finding(one, found[one][1], known.get(one), found[one][0]) for one in ids]
        await self._keep(account.chat_id, findings)
        return findings

    async def follow(self, account: Account, ids: Sequence[str]) -> Following:
        """Follow those that still run and are not followed yet, as they stand now. Raises as `ask` does."""
        findings = await self.ask(account, ids)
        now = self._clock()
        statuses = {f.id: f.found for f in findings if f.can_be_followed and isinstance(f.found, OrderStatus)}
        new = [self._order(account, one, status, now) for one, status in statuses.items()]
        children = {o.id: statuses[o.panel_order_id or ""].children[:MOST_CHILDREN] for o in new}
        added = await following.follow(self._db, new=new, children=children, now=now)
        followed = [replace(o, id=added[o.panel_order_id]) for o in new if o.panel_order_id in added]
        return Following(findings, followed)

    async def _batch(
        self, key: Account, ids: Sequence[str], *, is_current: bool
    ) -> Mapping[str, tuple[Account, OrderStatus | Unreadable | None]]:
        """An older key that brings no answer spoils nothing for the current one.

        Of ids for which an older key is rejected nothing is returned.
        """
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
            if isinstance(error, BadKey):
                return {}
            words = error.words if isinstance(error, PanelRefused) else ""
            return dict.fromkeys(ids, (key, Unreadable(words)))
        found = {**batch.found, **_refusals(batch)}
        return {one: (key, found.get(one)) for one in ids}

    async def _keep(self, chat_id: int, findings: Sequence[Finding]) -> None:
        """Of orders that are known here: what is new, and which key the panel knows them by."""
        heard: dict[str, OrderStatus] = {}
        moving: dict[Account, list[str]] = {}
        for finding in findings:
            if finding.order is None or not isinstance(finding.found, OrderStatus):
                continue
            heard[finding.order.id] = finding.found
            if finding.order.account_id != finding.asked.id:
                moving.setdefault(finding.asked, []).append(finding.order.id)
        for account, order_ids in moving.items():
            await self._accounts.take_over(account, order_ids)
        now = self._clock()

        def judge(order: Followed) -> Look | None:
            return decide(order, heard[order.id], now=now, interval=self._interval, scheduled=False)

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
    ids: Sequence[str], known: Mapping[str, Order], kept: Sequence[Account]
) -> dict[Account, list[str]]:
    groups: dict[Account, list[str]] = {}
    for one in ids:
        order = known.get(one)
        account = asker(order.account_id if order else None, kept)
        if account is not None:
            groups.setdefault(account, []).append(one)
    return groups


def _refusals(batch: Batch[OrderStatus | Unreadable | None]) -> dict[str, Unreadable]:
    """The panel's no to a whole request stands for each of its ids."""
    words = {one: refused.words for one, refused in batch.refused.items()}
    if batch.last is not None:
        words |= dict.fromkeys(batch.left, batch.last.words)
    return {one: Unreadable(said) for one, said in words.items()}
