"""Updates a second of the whole bot with its database, next to other frameworks' echo bots."""

import uvloop

from benchmarks import bots
from benchmarks.figures import Figure, against
from benchmarks.processes import running, servers

ROUNDS = 7
UPDATES = 1500
TEXTS = ["/start", "/help"]  # the first writes the dialog's row, the second does not


def measure() -> list[Figure]:
    with (
        servers() as where,
        running(bots.ours, where, run=uvloop.run),
        running(bots.stock, where),
        running(bots.aiogram, where),
    ):
        tokens = (bots.OURS, bots.STOCK, bots.AIOGRAM)
        rates: dict[str, list[float]] = {token: [] for token in tokens}
        for token in tokens:
            where.telegram(token, "quiet")
            where.telegram(token, "flood", count=UPDATES, texts=TEXTS)  # to warm up
        for _ in range(ROUNDS):
            for token in tokens:
                where.telegram(token, "quiet")
                rates[token].append(UPDATES / where.telegram(token, "flood", count=UPDATES, texts=TEXTS))
    ours, stock, aiogram = rates.values()
    return [
        against("updates a second / stock framework's echo", (ours, stock), ">=", 1.5, "a second"),
        against("updates a second / aiogram's echo", (ours, aiogram), ">=", 1.0, "a second"),
    ]
