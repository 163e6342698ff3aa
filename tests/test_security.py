"""SECURITY.md names tests that exist."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "SECURITY.md").read_text()
PROMISES = re.split(r"^### ", PAGE.split("## Whom")[0], flags=re.MULTILINE)[1:]
NAMED = re.findall(r"^- `([\w/]+\.py)(?:::(\w+))?`", PAGE, flags=re.MULTILINE)


@pytest.mark.parametrize("promise", PROMISES, ids=lambda text: text.splitlines()[0])
def test_each_promise_names_its_tests(promise: str) -> None:
    assert re.search(r"^- `\w", promise, flags=re.MULTILINE)


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_is_named_exists(file: str, name: str) -> None:
    assert f"def {name or 'test_'}" in (TESTS / file).read_text()
