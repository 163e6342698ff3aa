"""Bar charts as wide as a phone, drawn here: light cards that are readable in a dark chat too."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from bot.chat.pictures.charts import Columns, Rank, Ranks, draw
from bot.chat.pictures.letters import either

__all__ = ["Columns", "Drawing", "Rank", "Ranks", "either", "picture"]

Drawing = tuple[str, str, Sequence[Columns | Ranks]]  # a heading, what stands beneath, and the charts

_easel = ThreadPoolExecutor(1, "pictures")  # one after another, however many are asked for at once


async def picture(heading: str, beneath: str, charts: Sequence[Columns | Ranks]) -> bytes:
    """A PNG, the same for the same content. It takes a tenth of a second or two, in a thread."""
    words = copy_context()  # knows the person's language
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_easel, words.run, draw, heading, beneath, charts)
