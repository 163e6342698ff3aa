"""No text of the code is lost on its way to translators."""

from pathlib import Path

import pytest

from bot.translations.places import ANSWERS, BUTTONS, handed_to
from bot.translations.texts import Text, Unreadable, parted, shown, texts

CODE = """
from bot.words import SIZES, label
NAMES = {"a": phrase("A name")}
FORMS = {"b": phrases("{n} b", "{n} bs")}

def outer(n):
    said = t(
        "Outer {inner} {counted}",
        inner=t("Inner {deep}", deep=t("Deep") if n else t("Deeper")),
        counted=plural("{n} in it", "{n} in them", n),
    )
    return said, t("In two "
                   "parts"), t(NAMES["a"]), plural(*FORMS["b"], n)

def row(size):
    name = t("By a name")
    return Button(name), Button(label(size)), Button(t(SIZES[size])), Copy(t("To copy"), t("Not on it"))

async def tap(context):
    await context.toast(t("Said over the chat") if t("Only asked") else "")
"""
WORDS = """
SIZES = {"s": phrase("Small"), "l": phrase_in("room", "Large")}

def label(size):
    return plural("{n} one", "{n} ones", size)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "code.py").write_text(CODE)
    (tmp_path / "bot" / "words.py").write_text(WORDS)
    return tmp_path


def test_finds_each_however_deep_it_stands(program: Path) -> None:
    found = texts(program)

    assert list(found)[:9] == [
        "A name",
        "{n} b",
        "Outer {inner} {counted}",
        "Inner {deep}",
        "Deep",
        "Deeper",
        "{n} in it",
        "In two parts",
        "By a name",
    ]
    assert found["{n} in it"] == Text("{n} in it", "{n} in them")
    assert found["{n} b"].files == ["bot/code.py"]


@pytest.mark.parametrize(
    "call", ['t(f"{name} is here")', 't("a" + b)', "phrase(name)", 'plural(f"{x}", "many", 2)']
)
def test_a_text_put_together_while_running_is_pointed_out(program: Path, call: str) -> None:
    (program / "bot" / "code.py").write_text(f"x = 1\n{call}\n")
    with pytest.raises(Unreadable, match=r"bot/code\.py:2"):
        texts(program)


def test_knows_what_stands_on_buttons_and_in_answers(program: Path) -> None:
    assert handed_to(BUTTONS, program) == {
        "By a name",
        "{n} one",
        "{n} ones",
        "Small",
        "room\x04Large",
        "To copy",
    }
    assert handed_to(ANSWERS, program) == {"Said over the chat"}


def test_knows_the_labels_of_the_program() -> None:
    labels = handed_to(BUTTONS)
    assert {"Place order", "Every change", "Worldwide", "Follow", "Place {n} orders", "{n} days"} <= labels
    assert "<b>What I can do</b>" not in labels


def test_a_text_keeps_its_context(program: Path) -> None:
    one = next(one for one in texts(program) if one.endswith("Large"))
    assert parted(one) == ("room", "Large")
    assert shown(one) == "Large (room)"
    assert parted("Small") == (None, "Small")
