"""The end of a run: what is under way may finish, for a while."""

import asyncio
from collections.abc import Collection
from typing import Any


async def end(tasks: Collection[asyncio.Task[Any]], *, grace: float) -> None:
    """Give them so many seconds to end by themselves; returns when all have ended, one way or the other."""
    if tasks:
        await asyncio.wait(list(tasks), timeout=grace)
    left = list(tasks)  # those that ended have left it, others may have come
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
