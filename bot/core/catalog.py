"""A key's services: by category, by search, by id. Lists are stored, equal ones once, and refreshed aside."""

import asyncio
import hashlib
import json
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from bot.core.accounts import Accounts
from bot.core.search import Index
from bot.core.typed import one_id
from bot.panel.client import PanelClient
from bot.panel.errors import PanelBusy, PanelError, PanelGarbled, PanelUnreachable
from bot.panel.models import Service
from storage import catalog
from storage.accounts import Account
from storage.database import Database

PAUSE_SECONDS = 360.0  # between two tries to refresh a list: panels were seen to allow 10 an hour
FRESH_PAUSES = 5  # for so long a list is given as it is
FIRST_TRIES = 5  # without a pause between, while a key has no list at all
FIRST_PAUSES = 2  # after these: 10 an hour in all
MOST_KEPT = 120_000  # services in memory, of all lists; 8,000 take some 15 MB
MOST_KEYS = 10_000  # of which it is known when their list was asked for


@dataclass(frozen=True, slots=True)
class Category:
    """`ref` stands for the name where only a few bytes fit."""

    ref: str
    name: str
    services: tuple[Service, ...]


class Found(NamedTuple):
    """`guessed`: none is spelled exactly as asked for."""

    services: tuple[Service, ...]
    guessed: bool


class Catalog:
    """One price list. Its categories keep the panel's order; services without one stand under ""."""

    def __init__(self, services: Sequence[Service]) -> None:
        self.by_id = {service.id: service for service in services}
        grouped: dict[str, list[Service]] = {}
        for service in services:
            grouped.setdefault(service.category, []).append(service)
        self.categories = tuple(Category(_ref(name), name, tuple(found)) for name, found in grouped.items())
        self._by_ref = {category.ref: category for category in self.categories}
        self._index = Index(services)

    def category(self, ref: str) -> Category | None:
        return self._by_ref.get(ref)

    def search(self, text: str) -> tuple[Service, ...]:
        """The service of that id, then those in whose name or category each word begins some word."""
        exact = self.by_id.get(one_id(text))
        found = self._index.beginning(text)
        return tuple(found) if exact is None else (exact, *(one for one in found if one is not exact))

    async def find(self, text: str) -> Found:
        """What a search finds, or else what is spelled alike: looking for that takes some milliseconds."""
        found = self.search(text)
        if found:
            return Found(found, guessed=False)
        return Found(tuple(await asyncio.to_thread(self._index.resembling, text)), guessed=True)


def _ref(name: str) -> str:
    return hashlib.blake2b(name.encode(), digest_size=5).hexdigest()


class Catalogs:
    """`pause` is the seconds between two tries to refresh a list; all else is counted in pauses."""

    def __init__(
        self,
        db: Database,
        accounts: Accounts,
        panel: PanelClient,
        *,
        pause: float = PAUSE_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._db = db
        self._accounts = accounts
        self._panel = panel
        self._pause = pause
        self._clock = clock
        self._parsed: OrderedDict[str, Catalog] = OrderedDict()
        self._not_before: dict[str, float] = {}  # keys whose list the panel did not give when last asked
        self._new: set[str] = set()  # keys whose list this run was the first to ask for
        self._asked: dict[str, list[float]] = {}  # when, within the last hour, by this run
        self._fetching: dict[str, asyncio.Task[Catalog]] = {}

    async def of(self, account: Account, *, fresh: bool = False) -> Catalog:
        """The key's list. A stored one is given at once and refreshed aside when it is older than 5 pauses.

        `fresh` waits for a new one when it is older than a pause, unless the panel does not give one.
        Raises PanelError when there is none yet and the panel does not give one. However often this is
        called and the bot started, the panel is asked for a key's list at most once a pause on average.
        """
        stored = await self._stored(account)
        if stored is None:
            return await self._first(account)
        now, not_before = self._clock(), self._not_before.get(account.id)
        if not_before is not None and now < not_before:
            return stored
        age = now - (account.catalog_at or 0.0)
        if fresh and age > self._pause:
            with suppress(PanelUnreachable, PanelGarbled, PanelBusy):
                return await asyncio.shield(self._fetch(account, unseen=False))
        elif age > FRESH_PAUSES * self._pause or not_before is not None:
            self._fetch(account, unseen=True)
        return stored

    async def known(self, account: Account) -> Catalog | None:
        """The stored list, without asking the panel."""
        return await self._stored(account)

    async def close(self) -> None:
        for task in list(self._fetching.values()):
            task.cancel()
        await asyncio.gather(*self._fetching.values(), return_exceptions=True)

    async def _first(self, account: Account) -> Catalog:
        """A first try that failed may be followed by others at once, but not by many."""
        if account.catalog_at is None:
            self._new.add(account.id)
        at_once = account.id in self._new and len(self._asked.get(account.id, ())) < FIRST_TRIES
        pauses = 0 if at_once else FIRST_PAUSES
        return await asyncio.shield(self._fetch(account, unseen=False, pauses=pauses))

    def _fetch(self, account: Account, *, unseen: bool, pauses: int = 1) -> asyncio.Task[Catalog]:
        """One fetch per key at a time, shared by all who wait; so many `pauses` after the one before."""
        task = self._fetching.get(account.id)
        if task is None:
            refresh = self._refresh(account, unseen=unseen, pause=pauses * self._pause)
            task = asyncio.create_task(refresh, name="catalog")
            self._fetching[account.id] = task
            task.add_done_callback(lambda done: self._fetched(account.id, done))
        return task

    def _fetched(self, account_id: str, task: asyncio.Task[Catalog]) -> None:
        self._fetching.pop(account_id, None)
        if not task.cancelled() and not isinstance(task.exception(), PanelError | None):
            task.result()

    async def _refresh(self, account: Account, *, unseen: bool, pause: float) -> Catalog:
        await self._note_asked(account, pause)
        try:
            services = await self._accounts.asking(account, self._panel.services, unseen=unseen)
        except PanelError as error:
            self._not_before[account.id] = self._clock() + max(error.retry_after or 0, self._pause)
            raise
        self._not_before.pop(account.id, None)
        digest, body = await asyncio.to_thread(_pack, services)
        await catalog.save(self._db, account_id=account.id, digest=digest, body=body, now=self._clock())
        return await self._keep(digest, services)

    async def _note_asked(self, account: Account, pause: float) -> None:
        """Raises PanelUnreachable when the panel was asked so often that it is not asked now."""
        now = self._clock()
        asked = [at for at in self._asked.get(account.id, ()) if at > now - 3600]
        if len(asked) >= 3600 / self._pause or not await catalog.note_asked(
            self._db, account_id=account.id, now=now, pause=pause
        ):
            raise PanelUnreachable("the panel was asked for this list often enough")
        self._asked.pop(account.id, None)
        self._asked[account.id] = [*asked, now]  # as the newest
        while len(self._asked) > MOST_KEYS:
            self._forget(next(iter(self._asked)))

    def _forget(self, account_id: str) -> None:
        for by_key in (self._asked, self._not_before):
            by_key.pop(account_id, None)
        self._new.discard(account_id)

    async def _stored(self, account: Account) -> Catalog | None:
        digest = account.catalog_digest
        if digest is None:
            return None
        if digest in self._parsed:
            self._parsed.move_to_end(digest)
            return self._parsed[digest]
        body = await catalog.load(self._db, digest=digest)
        return None if body is None else await self._keep(digest, await asyncio.to_thread(_unpack, body))

    async def _keep(self, digest: str, services: Sequence[Service]) -> Catalog:
        if digest not in self._parsed:
            self._parsed[digest] = await asyncio.to_thread(Catalog, services)
        found = self._parsed[digest]
        while len(self._parsed) > 1 and sum(len(one.by_id) for one in self._parsed.values()) > MOST_KEPT:
            self._parsed.popitem(last=False)
        return found


def _pack(services: Sequence[Service]) -> tuple[str, bytes]:
    text = json.dumps(services, default=str).encode()
    return hashlib.sha256(text).hexdigest(), zlib.compress(text)


def _unpack(body: bytes) -> tuple[Service, ...]:
    rows = json.loads(zlib.decompress(body))
    return tuple(Service(*(*row[:4], Decimal(row[4]), *row[5:])) for row in rows)
