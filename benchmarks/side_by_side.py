"""Timing of whole commands side by side: in turn, A B A B, so that a drifting machine drifts for both.

Figures are medians; compare them only as ratios.
"""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence


def wall_seconds(command: Sequence[str]) -> float:
    """How long the command took, in seconds. Raises CalledProcessError when it failed."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def in_turn(measures: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Each measure `rounds` times, in turn, after one round that does not count."""
    for measure in measures.values():
        measure()
    samples: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            samples[name].append(measure())
    return samples


def table(samples: dict[str, list[float]], *, unit: str = "s", baseline: str) -> str:
    """Median, least and most of each, and the ratio of its median to the baseline's."""
    base = statistics.median(samples[baseline])
    rows = [f"{'':34}{'median':>12}{'least':>12}{'most':>12}{'ratio':>8}"]
    for name, values in samples.items():
        middle = statistics.median(values)
        figures = "".join(f"{value:>10.4f} {unit}" for value in (middle, min(values), max(values)))
        rows.append(f"{name:34}{figures}{middle / base:>8.2f}")
    return "\n".join(rows)
