"""Buttons and what they carry: `verb:id:page:version`, at most 64 bytes, ids and never names."""

import re
from dataclasses import dataclass

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

LONGEST_DATA = 64  # bytes, Telegram's limit
_DATA = re.compile(r"([a-z_]{1,16}):([\w-]{0,32}):(0|[1-9][0-9]{0,5}):(0|[1-9][0-9]{0,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Press:
    """What a tapped button asks for. `version` is the dialog's when it was shown; 0 fits any."""

    verb: str
    id: str = ""
    page: int = 0
    version: int = 0

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


Rows = tuple[tuple[Button, ...], ...]


def keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(b.label, callback_data=b.press.encode()) for b in row] for row in rows]
    )
