"""Showing and editing. When Telegram stumbles it is tried again, for moments: who waits is held up by it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from markupsafe import Markup
from telegram import Bot, InputFile
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.gateway.buttons import Rows, keyboard
from bot.gateway.pacing import Budget

LONGEST_CAPTION = 1024  # UTF-16 units, its HTML not counted
PATIENCE_SECONDS = 2.0
_PICTURE = "picture.png"
_NOT_EDITABLE = ("not found", "can't be edited", "no text in the message", "no media in the message")
_NO_PREVIEW = {"is_disabled": True}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Screen:
    """One message: its text and the buttons beneath. Under a `picture`, a PNG, the text is its caption and
    has at most LONGEST_CAPTION characters."""

    text: Markup
    rows: Rows = ()
    picture: bytes | None = None


class Messenger:
    """Every method may raise what `telegram.error` has when Telegram refuses, or stays away too long."""

    def __init__(self, bot: Bot, budget: Budget | None, *, patience: float = PATIENCE_SECONDS) -> None:
        """Without a `budget` nothing is counted: somebody else has."""
        self._bot = bot
        self._budget = budget
        self._patience = patience

    async def send(self, chat_id: int, screen: Screen) -> int:
        """Returns the new message's id."""

        async def call() -> int:
            self._charge(chat_id)
            if screen.picture is None:
                sent = await post(self._bot, "sendMessage", chat_id=chat_id, **_content(screen))
            else:
                photo, caption = InputFile(screen.picture, _PICTURE), _content(screen, text="caption")
                sent = await post(self._bot, "sendPhoto", chat_id=chat_id, photo=photo, **caption)
            return int(sent["message_id"])

        return await self._patiently(call)

    async def send_file(self, chat_id: int, name: str, content: bytes, caption: Screen) -> int:
        """Returns the new message's id. A caption has at most LONGEST_CAPTION characters."""

        async def call() -> int:
            self._charge(chat_id)
            document, values = InputFile(content, name), _content(caption, text="caption")
            sent = await post(self._bot, "sendDocument", chat_id=chat_id, document=document, **values)
            return int(sent["message_id"])

        return await self._patiently(call)

    async def edit(self, chat_id: int, message_id: int, screen: Screen) -> bool:
        """False when this message cannot be edited any more; unchanged content counts as edited. A picture
        takes the place of a text, but not the other way round."""

        async def call() -> None:
            self._charge(chat_id)
            which = {"chat_id": chat_id, "message_id": message_id}
            if screen.picture is None:
                await post(self._bot, "editMessageText", **which, **_content(screen))
            else:
                await post(self._bot, "editMessageMedia", **which, **_media(screen, screen.picture))

        try:
            await self._patiently(call)
        except BadRequest as error:
            words = error.message.casefold()
            if "not modified" in words:
                return True
            if any(part in words for part in _NOT_EDITABLE):
                return False
            raise
        return True

    async def answer(self, query_id: str, text: str = "") -> None:
        """Stop a button's spinner, with a short text over the chat. Too late is no error."""
        try:
            await self._patiently(lambda: self._bot.answer_callback_query(query_id, text=text[:200] or None))
        except BadRequest:
            return

    async def delete(self, chat_id: int, message_id: int) -> bool:
        """False when Telegram would not delete it."""
        try:
            return await self._patiently(lambda: self._bot.delete_message(chat_id, message_id))
        except BadRequest as error:
            return "not found" in error.message.casefold()

    async def typing(self, chat_id: int) -> None:
        """Shows for five seconds that an answer is on its way. Of no weight: failures are ignored."""
        try:
            await self._bot.send_chat_action(chat_id, ChatAction.TYPING)
        except TelegramError:
            return

    def _charge(self, chat_id: int) -> None:
        if self._budget:
            self._budget.charge(chat_id)

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """A lost answer may thus show a reply twice: better than a person left without one."""
        give_up_at = time.monotonic() + self._patience
        pause = 0.3
        while True:
            try:
                if self._budget and (rest := self._budget.rest()) > 0:
                    raise RetryAfter(timedelta(seconds=rest))  # whole seconds would prolong it for everybody
                return await call()
            except (BadRequest, Forbidden):
                raise
            except RetryAfter as error:
                wait = seconds(error)
                if self._budget:
                    self._budget.pause(wait)
                if time.monotonic() + wait > give_up_at:
                    raise
                await asyncio.sleep(wait)
            except NetworkError:
                if time.monotonic() + pause > give_up_at:
                    raise
                await asyncio.sleep(pause)
                pause = min(pause * 2, 10.0)


async def post(bot: Bot, method: str, **values: Any) -> Any:
    """Call a Bot API method without making objects of its answer, half of what sending would cost."""
    form = [_parameter(name, value) for name, value in values.items() if value is not None]
    return await bot.request.post(f"{bot.base_url}/{method}", RequestData(form))


def _parameter(name: str, value: Any) -> RequestParameter:
    is_file = isinstance(value, InputFile)
    return RequestParameter(name, None if is_file else value, [value] if is_file else None)


def _media(screen: Screen, picture: bytes) -> dict[str, Any]:
    """The picture goes along in a part of its own."""
    caption, part = _content(screen, text="caption"), InputFile(picture, _PICTURE)
    media = {"type": "photo", "media": "attach://picture", "caption": caption["caption"]}
    return {
        "media": media | {"parse_mode": caption["parse_mode"]},
        "picture": part,
        "reply_markup": caption["reply_markup"],
    }


def _content(screen: Screen, *, text: str = "text") -> dict[str, Any]:
    markup = keyboard(screen.rows)
    return {
        text: str(screen.text),
        "parse_mode": ParseMode.HTML,
        "reply_markup": markup.to_dict() if markup else None,
        "link_preview_options": _NO_PREVIEW if text == "text" else None,
    }


def seconds(error: RetryAfter) -> float:
    """How long Telegram wants us to wait, whichever type the framework is set to give."""
    wait = error._retry_after  # noqa: SLF001 - the public property warns unless an environment variable is set
    return wait.total_seconds()
