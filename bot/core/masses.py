"""Mass orders: checked as a whole, confirmed as a whole, sent one line after the other, each once at most.

    check ──► draft (a row) ──► confirm: all good lines become orders, in one durable transaction
                                   │
                                   └► rounds: claim some lines (durable) ──► one POST each ──► settle
                                      until none is left, or the panel's answers say to stop

A line is claimed before it is sent and never put back, so nothing is sent twice: what a run that ended
had claimed is uncertain, what it had not is sent by the next one. A line that hears "not now" is rejected
with these words; the ones behind it wait until the panel takes orders again.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

import structlog

from bot.core import forms
from bot.core.accounts import Accounts
from bot.core.links import foreign
from bot.core.mass_lines import Bad, Good, Line, Verdict, alike, judge
from bot.core.mass_pace import Pace, Stop
from bot.core.ordering import Ordering, Outcome
from bot.panel.errors import BadKey, PanelError
from bot.panel.models import Service
from storage import masses
from storage.accounts import Account
from storage.database import Database
from storage.masses import Mass, Shown
from storage.orders import Order

STORE_SECONDS = 5.0  # between tries to store that it has ended

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a dry run found. `balance` is None when the panel does not tell it.

    `busy` are lines whose link has an open order already, `alike` those that an earlier line says too,
    `foreign` those whose link belongs to another network than the service.
    """

    mass_id: str
    account_id: str
    verdicts: Sequence[Verdict]
    currency: str
    balance: Decimal | None
    busy: Sequence[int]
    alike: Sequence[int]
    foreign: Sequence[int]

    @property
    def good(self) -> list[Good]:
        return [one for one in self.verdicts if isinstance(one, Good)]

    @property
    def bad(self) -> list[Bad]:
        return [one for one in self.verdicts if isinstance(one, Bad)]

    @property
    def total(self) -> Decimal:
        return sum((one.price for one in self.good if one.price is not None), Decimal())


@dataclass(frozen=True, slots=True)
class Progress:
    """How many lines are in each state, and whether it rests until the panel takes orders again."""

    states: Mapping[str, int]
    rests: bool


async def sleep(seconds: float, stopping: asyncio.Event) -> None:
    """Ends early when `stopping` is set."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()


class Masses:
    def __init__(
        self,
        db: Database,
        accounts: Accounts,
        ordering: Ordering,
        *,
        process: str,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float, asyncio.Event], Awaitable[None]] = sleep,
    ) -> None:
        self._db = db
        self._accounts = accounts
        self.panel = accounts.panel
        self._ordering = ordering
        self._process = process
        self._clock = clock
        self._sleep = sleep
        self._resting: set[str] = set()  # mass orders

    async def check(self, account: Account, services: Mapping[str, Service], lines: Sequence[Line]) -> Plan:
        """The dry run, kept as the chat's draft when any line is good. Raises BadKey."""
        verdicts = judge(lines, services)
        good = [one for one in verdicts if isinstance(one, Good)]
        try:
            balance = await self._accounts.balance(account)
            amount, currency = balance.amount, balance.currency
        except BadKey:
            raise
        except PanelError:
            amount, currency = None, ""
        taken = await masses.open_links(self._db, chat_id=account.chat_id)
        plan = Plan(
            mass_id=secrets.token_hex(6),
            account_id=account.id,
            verdicts=verdicts,
            currency=currency or account.currency,
            balance=amount,
            busy=[one.line.number for one in good if one.answers["link"] in taken],
            alike=alike(good),
            foreign=[one.line.number for one in good if foreign(one.answers["link"], one.service)],
        )
        await self._keep(account, plan)
        return plan

    async def _keep(self, account: Account, plan: Plan) -> None:
        if not plan.good:
            await masses.drop_draft(self._db, chat_id=account.chat_id)
            return
        draft = Mass(
            id=plan.mass_id,
            chat_id=account.chat_id,
            account_id=account.id,
            state="draft",
            lines=_shown(plan.verdicts),
            message_id=None,
            created_at=self._clock(),
        )
        await masses.put_draft(self._db, draft)

    async def confirm(
        self, account: Account, services: Mapping[str, Service], draft: Mass, *, message_id: int
    ) -> bool | None:
        """Make the good lines orders that wait to be sent. False when this draft was confirmed before.

        None when it would not be what was shown: the panel changed its list, or the key is another one.
        """
        verdicts = judge(lines_of(draft), services)
        if account.id != draft.account_id or _shown(verdicts) != list(draft.lines):
            return None
        now = self._clock()
        good = [one for one in verdicts if isinstance(one, Good)]
        return await masses.confirm(
            self._db,
            chat_id=account.chat_id,
            mass_id=draft.id,
            lines=[_order(account, draft.id, one, now) for one in good],
            message_id=message_id,
            process=self._process,
        )

    async def carry_out(self, mass: Mass, stopping: asyncio.Event) -> bool:
        """Send what waits, round by round. True when the mass order has ended, with its notice.

        `stopping` leaves the rest to the next run.
        """
        stopped: Stop | None = None
        pace = Pace(now=self._clock())
        while stopped is None and not stopping.is_set():
            account = await masses.account_of(self._db, mass)
            if account is None or account.parked_at is not None:
                stopped = Stop.BAD_KEY
                break
            outcomes = await self._round(account, mass, pace.at_once)
            if not outcomes:
                break
            rest = pace.after(outcomes, now=self._clock())
            if isinstance(rest, Stop):
                stopped = rest
            elif pace.is_well:
                await self._sleep(rest, stopping)
            else:
                await self._rest(mass, rest, stopping)
        if stopped is None and stopping.is_set():
            return False
        return await self._end(mass, stopped, stopping)

    async def progress(self, mass_id: str) -> Progress:
        return Progress(await masses.states(self._db, mass_id=mass_id), mass_id in self._resting)

    async def _rest(self, mass: Mass, seconds: float, stopping: asyncio.Event) -> None:
        self._resting.add(mass.id)
        try:
            await self._sleep(seconds, stopping)
        finally:
            self._resting.discard(mass.id)

    async def _end(self, mass: Mass, stopped: Stop | None, stopping: asyncio.Event) -> bool:
        """Tried until it is stored: whoever forgets why it stopped goes on sending."""
        while True:
            try:
                return await masses.end(self._db, mass=mass, stopped=stopped, now=self._clock())
            except Exception:
                log.exception("the end of a mass order could not be stored; trying again")
            if stopping.is_set():
                return False
            await self._sleep(STORE_SECONDS, stopping)

    async def _round(self, account: Account, mass: Mass, limit: int) -> Sequence[Outcome | None]:
        """Claim so many lines and send each of them once."""
        lines = await masses.claim_lines(
            self._db, mass_id=mass.id, limit=limit, process=self._process, now=self._clock()
        )
        return await asyncio.gather(*(self._send(account, line) for line in lines))

    async def _send(self, account: Account, line: Order) -> Outcome | None:
        try:
            return await self._ordering.carry_out(account, line)
        except Exception:
            log.exception("a line of a mass order was not carried through")
            return None


def lines_of(mass: Mass) -> list[Line]:
    return [Line(one.number, one.text) for one in mass.lines]


def _shown(verdicts: Sequence[Verdict]) -> list[Shown]:
    return [
        Shown(one.line.number, one.line.text, True, one.price)
        if isinstance(one, Good)
        else Shown(one.line.number, one.line.text, False, None)
        for one in verdicts
    ]


def _order(account: Account, mass_id: str, one: Good, now: float) -> Order:
    """Its id follows from the mass order's and the line's number, so it is made once at most."""
    return Order(
        id=f"{mass_id}-{one.line.number:07}",
        chat_id=account.chat_id,
        account_id=account.id,
        mass_id=mass_id,
        mass_line=one.line.number,
        state="queued",
        message_id=None,
        service_id=one.service.id,
        service_name=one.service.name,
        fields=dict(one.answers),
        link=one.answers["link"],
        quantity=forms.quantity(one.service, one.answers),
        price=one.price,
        currency=account.currency,
        created_at=now,
        changed_at=now,
    )
