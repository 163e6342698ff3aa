"""`python -m benchmarks [NAME ...]`: a table of figures, their targets, and whether they are met."""

import sys
import time

from benchmarks import catalogue, cpu, crowd, latency, notices, polling, requests, simulation, updates
from benchmarks.figures import Figure

BENCHMARKS = {
    "updates": updates.measure,
    "cpu": cpu.measure,
    "latency": latency.measure,
    "polling": polling.measure,
    "requests": requests.measure,
    "crowd": crowd.measure,
    "catalogue": catalogue.measure,
    "notices": notices.measure,
    "simulation": simulation.measure,
}


def main(names: list[str]) -> int:
    unknown = set(names) - BENCHMARKS.keys()
    if unknown:
        print(f"No such benchmark: {', '.join(sorted(unknown))}. There are: {', '.join(BENCHMARKS)}.")
        return 2
    began = time.monotonic()
    missed = 0
    for name in names or BENCHMARKS:
        for figure in BENCHMARKS[name]():
            missed += not figure.ok
            print(_line(figure), flush=True)
    print(f"{missed} missed, in {time.monotonic() - began:.0f} s.")
    return 0


def _line(figure: Figure) -> str:
    value = f"{figure.value:.2f} {figure.unit}"
    target = f"{figure.compare} {figure.target:g} {figure.unit}"
    return f"{figure.name:<44} {value:>9}  {target:>9}  {'ok' if figure.ok else 'MISSED':<7} {figure.detail}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
