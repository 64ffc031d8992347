"""How fast saved recordings load, and how little memory it takes to go over one that stays in its file.

    python benchmarks/loading.py [--events 1000000] [--rounds 3]

The recording is made here: five processes take a lock, put, get, print and release, two events a call. `repeated`: fifty items
and lines over and over; `distinct`: each item and line is another; `prints`: nothing but prints, each with another text.
Beside it what `json.loads` of each line alone takes in the same process; figures are CPU seconds, the least of the rounds, and
the ratio to that. Memory is the peak of a process of its own, above that of one that has only imported all.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

from mprunner.recording.blocks import blocks
from mprunner.recording.events import Call, Ending, Part, Recording
from mprunner.recording.lines import header_of
from mprunner.recording.loading import load
from mprunner.recording.store import RecordingWriter
from mprunner.recording.streaming import stream


def calls(count: int, *, distinct: bool) -> Iterator[Call]:
    """So many calls of a run that has gone well."""
    sequences = [0] * 5
    for number in range(count):
        turn, step = divmod(number, 5)
        process, item = turn % 5, turn if distinct else turn % 50
        name, begin = f"p[{process}]", 1000 + 200 * number
        operation, thing, kind, values = (
            ("acquire", "l", "lock", {}),
            ("put", "q", "queue", {"item": item}),
            ("get", "q", "queue", {"result": item}),
            ("print", None, "none", {"text": f"line {item}", "parts": (Part("text", "line "), Part("value", str(item)))}),
            ("release", "l", "lock", {}),
        )[step]  # fmt: skip
        end = begin if operation == "print" else begin + 100
        sequences[process] += 2
        yield Call(
            number, name, name, 100 + process, 100 + process, sequences[process], operation, thing, kind, begin, end, "ok",
            values, None, step, None, False, sequences[process] + (operation != "print"),
        )  # fmt: skip


def prints(count: int) -> Iterator[Call]:
    """So many prints, none like another."""
    for number in range(count):
        process, begin = number % 5, 1000 + 200 * number
        name = f"p[{process}]"
        parts = (Part("text", "line "), Part("value", str(number)))
        yield Call(
            number, name, name, 100 + process, 100 + process, number + 1, "print", None, "none", begin, begin, "ok",
            {"text": f"line {number}", "parts": parts}, None, 3, None, False, number + 1,
        )  # fmt: skip


SHAPES: dict[str, Callable[[int], Iterator[Call]]] = {
    "repeated": lambda count: calls(count, distinct=False),
    "distinct": lambda count: calls(count, distinct=True),
    "prints": prints,
}


def write(path: str, events: int, shape: str) -> None:
    """A recording of so many events."""
    ending = Ending("finished", 10**15)
    recording = Recording("bench", "", "", "fork", "processes", "", 500, 0.0, 1.0, 0, [], [], ending)
    with RecordingWriter(path, header_of(recording)) as writer:
        for call in SHAPES[shape](events // 2):
            writer.call(call)
        writer.finish(recording)


def json_alone(path: str) -> int:
    """What every reader of JSON lines in Python has to do."""
    with open(path, "rb") as file:
        return sum(json.loads(line) is not None for line in file)


def go_over(recording: Recording | None) -> int:
    """All events of the recording, in their blocks."""
    assert recording is not None
    return sum(map(len, blocks(recording)))


DOINGS: dict[str, Callable[[str], Any]] = {
    "nothing": lambda path: None,
    "json.loads of each line": json_alone,
    "load": load,
    "load, and all blocks": lambda path: go_over(load(path)),
    "stream all blocks": lambda path: go_over(stream(path)),
}


def seconds(doing: Callable[[str], Any], path: str) -> float:
    """CPU seconds of doing it once."""
    began = time.process_time()
    doing(path)
    return time.process_time() - began


def peak(doing: str, path: str) -> float:
    """Peak memory of a process that does it once, in megabytes."""
    done = subprocess.run(
        [sys.executable, __file__, "--peak", doing, path], check=True, capture_output=True, text=True
    )
    return int(done.stdout) / 1024


def most_resident() -> int:
    """The most memory that this process ever had, in kilobytes. What rusage tells is its parent's where that had more."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peak", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peak:
        DOINGS[options.peak[0]](options.peak[1])
        print(most_resident())
        return
    with tempfile.TemporaryDirectory() as folder:
        for shape in SHAPES:
            tell(folder, options.events, options.rounds, shape)


def tell(folder: str, events: int, rounds: int, name: str) -> None:
    path, short = os.path.join(folder, f"{name}.jsonl"), os.path.join(folder, f"{name}-short.jsonl")
    write(path, events, name)
    write(short, events // 10, name)
    print(f"\n{name}: {events:,} events, {os.path.getsize(path) / 1e6:.0f} MB")
    print(f"{'':28}{'seconds':>9}{'ratio':>8}{'peak MB':>10}{'of a tenth':>12}")
    nothing = peak("nothing", path)
    best = dict.fromkeys(DOINGS, float("inf"))
    for _ in range(rounds):
        for what, doing in DOINGS.items():
            best[what] = min(best[what], seconds(doing, path))
    for what in list(DOINGS)[1:]:
        ratio = best[what] / best["json.loads of each line"]
        memory, of_short = peak(what, path) - nothing, peak(what, short) - nothing
        print(f"{what:28}{best[what]:9.2f}{ratio:8.2f}{memory:10.0f}{of_short:12.0f}", flush=True)


if __name__ == "__main__":
    main()
