"""100,000 open orders of 2,000 keys, all due at once, looked at by one process; next to a bare loop.

Each loop runs in a process of its own. The panel answers at once, so that the processor is what counts.
"""

import asyncio
import gc
import math
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import uvloop

from benchmarks.figures import Figure, against, percentile
from benchmarks.poll_loops import BareLoop, Loop, OurLoop, fill, make_all_due
from benchmarks.polling import INTERVAL, watch_lag
from benchmarks.processes import Servers, process, servers
from storage.opening import open_sqlite

KEYS, EACH = 2000, 50
ORDERS = KEYS * EACH
FEWEST = KEYS * math.ceil(EACH / 100)  # requests
ROUNDS = 5


class Round(NamedTuple):
    seconds: float
    cpu_seconds: float
    lag: float  # seconds, the 99th percentile
    megabytes: float  # the most the process ever held


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="panelgram-bench-") as folder, servers() as where:
        return _measure(where, Path(folder))


def _measure(where: Servers, folder: Path) -> list[Figure]:
    url = f"{where.url}/api/v2"
    paths = [folder / f"{name}.db" for name in _LOOPS]
    for path in paths:
        asyncio.run(_fill(path, url))
    found: list[list[Round]] = [[], []]
    requests: list[int] = []
    with _looping("ours", paths[0], url) as ours, _looping("bare", paths[1], url) as bare:
        for number in range(ROUNDS + 1):
            for which, ends in enumerate((ours, bare)):
                where.panel("begin_round", number=number)
                make_all_due(paths[which])
                ends.send(None)
                found[which].append(ends.recv())
                if which == 0:
                    requests.append(where.panel("requests"))
    return _figures(
        [each[1:] for each in found], statistics.fmean(requests) / FEWEST
    )  # the first is to warm up


async def _fill(path: Path, url: str) -> None:
    db = await fill(path, url, [EACH] * KEYS, lambda _: 0.0)
    await db.close()


@contextmanager
def _looping(name: str, path: Path, url: str) -> Iterator[Connection]:
    with process(_run, name, path, url) as ends:
        yield ends


def _run(ends: Connection, name: str, path: Path, url: str) -> None:
    uvloop.run(_obey(ends, name, path, url))


async def _obey(ends: Connection, name: str, path: Path, url: str) -> None:
    """A round whenever something is received."""
    loop = await _LOOPS[name](path, url)
    gc.freeze()  # as `panelgram run` does
    while True:
        await asyncio.to_thread(ends.recv)
        ends.send(await _round(loop))


async def _round(loop: Loop) -> Round:
    lag: list[float] = []
    watching = asyncio.create_task(watch_lag(lag))
    began, cpu_before = time.perf_counter(), time.process_time()
    await loop.run()
    took, cpu = time.perf_counter() - began, time.process_time() - cpu_before
    watching.cancel()
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Round(took, cpu, percentile(lag, 99), kilobytes / 1024)


async def _ours(path: Path, url: str) -> Loop:
    return OurLoop(await open_sqlite(path), url, interval=INTERVAL, clock=time.time)


async def _bare(path: Path, url: str) -> Loop:
    return BareLoop(path, url, interval=INTERVAL)


_LOOPS = {"ours": _ours, "bare": _bare}


def _figures(found: list[list[Round]], requests: float) -> list[Figure]:
    speed = [[ORDERS / each.seconds for each in rounds] for rounds in found]
    cpu = [[each.cpu_seconds / ORDERS * 1e6 for each in rounds] for rounds in found]
    lags = [[each.lag * 1e3 for each in rounds] for rounds in found]
    ours, bare = (f"{statistics.median(lag):.1f} ({min(lag):.1f} to {max(lag):.1f})" for lag in lags)
    peak, bare_peak = (rounds[-1].megabytes for rounds in found)
    return [
        Figure(f"{ORDERS:,} orders: requests / fewest", requests, "==", 1.0, detail=f"of {KEYS:,} keys"),
        against("  orders a second / bare loop", speed, ">=", 0.67, "a second"),
        against("  CPU per order / bare loop", cpu, "<=", 1.5, "microseconds"),
        Figure(
            "  event-loop lag, p99",
            statistics.median(lags[0]),
            "<=",
            10.0,
            "ms",
            f"{ours} against {bare} ms in {ROUNDS} rounds",
        ),
        Figure("  memory, peak", peak, "<=", 150.0, "MB", f"against {bare_peak:.0f} MB, libraries included"),
    ]
