"""One line an event, for people or as JSON. Secrets are taken out of every line, whoever wrote it."""

import logging
import re
import sys
from collections import OrderedDict
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from storage.database import DatabaseTrouble

_MOST_SECRETS = 10_000
_secrets: OrderedDict[str, None] = OrderedDict()
# The shapes of a bot token, and of a key in a form, wherever they came from.
_SHAPES = re.compile(r"\b\d{6,}:[\w-]{20,}|(?<=key=)[^&\s\"']+|\bbot\d+:[\w-]+")
_QUIET = ("httpx", "httpcore", "apscheduler", "aiosqlite", "uvicorn", "asyncio", "telegram")


def hide(secret: str) -> None:
    """From now on this never reaches a line. The latest 10,000 are remembered."""
    _secrets[secret] = None
    _secrets.move_to_end(secret)
    while len(_secrets) > _MOST_SECRETS:
        _secrets.popitem(last=False)


def clean(text: str) -> str:
    for secret in _secrets:
        if secret in text:
            text = text.replace(secret, "…")
    return _SHAPES.sub("…", text)


def set_up(*, level: str, form: str) -> None:
    """Send our own and the libraries' logs to standard error. Libraries stay at WARNING or above: the
    framework writes whole updates at DEBUG, httpx addresses at INFO."""
    chain: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*chain, _in_one_line, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    as_json = form == "json"
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=chain,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([structlog.processors.format_exc_info] if as_json else []),
                renderer,
                _clean_line,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _in_one_line(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Whatever the database's trouble stops has no fault of its own to show: a line each, no traceback."""
    error = sys.exc_info()[1] if event.get("exc_info") is True else event.get("exc_info")
    if isinstance(error, DatabaseTrouble):
        del event["exc_info"]
        event.update(level="warning", error=str(error))
    return event


def _clean_line(_: WrappedLogger, __: str, line: EventDict | str) -> str:
    return clean(str(line))
