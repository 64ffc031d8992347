"""How far the estimate of `mprun explore` is from the number of executions that there are, on the way there.

python benchmarks/exploration_estimate.py
"""

from __future__ import annotations

from pathlib import Path

from mprunner.exploring.parts import estimate
from mprunner.exploring.subtree import Subtree, Task
from mprunner.language.loading import load
from mprunner.program.compiler import compile_scenario
from mprunner.worlds.model.model import Model

FAMILIES = Path(__file__).parent / "exploration"
PROGRAMS = [
    ("lastzero", 8), ("indexer", 13), ("filesystem", 18), ("dining", 8), ("counter_race", 4), ("readers", 9)
]  # fmt: skip
PARTS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9)


def main() -> None:
    print(f"{'after':<18}" + "".join(f"{part:>8.0%}" for part in PARTS) + "   (estimate / number)")
    for family, n in PROGRAMS:
        loaded = load(FAMILIES / f"{family}.yaml", overrides={"n": str(n)})
        traces = Subtree(Model(compile_scenario(loaded.scenarios[0], source=loaded.source)), Task())
        told = [estimate(number, traces.part) or 0.0 for number, _ in enumerate(traces, 1)]
        shares = [told[max(0, int(part * len(told)) - 1)] / len(told) for part in PARTS]
        print(f"{family + f'({n})':<18}" + "".join(f"{share:>8.2f}" for share in shares))


if __name__ == "__main__":
    main()
