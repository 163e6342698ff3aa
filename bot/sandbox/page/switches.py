"""The panel's troubles that can be switched on by hand: what each does, and what to expect of the bot."""

from dataclasses import dataclass, field

from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.panel.trouble import Details, Spell

SLOW_SECONDS = 4.0
RETRY_AFTER_SECONDS = 10


@dataclass(frozen=True)
class Switch:
    id: str
    name: str
    does: str
    trouble: Trouble
    action: str | None = None
    details: Details = field(default_factory=Details)


SWITCHES = (
    Switch(
        "slow",
        "Slow",
        "Every answer takes 4 seconds. The bot shows that it is at work, and keeps nobody else waiting.",
        Trouble.SLOW,
        details={"delay": SLOW_SECONDS},
    ),
    Switch(
        "lost",
        "Lost answer",
        "Orders are made and charged, but the bot never hears of it. It asks you, and never orders twice.",
        Trouble.LOST_ANSWER,
        action="add",
    ),
    Switch(
        "error",
        "Error 500",
        "Every answer is an error. The bot cannot know whether an order was taken, so it asks you.",
        Trouble.SERVER_ERROR,
    ),
    Switch(
        "html",
        "HTML page",
        "A maintenance page in place of every answer. To the bot that is no answer: as with an error.",
        Trouble.HTML,
    ),
    Switch(
        "key",
        "Wrong key",
        "Every key is refused. The bot stops using yours and tells you once; /balance tries it again.",
        Trouble.WRONG_KEY,
    ),
    Switch(
        "limit",
        "Too many requests",
        "The panel says: not for 10 seconds. The bot looks at orders later; what you order is not placed.",
        Trouble.RATE_LIMIT,
        details={"retry_after": RETRY_AFTER_SECONDS},
    ),
)


class Switchboard:
    """Of several that are on, the first one switched on strikes."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._on: dict[str, Spell] = {}

    def turn(self, switch: Switch, *, on: bool) -> None:
        if on and switch.id not in self._on:
            self._on[switch.id] = self._panel.misbehave(
                switch.trouble, action=switch.action, **switch.details
            )
        elif not on and switch.id in self._on:
            self._panel.calm(self._on.pop(switch.id))

    def is_on(self, switch: Switch) -> bool:
        return switch.id in self._on
