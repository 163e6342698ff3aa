"""Every catalogue there is: whole, up to date, and right in what a program can tell."""

from pathlib import Path

import pytest

from bot.gateway.languages import languages
from bot.translations.catalogues import FOLDER, NAME
from bot.translations.checks import cramped, problems
from bot.translations.places import ANSWERS, BUTTONS, handed_to
from bot.translations.texts import ROOT, texts

CATALOGUES = sorted(FOLDER.glob(f"*/{NAME}"))


def code_of(path: Path) -> str:
    return path.parent.name


@pytest.fixture(scope="module")
def labels() -> set[str]:
    return handed_to(BUTTONS)


@pytest.fixture(scope="module")
def answers() -> set[str]:
    return handed_to(ANSWERS)


@pytest.mark.parametrize("path", CATALOGUES, ids=code_of)
def test_it_is_whole_and_right(path: Path) -> None:
    found = problems(code_of(path), path.read_text(encoding="utf-8"), texts())
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("path", CATALOGUES, ids=code_of)
def test_it_fits_buttons_and_answers(path: Path, labels: set[str], answers: set[str]) -> None:
    found = cramped(code_of(path), path.read_text(encoding="utf-8"), labels=labels, answers=answers)
    assert not found, "\n" + "\n".join(found)


def test_the_terms_of_translators_are_those_of_the_catalogues() -> None:
    """docs/translate.md names them, so a changed term is changed there too."""
    tables = (ROOT / "docs" / "translate.md").read_text(encoding="utf-8").split("\n| English |")[1:]
    names = {language.name: language for language in languages().values()}
    told = 0
    for table in tables:
        heading, _, *rows = [line.strip(" |").split(" | ") for line in table.split("\n\n")[0].splitlines()]
        for english, *terms in rows:
            for name, term in zip(heading, terms, strict=True):
                if language := names.get(name):
                    assert language.catalogue.gettext(english) == term, f"{language.code}: {english}"
                    told += 1
    assert told >= 20
