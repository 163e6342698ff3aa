"""Stories told again in pseudo: nobody meets an English word, and no text of the code goes unsaid."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.chat.screens.refusals import MEANT, meant
from bot.gateway.languages import speaking
from bot.translations.texts import texts
from tests.journeys.unsaid import UNSAID
from tests.pseudo import CODE, spoken_by_all

JOURNEYS = Path(__file__).parent
# They speak languages that are there, put words or people into the database, or measure English ones.
UNABLE = (
    "test_broadcast.py::test_a_lost_answer_is_not_repeated_and_the_rest_waits_until_telegram_is_back",
    "test_broadcast.py::test_a_restart_in_the_middle_goes_on_where_it_was",
    "test_broadcast.py::test_keeps_what_was_formatted",
    "test_broadcast.py::test_news_of_orders_goes_first",
    "test_broadcast.py::test_stopped_nobody_gets_it_any_more",
    "test_broadcast.py::test_telegrams_pause_is_kept_and_nobody_gets_it_twice",
    "test_broadcast.py::test_who_blocked_the_bot_or_is_refused_is_counted_and_skipped",
    "test_children.py::test_they_are_counted_on_their_order_and_not_listed_beside_it",
    "test_every_step.py::test_a_restart_before_every_tap_and_text_is_not_noticed[a language in mid-dialog]",
    "test_export.py::test_formulas_are_defused",
    "test_files.py::test_a_list_can_be_sent_as_a_file",
    "test_handled_again.py::test_a_language",
    "test_isolation.py::test_languages_do_not_mix",
    "test_language.py",
    "test_languages.py",
    "test_listing.py::test_a_search_takes_any_words_as_they_are",
    "test_no_english.py",
    "test_nobody_elses.py",
    "test_notices.py::test_an_unknown_word_is_shown_as_it_is_and_polled_on",
    "test_odd_names.py::test_html_in_names_and_links_is_text_everywhere",
    "test_telegram_away.py::test_the_log_hears_of_it_once",
    "test_telegram_away.py::test_what_piled_up_goes_out_in_order_and_within_telegrams_limits",
)
USUAL = ("test_every_step.py", "test_handled_again.py", "test_ordering.py")


def told_again(told: Path, *options: str) -> None:
    """Raises AssertionError with what was heard."""
    unable = [f"--deselect=tests/journeys/{name}" for name in UNABLE]
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "--show-capture=no", f"--pseudo={told}"]
    ran = subprocess.run(
        [*command, *unable, *options], cwd=JOURNEYS.parent.parent, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout


def test_the_usual_stories(tmp_path: Path) -> None:
    told_again(tmp_path / "told", *(str(JOURNEYS / name) for name in USUAL))


def explained() -> set[str]:
    """What is said of every error of a panel that is known."""
    with spoken_by_all() as catalogue, speaking(CODE):
        for words in (part for parts, _ in MEANT for part in parts):
            assert str(meant(words)).startswith("⟦")
    return catalogue.said


@pytest.mark.long
def test_all_stories(tmp_path: Path) -> None:
    told = tmp_path / "told"
    told_again(told, "-n", "4", "-m", "not long", str(JOURNEYS))
    said = {json.loads(line) for line in told.read_text("utf-8").splitlines()}

    assert sorted(texts().keys() - said - explained() - UNSAID) == []
