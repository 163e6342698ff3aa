"""No secret reaches a line, whoever wrote it."""

import json
import logging

import pytest
import structlog

from bot import logs

SECRET = "fedcba98765432100123456789abcdef"


@pytest.mark.parametrize("form", ["console", "json"])
def test_takes_secrets_out_of_every_line(capsys: pytest.CaptureFixture[str], form: str) -> None:
    logs.hide(SECRET)
    logs.set_up(level="DEBUG", form=form)
    try:
        raise RuntimeError(f"with {SECRET}")
    except RuntimeError:
        structlog.get_logger().exception("failed", url=f"https://x/bot123456:{'A' * 35}/getMe", key=SECRET)
        logging.getLogger("some.library").exception("%s", f"key={SECRET[:20]}&action=add")
    lines = capsys.readouterr().err
    assert "RuntimeError: with …" in lines
    for part in (SECRET, SECRET[:20], "A" * 35):
        assert part not in lines


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_secret_that_is_spelt_otherwise_in_a_line_is_taken_out_too(
    capsys: pytest.CaptureFixture[str], form: str
) -> None:
    """A panel's keys may have any sign."""
    logs.hide('quoted"-and-\\-escaped')
    logs.set_up(level="DEBUG", form=form)
    structlog.get_logger().info("refused", words='Wrong key: quoted"-and-\\-escaped')
    line = capsys.readouterr().err
    assert "refused" in line
    assert "escaped" not in line


def test_json_is_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(level="INFO", form="json")
    structlog.get_logger().info("serving", bot="x")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["bot"], line["level"]) == ("serving", "x", "info")


@pytest.mark.parametrize("library", ["httpx", "telegram", "aiosqlite", "apscheduler"])
def test_libraries_that_write_secrets_stay_quiet_even_at_debug(library: str) -> None:
    logs.set_up(level="DEBUG", form="console")
    assert logging.getLogger(f"{library}.any").getEffectiveLevel() == logging.WARNING
