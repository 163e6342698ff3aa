"""A price list of 8,000 services: loading it next to json.loads, and finding services in it."""

import json
import statistics
import time
from collections.abc import Callable
from functools import partial

from benchmarks.figures import Figure, against
from bot.core.search import Index
from bot.panel import price_lists
from bot.panel.models import Service
from bot.sandbox.panel.catalogue import catalogue

SERVICES = 8000
ROUNDS = 41
FIELDS = ("service", "name", "type", "category", "rate", "min", "max", "refill", "cancel")
PREFIXES = ("insta", "instagram fol", "tiktok likes", "youtube vie", "telegram members r30")
MISSPELLED = ("instgram folowers", "tiktk lieks", "youtub subscribrs", "telgram", "spotfy plays wolrdwide")


def measure() -> list[Figure]:
    body = _body()
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_milliseconds(partial(_load, body)))
        theirs.append(_milliseconds(partial(json.loads, body)))
    services = _load(body)
    index = Index(services)
    prefix = _slowest(index.beginning, PREFIXES)
    typo = _slowest(index.resembling, MISSPELLED)
    return [
        against("loading 8,000 services / json.loads", (ours, theirs), "<=", 2.0, "ms"),
        Figure("prefix search in them", prefix, "<=", 1.0, "ms", "the slowest of 5, median of 41"),
        Figure("search for misspelled words", typo, "<=", 40.0, "ms", "the slowest of 5, median of 41"),
    ]


def _body() -> bytes:
    """As PHP writes it: without spaces, other scripts escaped, numbers as strings."""
    known = catalogue()
    lines = []
    for number in range(SERVICES):
        one = {**known[number % len(known)], "service": str(number + 1)}
        one["name"] = f"{one['name']} | {number}"
        lines.append({field: one.get(field) for field in FIELDS})
    return json.dumps(lines, separators=(",", ":")).encode()


def _load(body: bytes) -> tuple[Service, ...]:
    return price_lists.services(price_lists.load(body.decode()))


def _slowest(search: Callable[[str], object], texts: tuple[str, ...]) -> float:
    """Milliseconds."""
    return max(
        statistics.median(_milliseconds(partial(search, text)) for _ in range(ROUNDS)) for text in texts
    )


def _milliseconds(work: Callable[[], object]) -> float:
    """What it takes, letting go of the result included."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1e3
