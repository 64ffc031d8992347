"""Runs a second of `mprun --runs 200` on a scenario without sleeps, against a bare loop that forks the same processes.

    python benchmarks/runs_rate.py [--runs 200] [--rounds 5]

To reach: 0.55 of the bare loop's rate. Both are timed as whole commands less their own start-up (the same with one run).
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from side_by_side import in_turn, wall_seconds

SCENARIO = """
name: two-processes
locks: {lock: {}}
targets:
  work:
    params: [i]
    steps:
      - with: lock
        steps:
          - print: "hello {i}"
processes:
  p: {target: work, replicas: 2, args: ["{index}"]}
expect:
  - mutual_exclusion: lock
"""

BARE = """
import multiprocessing, os, sys

def work(i, lock):
    with lock:
        print("hello", i)

if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    sys.stdout = open(os.devnull, "w")
    for _ in range(int(sys.argv[1])):
        lock = context.Lock()
        both = [context.Process(target=work, args=(i, lock)) for i in range(2)]
        for process in both:
            process.start()
        for process in both:
            process.join()
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scenario, bare = Path(folder) / "two.yaml", Path(folder) / "bare.py"
        scenario.write_text(SCENARIO)
        bare.write_text(BARE)

        def ours(runs: int) -> float:
            return wall_seconds([sys.executable, "-m", "mprunner", str(scenario), "-q", "--runs", str(runs)])

        def loop(runs: int) -> float:
            return wall_seconds([sys.executable, str(bare), str(runs)])

        samples = in_turn(
            {
                "bare loop": lambda: loop(options.runs),
                "bare loop, one run": lambda: loop(1),
                "mprun": lambda: ours(options.runs),
                "mprun, one run": lambda: ours(1),
            },
            options.rounds,
        )
    middle = {name: statistics.median(values) for name, values in samples.items()}
    rate = {
        name: (options.runs - 1) / (middle[name] - middle[f"{name}, one run"])
        for name in ("bare loop", "mprun")
    }
    for name, runs_a_second in rate.items():
        print(f"{name:12}{runs_a_second:10.0f} runs/s")
    print(f"mprun reaches {rate['mprun'] / rate['bare loop']:.2f} of the bare loop (to reach: 0.55)")


if __name__ == "__main__":
    main()
