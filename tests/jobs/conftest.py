import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from bot import logs

Logged = Callable[[], list[str]]


@pytest.fixture
def logged() -> Iterator[Logged]:
    """The errors logged so far."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.set_up(level="ERROR", form="json")
    structlog.configure(cache_logger_on_first_use=False)
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(lines := io.StringIO())
    yield lambda: [str(json.loads(line)["event"]) for line in lines.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
