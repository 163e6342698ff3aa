"""What a benchmark returns, and how a run is condensed."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `detail` says what the figure was made of."""

    name: str
    value: float
    compare: Literal[">=", "<=", "=="]
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


def middle_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the rounds' ratios: what slows the machine for a moment slows both of a round."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
