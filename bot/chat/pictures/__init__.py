"""Bar charts as wide as a phone, drawn here: light cards that are readable in a dark chat too."""

import asyncio

from bot.chat.pictures.charts import Columns, Ranks, draw

__all__ = ["Columns", "Ranks", "picture"]


async def picture(heading: str, beneath: str, *charts: Columns | Ranks) -> bytes:
    """A PNG, the same for the same content. Drawn in a thread: it takes some tenths of a second."""
    return await asyncio.to_thread(draw, heading, beneath, charts)
