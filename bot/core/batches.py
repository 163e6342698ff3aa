"""Asks a panel about many orders in one request, however it takes that."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.panel.errors import BadKey, PanelBusy, PanelRefused
from bot.panel.models import OrderStatus, Unreadable

REQUESTS_PER_BATCH = 16

Said = Mapping[str, str | None]
Heard = dict[str, OrderStatus | Unreadable | None]
Ask = Callable[[Said], Awaitable[Heard]]


@dataclass(slots=True)
class Batch:
    """`refused` holds the panel's no to a request for just that id; `left` could not be asked for."""

    found: Heard = field(default_factory=dict)
    refused: dict[str, PanelRefused] = field(default_factory=dict)
    left: Sequence[str] = ()
    last: PanelRefused | None = None


async def ask_for_all(ask: Ask, said: Said) -> Batch:
    """One request. Should the panel refuse it because of one of the ids, halves find that one out, within
    REQUESTS_PER_BATCH. Raises PanelError when asking again is of no use."""
    batch = Batch()
    waiting = [list(said)]
    for _ in range(REQUESTS_PER_BATCH):
        if not waiting:
            break
        ids = waiting.pop(0)
        try:
            batch.found |= await ask({one: said[one] for one in ids})
        except (BadKey, PanelBusy):
            raise
        except PanelRefused as refused:
            batch.last = refused
            middle = len(ids) // 2
            if middle:
                waiting += [ids[:middle], ids[middle:]]
            else:
                batch.refused[ids[0]] = refused
    batch.left = [one for ids in waiting for one in ids]
    return batch
