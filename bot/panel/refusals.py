"""Reads a panel's no: which replies are errors, in which words, and what these mean. Pure."""

import re
from typing import Any, NoReturn

from bot.panel.errors import BadKey, Meaning, PanelBusy, PanelRefused

Json = Any  # as it comes: shapes are checked where they are read

# Matched without case, by substring, first hit wins (shared knowledge of public panel pages).
ERRORS_MET: tuple[tuple[Meaning, tuple[str, ...]], ...] = (
    (
        Meaning.BAD_KEY,
        (
            "invalid api key",
            "incorrect api key",
            "missing key",
            "invalid key",
            "api access disabled",
            "account suspended",
            "user_inactive",
        ),
    ),
    (Meaning.FUNDS, ("not enough funds", "not_enough_funds", "insufficient_balance", "low balance")),
    (Meaning.LINK_BUSY, ("active order with this link", "link_duplicate", "duplicate_order")),
    (Meaning.BUSY, ("rate limit", "too_many_orders", "too many requests", "maintenance")),
    (
        Meaning.SERVICE_GONE,
        ("incorrect service id", "disabled service", "service_not_found", "service_inactive"),
    ),
    (
        Meaning.UNKNOWN_ORDER,
        ("incorrect order id", "refill not found", "not eligible for refill"),
    ),
    (
        Meaning.BAD_INPUT,
        (
            "bad link",
            "less than minimal",
            "more than maximum",
            "min_quantity",
            "max_quantity",
            ".increment",
            "is required",
            "incorrect request",
        ),
    ),
)

_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")  # what no display or database takes
_LONGEST_WORDS = 4000  # characters; cut shorter once the key is hidden in them


def meaning_of(words: str) -> Meaning:
    folded = words.casefold()
    return next((m for m, texts in ERRORS_MET if any(t in folded for t in texts)), Meaning.UNKNOWN)


def refuse(words: str, *, status_code: int = 200, retry_after: float | None = None) -> NoReturn:
    meaning = meaning_of(words)
    if status_code == 429 or (meaning is Meaning.UNKNOWN and status_code >= 500):
        meaning = Meaning.BUSY
    kind = {Meaning.BAD_KEY: BadKey, Meaning.BUSY: PanelBusy}.get(meaning, PanelRefused)
    raise kind(words, meaning, status_code=status_code, retry_after=retry_after)


def error_words(payload: Json) -> str | None:
    """The panel's words when the whole reply is an error, else None. A `status` alone is no error."""
    if not isinstance(payload, dict):
        return None
    told = payload.get("message") or payload.get("msg")
    error = payload.get("error") or payload.get("errors")
    if error:
        return words_of(told if error is True and told else error)
    status = payload.get("status")
    failed = isinstance(status, str) and status.casefold() in {"error", "fail", "failed"}
    return words_of(told) if failed and told else None


def words_of(told: Json, *, depth: int = 3) -> str:
    """One readable line of whatever an error field holds."""
    if isinstance(told, dict) and depth:
        told = told.get("message") or told.get("error") or list(told.values())
    if isinstance(told, list) and depth:
        told = "; ".join(words_of(one, depth=depth - 1) for one in told[:5])
    elif isinstance(told, dict) and depth:
        told = words_of(told, depth=depth - 1)
    return clean_text(str(told), _LONGEST_WORDS)


def clean_text(value: object, longest: int) -> str:
    """One line without what no display takes, cut to so many characters; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    if value.isprintable() and "  " not in value and len(value) <= longest and value.strip() == value:
        return value  # the usual case, and a price list is thousands of them
    return " ".join(_NOT_TEXT.sub("", value).split())[:longest]


def clean_lines(value: object, longest: int) -> str:
    """The same, line by line; at most one of them empty between two others."""
    if not isinstance(value, str):
        return ""
    cleaned = "\n".join(clean_text(line, longest) for line in value[: longest * 2].splitlines())
    return re.sub(r"\n{3,}", "\n\n", cleaned).strip()[:longest]
