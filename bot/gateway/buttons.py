"""Buttons and what they carry: `verb:id:page:version`, at most 64 bytes, ids and never names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import category, east_asian_width

from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

LONGEST_DATA = 64  # bytes, Telegram's limit
# In pixels, on a phone that is 360 wide; a longer label is cut there.
_ROW, _BETWEEN, _AROUND = 300, 5, 15
_LETTER, _CYRILLIC, _INDIC, _WIDE = 8, 9, 10, 18
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
    return InlineKeyboardMarkup(
        [[_drawn(button) for button in part] for row in rows for part in _fitting(row)]
    )


def room(columns: int) -> int:
    """For each label of so many side by side, in pixels."""
    return (_ROW - _BETWEEN * (columns - 1)) // columns - _AROUND


def width(label: str) -> int:
    """About how wide it is on a phone, in pixels."""
    return sum(map(_width, label))


def _width(letter: str) -> int:
    if category(letter) in {"Mn", "Me", "Cf"}:
        return 0
    if east_asian_width(letter) in {"W", "F"}:
        return _WIDE
    if "\u0900" <= letter <= "\u0dff":
        return _INDIC
    return _CYRILLIC if "\u0400" <= letter <= "\u052f" else _LETTER


def _fitting(row: tuple[Button | Copy, ...]) -> Iterator[tuple[Button | Copy, ...]]:
    """A row whose labels would be cut, as several of fewer: each language has words of other lengths."""
    widest = max(width(button.label) for button in row)
    columns = next((some for some in range(len(row), 1, -1) if widest <= room(some)), 1)
    return (row[at : at + columns] for at in range(0, len(row), columns))


def _drawn(button: Button | Copy) -> InlineKeyboardButton:
    if isinstance(button, Copy):
        return InlineKeyboardButton(button.label, copy_text=CopyTextButton(button.text))
    return InlineKeyboardButton(button.label, callback_data=button.press.encode())
