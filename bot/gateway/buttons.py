"""Buttons and what they carry: `verb:id:page:version`, at most 64 bytes, ids and never names."""

import re
from dataclasses import dataclass

from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

LONGEST_DATA = 64  # bytes, Telegram's limit
_DATA = re.compile(r"([a-z_]{1,16}):([\w-]{0,32}):(0|[1-9][0-9]{0,5}):(0|[1-9][0-9]{0,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Press:
    """What a tapped button asks for. `version` is the dialog's when it was shown; 0 fits any."""

    verb: str
    id: str = ""
    page: int = 0
    version: int = 0

    @property
    def below(self) -> bool:
        """Its message tells more than what is asked for, so it stays; the answer is a new one."""
        return self.verb.endswith("_below")

    def encode(self) -> str:
        data = f"{self.verb}:{self.id}:{self.page}:{self.version}"
        if len(data) > LONGEST_DATA or not _DATA.fullmatch(data):
            raise ValueError(f"not a button's data: {data}")
        return data

    @classmethod
    def decode(cls, data: str) -> "Press | None":
        """None for whatever no button of ours carries."""
        found = _DATA.fullmatch(data) if len(data) <= LONGEST_DATA else None
        return cls(found[1], found[2], int(found[3]), int(found[4])) if found else None


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    press: Press


@dataclass(frozen=True, slots=True)
class Copy:
    """Puts `text`, at most 256 characters, where the person can paste it. The bot does not hear of it."""

    label: str
    text: str


Rows = tuple[tuple[Button | Copy, ...], ...]


def keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup([[_drawn(button) for button in row] for row in rows])


def _drawn(button: Button | Copy) -> InlineKeyboardButton:
    if isinstance(button, Copy):
        return InlineKeyboardButton(button.label, copy_text=CopyTextButton(button.text))
    return InlineKeyboardButton(button.label, callback_data=button.press.encode())
