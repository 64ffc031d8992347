"""How fast a model is stepped: every state of philosophers with locks, and of `lastzero` over an array without a lock.

    python benchmarks/model_steps.py [--rounds 3]

Figures are steps a second of CPU time, the best of the rounds. What a step does is worked out in the first round,
and looked up from then on. `first` is that round, which has both.
"""

from __future__ import annotations

import argparse
import gc
import time

from mprunner.language.loading import load_source
from mprunner.language.source import Source
from mprunner.program.compiler import compile_scenario
from mprunner.worlds.model.model import Model

PROGRAMS = {
    "dining": """
name: dining
params: {n: 6}
locks: {fork: {count: "{n}"}}
targets:
  dine:
    params: [i]
    steps:
      - repeat: 2
        steps:
          - acquire: "fork[i]"
          - acquire: "fork[(i + 1) % n]"
          - release: "fork[(i + 1) % n]"
          - release: "fork[i]"
processes:
  phil: {target: dine, replicas: "{n}", args: ["{index}"]}
expect: [{existence: {op: begin, process: main}}]
""",
    "lastzero": """
name: lastzero
params: {n: 8}
arrays: {a: {type: i, size: "{n + 1}", kind: RawArray}}
targets:
  write: {params: [j], steps: [{set: {"a[j + 1]": "{a[j] + 1}"}}]}
  read: {steps: [{set: {i: "{n}"}}, {while: "a[i] != 0", steps: [{set: {i: "{i - 1}"}}]}]}
processes:
  reader: {target: read}
  writer: {target: write, replicas: "{n}", args: ["{index}"]}
expect: [{existence: {op: begin, process: main}}]
""",
}


def search(model: Model) -> tuple[int, int, float]:
    """States, steps and CPU seconds of a plain search."""
    gc.collect()
    began = time.process_time()
    seen, waiting, steps = {model.initial}, [model.initial], 0
    while waiting:
        for _, _, after in model.successors(waiting.pop()):
            steps += 1
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return len(seen), steps, time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    for name, text in PROGRAMS.items():
        source = Source(f"{name}.yaml", text)
        model = Model(compile_scenario(load_source(source).scenarios[0], source=source))
        states, steps, first = search(model)
        best = min(search(model)[2] for _ in range(rounds))
        print(
            f"{name:10} {states:9,} states {steps:10,} steps   {steps / best:9,.0f} steps/s   first {steps / first:9,.0f}"
        )


if __name__ == "__main__":
    main()
