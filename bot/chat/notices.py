"""Puts notices into words and sends them."""

from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.chat.broadcast_notices import tell_result
from bot.chat.bundles import UNSAYABLE, with_lines
from bot.chat.mass_notices import MassNotices
from bot.chat.screens import accounts, aftersales, bundles, outcomes, restored, slow, uncertain
from bot.chat.screens import orders as screens
from bot.core.slow import is_pending
from bot.gateway.absence import Absence
from bot.gateway.context import About
from bot.gateway.languages import speaking
from bot.gateway.messenger import Messenger, Screen, seconds
from bot.jobs.notices import Delivered, Delivery, TryAgain, Unreachable
from storage import orders, preferences, waiting
from storage.database import Database
from storage.orders import Order
from storage.outbox import Notice

EDITED_WITHIN = 90.0  # seconds after confirming; later nobody looks at that message any more
AGAIN_SECONDS = 5.0

log = structlog.get_logger()


class Notices:
    def __init__(
        self,
        db: Database,
        messenger: Messenger,
        about: About,
        *,
        masses: MassNotices,
        absence: Absence,
        pause: Callable[[float], None],
        clock: Callable[[], float],
    ) -> None:
        """`pause` hears for how many seconds Telegram wants rest, `absence` how it goes."""
        self._db = db
        self._messenger = messenger
        self._about = about
        self._masses = masses
        self._absence = absence
        self._pause = pause
        self._clock = clock

    async def deliver(self, notice: Notice) -> Delivery:
        try:
            with speaking(notice.language):
                await (self._tell_together(notice) if notice.more else self._tell(notice))
        except RetryAfter as error:
            self._absence.failed(error)
            self._pause(seconds(error))
            return TryAgain(seconds(error))
        except (Forbidden, ChatMigrated):
            return Unreachable()
        except BadRequest as error:
            # Telegram will never take it; what it says is in /orders all the same.
            log.error("notice given up", kind=notice.kind, error=str(error))
            return Delivered(given_up=True)
        except UNSAYABLE:
            # It cannot be put into words, and will not be later: it must not hold up those behind it.
            log.exception("notice given up", kind=notice.kind)
            return Delivered(given_up=True)
        except TelegramError as error:
            self._absence.failed(error)
            return TryAgain(AGAIN_SECONDS)
        self._absence.worked()
        return Delivered()

    async def _tell(self, notice: Notice) -> None:
        match notice.kind:
            case "outcome":
                await self._tell_outcome(notice)
            case "slow":
                await self._tell_slow(notice)
            case "mass":
                await self._masses.tell(notice)
            case "broadcast":
                await tell_result(self._messenger, notice)
            case kind:
                # that the panel does not answer comes too late for who waits no more
                if kind != "away" or await waiting.is_waiting(self._db, chat_id=notice.chat_id):
                    await self._messenger.send(notice.chat_id, _SCREENS[kind](notice, self._about))

    async def _tell_together(self, notice: Notice) -> None:
        found = await with_lines(self._db, notice.all, now=self._clock())
        if len(found) == 1:
            await self._tell(found[0][0])
        elif found:
            news, lines = zip(*found, strict=True)
            await self._messenger.send(notice.chat_id, bundles.bundle(news, lines))

    async def _tell_slow(self, notice: Notice) -> None:
        """Unless it goes on by now: it may have waited for the end of quiet hours."""
        order = await orders.get(self._db, chat_id=notice.chat_id, order_id=notice.order_id or "")
        if order is not None and is_pending(order):
            screen = slow.slow(notice.facts, order, self._about, now=self._clock())
            await self._messenger.send(notice.chat_id, screen)

    async def _tell_outcome(self, notice: Notice) -> None:
        order = await orders.get(self._db, chat_id=notice.chat_id, order_id=notice.order_id or "")
        if order is None:
            return
        wanted = await preferences.of(self._db, chat_id=order.chat_id)
        screen = self._outcome(order, wanted.told_of)
        is_fresh = order.message_id is not None and self._clock() - order.created_at < EDITED_WITHIN
        edited = False
        if is_fresh:
            with suppress(BadRequest):  # whatever is wrong with that message, a new one says it too
                edited = await self._messenger.edit(order.chat_id, order.message_id or 0, screen)
        if not edited:
            await self._messenger.send(order.chat_id, screen)

    def _outcome(self, order: Order, told_of: str) -> Screen:
        match order.state:
            case "rejected":
                return outcomes.rejected(order, self._about)
            case "uncertain":
                return uncertain.uncertain(order, self._about)
            case "open" | "ended":
                return outcomes.placed(order, told_of)
            case _:
                return screens.card(order, self._about)


_SCREENS: Mapping[str, Callable[[Notice, About], Screen]] = {
    "change": lambda notice, _: screens.change(notice.facts, notice.order_id or ""),
    "refill": lambda notice, about: aftersales.refill_news(notice.facts, notice.order_id or "", about),
    "away": lambda _, about: accounts.does_not_answer(about),
    "restored": lambda notice, about: restored.restored(notice.facts, about),
    "parked": lambda notice, about: screens.parked(notice.facts["last_four"], about),
}
