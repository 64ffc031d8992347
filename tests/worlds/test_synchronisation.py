"""What semaphores, conditions, events, barriers and the other queues do is what they do in plain Python.

Each row is a course of steps, and the statements that a program would have in their place: what the last one gives, or raises
with which text, is the same.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.dummy
import queue
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from mprunner.language.checks.control import GIVING
from mprunner.recording.events import Recording

from .conftest import METHODS, Run

PREAMBLE = """
managers: {m: {}}
locks: {lock: {}, again: {kind: RLock}}
semaphores: {s: {value: 2}, bs: {kind: BoundedSemaphore}, ms: {manager: m}, mb: {kind: BoundedSemaphore, manager: m}}
conditions: {c: {}, cl: {lock: lock}, ca: {lock: again}, mc: {manager: m}}
flags: {e: {}, me: {manager: m}}
barriers:
  b: {parties: 1}
  pair: {parties: 2}
  hasty: {parties: 2, timeout: 0.01}
  loud: {parties: 1, action: shout}
  sore: {parties: 1, action: fail}
  mp: {parties: 2, manager: m}
queues: {jq: {kind: JoinableQueue}, sq: {kind: SimpleQueue}, mj: {kind: JoinableQueue, manager: m}}
globals: {n: 0}
targets:
  shout: {steps: [{set: {n: "{n + 1}"}}]}
  fail: {steps: [{raise: {ValueError: sore}}]}
main:
"""

Steps = tuple[tuple[str, str], ...]
"""Steps, each with its statement."""

SEMAPHORES: dict[str, Steps] = {
    "acquire": (("acquire: s", "s.acquire()"),),
    "acquire without waiting": (
        ("acquire: s", "s.acquire()"),
        ("acquire: s", "s.acquire()"),
        ("acquire: {semaphore: s, block: false}", "s.acquire(False)"),
    ),
    "acquire in time": (
        ("acquire: bs", "bs.acquire()"),
        ("acquire: {semaphore: bs, timeout: 0.01}", "bs.acquire(True, 0.01)"),
    ),
    "release": (("release: s", "s.release()"),),
    "release more than there were": (
        ("release: s", "s.release()"),
        ('set: {result: "{s.get_value()}"}', "s.get_value()"),
    ),
    "release too often": (("release: bs", "bs.release()"),),
    "value": (("acquire: s", "s.acquire()"), ('set: {result: "{s.get_value()}"}', "s.get_value()")),
    "with": (
        ("{with: s, steps: [pass]}", "with s: pass"),
        ('set: {result: "{s.get_value()}"}', "s.get_value()"),
    ),
    "locked": (('set: {result: "{s.locked()}"}', "s.locked()"),),
    "a manager's": (
        ("acquire: ms", "ms.acquire()"),
        ("acquire: {semaphore: ms, timeout: 0.01}", "ms.acquire(True, 0.01)"),
    ),
    "a manager's, released": (("release: ms", "ms.release()"),),
    "a manager's, released too often": (("release: mb", "mb.release()"),),
}

CONDITIONS: dict[str, Steps] = {
    "acquire": (("acquire: c", "c.acquire()"),),
    "acquire twice": (("acquire: c", "c.acquire()"), ("acquire: c", "c.acquire()")),
    "acquire its lock twice": (
        ("acquire: lock", "lock.acquire()"),
        ("acquire: {condition: cl, block: false}", "cl.acquire(False)"),
    ),
    "release": (("acquire: c", "c.acquire()"), ("release: c", "c.release()")),
    "release by the name of its lock": (("acquire: cl", "cl.acquire()"), ("release: lock", "lock.release()")),
    "release what is not held": (("release: c", "c.release()"),),
    "release a Lock that is not held": (("release: cl", "cl.release()"),),
    "wait in vain": (("acquire: c", "c.acquire()"), ("wait: {condition: c, timeout: 0.01}", "c.wait(0.01)")),
    "wait with the lock taken by its own name": (
        ("acquire: lock", "lock.acquire()"),
        ("wait: {condition: cl, timeout: 0.01}", "cl.wait(0.01)"),
    ),
    "wait with the lock taken twice": (
        ("acquire: again", "again.acquire()"),
        ("acquire: ca", "ca.acquire()"),
        ("wait: {condition: ca, timeout: 0.01}", "ca.wait(0.01)"),
        ("release: ca", "ca.release()"),
        ("release: again", "again.release()"),
        ("release: again", "again.release()"),
    ),
    "wait without the lock": (("wait: c", "c.wait()"),),
    "wait_for what is so": (
        ("acquire: c", "c.acquire()"),
        ("wait_for: {condition: c, predicate: 1 + 1}", "c.wait_for(lambda: 1 + 1)"),
    ),
    "wait_for what does not come": (
        ("acquire: c", "c.acquire()"),
        ("wait_for: {condition: c, predicate: n > 0, timeout: 0.01}", "c.wait_for(lambda: n > 0, 0.01)"),
    ),
    "wait_for what does not come, without time": (
        ("acquire: c", "c.acquire()"),
        ("wait_for: {condition: c, predicate: n > 0, timeout: 0}", "c.wait_for(lambda: n > 0, 0)"),
    ),
    "wait_for what is so, without the lock": (
        ("wait_for: {condition: c, predicate: n == 0}", "c.wait_for(lambda: n == 0)"),
    ),
    "wait_for without the lock": (
        ("wait_for: {condition: c, predicate: n > 0}", "c.wait_for(lambda: n > 0)"),
    ),
    "notify nobody": (("acquire: c", "c.acquire()"), ("notify: {condition: c, n: 3}", "c.notify(3)")),
    "notify all of nobody": (("acquire: cl", "cl.acquire()"), ("notify_all: cl", "cl.notify_all()")),
    "notify without the lock": (("notify: c", "c.notify()"),),
    "notify all without the lock": (("notify_all: cl", "cl.notify_all()"),),
    "a manager's, without the lock": (("notify: mc", "mc.notify()"),),
    "a manager's, in vain": (
        ("acquire: mc", "mc.acquire()"),
        ("wait: {condition: mc, timeout: 0.01}", "mc.wait(0.01)"),
    ),
}

EVENTS: dict[str, Steps] = {
    "set": (("set: e", "e.set()"),),
    "set twice": (
        ("set: e", "e.set()"),
        ("set: e", "e.set()"),
        ('set: {result: "{e.is_set()}"}', "e.is_set()"),
    ),
    "clear": (
        ("set: e", "e.set()"),
        ("clear: e", "e.clear()"),
        ('set: {result: "{e.is_set()}"}', "e.is_set()"),
    ),
    "clear what is not set": (("clear: e", "e.clear()"),),
    "wait": (("set: e", "e.set()"), ("wait: e", "e.wait()")),
    "wait in vain": (("wait: {event: e, timeout: 0.01}", "e.wait(0.01)"),),
    "a manager's": (("set: me", "me.set()"), ("wait: me", "me.wait()")),
    "a manager's, in vain": (("wait: {event: me, timeout: 0.01}", "me.wait(0.01)"),),
}

BARRIERS: dict[str, Steps] = {
    "wait": (("wait: b", "b.wait()"),),
    "wait in vain": (("wait: {barrier: pair, timeout: 0.01}", "pair.wait(0.01)"),),
    "wait in vain, by its own timeout": (("wait: hasty", "hasty.wait()"),),
    "wait at a broken one": (("abort: pair", "pair.abort()"), ("wait: pair", "pair.wait()")),
    "abort": (("abort: pair", "pair.abort()"), ('set: {result: "{pair.broken}"}', "pair.broken")),
    "reset": (("reset: pair", "pair.reset()"),),
    "mend": (("abort: b", "b.abort()"), ("reset: b", "b.reset()"), ("wait: b", "b.wait()")),
    "the action": (("wait: loud", "loud.wait()"), ('set: {result: "{n}"}', "n")),
    "an action that fails": (("wait: sore", "sore.wait()"),),
    "parties": (('set: {result: "{pair.parties}"}', "pair.parties"),),
    "how many wait": (('set: {result: "{pair.n_waiting}"}', "pair.n_waiting"),),
    "broken": (('set: {result: "{pair.broken}"}', "pair.broken"),),
    "a manager's, in vain": (("wait: {barrier: mp, timeout: 0.01}", "mp.wait(0.01)"),),
    "a manager's, looked at": (
        ('set: {result: "{mp.parties + mp.n_waiting}"}', "mp.parties + mp.n_waiting"),
    ),
}

QUEUES: dict[str, Steps] = {
    "put": (("put: {queue: sq, item: 7}", "sq.put(7)"),),
    "get": (("put: {queue: sq, item: 7}", "sq.put(7)"), ("get: sq", "sq.get()")),
    "what was put is there": (
        ("put: {queue: sq, item: 7}", "sq.put(7)"),
        ('set: {result: "{sq.empty()}"}', "sq.empty()"),
    ),
    "empty": (('set: {result: "{sq.empty()}"}', "sq.empty()"),),
    "close": (("close: sq", "sq.close()"),),
    "put into a closed one": (("close: sq", "sq.close()"), ("put: {queue: sq, item: 7}", "sq.put(7)")),
    "get from a closed one": (("close: sq", "sq.close()"), ("get: sq", "sq.get()")),
    "task_done": (
        ("put: {queue: jq, item: 1}", "jq.put(1)"),
        ("get: jq", "jq.get()"),
        ("task_done: jq", "jq.task_done()"),
    ),
    "task_done before get": (
        ("put: {queue: jq, item: 1}", "jq.put(1)"),
        ("task_done: jq", "jq.task_done()"),
        ("get: jq", "jq.get()"),
    ),
    "task_done too often": (("task_done: jq", "jq.task_done()"),),
    "join": (
        ("put: {queue: jq, item: 1}", "jq.put(1)"),
        ("get: jq", "jq.get()"),
        ("task_done: jq", "jq.task_done()"),
        ("join: jq", "jq.join()"),
    ),
    "join of nothing": (("join: jq", "jq.join()"),),
    "a manager's": (
        ("put: {queue: mj, item: 1}", "mj.put(1)"),
        ("task_done: mj", "mj.task_done()"),
        ("join: mj", "mj.join()"),
    ),
    "a manager's task_done too often": (("task_done: mj", "mj.task_done()"),),
}

COURSES = {
    f"{what}: {name}": steps
    for what, table in {
        "semaphore": SEMAPHORES, "condition": CONDITIONS, "event": EVENTS, "barrier": BARRIERS, "queue": QUEUES,
    }.items()
    for name, steps in table.items()
}  # fmt: skip

PROCESSES: Any = multiprocessing.get_context("fork")
THREADS: Any = SimpleNamespace(
    **{name: getattr(multiprocessing.dummy, name) for name in multiprocessing.dummy.__all__},
    SimpleQueue=queue.SimpleQueue,
)

Outcome = tuple[str, Any]


@pytest.fixture(scope="module")
def manager() -> Iterator[Any]:
    with PROCESSES.Manager() as made:
        yield made


def objects(made: Any, held: Any) -> dict[str, Any]:
    """What the preamble declares, made by hand; `held` makes what a manager holds."""
    names: dict[str, Any] = {"n": 0}

    def shout() -> None:
        names["n"] += 1

    def fail() -> None:
        raise ValueError("sore")

    lock, again = made.Lock(), made.RLock()
    names.update(
        lock=lock, again=again,
        s=made.Semaphore(2), bs=made.BoundedSemaphore(), ms=held.Semaphore(), mb=held.BoundedSemaphore(),
        c=made.Condition(), cl=made.Condition(lock), ca=made.Condition(again), mc=held.Condition(),
        e=made.Event(), me=held.Event(),
        b=made.Barrier(1), pair=made.Barrier(2), hasty=made.Barrier(2, timeout=0.01), loud=made.Barrier(1, shout),
        sore=made.Barrier(1, fail), mp=held.Barrier(2),
        jq=made.JoinableQueue(), sq=made.SimpleQueue(), mj=held.JoinableQueue(),
    )  # fmt: skip
    return names


def plain(steps: Steps, names: dict[str, Any]) -> Outcome:
    """What the last statement gives, or raises."""
    *before, last = (statement for _, statement in steps)
    for statement in before:
        exec(statement, names)
    try:
        return "gives", eval(last, names)
    except Exception as error:
        return "raises", (type(error).__name__, str(error))


def course(steps: Steps) -> str:
    """The steps as `main`; what the last one gives goes into `result`, what it raises no further."""
    *before, (last, _) = steps
    into = "\n    into: result" if last.partition(":")[0] in GIVING else ""
    return (
        PREAMBLE
        + "".join(f"  - {step}\n" for step, _ in before)
        + f"  - {last}{into}\n    allow: Exception\n"
    )


def outcome(recording: Recording) -> Outcome:
    """What the last step of main gave, or raised."""
    main = recording.process("main")
    assert main is not None
    assert main.variables is not None
    calls = [
        call
        for call in recording.calls
        if call.process == "main" and call.operation not in ("exit", "create")
    ]
    last = calls[-1]
    if last.outcome == "raised" and last.error is not None:
        return "raises", (last.error.type, last.error.text)
    return "gives", main.variables.get("result")


@pytest.mark.parametrize("name", COURSES)
def test_processes_have_what_multiprocessing_gives(run: Run, manager: Any, name: str) -> None:
    steps = COURSES[name]
    assert plain(steps, objects(PROCESSES, manager)) == outcome(run(course(steps)))


@pytest.mark.parametrize("name", [name for name in COURSES if "closed" not in name])
def test_threads_have_what_threading_gives(run: Run, name: str) -> None:
    steps = COURSES[name]
    assert plain(steps, objects(THREADS, THREADS)) == outcome(run(course(steps), backend="threads"))


MEETING = """
locks: {lock: {}}
semaphores: {s: {value: 1}}
conditions: {c: {lock: lock}}
flags: {go: {}}
barriers: {b: {parties: 3, action: tell}}
queues: {jq: {kind: JoinableQueue}, sq: {kind: SimpleQueue}, told: {}}
targets:
  tell: {steps: [{put: {queue: told, item: all here}}, {print: all here}]}
  work:
    params: [i]
    steps:
      - wait: go
      - with: s
        steps: [{put: {queue: sq, item: "{i}"}}]
      - wait: b
      - with: c
        steps: [{wait_for: {condition: c, predicate: not told.empty()}}]
      - get: jq
      - task_done: jq
processes: {w: {target: work, replicas: 3, args: ["{index}"]}}
main:
  - start: w
  - set: go
  - repeat: 3
    steps: [{put: {queue: jq, item: 1}}]
  - while: told.empty()
    steps: [pass]
  - with: lock
    steps: [{notify_all: c}]
  - join: jq
  - join: w
  - set: {got: []}
  - while: not sq.empty()
    steps: [{get: sq, into: i}, {append: {list: got, item: "{i}"}}]
  - print: "{sorted(got)}"
"""


@pytest.mark.parametrize("method", METHODS)
def test_every_object_reaches_processes_of_each_start_method(run: Run, method: str) -> None:
    recording = run(MEETING, start_method=method)
    printed = [call.values["text"] for call in recording.calls if call.operation == "print"]
    assert ["all here", "[0, 1, 2]"] == printed


def test_every_object_reaches_threads(run: Run) -> None:
    recording = run(MEETING, backend="threads")
    printed = [call.values["text"] for call in recording.calls if call.operation == "print"]
    assert ["all here", "[0, 1, 2]"] == printed


def test_a_barrier_runs_its_action_as_the_last_party_inside_its_wait(run: Run) -> None:
    calls = run(MEETING).calls
    told = next(call for call in calls if call.operation == "put" and call.object == "told")
    waits = [call for call in calls if call.operation == "wait" and call.kind == "barrier"]
    around = next(call for call in waits if call.process == told.process)
    assert (2, True) == (around.values["result"], around.begin <= told.begin <= (around.end or 0))
    assert {0, 1, 2} == {call.values["result"] for call in waits}


def test_the_action_of_a_managers_barrier_runs_in_its_server(run: Run) -> None:
    recording = run(
        """
        managers: {m: {}}
        barriers: {b: {parties: 1, action: tell, manager: m}}
        targets: {tell: {steps: [{print: all here}]}}
        main: [{wait: b}]
        """
    )
    assert ["m"] == [call.process for call in recording.calls if call.operation == "print"]


def test_a_conditions_acquires_and_releases_are_those_of_its_lock(run: Run) -> None:
    text = "locks: {lock: {}}\nconditions: {c: {lock: lock}}\nmain: [{with: c, steps: [{notify: c}]}]"
    calls = [call for call in run(text).calls if call.object in ("c", "lock")]
    found = [(call.operation, call.object, call.values.get("via"), call.values.get("lock")) for call in calls]
    assert [
        ("acquire", "lock", "c", None),
        ("notify", "c", None, "lock"),
        ("release", "lock", "c", None),
    ] == found


def test_each_condition_of_a_family_has_the_lock_of_its_number(run: Run) -> None:
    recording = run(
        "locks: {lock: {count: 2}}\nconditions: {c: {lock: lock, count: 2}}\n"
        "main: [{with: 'c[1]', steps: [{wait: {condition: 'c[1]', timeout: 0}}]}]"
    )
    calls = [call.object for call in recording.calls if call.kind in ("lock", "condition")]
    assert ["lock[1]", "c[1]", "lock[1]"] == calls


def test_the_timeout_of_wait_for_is_scaled_as_others_are(run: Run) -> None:
    wait_for = "{wait_for: {condition: c, predicate: false, timeout: 1000}}"
    recording = run(
        f"conditions: {{c: {{}}}}\nmain: [{{with: c, steps: [{wait_for}]}}]",
        time_scale=0.00001,
    )
    (wait,) = [call for call in recording.calls if call.operation == "wait"]
    assert ("refused", True) == (wait.outcome, wait.timed)


def test_a_barriers_own_timeout_is_on_record_where_a_wait_has_none(run: Run) -> None:
    recording = run(
        "barriers: {b: {parties: 2, timeout: 0.01}}\nmain: [{wait: b, raises: BrokenBarrierError}]"
    )
    (wait,) = [call for call in recording.calls if call.operation == "wait"]
    assert ({"timeout": 0.01}, True) == (wait.values, wait.timed)


MEMBERS = """
locks: {lock: {count: 2, kind: RLock}}
conditions: {c: {lock: "lock[1]"}, d: {lock: lock, count: 2}}
values: {v: {type: i, lock: "lock[0]"}}
main:
  - with: c
    steps: [pass]
  - with: "d[1]"
    steps: [pass]
  - with: v
    steps: [{set: {v.value: 3}}]
"""


@pytest.mark.parametrize("options", [{"start_method": "fork"}, {"backend": "threads"}], ids=str)
def test_what_is_made_with_one_lock_of_a_family_takes_that_one(run: Run, options: dict[str, str]) -> None:
    recording = run(MEMBERS, **options)
    taken = [call.object for call in recording.calls if call.operation == "acquire"]
    assert ["lock[1]", "lock[1]", "lock[0]"] == taken
    (write,) = [call for call in recording.calls if call.operation == "write"]
    assert "lock[0]" == write.values["lock"]
