"""Charts: their scale, their letters, and what is seen of the numbers."""

from decimal import Decimal
from io import BytesIO

import pytest
from PIL import Image

from bot.chat.pictures import Columns, Rank, Ranks, either, picture
from bot.chat.pictures.axis import ticks
from bot.chat.pictures.charts import BLUE, WIDTH, draw
from bot.chat.pictures.letters import fitting, font, shown

LARGEST = 1280  # pixels; Telegram makes larger ones smaller
HUGE = "12345678901234567890.123456789"


def columns(*amounts: str, highest: str = "") -> Columns:
    return Columns("Per day, USD", [(f"Nov {n}", Decimal(a)) for n, a in enumerate(amounts)], highest)


def ranks(*names: str) -> Ranks:
    rows = [Rank(name, str(n), Decimal(n), f"{n}.00") for n, name in enumerate(names)]
    return Ranks("By service, USD", rows)


def drawn(*charts: Columns | Ranks, heading: str = "$0.90") -> Image.Image:
    return Image.open(BytesIO(draw(heading, "1 order in 30 days", charts))).convert("RGB")


def blue(found: Image.Image) -> int:
    """Pixels of bars."""
    color = tuple(int(BLUE[at : at + 2], 16) for at in (1, 3, 5))
    return sum(count for count, one in found.getcolors(2**24) or () if one == color)


@pytest.mark.parametrize(
    ("most", "least", "found"),
    [
        ("0", "0", "0"),
        ("-3", "0", "0"),
        ("0.9", "0", "0 0.5 1.0"),
        ("3.52", "0", "0 1 2 3 4"),
        ("100", "0", "0 50 100"),
        ("99", "0", "0 50 100"),
        ("0.0000000411", "0", "0E-8 2E-8 4E-8 6E-8"),
        ("12345678901234567890", "0", "0 5E+18 1.0E+19 1.5E+19"),
        ("1", "1", "0 1"),
        ("3", "1", "0 1 2 3"),
        ("77", "1", "0 20 40 60 80"),
    ],
)
def test_a_scale_has_few_round_numbers_up_to_the_highest(most: str, least: str, found: str) -> None:
    made = ticks(Decimal(most), least=Decimal(least))
    assert made == [Decimal(one) for one in found.split()] or list(made) == [Decimal(0)]
    assert made[-1] >= Decimal(most) or most == "-3"
    assert len(made) <= 6


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("1 · Instagram Followers", "1 · Instagram Followers"),
        ("1043 · 🔥🔥 TikTok  Views\n⭐️ | 🇧🇷", "1043 · TikTok Views"),
        ("91 · Подписчики [Быстрые] ₽", "91 · Подписчики [Быстрые] ₽"),
        ("5 · Türkiye Takipçi – Hızlı Điểm", "5 · Türkiye Takipçi – Hızlı Điểm"),
        ("12 · 𝗬𝗼𝘂𝗧𝘂𝗯𝗲 𝗪𝗮𝘁𝗰𝗵", "12 · YouTube Watch"),
        ("cafe\u0301", "café"),
        ("7 · متابعين", ""),
        ("88 · फॉलोअर्स", ""),
        ("9 · 关注者", ""),
        ("10 · עוקבים", ""),
        ("🔥", ""),
        ("\x00\u202e\ue000\U000f0000", ""),
    ],
)
def test_what_the_font_lacks_is_left_out_and_a_name_with_gaps_is_none(name: str, seen: str) -> None:
    assert shown(name) == seen


def test_no_box_stands_for_a_letter() -> None:
    missing = bytes(font(20).getmask("\U0010ffff"))
    for one in map(chr, range(0x2FFF)):
        assert shown(one) == "" or bytes(font(20).getmask(shown(one))) != missing


def test_a_long_name_is_cut_where_it_gets_too_wide() -> None:
    cut = fitting("Instagram Followers " * 20, 26, 400)
    assert cut.endswith("…")
    assert 300 < font(26).getlength(cut) <= 400
    assert fitting("short", 26, 400) == "short"
    assert fitting("wide", 26, -5) == "…"


def test_the_largest_picture_is_kept_by_telegram_as_it_is() -> None:
    found = drawn(columns(*["1"] * 73), ranks(*["a"] * 9))
    assert found.width == WIDTH
    assert found.height <= LARGEST


def test_a_bar_is_as_high_as_its_number() -> None:
    one, nothing = blue(drawn(columns("4", "0"))), blue(drawn(columns("0", "0")))
    assert nothing == 0
    assert 1.95 * one < blue(drawn(columns("4", "4"))) < 2.05 * one
    assert 1.45 * one < blue(drawn(columns("4", "2"))) < 1.55 * one


@pytest.mark.parametrize("amounts", [("0",), ("-1", "-2"), (HUGE, "0.000000001"), ("1E-30",), ("1E+30", "1")])
def test_whatever_the_numbers_there_is_a_picture(amounts: tuple[str, ...]) -> None:
    found = drawn(columns(*amounts, highest=HUGE), ranks("x" * 3000, ""), heading=HUGE * 9)
    assert found.width == WIDTH


def test_a_name_that_cannot_be_drawn_is_told_by_its_number() -> None:
    named, numbered = (drawn(Ranks("", [Rank(name, "7", Decimal(1), "1")])) for name in ("متابعين", "7"))
    assert named.tobytes() == numbered.tobytes()


async def test_the_same_numbers_make_the_same_picture() -> None:
    chart = columns("1", "2.5", "0")
    first = await picture("$3.50", "3 days", [chart, ranks("a", "b")])
    assert await picture("$3.50", "3 days", [chart, ranks("a", "b")]) == first
    assert await picture("$3.50", "3 days", [columns("1", "2.4", "0"), ranks("a", "b")]) != first
    assert first.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("text", "drawn_as"),
    [
        ("\u200e$\N{NO-BREAK SPACE}۱۲٬۳۴۵٫۰۶", "$ 12,345.06"),
        ("\u200f٠٫٠٠٠٩٤\N{NO-BREAK SPACE}US$", "0.00094 US$"),
        ("१२", "12"),
        ("طلبات", ""),
        ("ऑर्डर", ""),
    ],
)
def test_figures_of_any_script_are_drawn_whole(text: str, drawn_as: str) -> None:
    assert shown(text) == drawn_as


def test_figures_stand_where_words_cannot_be_drawn() -> None:
    assert either("3 orders", "3") == "3 orders"
    assert either("३ ऑर्डर", "3") == "3"
