"""Orders a second of the poll loop, next to a bare one; and how long it holds up the event loop."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure, middle_ratio, percentile
from benchmarks.poll_loops import BareLoop, Loop, OurLoop, fill, make_all_due
from benchmarks.processes import Servers, servers

ROUNDS = 7
KEYS = 100
ORDERS = KEYS * 100
INTERVAL = 3600.0  # seconds: what was looked at is not due again in its round
LAG_EVERY = 0.002  # seconds


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="panelgram-bench-") as folder, servers() as where:
        return asyncio.run(_measure(where, Path(folder)))


async def _measure(where: Servers, folder: Path) -> list[Figure]:
    url = f"{where.url}/api/v2"
    paths = [folder / "ours.db", folder / "bare.db"]
    ours, bare = [await fill(path, url, [100] * KEYS, lambda _: 0.0) for path in paths]
    await bare.close()
    loops: list[Loop] = [
        OurLoop(ours, url, interval=INTERVAL, clock=time.time),
        BareLoop(paths[1], url, interval=INTERVAL),
    ]
    rates: list[list[float]] = [[], []]
    lags: list[list[float]] = [[], []]
    for number in range(ROUNDS + 1):
        for which, loop in enumerate(loops):
            where.panel("begin_round", number=number)
            make_all_due(paths[which])
            found: list[float] = []
            watching = asyncio.create_task(_watch(found))
            began = time.perf_counter()
            await loop.run()
            took = time.perf_counter() - began
            watching.cancel()
            if where.panel("requests") != KEYS:
                raise RuntimeError("a loop left orders out, or asked twice")
            if number > 0:  # the first is to warm up
                rates[which].append(ORDERS / took)
                lags[which] += found
    for loop in loops:
        await loop.close()
    return _figures(rates, lags)


async def _watch(found: list[float]) -> None:
    """Note by how much the event loop is late."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(LAG_EVERY)
        found.append(time.perf_counter() - began - LAG_EVERY)


def _figures(rates: list[list[float]], lags: list[list[float]]) -> list[Figure]:
    a, b = (statistics.median(rate) for rate in rates)
    ours, bare = (percentile(lag, 99) * 1e3 for lag in lags)
    return [
        Figure(
            "orders looked at a second / bare loop",
            middle_ratio(*rates),
            ">=",
            0.8,
            detail=f"{a:.0f} against {b:.0f} a second",
        ),
        Figure("event-loop lag while polling, p99", ours, "<=", 10.0, "ms", f"the bare loop: {bare:.1f} ms"),
    ]
