"""The README's tables are what the program does."""

import re
from pathlib import Path

import pytest

from bot.chat.menu import COMMANDS, OPERATOR_COMMANDS
from bot.core.forms import A_POST, FORMS, WHOLE, Form
from bot.settings import Settings

README = (Path(__file__).parent.parent / "README.md").read_text()


def table(heading: str) -> list[list[str]]:
    """The cells of the table whose first heading this is, its rows without the heading's."""
    start = README.index(f"| {heading} |")
    rows = README[start:].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def commands(heading: str) -> set[str]:
    return {name for row in table(heading) for name in re.findall(r"`/([a-z_]+)", row[0])}


def test_every_command_stands_in_the_readme() -> None:
    assert commands("command") == {name for name, _ in COMMANDS} | {"start"}
    assert commands("operators' command") == {name for name, _ in OPERATOR_COMMANDS}


@pytest.mark.parametrize("row", table("service type"), ids=lambda row: row[0])
def test_every_type_asks_and_charges_as_the_readme_says(row: list[str]) -> None:
    form = FORMS[row[0].casefold()]
    names = re.findall(r"[a-z_]+", re.sub(r"; drip-feed: | if wanted|then | or ", " ", row[1]))
    assert names == [f.name for f in form.fields] + (["runs", "interval"] if form.drips else [])
    assert row[2] == charged(form)


def charged(form: Form) -> str:
    return {WHOLE: "flat", A_POST: "per 1000, post by post", "quantity": "per 1000"}.get(
        form.counts, "per 1000 lines"
    )


def test_every_type_stands_in_the_readme() -> None:
    assert {row[0].casefold() for row in table("service type")} == set(FORMS)


def test_every_setting_stands_in_the_readme() -> None:
    documented = {name for row in table("setting") for name in re.findall(r"`([A-Z_]+)`", row[0])}
    assert documented == {name.upper() for name in Settings.model_fields if not name.endswith("_file")}
