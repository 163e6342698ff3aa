"""How long B waits for an answer while A's panel hangs, and while A floods the bot."""

import time

import uvloop

from benchmarks import bots
from benchmarks.figures import Figure, percentile
from benchmarks.processes import Servers, running, servers

A, B = 11, 12  # two chats
BLOCKS, PER_BLOCK = 5, 200  # 1,000 samples of each kind, the kinds taking turns
PAUSE_SECONDS = 0.004  # between an answer to B and B's next question, at random around it
HANG_SECONDS = 2.0
FLOOD = 300  # updates at once, at the beginning of each block: some 200 a second


def measure() -> list[Figure]:
    idle: list[float] = []
    hanging: list[float] = []
    flooded: list[float] = []
    with servers() as where, running(bots.ours, where, run=uvloop.run):
        where.telegram(bots.OURS, "quiet")
        where.telegram(bots.OURS, "push", chat_id=A, text="/key 0123456789abcdef")
        _ask(where)  # to warm up
        where.panel("answer_balance_after", seconds=HANG_SECONDS)
        for _ in range(BLOCKS):
            where.telegram(bots.OURS, "quiet")
            idle += _ask(where)

            until = time.monotonic() + HANG_SECONDS
            where.telegram(bots.OURS, "push", chat_id=A, text="/balance")
            hanging += _ask(where)
            time.sleep(max(until - time.monotonic(), 0))

            where.telegram(bots.OURS, "quiet")
            where.telegram(bots.OURS, "push", chat_id=A, text="/help", count=FLOOD)
            flooded += _ask(where)
    return [
        _figure(what, samples, idle, percent, target)
        for what, samples in (("A's panel hangs", hanging), ("A floods", flooded))
        for percent, target in ((50, 1.1), (99, 1.5))
    ]


def _ask(where: Servers) -> list[float]:
    found = where.telegram(bots.OURS, "ask", chat_id=B, text="/help", times=PER_BLOCK, pause=PAUSE_SECONDS)
    return [float(seconds) for seconds in found]


def _figure(what: str, samples: list[float], idle: list[float], percent: int, target: float) -> Figure:
    a, b = percentile(samples, percent), percentile(idle, percent)
    detail = f"{a * 1e3:.1f} against {b * 1e3:.1f} ms"
    return Figure(f"B's wait while {what}, p{percent} / idle", a / b, "<=", target, detail=detail)
