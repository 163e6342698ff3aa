"""Outcomes that must not be lost: stored again while the database does not take them."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from storage.database import DatabaseTrouble

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds between tries
TROUBLE_PAUSE = 5.0  # while the disk is full, or whatever else ends some day

log = structlog.get_logger()


async def surely(store: Callable[[], Awaitable[None]]) -> None:
    """`store` must be harmless the second time. Raises what its last try raised; the database's own
    trouble is waited for to end."""
    pauses = iter(PAUSES)
    while True:
        try:
            return await store()
        except DatabaseTrouble:  # said once, for all
            await asyncio.sleep(TROUBLE_PAUSE)
        except Exception:
            pause = next(pauses, None)
            if pause is None:
                raise
            log.exception("an outcome could not be stored; trying again")
            await asyncio.sleep(pause)
