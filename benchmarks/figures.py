"""What a benchmark returns, and how a run is condensed."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Compare = Literal[">=", "<=", "=="]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `detail` says what the figure was made of."""

    name: str
    value: float
    compare: Compare
    target: float
    unit: str = "x"
    detail: str = ""

    @property
    def ok(self) -> bool:
        match self.compare:
            case ">=":
                return self.value >= self.target
            case "<=":
                return self.value <= self.target
            case "==":
                return self.value == self.target


def percentile(samples: Sequence[float], percent: int) -> float:
    """The value that so many percent of the samples do not exceed."""
    return sorted(samples)[max(len(samples) * percent // 100 - 1, 0)]


def against(
    name: str, rounds: Sequence[Sequence[float]], compare: Compare, target: float, unit: str
) -> Figure:
    """The median of the rounds' ratios, ours to theirs: what slows the machine for a moment slows both.

    The detail tells both medians, in `unit`, and between which ratios the middle half of the rounds lies.
    """
    ours, theirs = rounds
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    a, b = (f"{statistics.median(each):.{2 if max(each) < 10 else 0}f}" for each in rounds)
    low, _, high = statistics.quantiles(ratios, n=4)
    detail = f"{a} against {b} {unit}; half of {len(ratios)} rounds: {low:.2f} to {high:.2f}"
    return Figure(name, statistics.median(ratios), compare, target, detail=detail)
