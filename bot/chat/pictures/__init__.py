"""Bar charts as wide as a phone, drawn here: light cards that are readable in a dark chat too."""

import asyncio
from collections.abc import Sequence

from bot.chat.pictures.charts import Columns, Rank, Ranks, draw

__all__ = ["Columns", "Drawing", "Rank", "Ranks", "picture"]

Drawing = tuple[str, str, Sequence[Columns | Ranks]]  # a heading, what stands beneath, and the charts


async def picture(heading: str, beneath: str, charts: Sequence[Columns | Ranks]) -> bytes:
    """A PNG, the same for the same content. Drawn in a thread: it takes a tenth of a second or two."""
    return await asyncio.to_thread(draw, heading, beneath, charts)
