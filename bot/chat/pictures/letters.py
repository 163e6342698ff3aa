"""The font, and what of a text it can show: outside names come in any script, and no box stands for one.

It is laid out letter by letter, the same on every machine; scripts that join their letters are not drawn.
"""

import unicodedata
from bisect import bisect
from functools import cache
from pathlib import Path

from PIL import ImageFont

_FILE = Path(__file__).parent / "DejaVuSansCondensed.ttf"
_JOINED = {"R", "AL", "AN"}  # written from right to left
_NO_CHARACTER = "\U0010ffff"


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FILE, size, layout_engine=ImageFont.Layout.BASIC)


def shown(text: str) -> str:
    """The text as far as it can be drawn: without emoji, and "" when letters would be missing."""
    kept = []
    for one in " ".join(unicodedata.normalize("NFKC", text).split()):
        if _is_known(one):
            kept.append(one)
        elif unicodedata.category(one)[0] in "LN":
            return ""
    return " ".join("".join(kept).split()).strip(" ·|-")


def fitting(text: str, size: int, width: float) -> str:
    """The text, cut where it gets wider than that."""
    if font(size).getlength(text) <= width:
        return text
    fits = bisect(range(1, len(text)), width, key=lambda end: font(size).getlength(text[:end] + "…"))
    return text[:fits].rstrip() + "…"


@cache
def _is_known(one: str) -> bool:
    if unicodedata.bidirectional(one) in _JOINED or unicodedata.category(one)[0] in "MC":
        return False
    return bytes(font(20).getmask(one)) != bytes(font(20).getmask(_NO_CHARACTER))
