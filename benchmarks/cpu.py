"""Processor time per update of the whole bot, next to a raw aiohttp loop."""

import uvloop

from benchmarks import bots
from benchmarks.figures import Figure, against
from benchmarks.processes import Running, Servers, running, servers
from benchmarks.updates import TEXTS

ROUNDS = 7
UPDATES = 1500


def measure() -> list[Figure]:
    with (
        servers() as where,
        running(bots.ours, where, run=uvloop.run) as ours,
        running(bots.raw, where) as raw,
    ):
        both = ((bots.OURS, ours), (bots.RAW, raw))
        used: dict[str, list[float]] = {bots.OURS: [], bots.RAW: []}
        for token, bot in both:
            _round(where, token, bot)  # to warm up
        for _ in range(ROUNDS):
            for token, bot in both:
                used[token].append(_round(where, token, bot))
    return [against("processor time per update / raw aiohttp", list(used.values()), "<=", 5.0, "ms")]


def _round(where: Servers, token: str, bot: Running) -> float:
    """Processor milliseconds per update."""
    where.telegram(token, "quiet")
    before = bot.cpu_seconds()
    where.telegram(token, "flood", count=UPDATES, texts=TEXTS)
    return (bot.cpu_seconds() - before) / UPDATES * 1e3
