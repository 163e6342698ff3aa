"""When to look again. Pure; every interval is a multiple of POLL_INTERVAL."""

from bot.panel.models import OrderStatus

LONGEST_REST = 60.0  # seconds a failing panel is left alone, unless it names a longer Retry-After
DAY_FACTOR = 1440


def look_factor(status: OrderStatus | None, *, unchanged_for: float) -> int:
    """How many POLL_INTERVALs to wait before the next look.

    | status                          | unchanged for | factor |
    |---------------------------------|---------------|--------|
    | running, or not looked at yet   | under 1 hour  |      1 |
    |                                 | under 1 day   |      5 |
    |                                 | longer        |     15 |
    | a word we do not know           | any time      | 5 at least |
    | ended (one more look, then none)| any time      |   1440 |

    At the default POLL_INTERVAL of 60 s, 1440 is a day: operators change ended orders by hand.
    """
    if status is not None and status.ended:
        return DAY_FACTOR
    factor = 1 if unchanged_for < 3600 else 5 if unchanged_for < 86400 else 15
    return max(factor, 5) if status is not None and status.status is None else factor


def rest(failures: int, *, interval: float, retry_after: float | None, chance: float) -> float:
    """Seconds to leave a key alone after its `failures`-th failure in a row.

    Doubles from at most 2 s to LONGEST_REST; `chance` in [0, 1) spreads it over its upper half, so that
    keys do not come back all at once. A Retry-After is never undercut.
    """
    longest = min(min(interval, 2.0) * 2.0 ** min(failures - 1, 30), LONGEST_REST)
    return max(longest * (0.5 + chance / 2), retry_after or 0.0)
