"""Questions about many ids at once, some of which a panel may not want to hear."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from bot.panel.errors import BadKey, PanelBusy, PanelRefused

REQUESTS_PER_LOOK = 16

T = TypeVar("T")


async def in_halves(
    ids: Sequence[str], ask: Callable[[Sequence[str]], Awaitable[Mapping[str, T]]]
) -> tuple[dict[str, T], set[str]]:
    """What the panel says, in one request; and the ids that could not be asked for this time.

    Should the panel refuse the request because of one of the ids, halves find that one out, within
    REQUESTS_PER_LOOK. Raises PanelError when it refuses them all.
    """
    waiting = [list(ids)]
    found: dict[str, T] = {}
    last: PanelRefused | None = None
    for _ in range(REQUESTS_PER_LOOK):
        if not waiting:
            break
        some = waiting.pop(0)
        try:
            found |= await ask(some)
        except (BadKey, PanelBusy):
            raise
        except PanelRefused as refused:
            last = refused
            middle = len(some) // 2
            waiting += [half for half in (some[:middle], some[middle:]) if half and middle]
    if last is not None and not found:
        raise last
    return found, {one for some in waiting for one in some}
