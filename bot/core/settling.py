"""Outcomes that must not be lost: stored again while the database does not take them."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds between tries

log = structlog.get_logger()


async def surely(store: Callable[[], Awaitable[None]]) -> None:
    """`store` must be harmless the second time. Raises what its last try raised."""
    for pause in (*PAUSES, None):
        try:
            await store()
            break
        except Exception:
            if pause is None:
                raise
            log.exception("an outcome could not be stored; trying again")
            await asyncio.sleep(pause)
