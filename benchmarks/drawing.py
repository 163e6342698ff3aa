"""Pictures of what was measured."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

SHARES = [percent / 100 for percent in range(1, 101)]


def draw(path: Path, *, ours: Sequence[float], fixed: Sequence[float], every: float) -> None:
    """Which share of the changes is seen within how many seconds."""
    library = import_module("matplotlib")  # only `make bench` installs it, so the type checker may lack it
    library.use("Agg")
    figure: Any
    figure, axes = import_module("matplotlib.pyplot").subplots(figsize=(8, 4.5), layout="constrained")
    for delays, label in ((ours, "our schedule"), (fixed, f"each order every {every:.0f} s, as many looks")):
        by_length = sorted(delays)
        axes.plot([by_length[int(share * len(by_length)) - 1] for share in SHARES], SHARES, label=label)
    axes.set(
        xscale="log",
        xlim=(1, 3600),
        ylim=(0, 1),
        xlabel="seconds from a change to the look that sees it",
        ylabel="share of changes",
        title=f"{len(ours):,} changes of simulated orders",
    )
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)
