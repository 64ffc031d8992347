"""Complete executions a second of `mprun explore`'s partial-order reduction, beside frontrun where it is installed.

    python benchmarks/exploration_speed.py [--frontrun PATH/bin/frontrun]

frontrun runs the same three programs on threads, under its own command line and without its bound on preemptions; `--frontrun` is
that command in an environment of its own (`pip install frontrun`), whose `python` stands beside it.
"""

from __future__ import annotations

import argparse
import gc
import subprocess
import time
import tracemalloc
from pathlib import Path

from mprunner.exploring.optimal import Traces
from mprunner.language.loading import load
from mprunner.program.compiler import compile_scenario
from mprunner.worlds.model.model import Model

FAMILIES = Path(__file__).parent / "exploration"
PROGRAMS = [("counter_race", 3), ("dining", 3), ("lastzero", 4), ("lastzero", 8)]

PEER = """
import sys, threading, time
from frontrun import explore

class State: pass

def counter_race(n):
    def setup():
        state = State(); state.x = 0; return state
    def add(state):
        x = state.x
        state.x = x + 1
    return setup, [add] * n

def dining(n):
    def setup():
        state = State(); state.forks = [threading.Lock() for _ in range(n)]; return state
    def eat(i):
        def run(state):
            with state.forks[i]:
                with state.forks[(i + 1) % n]:
                    pass
        return run
    return setup, [eat(i) for i in range(n)]

def lastzero(n):
    def setup():
        state = State()
        for i in range(n + 1):
            setattr(state, f"a{i}", 0)
        return state
    def write(j):
        return lambda state: setattr(state, f"a{j}", getattr(state, f"a{j - 1}") + 1)
    def read(state):
        i = n
        while getattr(state, f"a{i}") != 0:
            i -= 1
    return setup, [*(write(j) for j in range(1, n + 1)), read]

setup, workers = globals()[sys.argv[1]](int(sys.argv[2]))
began = time.perf_counter()
result = explore(setup, workers, lambda state: True, preemption_bound=None, stop_on_first=False, reproduce_on_failure=0)
print(result.num_explored, time.perf_counter() - began)
"""


def own(family: str, n: int) -> tuple[int, float]:
    loaded = load(FAMILIES / f"{family}.yaml", overrides={"n": str(n)})
    model = Model(compile_scenario(loaded.scenarios[0], source=loaded.source))
    sum(1 for _ in Traces(model))
    began = time.perf_counter()
    number = sum(1 for _ in Traces(model))
    return number, time.perf_counter() - began


def memory(family: str, n: int) -> str:
    """What an exploration holds besides the model, whose steps are known from one before: after each fifth, and at its end.

    It is the execution at hand and what is still to be tried, which comes and goes; nothing is kept of executions that are over.
    """
    loaded = load(FAMILIES / f"{family}.yaml", overrides={"n": str(n)})
    model = Model(compile_scenario(loaded.scenarios[0], source=loaded.source))
    total = sum(1 for _ in Traces(model))
    held = []
    tracemalloc.start()
    traces = Traces(model)
    for number, _ in enumerate(traces, 1):
        if number % (total // 5) == 0 and number < total:
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0] / 1e3)
    gc.collect()
    held.append(tracemalloc.get_traced_memory()[0] / 1e3)
    tracemalloc.stop()
    return f"holds {', '.join(f'{kilobytes:.0f}' for kilobytes in held)} kB over {total:,} executions"


def peer(command: Path, family: str, n: int) -> str:
    run = [str(command), str(command.parent / "python"), "-c", PEER, family, str(n)]
    done = subprocess.run(run, capture_output=True, text=True, timeout=120, check=False)
    last = (done.stdout.strip().splitlines() or ["?"])[-1].split()
    if done.returncode or len(last) != 2:
        return f"failed: {done.stderr.strip().splitlines()[-1:]}"
    number, seconds = int(last[0]), float(last[1])
    return f"{number:>6} executions {number / seconds:>8,.0f}/s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--frontrun", type=Path)
    asked = parser.parse_args()
    for family, n in PROGRAMS:
        number, seconds = own(family, n)
        line = f"{family + f'({n})':<16} mprunner {number:>6} executions {number / seconds:>8,.0f}/s"
        if asked.frontrun is not None and (family, n) != ("lastzero", 8):
            line += f"   frontrun {peer(asked.frontrun, family, n)}"
        print(line, flush=True)
    for n in (8, 10):
        print(f"{f'lastzero({n})':<16} {memory('lastzero', n)}")
    if asked.frontrun is None:
        print("frontrun: skipped; --frontrun says where it is")


if __name__ == "__main__":
    main()
