"""Two loops that look at running orders until none is due: Panelgram's own, and a bare one."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol

import httpx

from bot.core.accounts import Accounts
from bot.core.tracking import LEASE_SECONDS, Tracking
from bot.jobs.tracking import TrackingJob
from bot.panel.client import PanelClient
from storage.opening import open_sqlite
from storage.sqlite import SqliteDatabase
from storage.vault import Vault

CONNECTIONS = 8
KEY = "0123456789abcdef"


class Loop(Protocol):
    async def run(self) -> None:
        """Look until nothing is due."""

    async def close(self) -> None: ...


class OurLoop:
    def __init__(self, db: SqliteDatabase, url: str, *, interval: float, clock: Callable[[], float]) -> None:
        self._db = db
        self._panel = PanelClient(url, connections=CONNECTIONS)
        accounts = Accounts(db, _vault(), self._panel, url=url)
        tracking = Tracking(
            db, accounts, machines=self._panel, people=self._panel, interval=interval, clock=clock
        )
        self._job = TrackingJob(tracking, news=lambda: None)

    async def run(self) -> None:
        self._job.tick()
        while self._job._workers:
            await asyncio.wait(set(self._job._workers))

    async def close(self) -> None:
        await self._panel.close()
        await self._db.close()


class BareLoop:
    """The same steps with httpx, json and sqlite3 in the event loop, whatever could go wrong."""

    def __init__(self, path: Path, url: str, *, interval: float) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._http = httpx.AsyncClient(limits=httpx.Limits(max_connections=CONNECTIONS))
        self._url = url
        self._interval = interval

    async def run(self) -> None:
        await asyncio.gather(*(self._work() for _ in range(CONNECTIONS)))

    async def close(self) -> None:
        await self._http.aclose()
        self._db.close()

    async def _work(self) -> None:
        while claimed := self._claim():
            ids = ",".join(order[1] for order in claimed)
            form = {"key": KEY, "action": "status", "orders": ids}
            reply = await self._http.post(self._url, data=form)
            self._store(claimed, json.loads(reply.text))

    def _claim(self) -> list[Any]:
        now = time.time()
        run = self._db.execute
        run("BEGIN IMMEDIATE")
        key = run(
            "UPDATE accounts SET rest_until = ? WHERE id = (SELECT o.account_id FROM orders o"
            " JOIN accounts a ON a.id = o.account_id WHERE o.next_poll_at <= ? AND a.rest_until <= ?"
            " ORDER BY o.next_poll_at LIMIT 1) RETURNING id",
            (now + LEASE_SECONDS, now, now),
        ).fetchone()
        claimed: list[Any] = []
        if key:
            sql = (
                "UPDATE orders SET next_poll_at = ? WHERE id IN (SELECT id FROM orders WHERE account_id = ?"
                " AND next_poll_at <= ? ORDER BY next_poll_at LIMIT 100)"
                " RETURNING id, panel_order_id, account_id, word, charge, start_count, remains"
            )
            claimed = run(sql, (now + self._interval, key[0], now)).fetchall()
        run("COMMIT")
        return claimed

    def _store(self, claimed: list[Any], statuses: Any) -> None:
        changed: list[Any] = []
        told: list[Any] = []
        now = time.time()
        for order_id, panel_id, _, *known in claimed:
            found = statuses[panel_id]
            news = [found["status"], found["charge"], int(found["start_count"]), int(found["remains"])]
            if news != known:
                changed.append((*news, order_id))
            if news[0] != known[0]:
                told.append((order_id, json.dumps({"before": known[0], **found}), now, now))
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany(
            "UPDATE orders SET word = ?, charge = ?, start_count = ?, remains = ? WHERE id = ?", changed
        )
        self._db.executemany(
            "INSERT INTO outbox (chat_id, order_id, kind, facts, send_at, created_at)"
            " VALUES (1, ?, 'change', ?, ?, ?)",
            told,
        )
        self._db.execute("UPDATE accounts SET rest_until = 0 WHERE id = ?", (claimed[0][2],))
        self._db.execute("COMMIT")


async def fill(path: Path, url: str, sizes: Sequence[int], due_at: Callable[[int], float]) -> SqliteDatabase:
    """A new database with a key for each of `sizes` and so many running orders of it, with the panel's
    ids 0, 1, 2, ...; `due_at` says when each is looked at first."""
    db = await open_sqlite(path)
    vault = _vault()
    numbers = iter(range(sum(sizes)))
    accounts = [
        (f"key-{n}", n, url, vault.seal(KEY, chat_id=n, panel=url), vault.key_id) for n in range(len(sizes))
    ]
    orders = [
        (f"draft-{number}", key, f"key-{key}", str(number), due_at(number))
        for key, size in enumerate(sizes)
        for number in (next(numbers) for _ in range(size))
    ]
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.executemany(
            "INSERT INTO accounts (id, chat_id, panel, encrypted_key, encryption_key_id, last_four,"
            " currency, created_at) VALUES (?, ?, ?, ?, ?, 'cdef', 'USD', 0)",
            accounts,
        )
        plain.executemany(
            "INSERT INTO orders (id, chat_id, account_id, panel_order_id, next_poll_at, state, process,"
            " service_id, service_name, fields, link, quantity, price, currency, created_at, changed_at)"
            " VALUES (?, ?, ?, ?, ?, 'open', 'run', '1', 'Followers', ?, ?, 50, '0.045', 'USD', ?, ?)",
            [(*order, FIELDS, LINK, time.time(), time.time()) for order in orders],
        )
    return db


LINK = "https://example.com/p/1"
FIELDS = json.dumps({"link": LINK, "quantity": "50"})


def make_all_due(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE orders SET next_poll_at = 0")
        db.execute("DELETE FROM outbox")


def _vault() -> Vault:
    return Vault([b"0" * 32])
