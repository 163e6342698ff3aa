"""The words for what became of a request, those included that no sandbox brings about."""

import pytest

from bot.chat.screens import many
from bot.chat.screens import requests as screens
from bot.core.requests import Answer, AskedBefore, Ended, KeyGone, NotReached, Refused, Taken, Unsure
from bot.gateway.context import About
from bot.gateway.texts import units

ABOUT = About("Panel <1>", "https://panel.example", "")
LONGEST = 4096  # Telegram's limit

WORDS: list[tuple[Answer, str, str]] = [
    (Taken("1"), "Refill requested", "Cancellation requested"),
    (Refused("<no>"), "“&lt;no&gt;”", "Your order goes on as before"),
    (Unsure(), "A refill costs nothing", "I watch the order"),
    (NotReached(), "Nothing was sent. Please try again", "Nothing was sent. Please try again"),
    (AskedBefore(), "under way already", "You asked to cancel it already"),
    (Ended("rejected"), "has ended: <b>Rejected</b>", "You asked to cancel it already"),
    (Ended(None), "does not say what became of it", "You asked to cancel it already"),
    (KeyGone(), "key of this order is gone", "key of this order is gone"),
]


@pytest.mark.parametrize(("answer", "refill", "cancel"), WORDS)
def test_one_request(answer: Answer, refill: str, cancel: str) -> None:
    assert refill in screens.refill_note(answer, ABOUT)
    assert cancel in screens.cancel_note(answer, ABOUT)


def test_many_requests_have_a_line_each() -> None:
    answers = {str(number): answer for number, (answer, *_) in enumerate(WORDS)}
    for shown in (screens.refill_answers(answers, ABOUT), screens.cancel_answers(answers, ABOUT)):
        (screen,) = shown
        for one in answers:
            assert f"<b>{one}</b>: " in screen.text


@pytest.mark.parametrize("words", ["No", "No & never " * 27, "🚫" * 150])
def test_a_hundred_answers_fit_into_messages(words: str) -> None:
    answers: dict[str, Answer] = {f"{number:064d}": Refused(words) for number in range(100)}
    shown = screens.refill_answers(answers, ABOUT)
    assert all(units(screen.text) <= LONGEST for screen in shown)
    text = "\n".join(screen.text for screen in shown)
    assert all(text.count(f"<b>{one}</b>") == 1 for one in answers)


def test_too_many_ids_come_back_whole() -> None:
    ids = [f"{number:064d}" for number in range(130)]
    shown = many.too_many("refill", ids)
    assert all(len(screen.text) <= LONGEST for screen in shown)
    found = [one for screen in shown[1:] for one in screen.text.removesuffix("</code>").split()[1:]]
    assert found == ids
    assert not many.fits(ids)
