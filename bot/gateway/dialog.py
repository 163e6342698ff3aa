"""Where a person is in a dialog, and the turn in which one of their updates is handled."""

import json
import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog

from bot.core.drafts import Draft
from storage.conversations import Conversation, Visit
from storage.database import DatabaseTrouble

log = structlog.get_logger()


class Step(StrEnum):
    """What the next text of a person is taken for."""

    NOWHERE = ""
    KEY = "key"
    CHOOSING = "choosing"
    BROWSING = "browsing"
    CARD = "card"
    ANSWERING = "answering"
    CONFIRMING = "confirming"
    ORDER_ID = "order id"
    MASS = "mass"
    IDS = "ids"
    SETTINGS = "settings"
    BROADCAST = "broadcast"


@dataclass(frozen=True, slots=True)
class Dialog:
    """`browsing` is what is listed: "" the categories, a line break and its ref for one of them or a star for
    the favourites (nobody can type that), else the words searched for. At CARD it is the service's id.

    `order_id` is the uncertain order whose id is asked for; at IDS it is the command that waits for them,
    at SETTINGS which of them is asked for.
    `resume` is where to go on after a key was asked for in between.
    """

    step: Step = Step.NOWHERE
    draft: Draft = field(default_factory=Draft)
    browsing: str = ""
    order_id: str = ""
    resume: Step = Step.NOWHERE

    def dump(self) -> str:
        if self.step is Step.NOWHERE:
            return "{}"
        return json.dumps(
            {
                "draft": self.draft.dump(),
                "browsing": self.browsing,
                "order_id": self.order_id,
                "resume": self.resume,
            }
        )

    @classmethod
    def load(cls, conversation: Conversation) -> "Dialog":
        values: dict[str, Any] = json.loads(conversation.draft)
        if not values:
            return cls(step=Step(conversation.step))
        return cls(
            step=Step(conversation.step),
            draft=Draft.load(values["draft"]),
            browsing=values["browsing"],
            order_id=values["order_id"],
            resume=Step(values["resume"]),
        )


@dataclass(slots=True)
class Turn:
    """One update being handled. Panel calls made in it end by `deadline` (event loop time).

    `holds` says whether it occupies one of the runner's slots right now, `open` whether it still runs;
    `trouble` is what kept it from being handled: it is to be handled again. `kept` are the replies
    Telegram would not take. For the log and the figures there are `handler`, its kind and name, and how it
    ended: "ok", "told" (an error its person was told of), "blocked" or "fault", with the `error`'s name.
    """

    chat_id: int
    visit: Visit
    deadline: float
    dialog: Dialog
    version: int
    moved: bool = False
    forgotten: bool = False
    holds: bool = False
    open: bool = True
    trouble: DatabaseTrouble | None = None
    kept: list[dict[str, Any]] = field(default_factory=list)
    handler: tuple[str, str] = ("none", "")
    outcome: str = "ok"
    error: str = ""

    @classmethod
    def begin(cls, chat_id: int, visit: Visit, *, deadline: float) -> "Turn":
        """What another version of the program wrote, and this one cannot read, counts as nowhere."""
        try:
            dialog = Dialog.load(visit.conversation)
        except (AttributeError, LookupError, TypeError, ValueError):
            log.exception("a dialog cannot be read")
            dialog = Dialog()
        return cls(chat_id, visit, deadline, dialog, visit.conversation.version)

    def go(self, dialog: Dialog) -> None:
        """The dialog is now this one; buttons shown before are of an earlier version."""
        self.dialog = dialog
        # A first version is a time, so that buttons from before an erasure do not fit by chance.
        self.version = self.version + 1 if self.version else int(time.time()) % 10**9
        self.moved = True

    def leave(self) -> None:
        self.go(Dialog())

    def after(self) -> Conversation | None:
        """The row to store; None when nothing changed."""
        if not self.moved or self.forgotten:
            return None
        return Conversation(self.dialog.step, self.dialog.dump(), self.version)


_turn: ContextVar[Turn] = ContextVar("turn")


def current_turn() -> Turn:
    return _turn.get()


def maybe_turn() -> Turn | None:
    return _turn.get(None)


def set_turn(turn: Turn) -> None:
    _turn.set(turn)
