"""How fast the whole bot empties a full outbox, and whether Telegram's limits hold by its own clock."""

import json
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks import bots
from benchmarks.figures import Figure
from benchmarks.processes import Servers, running, servers
from bot.demo import sandbox_settings
from storage.opening import open_sqlite

LIMIT = 30  # messages Telegram takes in a second
ONCE, OFTEN = 820, 20  # chats with one notice, and with several; a multiple of 30 notices in all
SEVERAL = 10  # they come first, and wait for their chat while the others pass them
CHANGE = {
    "panel_order_id": "23501",
    "service": "Followers",
    "before": "In progress",
    "word": "Completed",
    "quantity": 50,
    "remains": 0,
    "start_count": 3572,
    "charge": "0.045",
    "returned": None,
    "currency": "USD",
    "parent": None,
}


def measure() -> list[Figure]:
    with servers() as where, running(_ours_with_news, where):
        came = _all(where, ONCE + OFTEN * SEVERAL)
    times = [at for at, _ in came]
    seconds = times[-1] - times[LIMIT - 1]  # the first 30 may come at once
    detail = f"{len(came)} notices to {ONCE + OFTEN} chats, in {times[-1] - times[0]:.1f} s"
    return [
        Figure("notices, of 30 a second", (len(came) - LIMIT) / seconds / LIMIT, ">=", 0.97, detail=detail),
        Figure("notices in any second, at most", _most_in_a_second(times), "<=", LIMIT, ""),
        Figure("between two notices to a chat, at least", _shortest_gap(came), ">=", 1.0, "s"),
    ]


async def _ours_with_news(url: str, folder: Path) -> None:
    """Notices that are apart for certain: one change a chat, or several about its key."""
    settings = sandbox_settings(url, bots.OURS, folder)
    db = await open_sqlite(settings.database_path)
    now = time.time() - 60.0  # long enough to wait for no others
    rows: list[tuple[int, str, dict[str, Any]]] = [
        (ONCE + n % OFTEN, "parked", {"last_four": "cdef"}) for n in range(OFTEN * SEVERAL)
    ]
    rows += [(chat_id, "change", CHANGE) for chat_id in range(ONCE)]
    for chat_id, kind, facts in rows:
        await db.execute(
            "INSERT INTO outbox (chat_id, kind, facts, send_at, created_at)"
            " VALUES (:chat_id, :kind, :facts, :now, :now)",
            chat_id=chat_id,
            kind=kind,
            facts=json.dumps(facts),
            now=now,
        )
    await db.close()
    await bots.ours(url, folder)


def _all(where: Servers, count: int) -> list[tuple[float, int]]:
    came: list[tuple[float, int]] = []
    while len(came) < count:
        time.sleep(0.5)
        came += where.telegram(bots.OURS, "came")
    return came


def _most_in_a_second(times: list[float]) -> int:
    return max(sum(1 for other in times if start <= other < start + 1.0) for start in times)


def _shortest_gap(came: list[tuple[float, int]]) -> float:
    """Seconds."""
    by_chat: dict[int, list[float]] = {}
    for at, chat_id in came:
        by_chat.setdefault(chat_id, []).append(at)
    return min(b - a for times in by_chat.values() for a, b in pairwise(times))
