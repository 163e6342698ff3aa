"""Questions about many ids at once, some of which a panel may not want to hear."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.panel.errors import BadKey, PanelBusy, PanelRefused

REQUESTS_PER_BATCH = 16
ASKING_SECONDS = 10.0  # then no further request begins, which may take 20 s: a key is leased for 30 s

T = TypeVar("T")


@dataclass(slots=True)
class Batch(Generic[T]):
    """`refused` holds the panel's no to a request for just that id; `left` could not be asked for."""

    found: dict[str, T] = field(default_factory=dict)
    refused: dict[str, PanelRefused] = field(default_factory=dict)
    left: Sequence[str] = ()
    last: PanelRefused | None = None

    def any_found(self) -> "Batch[T]":
        """Raises the panel's last no when it refused everything."""
        if self.last is not None and not self.found:
            raise self.last
        return self


async def in_halves(
    ids: Sequence[str],
    ask: Callable[[Sequence[str]], Awaitable[Mapping[str, T]]],
    *,
    clock: Callable[[], float] = time.monotonic,
) -> Batch[T]:
    """One request. Should the panel refuse it because of one of the ids, halves find that one out, within
    REQUESTS_PER_BATCH and ASKING_SECONDS. Raises PanelError when asking again is of no use."""
    batch: Batch[T] = Batch()
    waiting = [list(ids)]
    end = clock() + ASKING_SECONDS
    for _ in range(REQUESTS_PER_BATCH):
        if not waiting or clock() > end:
            break
        some = waiting.pop(0)
        try:
            batch.found |= await ask(some)
        except (BadKey, PanelBusy):
            raise
        except PanelRefused as refused:
            batch.last = refused
            middle = len(some) // 2
            if middle:
                waiting += [some[:middle], some[middle:]]
            else:
                batch.refused[some[0]] = refused
    batch.left = [one for some in waiting for one in some]
    return batch
