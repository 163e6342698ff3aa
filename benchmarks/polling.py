"""Orders a second of the poll loop, next to a bare one; and how long it holds up the event loop.

Twice: with a panel that answers after 100 ms, which is quick for one across the Internet, and with one
that answers at once, where only the processor counts. The bare loop leases its keys too and runs on the
same event loop, but decides and guards nothing. Rounds without a wait are short and noisy: there are more
of them.
"""

import asyncio
import gc
import tempfile
import time
from pathlib import Path

import uvloop

from benchmarks.figures import Figure, against, percentile
from benchmarks.poll_loops import BareLoop, Loop, OurLoop, fill, make_all_due
from benchmarks.processes import Servers, servers

ROUNDS = {0.1: 5, 0.0: 15}  # by the seconds after which the panel answers
KEYS = 100
ORDERS = KEYS * 100
INTERVAL = 3600.0  # seconds: what was looked at is not due again in its round
LAG_EVERY = 0.002  # seconds


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="panelgram-bench-") as folder, servers() as where:
        return uvloop.run(_measure(where, Path(folder)))


async def _measure(where: Servers, folder: Path) -> list[Figure]:
    url = f"{where.url}/api/v2"
    paths = [folder / "ours.db", folder / "bare.db"]
    ours, bare = [await fill(path, url, [100] * KEYS, lambda _: 0.0) for path in paths]
    await bare.close()
    loops: list[Loop] = [
        OurLoop(ours, url, interval=INTERVAL, clock=time.time),
        BareLoop(paths[1], url, interval=INTERVAL),
    ]
    rates: dict[float, list[list[float]]] = {seconds: [[], []] for seconds in ROUNDS}
    lags: list[list[float]] = [[], []]
    number = 0
    gc.freeze()  # as `panelgram run` does
    for turn in range(max(ROUNDS.values()) + 1):
        for seconds, found in rates.items():
            if turn > ROUNDS[seconds]:
                continue
            where.panel("answer_statuses_after", seconds=seconds)
            for which, loop in enumerate(loops):
                where.panel("begin_round", number=number)
                make_all_due(paths[which])
                rate, lag = await _round(loop)
                if where.panel("requests") != KEYS:
                    raise RuntimeError("a loop left orders out, or asked twice")
                if turn > 0:  # the first is to warm up
                    found[which].append(rate)
                    lags[which] += lag
            number += 1
    for loop in loops:
        await loop.close()
    return _figures(rates, lags)


async def _round(loop: Loop) -> tuple[float, list[float]]:
    """Orders a second, and by how much the event loop was late meanwhile."""
    lag: list[float] = []
    watching = asyncio.create_task(watch_lag(lag))
    began = time.perf_counter()
    await loop.run()
    took = time.perf_counter() - began
    watching.cancel()
    return ORDERS / took, lag


async def watch_lag(found: list[float]) -> None:
    """Note by how much the event loop is late."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(LAG_EVERY)
        found.append(time.perf_counter() - began - LAG_EVERY)


def _figures(rates: dict[float, list[list[float]]], lags: list[list[float]]) -> list[Figure]:
    ours, bare = (percentile(lag, 99) * 1e3 for lag in lags)
    return [
        *(against(_name(seconds), found, ">=", 0.8, "a second") for seconds, found in rates.items()),
        Figure("event-loop lag while polling, p99", ours, "<=", 10.0, "ms", f"the bare loop: {bare:.1f} ms"),
    ]


def _name(seconds: float) -> str:
    return f"orders looked at / bare loop, panel after {seconds * 1e3:.0f} ms"
