"""Points out orders that are pending far longer than usual. Asks no panel."""

import time
from collections.abc import Callable

import structlog

from bot.core.catalog import Catalogs
from bot.core.slow import LEAST_SECONDS, duration, usual
from storage import slow
from storage.database import Database
from storage.slow import Pending

MOST_KEPT = 10_000  # of what price lists say: to read one takes long, and each key may have its own

log = structlog.get_logger()

Said = tuple[str, bool | None]  # a service's average time, and whether it lets orders be cancelled
UNKNOWN: Said = ("", None)


class SlowJob:
    """`news` is called when something is to be told."""

    def __init__(
        self,
        db: Database,
        catalogs: Catalogs,
        *,
        panel: str,
        news: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._db = db
        self._catalogs = catalogs
        self._panel = panel
        self._news = news
        self._clock = clock
        self._said: dict[tuple[str | None, str], Said] = {}  # by price list and service

    async def tick(self) -> None:
        try:
            now, took = self._clock(), dict[str, list[float]]()
            for found in await slow.pending(self._db, panel=self._panel, before=now - LEAST_SECONDS):
                await self._judge(found, took, now)
        except Exception:
            log.exception("slow orders not looked for")

    async def _judge(self, found: Pending, took: dict[str, list[float]], now: float) -> None:
        """`took` remembers how long orders of the services took that were looked up."""
        average_time, may_cancel = await self._service(found)
        if duration(average_time) is None and found.service_id not in took:
            took[found.service_id] = await slow.took(self._db, panel=self._panel, service_id=found.service_id)
        expected = usual(average_time, took.get(found.service_id, ()))
        if found.since > now - expected.slow_after:
            return
        told = await slow.point_out(
            self._db,
            found,
            before=now - expected.slow_after,
            usual=expected.seconds,
            source=expected.source,
            may_cancel=may_cancel,
            now=now,
        )
        if told:
            self._news()

    async def _service(self, found: Pending) -> Said:
        key = (found.account.catalog_digest, found.service_id)
        if key not in self._said:
            catalog = await self._catalogs.known(found.account)
            service = catalog.by_id.get(found.service_id) if catalog else None
            if len(self._said) >= MOST_KEPT:
                self._said.clear()
            self._said[key] = (service.average_time, service.cancel) if service else UNKNOWN
        return self._said[key]
