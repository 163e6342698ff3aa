"""A key's services: by category, by search, by id. Lists are stored, equal ones once, and refreshed aside."""

import asyncio
import hashlib
import json
import re
import time
import unicodedata
import zlib
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from decimal import Decimal

from bot.core.accounts import Accounts
from bot.panel.client import PanelClient
from bot.panel.errors import PanelBusy, PanelError, PanelGarbled, PanelUnreachable
from bot.panel.models import Service
from storage import catalog
from storage.accounts import Account
from storage.database import Database

FRESH_SECONDS = 1800.0  # panels were seen to allow 10 `services` calls an hour
PAUSE_SECONDS = 360.0  # between two tries to refresh a list: 10 an hour
_KEPT = 16  # parsed lists in memory; one of 8,000 services takes some 15 MB


@dataclass(frozen=True, slots=True)
class Category:
    """`ref` stands for the name where only a few bytes fit."""

    ref: str
    name: str
    services: tuple[Service, ...]


class Catalog:
    """One price list. Its categories keep the panel's order; services without one stand under ""."""

    def __init__(self, services: Sequence[Service]) -> None:
        self.by_id = {service.id: service for service in services}
        grouped: dict[str, list[Service]] = {}
        for service in services:
            grouped.setdefault(service.category, []).append(service)
        self.categories = tuple(Category(_ref(name), name, tuple(found)) for name, found in grouped.items())
        self._by_ref = {category.ref: category for category in self.categories}
        self._services = tuple(services)
        self._words = sorted(
            (word, place)
            for place, service in enumerate(services)
            for word in set(words(f"{service.name} {service.category}"))
        )

    def category(self, ref: str) -> Category | None:
        return self._by_ref.get(ref)

    def search(self, text: str) -> tuple[Service, ...]:
        """Services in whose name or category every word of the text begins some word; or that id's."""
        exact = self.by_id.get(text.strip().removeprefix("#"))
        if exact is not None:
            return (exact,)
        found: set[int] | None = None
        for word in words(text):
            places = self._beginning_with(word)
            found = places if found is None else found & places
        return tuple(self._services[place] for place in sorted(found or ()))

    def _beginning_with(self, word: str) -> set[int]:
        first = bisect_left(self._words, (word, -1))
        last = bisect_left(self._words, (word + "\U0010ffff", -1))
        return {place for _, place in self._words[first:last]}


def words(text: str) -> list[str]:
    """The text's words as they are compared: without case and accents, in any script.

    Scripts that write no spaces between words are cut at every character, so that a search may begin
    inside such a run.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return [part for word in re.findall(r"\w+", plain) for part in _parts(word)]


_UNSPACED = re.compile(r"[぀-ヿ㐀-鿿가-힣ก-๛]")


def _parts(word: str) -> Iterable[str]:
    return list(word) if _UNSPACED.search(word) else (word,)


def _ref(name: str) -> str:
    return hashlib.blake2b(name.encode(), digest_size=5).hexdigest()


class Catalogs:
    def __init__(
        self,
        db: Database,
        accounts: Accounts,
        panel: PanelClient,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._db = db
        self._accounts = accounts
        self._panel = panel
        self._clock = clock
        self._parsed: OrderedDict[str, Catalog] = OrderedDict()
        self._not_before: dict[str, float] = {}  # keys whose list the panel did not give when last asked
        self._fetching: dict[str, asyncio.Task[Catalog]] = {}

    async def of(self, account: Account, *, fresh: bool = False) -> Catalog:
        """The key's list. A stored one is given at once and refreshed aside when it is older than 30 minutes.

        `fresh` waits for a new one when it is older than 6 minutes, unless the panel does not give one.
        Raises PanelError when there is none yet and the panel does not give one.
        """
        stored = await self._stored(account)
        if stored is None:
            return await asyncio.shield(self._fetch(account, unseen=False))
        age = self._clock() - (account.catalog_at or 0.0)
        if self._clock() < self._not_before.get(account.id, 0):
            return stored
        if fresh and age > PAUSE_SECONDS:
            with suppress(PanelUnreachable, PanelGarbled, PanelBusy):
                return await asyncio.shield(self._fetch(account, unseen=False))
        elif age > FRESH_SECONDS:
            self._fetch(account, unseen=True)
        return stored

    async def known(self, account: Account) -> Catalog | None:
        """The stored list, without asking the panel."""
        return await self._stored(account)

    async def close(self) -> None:
        for task in list(self._fetching.values()):
            task.cancel()
        await asyncio.gather(*self._fetching.values(), return_exceptions=True)

    def _fetch(self, account: Account, *, unseen: bool) -> asyncio.Task[Catalog]:
        """One fetch per key at a time, shared by all who wait for it."""
        task = self._fetching.get(account.id)
        if task is None:
            task = asyncio.create_task(self._refresh(account, unseen=unseen), name="catalog")
            self._fetching[account.id] = task
            task.add_done_callback(lambda done: self._fetched(account.id, done))
        return task

    def _fetched(self, account_id: str, task: asyncio.Task[Catalog]) -> None:
        self._fetching.pop(account_id, None)
        if not task.cancelled() and not isinstance(task.exception(), PanelError | None):
            task.result()

    async def _refresh(self, account: Account, *, unseen: bool) -> Catalog:
        try:
            services = await self._accounts.asking(account, self._panel.services, unseen=unseen)
        except PanelError as error:
            self._not_before[account.id] = self._clock() + max(error.retry_after or 0, PAUSE_SECONDS)
            raise
        self._not_before.pop(account.id, None)
        digest, body = await asyncio.to_thread(_pack, services)
        await catalog.save(self._db, account_id=account.id, digest=digest, body=body, now=self._clock())
        return await self._keep(digest, services)

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
        while len(self._parsed) > _KEPT:
            self._parsed.popitem(last=False)
        return self._parsed[digest]


def _pack(services: Sequence[Service]) -> tuple[str, bytes]:
    text = json.dumps([astuple(service) for service in services], default=str).encode()
    return hashlib.sha256(text).hexdigest(), zlib.compress(text)


def _unpack(body: bytes) -> tuple[Service, ...]:
    rows = json.loads(zlib.decompress(body))
    return tuple(Service(*(*row[:4], Decimal(row[4]), *row[5:])) for row in rows)
