"""An absence is told of when it begins and when it ends, and not in between."""

import structlog

from bot.gateway.absence import STEADY_SECONDS, Absence


class Story:
    def __init__(self) -> None:
        self.now = 0.0
        self.absence = Absence("it begins", "it ends", clock=lambda: self.now)

    def passes(self, seconds: float) -> None:
        self.now += seconds


def test_one_line_when_it_begins_and_one_when_it_ends() -> None:
    story = Story()
    with structlog.testing.capture_logs() as lines:
        story.absence.worked()
        for _ in range(1000):
            story.absence.failed("refused")
            story.passes(5.0)
        story.passes(STEADY_SECONDS)
        for _ in range(3):
            story.absence.worked()

    assert [(line["log_level"], line["event"]) for line in lines] == [
        ("warning", "it begins"),
        ("info", "it ends"),
    ]
    assert (lines[0]["error"], lines[1]["seconds"]) == ("refused", 5000 + STEADY_SECONDS)


def test_one_that_comes_and_goes_is_one() -> None:
    story = Story()
    with structlog.testing.capture_logs() as lines:
        for _ in range(100):
            story.absence.failed("refused")
            story.passes(STEADY_SECONDS / 2)
            story.absence.worked()

    assert [line["event"] for line in lines] == ["it begins"]


def test_a_later_one_is_told_of_again() -> None:
    story = Story()
    with structlog.testing.capture_logs() as lines:
        for _ in range(2):
            story.absence.failed("refused")
            story.passes(STEADY_SECONDS)
            story.absence.worked()

    assert [line["event"] for line in lines] == ["it begins", "it ends"] * 2


def test_lasts_from_a_failure_to_the_next_success() -> None:
    absence = Story().absence
    assert not absence.lasts
    absence.failed("refused")
    assert absence.lasts
    absence.worked()
    assert not absence.lasts
