"""Round numbers to measure bars by. Pure."""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

_STEPS = 4  # at most, about
_NOTHING = Decimal()


def ticks(most: Decimal, *, least: Decimal = _NOTHING) -> Sequence[Decimal]:
    """From 0 to `most` or a little beyond, `least` apart or more. Only 0 when there is nothing."""
    if most <= 0:
        return (_NOTHING,)
    step = max(_round_up(most / _STEPS), least)
    count = int((most / step).to_integral_value(ROUND_CEILING))
    return [step * number for number in range(count + 1)]


def _round_up(value: Decimal) -> Decimal:
    """The next of ... 0.5, 1, 2, 5, 10, 20 ..."""
    unit = Decimal((0, (1,), value.adjusted()))
    return next(unit * digit for digit in (1, 2, 5, 10) if unit * digit >= value)
