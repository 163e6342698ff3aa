"""Tells how far a mass order is, and what came of it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from telegram.error import ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.chat.screens import mass_outcomes
from bot.chat.screens import masses as screens
from bot.core.mass_pace import Stop
from bot.core.masses import Progress
from bot.gateway.context import About
from bot.gateway.languages import speaking
from bot.gateway.messenger import Messenger, seconds
from bot.jobs.notices import Delivered, Delivery, TryAgain, Unreachable
from storage import languages, masses
from storage.database import Database
from storage.masses import Mass
from storage.outbox import Notice


class MassNotices:
    def __init__(
        self,
        db: Database,
        messenger: Messenger,
        about: About,
        *,
        turn: Callable[[int], AbstractAsyncContextManager[None]],
        pause: Callable[[float], None],
    ) -> None:
        """`turn` waits until a message may go to a chat and counts it; `pause` as for `Notices`."""
        self._db = db
        self._messenger = messenger
        self._about = about
        self._turn = turn
        self._pause = pause

    async def show(self, mass: Mass, progress: Progress) -> Delivery:
        """How far it is, in the message it was confirmed in. Of no weight: failures are passed over."""
        if mass.message_id is None or not progress.states:
            return Delivered()
        language = await languages.spoken(self._db, chat_id=mass.chat_id)
        try:
            with speaking(language):
                screen = screens.progress(progress, self._about)
            async with self._turn(mass.chat_id):
                is_there = await self._messenger.edit(mass.chat_id, mass.message_id, screen)
            return Delivered() if is_there else Unreachable()
        except RetryAfter as error:
            self._pause(seconds(error))
            return TryAgain(seconds(error))
        except (Forbidden, ChatMigrated):
            return Unreachable()
        except TelegramError:
            return TryAgain(0.0)

    async def tell(self, notice: Notice) -> None:
        """What came of it: a summary under a file with every line."""
        mass_id, stopped = notice.facts["mass_id"], notice.facts["stopped"]
        found = await masses.lines_of(self._db, chat_id=notice.chat_id, mass_id=mass_id)
        if found:
            caption = mass_outcomes.summary(found, Stop(stopped) if stopped else None, self._about)
            name, content = mass_outcomes.file_name(mass_id), mass_outcomes.file(found)
            await self._messenger.send_file(notice.chat_id, name, content, caption)
