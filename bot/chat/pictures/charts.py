"""Draws charts one below the other, each on a card."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO

from PIL import Image, ImageDraw

from bot.chat.pictures.axis import ticks
from bot.chat.pictures.letters import either, fitting, font, shown
from bot.gateway.figures import brief, number

WIDTH = 1080  # pixels; Telegram keeps pictures up to 1280 as they are
_FINER = 2  # drawn so many times larger, then shrunk: smooth edges

_GROUND, _CARD, _LINE, _EMPTY = "#EEF2F7", "#FFFFFF", "#E4E9F0", "#BAC6D3"
_INK, _SOFT = "#17212B", "#66788A"
BLUE, GREEN = "#3390EC", "#2BA66F"
_MARGIN, _PADDING, _GAP = 32, 36, 24
_HEADING, _TITLE, _TEXT, _SMALL = 70, 38, 36, 30
_TOP = 176  # of the first card
_HEAD = 88  # of a card, above its bars
_PLOT = 214  # the highest column
_OVER = 38  # room over it
_FOOT = 68  # beneath the columns
_ROW = 60


@dataclass(frozen=True, slots=True)
class Columns:
    """Bars side by side in the order of time, each with what stands beneath if there is room. `highest`
    stands over the highest one. `least` is between two numbers beside them: 1 where things are counted."""

    title: str
    bars: Sequence[tuple[str, Decimal]]
    highest: str
    color: str = BLUE
    least: Decimal = Decimal()

    @property
    def height(self) -> int:
        return _HEAD + _OVER + _PLOT + _FOOT


@dataclass(frozen=True, slots=True)
class Rank:
    """`name` is shown, or `number` where the font lacks its script; `words` say the amount. `is_rest`: it
    sums what has no row of its own."""

    name: str
    number: str
    amount: Decimal
    words: str
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class Ranks:
    """Bars one below the other, the longest first."""

    title: str
    rows: Sequence[Rank]
    color: str = BLUE

    @property
    def height(self) -> int:
        return _HEAD + _ROW * len(self.rows) + 6


def draw(heading: str, beneath: str, charts: Sequence[Columns | Ranks]) -> bytes:
    """A PNG."""
    height = _TOP + sum(chart.height + _GAP for chart in charts) - _GAP + _MARGIN
    pen = _Pen(height)
    room = WIDTH - 2 * _MARGIN - 8
    sizes = (size for size in range(_HEADING, _TEXT, -2) if pen.width(shown(heading), size) <= room)
    size = next(sizes, _TEXT)
    pen.write(_MARGIN + 4, 96, fitting(shown(heading), size, room), size, bold=True)
    pen.write(_MARGIN + 4, 144, fitting(shown(beneath), _TEXT, room), _TEXT, _SOFT)
    top = _TOP
    for chart in charts:
        pen.box(_MARGIN, top, WIDTH - _MARGIN, top + chart.height, _CARD, radius=28)
        title = fitting(shown(chart.title), _TITLE, WIDTH - 2 * (_MARGIN + _PADDING))
        pen.write(_MARGIN + _PADDING, top + 58, title, _TITLE, bold=True)
        if isinstance(chart, Columns):
            _columns(pen, chart, top + _HEAD)
        else:
            _ranks(pen, chart, top + _HEAD)
        top += chart.height + _GAP
    return pen.png()


def _columns(pen: "_Pen", chart: Columns, top: float) -> None:
    scale = ticks(max((amount for _, amount in chart.bars), default=Decimal()), least=chart.least)
    names = [shown(either(brief(tick), number(tick))) for tick in scale]
    left = _MARGIN + _PADDING + max(pen.width(name, _SMALL) for name in names) + 20
    right, bottom = WIDTH - _MARGIN - _PADDING, top + _OVER + _PLOT
    for tick, name in zip(scale, names, strict=True):
        y = bottom - _share(tick, scale[-1]) * _PLOT
        pen.box(left, y - 1, right, y + 1, _LINE)
        pen.write(left - 20, y + 11, name, _SMALL, _SOFT, anchor="rs")
    each = (right - left) / len(chart.bars)
    wide = max(min(each * 0.72, 72), 2)
    for place, (_, amount) in enumerate(chart.bars):
        middle = left + each * (place + 0.5)
        high = _share(amount, scale[-1]) * _PLOT
        color = chart.color if high else _EMPTY
        pen.box(
            middle - wide / 2,
            bottom - max(high, 4),
            middle + wide / 2,
            bottom,
            color,
            radius=min(wide / 5, 10),
            flat=True,
        )
    _name_highest(pen, chart, left, each, bottom - _share(_most(chart), scale[-1]) * _PLOT - 12)
    _name_days(pen, chart, left, each, bottom + 47)


def _name_highest(pen: "_Pen", chart: Columns, left: float, each: float, y: float) -> None:
    if _most(chart) > 0:
        place = max(range(len(chart.bars)), key=lambda one: (chart.bars[one][1], one))
        pen.write_inside(left + each * (place + 0.5), y, shown(chart.highest), _SMALL, _INK)


def _name_days(pen: "_Pen", chart: Columns, left: float, each: float, y: float) -> None:
    """As many as fit, the last one always."""
    names = [shown(name) for name, _ in chart.bars]
    widest = max(pen.width(name, _SMALL) for name in names)
    apart = next(n for n in range(1, len(names) + 1) if n * each >= widest + 40 or n == len(names))
    for place in range(len(names) - 1, -1, -apart):
        pen.write_inside(left + each * (place + 0.5), y, names[place], _SMALL, _SOFT)


def _ranks(pen: "_Pen", chart: Ranks, top: float) -> None:
    left, right = _MARGIN + _PADDING, WIDTH - _MARGIN - _PADDING
    most = max((row.amount for row in chart.rows), default=Decimal())
    for row in chart.rows:
        words = shown(row.words)
        room = right - left - pen.width(words, _SMALL) - 32
        pen.write(left, top + 24, fitting(shown(row.name) or shown(row.number), _SMALL, room), _SMALL)
        pen.write(right, top + 24, words, _SMALL, _SOFT, anchor="rs")
        pen.box(left, top + 36, right, top + 48, _LINE, radius=6)
        if row.amount > 0:
            long = max(_share(row.amount, most) * (right - left), 12)
            color = _EMPTY if row.is_rest else chart.color
            pen.box(left, top + 36, left + long, top + 48, color, radius=6)
        top += _ROW


def _most(chart: Columns) -> Decimal:
    return max((amount for _, amount in chart.bars), default=Decimal())


def _share(part: Decimal, whole: Decimal) -> float:
    return float(part / whole) if whole > 0 and part > 0 else 0.0


class _Pen:
    """Draws in pixels of the finished picture."""

    def __init__(self, height: int) -> None:
        self._picture = Image.new("RGB", (WIDTH * _FINER, height * _FINER), _GROUND)
        self._draw = ImageDraw.Draw(self._picture)

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        color: str,
        *,
        radius: float = 0,
        flat: bool = False,
    ) -> None:
        """With round corners; `flat`: only the upper ones."""
        x, y, far_x, far_y = (round(one * _FINER) for one in (left, top, right, bottom))
        corners = (True, True, not flat, not flat)
        self._draw.rounded_rectangle((x, y, far_x - 1, far_y - 1), radius * _FINER, color, corners=corners)

    def width(self, text: str, size: int) -> float:
        return font(size).getlength(text)

    def write(
        self,
        x: float,
        y: float,
        text: str,
        size: int,
        color: str = _INK,
        *,
        anchor: str = "ls",
        bold: bool = False,
    ) -> None:
        """At a line's left end, or its right (`rs`), or middle (`ms`); `y` is where letters stand."""
        stroke = 0.7 * _FINER if bold else 0
        at, letters = (x * _FINER, y * _FINER), font(size * _FINER)
        self._draw.text(at, text, color, letters, anchor=anchor, stroke_width=stroke)

    def write_inside(self, middle: float, y: float, text: str, size: int, color: str) -> None:
        """Around this point, as far as the card allows. Lines make room for it."""
        half = self.width(text, size) / 2
        rim = _MARGIN + _PADDING / 2 + half
        at, letters = (min(max(middle, rim), WIDTH - rim) * _FINER, y * _FINER), font(size * _FINER)
        self._draw.text(at, text, _CARD, letters, anchor="ms", stroke_width=4 * _FINER, stroke_fill=_CARD)
        self._draw.text(at, text, color, letters, anchor="ms")

    def png(self) -> bytes:
        small = self._picture.resize((WIDTH, self._picture.height // _FINER), Image.Resampling.BOX)
        content = BytesIO()
        small.quantize(128, dither=Image.Dither.NONE).save(content, "PNG")
        return content.getvalue()
