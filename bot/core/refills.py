"""Asks for refills at most once, whatever fails, and follows those that were taken to their end.

ask ──► begin (durable rows, "asking") ──► one request a key ──► settle (durable)
            │ one is in flight, or the update was handled before: nothing is sent
            └ this run ends in between: the next one calls them uncertain and tells their people
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import assert_never

from bot.core import requests, schedule
from bot.core.accounts import Accounts
from bot.core.batches import in_halves
from bot.core.requests import Answer, AskedBefore, Ended, KeyGone, NotReached, Refused, Taken, Unsure
from bot.core.settling import surely
from bot.core.tracking import LEASE_SECONDS, after_failure
from bot.panel.aftersales import refill_word
from bot.panel.client import PanelClient
from bot.panel.errors import BadKey, NotSent, PanelBusy, PanelError
from bot.panel.models import RefillStatus, Unreadable
from storage import refill_queue, refills
from storage.accounts import Account
from storage.database import Database
from storage.following import Asked
from storage.refill_queue import FollowedRefill, RefillClaim, RefillLook
from storage.refills import Begun, Refill, Settled

FIRST_FACTOR = 2  # POLL_INTERVALs until the first look


class Refills:
    """`machines` polls, `people` answers a person: each has connections of its own. `lease`: see Tracking."""

    def __init__(
        self,
        db: Database,
        accounts: Accounts,
        *,
        machines: PanelClient,
        people: PanelClient,
        process: str,
        interval: float,
        lease: float = LEASE_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._db = db
        self._accounts = accounts
        self._machines = machines
        self._people = people
        self._process = process
        self._interval = interval
        self._lease = lease
        self._clock = clock

    async def ask(
        self,
        chat_id: int,
        panel_order_ids: Sequence[str],
        *,
        request: str,
        since: float | None = None,
    ) -> dict[str, Answer]:
        """Ask for a refill of each of these orders, up to 100, with one request a key. Raises nothing.

        `request` names the update that asked, `since` is when its person saw how things are.
        """
        grouped, answers = await requests.by_key(
            self._db, self._accounts, chat_id=chat_id, panel_order_ids=panel_order_ids
        )
        for more in await asyncio.gather(
            *(self._ask_with(account, asked, request, since) for account, asked in grouped.items())
        ):
            answers |= more
        return {one: answers[one] for one in panel_order_ids}

    async def _ask_with(
        self, account: Account, asked: Sequence[Asked], request: str, since: float | None
    ) -> dict[str, Answer]:
        begun, before = await refills.begin(
            self._db,
            chat_id=account.chat_id,
            asked=asked,
            request=request,
            process=self._process,
            now=self._clock(),
            since=since,
        )
        answers = {one: _as_it_went(refill) for one, refill in before.items()}
        if begun:
            sent = await self._send(account, [one.panel_order_id for one in begun])
            taken = [one.order_id for one in begun if isinstance(sent[one.panel_order_id], Taken)]
            await surely(lambda: self._accounts.take_over(account, taken))
            now = self._clock()
            await surely(
                lambda: refills.settle(
                    self._db,
                    [_settled(one, sent[one.panel_order_id]) for one in begun],
                    now=now,
                    look_factor=FIRST_FACTOR,
                    next_poll_at=now + FIRST_FACTOR * self._interval,
                )
            )
            answers |= sent
        return answers

    async def _send(self, account: Account, ids: Sequence[str]) -> dict[str, Answer]:
        async def call(key: str) -> dict[str, str | Unreadable]:
            if len(ids) == 1:
                return {ids[0]: await self._people.refill(key, ids[0])}
            return await self._people.refills(key, ids)

        return await requests.send(self._accounts, account, ids, call, Taken)

    async def claim(self, *, failing: bool = True) -> RefillClaim | None:
        now = self._clock()
        if not await refill_queue.any_due(self._db, now=now):
            return None
        return await refill_queue.claim_due(
            self._db,
            panel=self._accounts.panel,
            now=now,
            lease=self._lease,
            interval=self._interval,
            failing=failing,
        )

    async def look(self, claim: RefillClaim) -> bool:
        """Ask for the statuses of a claim and store what changed; True when something is to be told."""
        try:
            found = await self._statuses(claim)
        except BadKey:
            await refill_queue.store(self._db, claim=claim, decide=lambda _: None, now=self._clock())
            await self._accounts.park(claim.account, tell=True)
            return True
        except PanelError as error:
            return await self._put_off(claim, error)
        now = self._clock()
        return await refill_queue.store(
            self._db,
            claim=claim,
            decide=lambda refill: judge(
                refill, found.get(refill.panel_refill_id), now=now, interval=self._interval
            ),
            now=now,
        )

    async def _statuses(self, claim: RefillClaim) -> dict[str, RefillStatus | Unreadable]:
        """Empty when the panel wants to hear of none of them: they are looked at again, more seldom."""
        key = self._accounts.key(claim.account)

        async def ask(ids: Sequence[str]) -> dict[str, RefillStatus | Unreadable]:
            if len(ids) == 1:
                return {ids[0]: await self._machines.refill_status(key, ids[0])}
            return await self._machines.refill_statuses(key, ids)

        return (await in_halves([refill.panel_refill_id for refill in claim.refills], ask)).found

    async def _put_off(self, claim: RefillClaim, error: PanelError) -> bool:
        """These refills wait longer each time. The orders of their key wait only where it is about them too:
        a panel that cannot tell of refills may well tell of orders."""
        now, rest = self._clock(), 0.0
        if isinstance(error, NotSent | PanelBusy) or error.retry_after is not None:
            _, rest = after_failure(claim.failures, error, interval=self._interval)
        return await refill_queue.store(
            self._db,
            claim=claim,
            decide=lambda refill: put_off(refill, now=now, interval=self._interval),
            now=now,
            rest_until=now + rest,
        )


def judge(
    refill: FollowedRefill, status: RefillStatus | Unreadable | None, *, now: float, interval: float
) -> RefillLook | None:
    """What to store of a refill; None when nothing differs.

    What the panel does not say, or says in words we do not know, ends it only when that goes on and on.
    """
    word, known = (status.word, status.known) if isinstance(status, RefillStatus) else (None, None)
    was_known = refill.word is not None and refill_word(refill.word) is not None
    as_before = word == refill.word or (known is None and not was_known)
    changed_at = refill.changed_at if as_before else now
    pace = schedule.refill_pace(known, unchanged_for=now - changed_at)
    if pace is None:
        return RefillLook(word, refill.look_factor, changed_at, None)
    if (word, pace.factor) == (refill.word, refill.look_factor):
        return None
    return RefillLook(word, pace.factor, changed_at, now + pace.factor * interval)


def put_off(refill: FollowedRefill, *, now: float, interval: float) -> RefillLook | None:
    """After a look that failed. From the seldomest look on, that is as if the panel said nothing of it."""
    if refill.look_factor >= schedule.SELDOMEST:
        return judge(refill, None, now=now, interval=interval)
    factor = min(2 * refill.look_factor, schedule.SELDOMEST)
    return RefillLook(refill.word, factor, refill.changed_at, now + factor * interval)


def _as_it_went(refill: Refill) -> Answer:
    """What to say of a request that is not sent because of this refill."""
    if refill.state == "refused" and refill.reason is not None:
        return Refused(refill.reason)
    if refill.state == "ended":
        return Ended(refill.word)
    return Unsure() if refill.state == "uncertain" else AskedBefore()


def _settled(begun: Begun, answer: Answer) -> Settled:
    match answer:
        case Taken(panel_refill_id):
            return Settled(begun, "open", panel_refill_id=panel_refill_id)
        case Refused(words):
            return Settled(begun, "refused", reason=words)
        case Unsure():
            return Settled(begun, "uncertain")
        case NotReached() | AskedBefore() | Ended() | KeyGone():
            return Settled(begun, "")
        case other:
            assert_never(other)
