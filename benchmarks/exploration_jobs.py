"""Wall time of `mprun explore` with one process and with several, turn by turn, and that both come to the same number.

python benchmarks/exploration_jobs.py [--jobs 2] [--rounds 3]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from statistics import median

from mprunner.exploring.explore import Explorer
from mprunner.exploring.options import ExploreOptions
from mprunner.exploring.results import Accounting
from mprunner.language.loading import load
from mprunner.program.compiler import compile_scenario
from mprunner.records import replaced

FAMILIES = Path(__file__).parent / "exploration"
PROGRAMS = [("lastzero", 10), ("indexer", 14), ("dining", 10)]


def explored(family: str, n: int, jobs: int) -> tuple[Accounting, float]:
    loaded = load(FAMILIES / f"{family}.yaml", overrides={"n": str(n)})
    program = compile_scenario(loaded.scenarios[-1], source=loaded.source)
    explorer = Explorer(loaded.scenarios[-1], program, ExploreOptions(jobs=jobs))
    began = time.perf_counter()
    found = explorer.explore()
    return replaced(found.accounting, seconds=0.0), time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    for family, n in PROGRAMS:
        alone, several = [], []
        for _ in range(asked.rounds):
            one, seconds = explored(family, n, 1)
            alone.append(seconds)
            other, seconds = explored(family, n, asked.jobs)
            several.append(seconds)
            assert one == other, "several find something else than one"
        ratios = [one / other for one, other in zip(alone, several, strict=True)]
        print(
            f"{family}({n}): {one.executions:,} executions, {median(alone):.1f} s alone,"
            f" {median(several):.1f} s with {asked.jobs},"
            f" {median(ratios):.2f} times as fast ({min(ratios):.2f} to {max(ratios):.2f})",
            flush=True,
        )


if __name__ == "__main__":
    main()
