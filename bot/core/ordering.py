"""Places an order at most once, whatever fails.

    confirm ──► begin (durable row, state "placing") ──► carry_out: one POST ──► settle (durable)
                    │ the draft was confirmed before: nothing happens
                    └ this run ends in between: the next one finds the row and calls it uncertain

Between `begin` and `settle` nothing is ever repeated. The database's unique order id, which is the
draft's, is what makes a second tap, a redelivered update and a second process harmless.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import assert_never

import structlog

from bot.core import forms
from bot.core.accounts import Accounts, KeyUnreadable
from bot.core.drafts import Draft, Offer
from bot.core.price import price
from bot.core.settling import surely
from bot.panel.client import PanelClient
from bot.panel.errors import BadKey, Meaning, NotSent, PanelBusy, PanelError, PanelRefused
from bot.panel.models import Balance, Service
from bot.panel.refusals import meaning_of
from storage import orders
from storage.accounts import Account
from storage.database import Database
from storage.orders import Order

log = structlog.get_logger()

Hear = Callable[[str], None]

TELL_SECONDS = 45.0  # the placing task tells the outcome itself; after that the notices' queue does


@dataclass(frozen=True, slots=True)
class Placed:
    """The panel took the order under this id."""

    order_id: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """There is no order. `words` are the panel's own, None when it could not be reached at all."""

    words: str | None


@dataclass(frozen=True, slots=True)
class NotNow:
    """There is no order, since the panel takes none for the moment: it said so itself, readably.

    Settled as rejected; a mass order lets its further lines wait.
    """

    words: str
    retry_after: float | None = None  # seconds, as the panel says


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The order may exist and be charged. Never sent again by machine."""


Outcome = Placed | Rejected | NotNow | Uncertain
_NAMES = {Placed: "placed", Rejected: "rejected", NotNow: "not now", Uncertain: "uncertain"}


async def place(panel: PanelClient, key: str, service: str, fields: Mapping[str, str]) -> Outcome:
    """Send the order, once."""
    try:
        return Placed(await panel.add(key, service, fields))
    except NotSent:
        return Rejected(None)
    except PanelRefused as refused:
        return _read(refused)
    except PanelError:
        return Uncertain()
    except Exception:
        log.exception("an order's request failed in a way nobody foresaw")
        return Uncertain()


def _read(refused: PanelRefused) -> Outcome:
    if not refused.is_sure:
        return Uncertain()
    if isinstance(refused, PanelBusy):
        return NotNow(refused.words, refused.retry_after)
    return Rejected(refused.words)


class Ordering:
    def __init__(
        self,
        db: Database,
        accounts: Accounts,
        panel: PanelClient,
        *,
        process: str,
        interval: float,
        hear: Hear = lambda _: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`hear` is told the name of each order's outcome."""
        self._db = db
        self._hear = hear
        self._accounts = accounts
        self._panel = panel
        self._process = process
        self._interval = interval
        self._clock = clock

    async def offer(self, account: Account, service: Service, draft: Draft) -> Offer:
        """What the order costs, and the balance to pay it from: None when the panel does not tell it."""
        try:
            balance: Balance | None = await self._accounts.balance(account)
        except BadKey:
            raise
        except PanelError:
            balance = None
        return Offer(
            account_id=account.id,
            rate=service.rate,
            min=service.min,
            max=service.max,
            price=price(service, draft.answers),
            currency=(balance.currency if balance else "") or account.currency,
            balance=balance.amount if balance else None,
        )

    async def same_order_open(self, chat_id: int, draft: Draft) -> bool:
        link = forms.target(draft.answers)
        return bool(
            await orders.open_on_link(self._db, chat_id=chat_id, service_id=draft.service_id, link=link)
        )

    async def begin(
        self, account: Account, service: Service, draft: Draft, *, message_id: int | None
    ) -> Order | None:
        """Write down the confirmed intent. None when this draft was confirmed before."""
        offer = draft.offer
        if offer is None:
            raise ValueError("a draft is confirmed only after its price was shown")
        now = self._clock()
        order = Order(
            id=draft.id,
            chat_id=account.chat_id,
            account_id=account.id,
            state="placing",
            message_id=message_id,
            service_id=service.id,
            service_name=service.name,
            fields=forms.sent(service, draft),
            link=forms.target(draft.answers),
            quantity=forms.quantity(service, draft.answers),
            price=offer.price,
            currency=offer.currency,
            balance_before=offer.balance,
            created_at=now,
            changed_at=now,
        )
        return order if await orders.begin(self._db, order, process=self._process) else None

    async def carry_out(self, account: Account, order: Order) -> Outcome:
        """Send a begun order, once, and store how it went together with the notice that tells it."""
        began = time.monotonic()
        try:
            key = self._accounts.key(account)
        except KeyUnreadable:
            outcome: Outcome = Rejected(None)
        else:
            outcome = await place(self._panel, key, order.service_id, order.fields)
        await surely(lambda: self._settle(order, outcome))
        self._report(order, outcome, time.monotonic() - began)
        if isinstance(outcome, Rejected) and meaning_of(outcome.words or "") is Meaning.BAD_KEY:
            await self._accounts.park(account, tell=False)
        return outcome

    def _report(self, order: Order, outcome: Outcome, seconds: float) -> None:
        name = _NAMES[type(outcome)]
        self._hear(name)
        log.info(
            "order settled",
            chat_id=order.chat_id,
            outcome=name,
            service=order.service_id,
            seconds=round(seconds, 3),
        )

    async def _settle(self, order: Order, outcome: Outcome) -> None:
        now = self._clock()
        settle = partial(orders.settle, self._db, order_id=order.id, now=now, tell_at=now + TELL_SECONDS)
        match outcome:
            case Placed(order_id):
                look_at = now + self._interval
                await settle(state="open", panel_order_id=order_id, next_poll_at=look_at)
            case Rejected(words) | NotNow(words):
                await settle(state="rejected", reason=words)
            case Uncertain():
                await settle(state="uncertain")
            case other:
                assert_never(other)

    async def adopt(self, account: Account, order: Order, panel_order_id: str) -> bool:
        """Follow an uncertain order under the id its person found, once the panel knows that id.

        False when it is not uncertain any more. Raises PanelError.
        """
        asked, _ = await self._accounts.asking_about(
            account, lambda key: self._panel.order_status(key, panel_order_id)
        )
        now = self._clock()
        adopted = await orders.adopt(
            self._db,
            chat_id=order.chat_id,
            order_id=order.id,
            panel_order_id=panel_order_id,
            now=now,
            next_poll_at=now,
        )
        await self._accounts.take_over(asked, [order.id])
        return adopted

    async def evidence(self, account: Account, order: Order, *, unseen: bool = False) -> Decimal:
        """The balance now, kept with the order to compare. Raises PanelError; `unseen` as in `asking`."""
        balance = await self._accounts.balance(account, unseen=unseen)
        await orders.note_balance_after(self._db, order_id=order.id, balance=balance.amount)
        return balance.amount
