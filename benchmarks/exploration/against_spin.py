"""The search over states beside SPIN: the same models in both, deadlocks and assertions, wall time of the whole command.

    python benchmarks/exploration/against_spin.py [--rounds 1] [--speed] [NAME ...]

Each row is a scenario of `spin/` and the Promela model of the same name. SPIN's time is that of `spin -a`, `gcc -O2 -DSAFETY` and
`./pan`, with its partial-order reduction; mprunner's that of a fresh interpreter which loads the scenario, builds its model and
searches all states. Steps are as fine in both, but states are not the same: registers, and what a reduction leaves out.
`--speed` tells instead how many steps the search makes in a second of CPU time, cold and once all moves are known.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent / "spin"
ROWS = (
    ("dining", (2, 4, 6, 9)),
    ("buffer", (1, 3, 6)),
    ("buffer_wrong", (1, 3)),
    ("readers", (2, 4, 5)),
    ("peterson", (1, 2, 8)),
    ("barrier", (2, 3, 4, 5)),
)


def searched(name: str, n: int) -> str:
    """The verdict of the search over states, and how many there are."""
    from mprunner.exploring.deadlocks import deadlocks
    from mprunner.exploring.hashed import search
    from mprunner.language.loading import load
    from mprunner.program.compiler import compile_scenario
    from mprunner.worlds.model.model import Model

    loaded = load(HERE / f"{name}.yaml", overrides={"n": str(n)})
    model = Model(compile_scenario(loaded.scenarios[0], source=loaded.source))
    graph = search(model)
    lives = [model.layout.cell("life", info.process) for info in model.threads if not info.internal]
    failed = any(
        isinstance(graph.table.packing.value(graph.codes[end], life), tuple)
        and graph.table.packing.value(graph.codes[end], life) != (0,)
        for end in graph.ends()
        for life in lives
    )
    verdict = "assertion" if failed else "deadlock" if deadlocks(graph).found else "holds"
    return f"{verdict} {len(graph)} {graph.transitions / graph.seconds:.0f}"


def speed(name: str, n: int, rounds: int) -> str:
    """Steps a CPU second of a search that has to learn its moves, and of the best of others that know them."""
    from mprunner.exploring.hashed import search
    from mprunner.language.loading import load
    from mprunner.program.compiler import compile_scenario
    from mprunner.worlds.model.model import Model

    loaded = load(HERE / f"{name}.yaml", overrides={"n": str(n)})
    model = Model(compile_scenario(loaded.scenarios[0], source=loaded.source))
    table, spent = None, []
    for _ in range(rounds + 1):
        began = time.process_time()
        graph = search(model, table=table)
        spent.append(time.process_time() - began)
        table = graph.table
    cold, warm = (graph.transitions / seconds for seconds in (spent[0], min(spent[1:])))
    return f"{f'{name}({n})':16} {len(graph):>9,} states {graph.transitions:>9,} steps {cold:>11,.0f}/s {warm:>11,.0f}/s"


def of_mprunner(name: str, n: int) -> tuple[float, str, int]:
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, "--one", name, str(n)], capture_output=True, text=True, check=True
    )
    verdict, states, _ = done.stdout.split()
    return time.perf_counter() - began, verdict, int(states)


def of_spin(name: str, n: int) -> tuple[float, str, int]:
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        for command in (
            ["spin", "-a", f"-DN={n}", str(HERE / f"{name}.pml")],
            ["gcc", "-O2", "-DSAFETY", "-w", "-o", "pan", "pan.c"],
        ):
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
        told = subprocess.run(["./pan", "-m1000000"], cwd=folder, capture_output=True, text=True).stdout
        seconds = time.perf_counter() - began
    found = re.search(r"pan:\d+: (invalid end state|assertion violated)", told)
    verdict = "holds" if found is None else "deadlock" if "end" in found.group(1) else "assertion"
    states = re.search(r"(\d+) states, stored", told)
    return seconds, verdict, int(states.group(1)) if states else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--one", nargs=2)
    parser.add_argument("--speed", action="store_true")
    options = parser.parse_args()
    if options.one is not None:
        print(searched(options.one[0], int(options.one[1])))
        return
    if options.speed:
        for name, sizes in ROWS:
            if not options.names or name in options.names:
                print(speed(name, sizes[-1], options.rounds), flush=True)
        return
    missing = [command for command in ("spin", "gcc") if shutil.which(command) is None]
    if missing:
        print(f"skipped: {' and '.join(missing)} not there")
        return
    print(f"{'model':16} {'mprunner':>9} {'states':>9}  {'SPIN':>8} {'states':>9}  {'ratio':>6}  verdict")
    for name, sizes in ROWS:
        for n in sizes if not options.names or name in options.names else ():
            ours = min(of_mprunner(name, n) for _ in range(options.rounds))
            its = min(of_spin(name, n) for _ in range(options.rounds))
            verdict = ours[1] if ours[1] == its[1] else f"{ours[1]}, but SPIN says {its[1]}"
            print(
                f"{f'{name}({n})':16} {ours[0]:>7.2f} s {ours[2]:>9,}  {its[0]:>6.2f} s {its[2]:>9,}  "
                f"{ours[0] / its[0]:>6.2f}  {verdict}",
                flush=True,
            )


if __name__ == "__main__":
    main()
