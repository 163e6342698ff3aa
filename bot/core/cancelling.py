"""Asks to cancel orders, at most once. The orders' own status says whether it comes about."""

import asyncio
import time
from collections.abc import Callable, Sequence

from bot.core import requests
from bot.core.accounts import Accounts
from bot.core.requests import Answer, AskedBefore, Taken, Unsure
from bot.core.settling import surely
from bot.panel.client import PanelClient
from bot.panel.models import Status
from bot.panel.replies import status_of
from storage import cancelling
from storage.accounts import Account
from storage.cancelling import Begun, Settled
from storage.database import Database
from storage.following import Asked
from storage.orders import Order

AGAIN_AFTER = 3600.0  # seconds in which a panel may be expected to act on a request


class Cancelling:
    def __init__(
        self,
        db: Database,
        accounts: Accounts,
        panel: PanelClient,
        *,
        process: str,
        interval: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._db = db
        self._accounts = accounts
        self._panel = panel
        self._process = process
        self._interval = interval
        self._clock = clock

    async def ask(self, chat_id: int, panel_order_ids: Sequence[str], *, seen_at: float) -> dict[str, Answer]:
        """Ask to cancel each of these orders, up to 100, with one request a key. Raises nothing.

        Nothing is sent for orders of which it was asked since `seen_at`, when their person saw them last.
        """
        grouped, answers = await requests.by_key(
            self._db, self._accounts, chat_id=chat_id, panel_order_ids=panel_order_ids
        )
        for more in await asyncio.gather(
            *(self._ask_with(account, asked, seen_at) for account, asked in grouped.items())
        ):
            answers |= more
        return {one: answers[one] for one in panel_order_ids}

    async def _ask_with(self, account: Account, asked: Sequence[Asked], seen_at: float) -> dict[str, Answer]:
        begun, unsure = await cancelling.begin(
            self._db,
            chat_id=account.chat_id,
            asked=asked,
            seen_at=seen_at,
            process=self._process,
            now=self._clock(),
        )
        answers: dict[str, Answer] = {
            one.panel_order_id: Unsure() if one.panel_order_id in unsure else AskedBefore() for one in asked
        }
        if begun:
            ids = [one.panel_order_id for one in begun]
            answers |= await requests.send(
                self._accounts, account, ids, lambda key: self._panel.cancel(key, ids), lambda _: Taken()
            )
            taken = [one.order_id for one in begun if isinstance(answers[one.panel_order_id], Taken)]
            await surely(lambda: self._accounts.take_over(account, taken))
            now = self._clock()
            await surely(
                lambda: cancelling.settle(
                    self._db,
                    [_settled(one, answers[one.panel_order_id]) for one in begun],
                    process=self._process,
                    now=now,
                    next_poll_at=now + self._interval,
                )
            )
        return answers


def _settled(begun: Begun, answer: Answer) -> Settled:
    match answer:
        case Taken():
            return Settled(begun, "taken")
        case Unsure():
            return Settled(begun, "unsure")
        case _:
            return Settled(begun, "")


def may_be_cancelled(order: Order, flag: bool | None, *, now: float) -> bool:
    """Whether asking makes sense: it runs, the service does not say no, and none was asked for just now."""
    if order.state != "open" or flag is False:
        return False
    status = status_of(order.word) if order.word else Status.PENDING
    asked_at = order.cancel_asked_at
    return not (status and status.ended) and (asked_at is None or asked_at + AGAIN_AFTER <= now)
