"""What a handler is given: the framework's context, its optionals settled once, and our own services."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from telegram import Message, Update
from telegram.ext import Application, CallbackContext, ExtBot

from bot.core.accounts import Accounts
from bot.core.cancelling import Cancelling
from bot.core.catalog import Catalogs
from bot.core.drafts import Draft
from bot.core.gate import Gate
from bot.core.masses import Masses
from bot.core.ordering import Ordering
from bot.core.refills import Refills
from bot.core.statuses import Statuses
from bot.core.tracking import Tracking
from bot.core.typed import unmarked
from bot.gateway.buttons import Press
from bot.gateway.dialog import Dialog, Step, Turn, current_turn
from bot.gateway.files import Files
from bot.gateway.messenger import Messenger, Screen
from bot.gateway.replies import Replies
from bot.gateway.shapes import telegrams_language
from bot.gateway.vitals import Vitals
from bot.jobs.broadcasts import BroadcastsJob
from bot.jobs.masses import MassesJob
from bot.jobs.placing import Placing
from storage.database import Database


@dataclass(frozen=True, slots=True)
class About:
    """What people are told about the panel and the operator."""

    panel_name: str
    panel_site: str
    support: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a handler may use."""

    about: About
    db: Database
    messenger: Replies
    files: Files
    hasty: Messenger  # without patience, for what is of no weight
    accounts: Accounts
    catalogs: Catalogs
    ordering: Ordering
    tracking: Tracking
    refills: Refills
    cancelling: Cancelling
    statuses: Statuses
    placing: Placing
    masses: Masses
    mass_job: MassesJob
    broadcast_job: BroadcastsJob
    gate: Gate
    operators: frozenset[int]  # their chats
    vitals: Vitals
    clock: Callable[[], float]


class ChatApplication(Application[Any, "Context", Any, Any, Any, Any]):
    def __init__(self, *, desk: Desk, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.desk = desk


class Context(CallbackContext[ExtBot[None], Any, Any, Any]):
    """Handlers read from here and speak through `show` and `toast`."""

    incoming: Update

    @classmethod
    def from_update(
        cls, update: object, application: "Application[Any, Any, Any, Any, Any, Any]"
    ) -> "Context":
        self = super().from_update(update, application)
        if isinstance(update, Update):
            self.incoming = update
        return self

    @property
    def desk(self) -> Desk:
        application = self.application
        if not isinstance(application, ChatApplication):
            raise TypeError("handlers run in a ChatApplication")
        return application.desk

    @property
    def turn(self) -> Turn:
        return current_turn()

    @property
    def chat_id(self) -> int:
        return self.turn.chat_id

    @property
    def dialog(self) -> Dialog:
        return self.turn.dialog

    @property
    def draft(self) -> Draft:
        return self.turn.dialog.draft

    @property
    def message(self) -> Message:
        """The message a person sent, edited or tapped a button of."""
        message = self.incoming.effective_message
        if not isinstance(message, Message):
            raise TypeError("an update without a message reached a handler of messages")
        return message

    @property
    def text(self) -> str:
        return unmarked(self.verbatim)

    @property
    def verbatim(self) -> str:
        """The text to the letter, for what others will read."""
        return self.message.text or self.message.caption or ""

    async def answer_text(self) -> str:
        """The text of an answer to the letter, typed or sent as a text file. Raises FileTrouble."""
        document = self.message.document
        return self.verbatim if document is None else await self.desk.files.text(document)

    @property
    def argument(self) -> str:
        """What stands behind a command."""
        return first_word(self.text)[1]

    @property
    def verbatim_argument(self) -> str:
        return first_word(self.verbatim)[1]

    @property
    def language(self) -> str:
        return telegrams_language(self.incoming)

    @property
    def press(self) -> Press:
        query = self.incoming.callback_query
        press = Press.decode(query.data or "") if query else None
        if press is None:
            raise TypeError("not a tap on a button of ours")
        return press

    @property
    def is_current(self) -> bool:
        """Whether the tapped button belongs to the dialog as it is now."""
        return self.press.version == self.turn.version

    async def show(self, screen: Screen) -> None:
        """Answer with a screen: in place of the message whose button was tapped, else as a new message."""
        if self.incoming.callback_query is not None:
            await self.toast()
            edit = self.desk.messenger.edit
            if not self.press.below and await edit(self.chat_id, self.message.message_id, screen):
                return
        await self.say(screen)

    async def say(self, screen: Screen) -> None:
        """Answer with a new message."""
        await self.desk.messenger.send(self.chat_id, screen)

    async def toast(self, text: str = "") -> None:
        """Stop the tapped button's spinner; only the first time counts."""
        query = self.incoming.callback_query
        if query is not None and not getattr(self, "_toasted", False):
            self._toasted = True
            await self.desk.messenger.answer(query.id, text)

    def go(
        self, step: Step, *, draft: Draft | None = None, browsing: str | None = None, order_id: str = ""
    ) -> int:
        """Enter a step of the dialog; returns the version its buttons carry. None keeps what is there."""
        was = self.turn.dialog
        self.turn.go(
            Dialog(
                step=step,
                draft=was.draft if draft is None else draft,
                browsing=was.browsing if browsing is None else browsing,
                order_id=order_id,
            )
        )
        return self.turn.version

    def leave(self) -> None:
        self.turn.leave()


def first_word(text: str) -> tuple[str, str]:
    """The first word and the rest, both "" when there is none."""
    parts = text.split(None, 1)
    return (parts[0], parts[1].strip() if len(parts) > 1 else "") if parts else ("", "")
