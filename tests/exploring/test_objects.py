"""One execution for each trace comes to every end that there is, whatever objects processes share."""

from __future__ import annotations

import textwrap

import pytest

from mprunner.exploring.optimal import Traces
from tests.exploring.conftest import Modelled
from tests.worlds.model import test_both_worlds, test_callbacks, test_managers, test_pools, test_time
from tests.worlds.model.searching import endings

RESULTS = """
pools: {po: {processes: 2}}
targets: {work: {params: [x], steps: [return: "{x}"]}}
main:
  - apply_async: {pool: po, func: work, args: [1]}
    into: a
  - apply_async: {pool: po, func: work, args: [2]}
    into: b
  - set: {x: "{a.ready()}", y: "{b.ready()}"}
  - get: {result: b, timeout: 1}
    allow: TimeoutError
    into: z
  - close: po
  - join: po
"""
REPLACED = """
pools: {po: {processes: 1, maxtasksperchild: 1}}
globals: {n: 0}
targets: {work: {params: [x], steps: [return: "{x + n}"]}}
main:
  - apply_async: {pool: po, func: work, args: [1]}
    into: a
  - apply_async: {pool: po, func: work, args: [2]}
    into: b
  - set: {n: 10}
  - get: {result: a}
    into: x
  - get: {result: b}
    into: y
"""
KILLED_IN_ACQUIRE = """
locks: {l: {}}
flags: {e: {}}
targets:
  first: {steps: [acquire: l, set: e]}
  second: {steps: [acquire: l, print: x, set: e, release: l]}
processes: {q: {target: first}, p: {target: second}}
main: [start: q, start: p, wait: e, terminate: p, join: p, join: q]
"""
KILLED_WHILE_OTHERS_GET = """
queues: {q: {}, r: {maxsize: 1}}
semaphores: {s: {value: 0}}
barriers: {b: {parties: 2}}
targets:
  a: {steps: [get: q, print: a, {put: {queue: r, item: 1}}]}
  c: {steps: [get: q, print: c, release: s]}
processes: {p: {target: a}, o: {target: c}}
main:
  - start: p
  - start: o
  - put: {queue: q, item: 1}
  - kill: p
  - join: p
  - terminate: o
  - join: o
"""
KILLED_AT_THE_END = """
conditions: {c: {}}
flags: {e: {}}
targets:
  a: {steps: [{with: c, steps: [set: e, wait: c]}, print: a]}
  d: {steps: [wait: e, {with: c, steps: [notify: c]}, print: d]}
processes: {p: {target: a, daemon: true}, o: {target: d}}
main: [start: o, start: p, wait: e]
"""
OWN = """
queues: {q: {create: later}}
locks: {l: {create: later}}
values: {v: {type: i, create: later}}
targets:
  t:
    steps:
      - create: q
      - create: v
      - create: l
      - start: g
      - {with: l, steps: [set: {v.value: "{v.value + 1}"}]}
      - get: q
      - join: g
      - print: "{v.value}"
  u: {steps: [{with: l, steps: [set: {v.value: "{v.value + 1}"}]}, put: {queue: q, item: 1}]}
processes: {p: {target: t}, g: {target: u, parent: p}}
main: [create: v, start: p, set: {v.value: 5}, join: p, print: "{v.value}"]
"""
PROGRAMS = {
    "one that is killed while another gets its item": KILLED_WHILE_OTHERS_GET,
    "a daemon that waits to be notified": KILLED_AT_THE_END,
    "what is left of a timeout": test_time.WAITING_FOR,
    "looks at the clock": test_time.LOOKING,
    "what a process makes for itself": OWN,
    "one that is killed while it waits for a lock": KILLED_IN_ACQUIRE,
    "a pool whose thread died of a callback": test_callbacks.DYING
    % (1, 1, "callback", test_callbacks.TERMINATED),
    "a pool whose sender died of a callback": test_callbacks.DYING
    % (1, '"{l}"', "error_callback", "  - terminate: po"),
    "a pool that nobody joins": test_pools.TWO,
    "a pool that is joined": test_pools.JOINED,
    "a task that is lost": test_pools.LOST,
    "results that are looked at": RESULTS,
    "a worker that another one replaces": REPLACED,
    "a queue that looks empty": test_managers.PUT_AND_LOOK % "",
    "a manager that is gone": test_managers.LEFT,
    "a getter that is killed": test_managers.KILLED_IN_GET,
    "conditions, events and barriers": test_both_worlds.COURSES["meetings"],
    "what managers hold": test_both_worlds.COURSES["managers"],
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_executions_come_to_every_end_that_there_is(modelled: Modelled, name: str) -> None:
    model = modelled(textwrap.dedent(PROGRAMS[name]))
    executions = list(Traces(model))
    assert set(endings(model)) == {execution.state for execution in executions}
    assert not any(execution.blocked for execution in executions)
