"""Sends an announcement to its people, and tells its operator how far it is and what came of it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress

import structlog
from markupsafe import Markup
from telegram import Bot
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.chat.screens import broadcasts as screens
from bot.gateway.absence import Absence
from bot.gateway.languages import speaking
from bot.gateway.messenger import Messenger, seconds
from bot.gateway.transport import NotSent
from bot.jobs.broadcasts import Failed, Outcome, Unsure
from bot.jobs.notices import Delivered, TryAgain, Unreachable
from storage import languages
from storage.broadcasts import Broadcast, Recipient
from storage.database import Database
from storage.outbox import Notice

AGAIN_SECONDS = 5.0

log = structlog.get_logger()


class BroadcastNotices:
    def __init__(
        self,
        db: Database,
        bot: Bot,
        messenger: Messenger,
        *,
        turn: Callable[[int], AbstractAsyncContextManager[None]],
        absence: Absence,
        pause: Callable[[float], None],
    ) -> None:
        """`turn` waits until a message may go to a chat and counts it; the others as for `Notices`."""
        self._db = db
        self._bot = bot
        self._messenger = messenger
        self._turn = turn
        self._absence = absence
        self._pause = pause

    async def deliver(self, person: Recipient, text: str) -> Outcome:
        with speaking(person.language):
            screen = screens.announcement(Markup(text))  # noqa: S704 - our own, as it was
        try:
            await self._messenger.send(person.chat_id, screen)
        except RetryAfter as error:
            self._absence.failed(error)
            self._pause(seconds(error))
            return TryAgain(seconds(error))
        except NotSent as error:
            self._absence.failed(error)
            return TryAgain(AGAIN_SECONDS)
        except (Forbidden, ChatMigrated):
            return Unreachable()
        except BadRequest as error:
            log.warning("announcement refused by Telegram", error=str(error))
            return Failed()
        except TelegramError as error:
            self._absence.failed(error)
            return Unsure()
        self._absence.worked()
        return Delivered()

    async def is_back(self) -> bool:
        try:
            await self._bot.get_me()
        except TelegramError:
            return False
        return True

    async def show(self, one: Broadcast, counts: Mapping[str, int]) -> None:
        """How far it is, in the message it was confirmed in. Of no weight: failures are passed over."""
        if one.message_id is None:
            return
        with speaking(await languages.spoken(self._db, chat_id=one.chat_id)):
            screen = screens.progress(one.id, counts)
        with suppress(TelegramError):
            async with self._turn(one.chat_id):
                await self._messenger.edit(one.chat_id, one.message_id, screen)


async def tell_result(messenger: Messenger, notice: Notice) -> None:
    """What came of it: where it was confirmed, and as a message that is heard."""
    facts = notice.facts
    screen = screens.result(facts["counts"], stopped=facts["stopped"])
    with suppress(BadRequest):  # whatever is wrong with that message, the new one says it too
        await messenger.edit(notice.chat_id, facts["message_id"], screen)
    await messenger.send(notice.chat_id, screen)
