"""How much memory it takes to judge a recording that stays in its file, for each form of promise, and for four times the length.

    python benchmarks/checking_memory.py [--events 1000000] [--times 4] [--only WORDS] [--shape SHAPE]

The recording is made here, as `loading.py` makes it: five processes take a lock, put, get, print and release. `repeated`: fifty
items and lines over and over; `distinct`: each is another. Figures are the peak of a process that judges one promise (and what
every scenario promises unasked), in megabytes above one that has only imported all; happens-before goes along.
What must grow is marked (docs/constraints.md, *Exactly*).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile

from loading import most_resident, write

from mprunner.checking.check import check
from mprunner.language.loading import load_source
from mprunner.language.source import Source
from mprunner.recording.streaming import stream

PUT, GET, PRINT = "{op: put, object: q}", "{op: get, object: q}", "{op: print}"
FORMS = {
    "count": f"{{count: {PRINT}, at_least: 1}}",
    "each, after": f"response: [{PUT}, {GET}]",
    "each, before": f"precedence: [{PUT}, {GET}]",
    "each, without": f"{{each: {PUT}, has: {GET}, without: {PRINT}}}",
    "each, next": f"{{each: {PUT}, has: {GET}, where: next}}",
    "each, bound by process": f"{{each: {PUT}, has: {GET}, bind: [process]}}",
    "chain": f"response_chain: [{PUT}, [{GET}, {PRINT}]]",
    "sequence": f"sequence: [{PUT}, {GET}, {{next: {PRINT}}}, {PUT}]",
    "per process": f"{{response: [{PUT}, {PRINT}], per: process}}",
    "open": "mutual_exclusion: l",
    "closed": "closed: {hold: l}",
    "no interleaving": "no_interleaving: {of: {op: print}, inside: {hold: l}}",
    "spans' relation": "{span: {hold: l}, relation: contains, to: {call: put, object: q}}",
    "fifo": "fifo: q",
    "exactly once": "exactly_once: q",
    "pair": f"{{pair: {{put: {PUT}, get: {GET}, by: item}}, order: fifo}}",
    "happens before": f"happens_before: [{PUT}, {GET}]",
}
GROWING = {
    "in segments *": f"{{response: [{PUT}, {PRINT}], within: {{from: {{op: acquire}}, to: {{op: release}}}}}}",
    "each, bound by item *": f"{{each: {PUT}, has: {GET}, where: anywhere, bind: [item]}}",
    "for each *": "{response: [{op: put, item: $id}, {op: get, item: $id}], for_each: {op: put, item: $id}}",
    "linearizable *": "linearizable: {object: q, model: queue}",
}
SCENARIO = """\
name: memory
locks: {l: {}}
queues: {q: {}}
targets:
  work: {steps: [{acquire: l}, {put: {queue: q, item: 1}}, {get: q, into: x}, {print: "line {x}"}, {release: l}]}
processes:
  p: {target: work, replicas: 5}
expect:
  - PROMISE
"""


def judge(promise: str, path: str) -> str:
    """What comes of a promise over the recording in a file."""
    text = SCENARIO.replace("PROMISE", promise)
    (scenario,) = load_source(Source("memory.yaml", text)).scenarios
    recording = stream(path)
    assert recording is not None
    return check(recording, scenario)[0].status


def peak(*arguments: str) -> tuple[float, str]:
    """Peak memory of a process that judges once, in megabytes, and the verdict."""
    command = [sys.executable, __file__, "--judge", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    memory, status = done.stdout.split()
    return int(memory) / 1024, status


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=4, help="how many times longer the second recording is")
    parser.add_argument(
        "--only", metavar="WORDS", default="", help="forms with one of these, by `;`, in their name"
    )
    parser.add_argument("--shape", choices=("repeated", "distinct"), help="of this shape only")
    parser.add_argument("--judge", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.judge:
        promise, path = options.judge
        status = judge(promise, path) if path else "nothing"
        print(most_resident(), status)
        return
    with tempfile.TemporaryDirectory() as folder:
        for shape in ("repeated", "distinct") if options.shape is None else (options.shape,):
            tell(folder, shape, options)


def tell(folder: str, shape: str, options: argparse.Namespace) -> None:
    sizes = (options.events, options.events * options.times)
    paths = [os.path.join(folder, f"{shape}-{size}.jsonl") for size in sizes]
    for size, path in zip(sizes, paths, strict=True):
        write(path, size, shape)
    print(f"{shape:28}{sizes[0]:>12,}{sizes[1]:>12,} events", flush=True)
    nothing, _ = peak("", "")
    for name, promise in {**FORMS, **GROWING}.items():
        if any(word in name for word in options.only.split(";")):
            found = [peak(promise, path) for path in paths]
            memories = "".join(f"{memory - nothing:>9.0f} MB" for memory, _ in found)
            print(f"  {name:26}{memories}  {found[0][1]}", flush=True)
    for path in paths:
        os.unlink(path)


if __name__ == "__main__":
    main()
