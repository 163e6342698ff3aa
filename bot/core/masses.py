"""Mass orders: checked as a whole, confirmed as a whole, sent one line after the other, each once at most.

    check ──► draft (a row) ──► confirm: all good lines become orders, in one durable transaction
                                   │
                                   └► rounds: claim some lines (durable) ──► one POST each ──► settle
                                      until none is left, or the panel's answers say to stop

A line is claimed before it is sent and never put back, so nothing is sent twice: what a run that ended
had claimed is uncertain, what it had not is sent by the next one.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import structlog

from bot.core import forms
from bot.core.accounts import Accounts
from bot.core.links import foreign
from bot.core.mass_lines import Bad, Good, Line, Verdict, alike, judge
from bot.core.ordering import Ordering, Outcome, Placed, Rejected
from bot.panel.errors import BadKey, Meaning, PanelError
from bot.panel.models import Service
from bot.panel.refusals import meaning_of
from storage import masses
from storage.accounts import Account
from storage.database import Database
from storage.masses import Mass, Shown
from storage.orders import Order

AT_ONCE = 3  # orders of one key on their way
PAUSES = (5.0, 20.0)  # seconds after rounds in a row that the panel did not answer properly; then we stop

log = structlog.get_logger()


class Stop(StrEnum):
    """Why the rest of a mass order is not sent."""

    FUNDS = "funds"
    BAD_KEY = "bad key"
    BUSY = "busy"
    NO_ANSWER = "no answer"


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


def trouble(outcomes: Sequence[Outcome | None]) -> Stop | None:
    """What a round's answers say against going on: for good, or when rounds in a row say it.

    None among the outcomes is one that could not be stored.
    """
    meanings = {meaning_of(one.words) for one in outcomes if isinstance(one, Rejected) and one.words}
    if Meaning.BAD_KEY in meanings:
        return Stop.BAD_KEY
    if Meaning.FUNDS in meanings:
        return Stop.FUNDS
    if Meaning.BUSY in meanings:
        return Stop.BUSY
    answered = any(isinstance(one, Placed) or (isinstance(one, Rejected) and one.words) for one in outcomes)
    return None if answered else Stop.NO_ANSWER


class Masses:
    def __init__(
        self,
        db: Database,
        accounts: Accounts,
        ordering: Ordering,
        *,
        process: str,
        clock: Callable[[], float] = time.time,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._db = db
        self._accounts = accounts
        self.panel = accounts.panel
        self._ordering = ordering
        self._process = process
        self._clock = clock
        self._pauses = pauses

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
        account = await masses.account_of(self._db, mass)
        stopped = Stop.BAD_KEY if account is None or account.parked_at is not None else None
        failed = 0
        at_once = 1  # a rejected key or an empty balance shows at the first line
        while account is not None and stopped is None and not stopping.is_set():
            outcomes = await self._round(account, mass, at_once)
            if not outcomes:
                break
            found = trouble(outcomes)
            if found in {Stop.BAD_KEY, Stop.FUNDS} or (found and failed == len(self._pauses)):
                stopped = found
            elif found:
                await _sleep(self._pauses[failed], stopping)
            failed, at_once = (failed + 1, 1) if found else (0, AT_ONCE)
        if stopping.is_set():
            return False
        return await masses.end(self._db, mass=mass, stopped=stopped, now=self._clock())

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


async def _sleep(seconds: float, stopping: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
