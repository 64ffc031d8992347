"""A scenario that has one of each kind of thing, for the examples of the reference to stand in."""

from __future__ import annotations

SURROUNDINGS = """\
params: {n: 2}
globals: {x: 1, letter: a, i: 0, nums: [1], ages: {}, done: false}
managers: {manager: }
locks: {lock: }
semaphores: {permits: }
conditions: {changed: }
flags: {go: }
barriers: {meeting: {parties: 2}}
values: {v: {type: i}}
queues: {q: {create: later}, jobs: {kind: JoinableQueue}}
pools: {po: {processes: 2}}
targets:
  work:
    params: [num]
    steps:
      - print: "{num}"
      - set: {num: 2}
      - raise: {ValueError: boom}
  read: {steps: [{get: q}, {put: {queue: q, item: 1}}]}
processes:
  p1: {target: work, args: [1]}
  p2: {target: work, args: [1]}
  reader: {target: read}
main:
  - create: q
  - start: p1
  - apply_async: {pool: po, func: work, args: [1]}
    into: result
  - with: lock
    steps: [{print: "{x}"}, {set: {v.value: 1}}]
"""

FOR_OUTPUT = "main: [{print: first}, {print: second}]\n"
"""One whose prints are ordered by the program."""


def with_promise(form: str, example: str) -> str:
    """A scenario with this promise."""
    lines = "".join(f"  {line}\n" for line in example.splitlines())
    return f"{FOR_OUTPUT if form == 'output' else SURROUNDINGS}expect:\n{lines}"
