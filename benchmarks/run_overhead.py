"""`mprun scenarios/lock.yaml` against the same program written by hand, with the same short sleeps and start method.

    python benchmarks/run_overhead.py [--rounds 11] [--start-method fork]

To reach: under 0.2 s more in all, and for the run itself, after loading, under 1.3 times.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from side_by_side import in_turn, table, wall_seconds

SCENARIO = Path(__file__).parent.parent / "scenarios" / "lock.yaml"
SCALE = 0.05

BY_HAND = """
import multiprocessing, sys, time

def count(num, value, lock):
    with lock:
        print(f"add{value}:num={num}")
        for _ in range(2):
            num += value
            print(f"add{value}:num={num}")
            time.sleep(SCALE)

if __name__ == "__main__":
    context = multiprocessing.get_context(METHOD)
    began = time.perf_counter()
    lock = context.Lock()
    workers = [context.Process(target=count, args=(0, value, lock)) for value in (1, 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(time.perf_counter() - began, file=sys.stderr)
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--start-method", default="fork", choices=["fork", "spawn", "forkserver"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "by_hand.py"
        script.write_text(BY_HAND.replace("SCALE", str(SCALE)).replace("METHOD", repr(options.start_method)))
        hand = [sys.executable, str(script)]
        ours = [
            *(sys.executable, "-m", "mprunner", str(SCENARIO)),
            *("--time-scale", str(SCALE), "--start-method", options.start_method),
        ]

        def hand_itself() -> float:
            return float(subprocess.run(hand, check=True, capture_output=True, text=True).stderr)

        def run_itself() -> float:
            printed = subprocess.run([*ours, "--json"], check=True, capture_output=True, text=True).stdout
            lines = [json.loads(line) for line in printed.splitlines()]
            return float(next(line["seconds"] for line in lines if line["type"] == "run"))

        whole = in_turn(
            {"by hand": lambda: wall_seconds(hand), "mprun": lambda: wall_seconds(ours)}, options.rounds
        )
        itself = in_turn(
            {"by hand, main only": hand_itself, "mprun, the run itself": run_itself}, options.rounds
        )
    print(f"whole command, {options.start_method}")
    print(table(whole, baseline="by hand"))
    print("\nthe run itself, after loading")
    print(table(itself, baseline="by hand, main only"))


if __name__ == "__main__":
    main()
