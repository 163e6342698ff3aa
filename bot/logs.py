"""One line an event, for people or as JSON. Secrets are taken out of every line, whoever wrote it.

Who writes a line names a chat as `chat_id`; what is written is `user`, a keyed hash of it.
"""

import hashlib
import hmac
import json
import logging
import re
import secrets
import sys
from collections import OrderedDict
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from storage.database import DatabaseTrouble

_MOST_SECRETS = 10_000
_STEM = 8  # characters by which secrets are found: none is shorter, and none has a space in it
_secrets: OrderedDict[str, None] = OrderedDict()
_by_stem: dict[str, set[str]] = {}
_WORD = re.compile(rf"\S{{{_STEM},}}")
# The shapes of a bot token, and of a key in a form, wherever they came from.
_SHAPES = re.compile(r"\b\d{6,}:[\w-]{20,}|(?<=key=)[^&\s\"']+|\bbot\d+:[\w-]+")
_QUIET = ("httpx", "httpcore", "apscheduler", "aiosqlite", "uvicorn", "asyncio", "telegram")


def hide(secret: str) -> None:
    """From now on this never reaches a line. The latest 10,000 are remembered."""
    for spelling in {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1]}:  # as they come to stand in a line
        _hide(spelling)


def _hide(secret: str) -> None:
    _secrets[secret] = None
    _secrets.move_to_end(secret)
    _by_stem.setdefault(secret[:_STEM], set()).add(secret)
    while len(_secrets) > _MOST_SECRETS:
        oldest, _ = _secrets.popitem(last=False)
        alike = _by_stem[oldest[:_STEM]]
        alike.discard(oldest)
        if not alike:
            del _by_stem[oldest[:_STEM]]


def clean(text: str) -> str:
    for secret in sorted(_secrets_in(text), key=len, reverse=True):
        text = text.replace(secret, "…")
    return _SHAPES.sub("…", text)


def _secrets_in(text: str) -> set[str]:
    """By their stems, since to look for each of thousands would take longer than all else of a line."""
    return {
        secret
        for word in _WORD.findall(text)
        for start in range(len(word) - _STEM + 1)
        for secret in _by_stem.get(word[start : start + _STEM], ())
        if secret in word
    }


class Pseudonyms:
    """What stands for a chat in the log. Without `secret` nobody finds out whose it is by trying all."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.sha256(b"log" + secret).digest()

    def of(self, chat_id: int) -> str:
        return hmac.digest(self._key, str(chat_id).encode(), "sha256").hex()[:10]

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        if "chat_id" in event:
            event["user"] = self.of(event.pop("chat_id"))
        return event


def set_up(*, level: str, form: str, secret: bytes | None = None) -> None:
    """Send our own and the libraries' logs to standard error. Libraries stay at WARNING or above: the
    framework writes whole updates at DEBUG, httpx addresses at INFO.

    `secret` is behind the hashes of users; without one they are of this run alone.
    """
    chain: list[Any] = [
        structlog.contextvars.merge_contextvars,
        Pseudonyms(secret or secrets.token_bytes(32)),
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *chain,
            _in_one_line,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=chain,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendered(form),
                _clean_line,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _rendered(form: str) -> list[Any]:
    if form == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    colors = sys.stderr.isatty()
    return [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)]


def _in_one_line(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Whatever the database's trouble stops has no fault of its own to show: a line each, no traceback."""
    error = sys.exc_info()[1] if event.get("exc_info") is True else event.get("exc_info")
    if isinstance(error, DatabaseTrouble):
        del event["exc_info"]
        event.update(level="warning", error=str(error))
    return event


def _clean_line(_: WrappedLogger, __: str, line: EventDict | str) -> str:
    return clean(str(line))
