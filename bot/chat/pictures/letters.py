"""The font, and what of a text it can show: outside names come in any script, and no box stands for one.

It is laid out letter by letter, the same on every machine; scripts that join their letters are not drawn.
In languages that are written in those a picture has figures only, and the text beneath it the words.
"""

import unicodedata
from bisect import bisect
from functools import cache
from pathlib import Path

from PIL import ImageFont

_FILE = Path(__file__).parent / "DejaVuSansCondensed.ttf"
_JOINED = {"R", "AL", "AN"}  # written from right to left
_ZEROS = (0x660, 0x6F0, 0x966, 0x9E6, 0x1040)
_FIGURES = {zero + n: str(n) for zero in _ZEROS for n in range(10)} | {ord("٫"): ".", ord("٬"): ","}
_NO_CHARACTER = "\U0010ffff"


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(_FILE, size, layout_engine=ImageFont.Layout.BASIC)


def shown(text: str) -> str:
    """The text as far as it can be drawn: without emoji, and "" when letters would be missing. Figures of all
    scripts are drawn alike."""
    kept = []
    for one in " ".join(unicodedata.normalize("NFKC", text).translate(_FIGURES).split()):
        if _is_known(one):
            kept.append(one)
        elif unicodedata.category(one)[0] in "LN":
            return ""
    return " ".join("".join(kept).split()).strip(" ·|-")


def either(words: str, figures: str) -> str:
    """The words, or figures where they cannot be drawn."""
    return words if shown(words) else figures


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
