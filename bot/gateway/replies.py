"""What people are owed for what they said. What Telegram does not take is kept, and the handler goes on
as if it were sent; `bot.jobs.replies` gives it when Telegram is back, in order, also after a restart.

In a turn it is kept together with the turn's end: an update handled again after a crash keeps it again,
so it is never there twice, and never missing.
"""

import asyncio
import base64
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from markupsafe import Markup
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.gateway.absence import Absence
from bot.gateway.buttons import Button, Copy, Press, Rows
from bot.gateway.dialog import maybe_turn
from bot.gateway.messenger import Messenger, Screen, seconds
from bot.jobs.notices import Delivered, Delivery, TryAgain, Unreachable
from storage import accounts, replies
from storage.database import Database
from storage.replies import Kept

AGAIN_SECONDS = 5.0
HURRY_SECONDS = 1.0  # for what is not kept, while Telegram is away

REFUSALS = (BadRequest, ChatMigrated, Forbidden)  # Telegram works, and will never take this

log = structlog.get_logger()


class Replies:
    """Speaks like a Messenger, but raises only REFUSALS. `absence`: Telegram takes nothing."""

    def __init__(
        self,
        db: Database,
        messenger: Messenger,
        *,
        later: Messenger,
        absence: Absence,
        pause: Callable[[float], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`later` gives what was kept: it needs no patience. `pause` is as for `Notices`."""
        self._db = db
        self._messenger = messenger
        self._later = later
        self._pause = pause
        self._absence = absence
        self._clock = clock
        self._behind: set[int] = set()  # chats that may have kept replies, which come first

    async def resume(self) -> None:
        """Know what an earlier run kept."""
        self._behind = set(await replies.chats(self._db))

    async def send(self, chat_id: int, screen: Screen) -> None:
        await self._give(chat_id, Reply(screen))

    async def send_file(self, chat_id: int, name: str, content: bytes, caption: Screen) -> None:
        await self._give(chat_id, Reply(caption, file=(name, content)))

    async def edit(self, chat_id: int, message_id: int, screen: Screen) -> bool:
        """False when this message cannot be edited any more."""
        return await self._give(chat_id, Reply(screen, edits=message_id))

    async def answer(self, query_id: str, text: str = "") -> None:
        """Stop a button's spinner. Worthless later, so it is not kept."""
        with suppress(TimeoutError):
            async with asyncio.timeout(HURRY_SECONDS if self._absence.lasts else None):
                try:
                    await self._messenger.answer(query_id, text)
                    self._absence.worked()
                except TelegramError as error:
                    self._absence.failed(error)

    async def delete(self, chat_id: int, message_id: int) -> bool:
        """False when it is not deleted, for any reason. Where Telegram is away, it is asked again later."""
        try:
            async with asyncio.timeout(HURRY_SECONDS if self._absence.lasts else None):
                return await self._messenger.delete(chat_id, message_id)
        except REFUSALS:
            return False
        except TelegramError as error:
            self._absence.failed(error)
        except TimeoutError:
            pass
        await self._keep(chat_id, {"deletes": message_id})
        return False

    async def deliver(self, kept: Kept) -> Delivery:
        """Give what was kept."""
        try:
            await self._tell(kept)
        except RetryAfter as error:
            self._absence.failed(error)
            self._pause(seconds(error))
            return TryAgain(seconds(error))
        except (Forbidden, ChatMigrated):
            await accounts.set_blocked(self._db, chat_id=kept.chat_id, blocked_at=self._clock())
            return Unreachable()
        except BadRequest as error:
            log.error("reply given up", error=str(error))
        except (AttributeError, LookupError, TypeError, ValueError):
            log.exception("reply given up")  # it must not hold up those behind it
        except TelegramError as error:
            self._absence.failed(error)
            return TryAgain(AGAIN_SECONDS)
        self._absence.worked()
        return Delivered()

    async def _tell(self, kept: Kept) -> None:
        if "deletes" in kept.facts:
            await self._later.delete(kept.chat_id, kept.facts["deletes"])
            return
        reply, given = Reply.load(kept.facts), False
        try:
            given = await reply.by(self._later, kept.chat_id)
        except BadRequest:
            if reply.edits is None:
                raise
        if not given:
            await self._later.send(kept.chat_id, reply.screen)

    async def _give(self, chat_id: int, reply: "Reply") -> bool:
        """What is kept counts as given."""
        if not await self._comes_after_others(chat_id):
            try:
                given = await reply.by(self._messenger, chat_id)
                self._absence.worked()
                return given
            except REFUSALS:
                raise
            except TelegramError as error:
                self._absence.failed(error)
        await self._keep(chat_id, reply.dump())
        return True

    async def _comes_after_others(self, chat_id: int) -> bool:
        turn = maybe_turn()
        is_ours = turn is not None and turn.open and turn.chat_id == chat_id
        if self._absence.lasts or (is_ours and turn is not None and turn.kept):
            return True
        if chat_id not in self._behind:
            return False
        if await replies.first(self._db, chat_id=chat_id) is not None:
            return True
        if is_ours:  # somebody else's look may come between keeping and the end of the turn
            self._behind.discard(chat_id)
        return False

    async def _keep(self, chat_id: int, facts: dict[str, Any]) -> None:
        self._behind.add(chat_id)
        turn = maybe_turn()
        if turn is not None and turn.open and turn.chat_id == chat_id:
            turn.kept.append(facts)
        else:
            keep = partial(replies.keep, chat_id=chat_id, facts=facts, now=self._clock())
            await self._db.write(keep)


@dataclass(frozen=True, slots=True)
class Reply:
    """A screen on its way: as a new message, under a file, or in place of the message it `edits`."""

    screen: Screen
    file: tuple[str, bytes] | None = None
    edits: int | None = None

    async def by(self, messenger: Messenger, chat_id: int) -> bool:
        """False when the message cannot be edited any more."""
        if self.edits is not None:
            return await messenger.edit(chat_id, self.edits, self.screen)
        if self.file is not None:
            await messenger.send_file(chat_id, *self.file, self.screen)
        else:
            await messenger.send(chat_id, self.screen)
        return True

    def dump(self) -> dict[str, Any]:
        return {
            "text": str(self.screen.text),
            "rows": [[_dumped(button) for button in row] for row in self.screen.rows],
            "file": [self.file[0], _packed(self.file[1])] if self.file else None,
            "picture": _packed(self.screen.picture) if self.screen.picture else None,
            "edits": self.edits,
        }

    @classmethod
    def load(cls, facts: Mapping[str, Any]) -> "Reply":
        rows: Rows = tuple(tuple(_loaded(*button) for button in row) for row in facts["rows"])
        file = (facts["file"][0], base64.b64decode(facts["file"][1])) if facts["file"] else None
        packed = facts.get("picture")  # an older version kept none
        picture = base64.b64decode(packed) if packed else None
        text = Markup(facts["text"])  # noqa: S704 - our own, as it was
        return cls(Screen(text, rows, picture), file, facts["edits"])


def _packed(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _dumped(button: Button | Copy) -> tuple[str, str, str]:
    if isinstance(button, Copy):
        return "copy", button.label, button.text
    return "press", button.label, button.press.encode()


def _loaded(kind: str, label: str, content: str) -> Button | Copy:
    if kind == "copy":
        return Copy(label, content)
    press = Press.decode(content)
    if press is None:
        raise ValueError(f"not a button's data: {content}")
    return Button(label, press)
