"""Requests a poll cycle: as few as the panel's 100 ids a request allow."""

import asyncio
import math
import tempfile
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.poll_loops import OurLoop, fill
from benchmarks.processes import Servers, servers

OPEN = (1, 99, 100, 101, 250)  # orders of each key
INTERVAL = 60.0
TICKS = 60  # looks at what is due, in an interval
CYCLES = 10


def measure() -> list[Figure]:
    least = sum(math.ceil(orders / 100) for orders in OPEN)
    with servers() as where:
        at_once = asyncio.run(_requests(where, spread=0.0))
        spread = asyncio.run(_requests(where, spread=INTERVAL))
    return [
        Figure("requests a cycle, all orders of an age", at_once, "==", least, "", _detail()),
        Figure("requests a cycle, orders of any age", spread, "==", least, "", _detail()),
    ]


def _detail() -> str:
    return f"keys with {', '.join(map(str, OPEN))} open orders; {CYCLES} cycles"


async def _requests(where: Servers, *, spread: float) -> float:
    """Requests a cycle, when orders were placed within `spread` seconds. The first two cycles, in which
    orders of a key come together, are not counted."""
    now = 1_800_000_000.0

    def due_at(number: int) -> float:
        return now + spread * (number * 37 % 100) / 100

    with tempfile.TemporaryDirectory(prefix="panelgram-bench-") as folder:
        url = f"{where.url}/api/v2"
        db = await fill(Path(folder) / "ours.db", url, OPEN, due_at)
        loop = OurLoop(db, url, interval=INTERVAL, clock=lambda: now)
        for cycle in range(CYCLES + 2):
            if cycle == 2:
                where.panel("begin_round", number=0)
            for _ in range(TICKS):
                await loop.run()
                now += INTERVAL / TICKS
        await loop.close()
        return float(where.panel("requests")) / CYCLES
