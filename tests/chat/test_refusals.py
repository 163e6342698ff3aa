"""What a panel's known errors mean."""

import pytest

from bot.chat.screens.refusals import MEANT, meant
from bot.panel.refusals import ERRORS_MET


@pytest.mark.parametrize("words", [text for _, texts in ERRORS_MET for text in texts])
def test_every_error_that_is_known_is_explained(words: str) -> None:
    assert meant(f"Error: {words.upper()}!")


def test_nothing_is_explained_that_is_not_known() -> None:
    known = {text for _, texts in ERRORS_MET for text in texts}
    assert {part for parts, _ in MEANT for part in parts} <= known
    assert meant("Something else") == ""


def test_the_same_is_said_once() -> None:
    assert meant("Bad link", "bad link!", "Not enough funds") == (
        "The panel cannot use this link.\nThere is too little money on your balance at the panel."
    )
