"""How fast happens-before is derived: records of 10^6 events in blocks, by what their events do.

    python benchmarks/causality_speed.py [--events 1000000] [--rounds 3] [--processes 4]

`printing`: prints, and a lock that changes hands at every hundredth. `locking`: nothing but acquires and releases.
`queue`: every item is put by one process and got by another; `distinct` items all differ. Figures are CPU seconds, the
least of the rounds, and microseconds an event; making the blocks is not in them.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Iterator
from typing import Any

from mprunner.checking.forms import Declared
from mprunner.checking.happens_before.causality import Causality
from mprunner.recording.blocks import Block, blocks
from mprunner.recording.events import Call, Ending, Recording

Line = tuple[int, str, str | None, str, dict[str, Any]]


def printing(count: int, processes: int) -> Iterator[Line]:
    for number in range(count // 2):
        who = number % processes
        if number % 100 == 0:
            yield who, "acquire", "lock", "lock", {}
        elif number % 100 == processes:
            yield who, "release", "lock", "lock", {}
        else:
            yield who, "print", None, "none", {"text": f"line {number % 50}"}


def locking(count: int, processes: int) -> Iterator[Line]:
    for number in range(count // 4):
        who = number % processes
        yield who, "acquire", "lock", "lock", {}
        yield who, "release", "lock", "lock", {}


def queue(count: int, processes: int, *, distinct: bool = False) -> Iterator[Line]:
    for number in range(count // 4):
        item = {"item": number if distinct else number % 7}
        yield 0, "put", "q", "queue", item
        yield 1 + number % (processes - 1), "get", "q", "queue", item


def recorded(lines: Iterator[Line]) -> Recording:
    calls = [
        Call(number, f"p{who}", f"p{who}", 10 + who, 1, number, operation, thing, kind, 2 * number, 2 * number + 1, "ok", values)  # type: ignore[arg-type]
        for number, (who, operation, thing, kind, values) in enumerate(lines)
    ]  # fmt: skip
    return Recording(
        "bench", "bench.yaml", "", "fork", "processes", "3", 0, 0.0, 1.0, 0, calls, [], Ending("finished", 2 * len(calls)),
    )  # fmt: skip


def seconds(made: list[Block], rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        causality = Causality(declared=Declared(limits={}), keep=False)
        gc.collect()
        gc.disable()
        start = time.process_time()
        for block in made:
            causality.feed_block(block)
        best = min(best, time.process_time() - start)
        gc.enable()
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=4)
    given = parser.parse_args()
    kinds = {
        "printing": printing(given.events, given.processes),
        "locking": locking(given.events, given.processes),
        "queue": queue(given.events, given.processes),
        "distinct": queue(given.events, given.processes, distinct=True),
    }
    for name, lines in kinds.items():
        made = list(blocks(recorded(lines)))
        count = sum(map(len, made))
        took = seconds(made, given.rounds)
        print(f"{name:<10} {count:>10,} events   {took:6.2f} s   {took / count * 1e6:5.2f} µs an event")


if __name__ == "__main__":
    main()
