"""Operation by operation, the real and the model world return, raise and record the same.

Each course is run once on real objects; the model must be able to do, process by process and call for call, what is on record of
that. `DONE_BY` says for each operation in which course it is done.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mprunner.operations import BY_KIND
from mprunner.program.declarations import Program
from mprunner.program.instructions import Operate
from mprunner.recording.events import Recording
from mprunner.worlds.base import RunOptions
from mprunner.worlds.model.model import Model, ModelOptions
from mprunner.worlds.real.supervisor import RealWorld
from tests.worlds import test_operations, test_synchronisation
from tests.worlds.model.following import Followed

COURSES: dict[str, str] = {
    "processes": """
        queues: {go: {}}
        targets: {t: {steps: [get: go]}, u: {steps: [pass]}, v: {steps: [sleep: 60]}}
        processes: {p: {target: t}, q: {target: u}, r: {target: v}, s: {target: v, daemon: true}}
        main:
          - {try: [print: "{p.sentinel}"], except: {ValueError: [print: "{error}"]}}
          - set: {p.name: other}
          - print: "{p.name} {p.pid} {p.ident} {p.exitcode} {p.daemon} {p.is_alive()}"
          - set: {p.authkey: "{b'key'}"}
          - print: "{p.authkey}"
          - run: q
          - start: p
          - assert: p.sentinel >= 0
          - print: "{p.pid == p.ident} {p.is_alive()} {p.exitcode}"
          - put: {queue: go, item: 1}
          - join: p
          - print: "{p.exitcode}"
          - close: p
          - start: r
          - start: s
          - join: {process: r, timeout: 0.01}
          - kill: r
          - join: r
          - terminate: s
          - join: s
        """,
    "a process that is run where it is": """
        globals: {given: [1, 2]}
        targets:
          t:
            params: [x, {y: 0}, "*more", "**named"]
            steps: [print: "{x} {y} {more} {named}"]
          u: {params: [x], steps: [raise: {ValueError: "{x}"}]}
        processes:
          p: {target: t, args: [1, 2, 3], kwargs: {z: [5]}}
          q: {target: t, args: [1]}
          r: {target: u, kwargs: {x: 7}}
          s: {target: u, args: "{given}"}
        main:
          - run: p
          - run: q
          - {try: [run: r], except: {ValueError: [print: "{error}"]}}
          - {try: [run: s], except: {TypeError: [print: TypeError]}}
        """,
    "queues": """
        queues: {q: {maxsize: 2}, j: {kind: JoinableQueue}}
        targets:
          t:
            steps:
              - put: {queue: q, item: [1, {a: 2}]}
              - put_nowait: {queue: q, item: two}
              - print: "{q.qsize()} {q.full()}"
              - {try: [put_nowait: {queue: q, item: three}], except: {Full: [print: full]}}
        processes: {p: {target: t}}
        main:
          - start: p
          - get: q
          - get: q
          - join: p
          - print: "{q.empty()} {q.qsize()} {q.full()}"
          - {try: [get_nowait: q], except: {Empty: [print: empty]}}
          - put: {queue: j, item: 1}
          - get: j
          - task_done: j
          - join: j
          - cancel_join_thread: q
          - close: q
          - close: j
          - join_thread: j
          - {try: [put: {queue: q, item: 1}], except: {ValueError: [print: closed]}}
        """,
    "locks": """
        locks: {lock: {}, again: {kind: RLock}}
        semaphores: {s: {value: 1}, b: {kind: BoundedSemaphore}}
        targets:
          t:
            steps:
              - acquire: again
              - with: lock
                steps: [acquire: again, release: again]
              - acquire: {semaphore: s, timeout: 60}
              - release: s
              - release: again
        processes: {p: {target: t, replicas: 2}}
        main:
          - start: p
          - join: p
          - print: "{s.get_value()}"
          - {try: [print: "{lock.locked()}"], except: {AttributeError: [print: "{error}"]}}
          - {try: [print: "{s.locked()}"], except: {AttributeError: [print: "{error}"]}}
          - {try: [release: b], except: {ValueError: [print: "{error}"]}}
          - {try: [release: again], except: {AssertionError: [print: "{error}"]}}
        """,
    "memory": """
        values: {v: {type: i}}
        arrays: {a: {type: i, initial: [1, 2]}}
        targets:
          t:
            params: [i]
            steps:
              - with: v
                steps: [set: {v.value: "{v.value + 1}"}]
              - acquire: a
              - set: {"a[i]": "{a[1 - i] + len(a)}"}
              - release: a
              - acquire: v
              - release: v
        processes: {p: {target: t, replicas: 2, args: ["{index}"]}}
        main:
          - start: p
          - join: p
          - print: "{v.value} {a[:]} {v.get_obj().value} {a.get_obj()[0]}"
          - set: {lock: "{v.get_lock()}"}
          - with: lock
            steps: [pass]
          - set: {lock: "{a.get_lock()}"}
          - with: lock
            steps: [pass]
        """,
    "meetings": """
        conditions: {c: {}}
        flags: {e: {}}
        barriers: {b: {parties: 2}}
        targets:
          t:
            steps:
              - acquire: c
              - set: e
              - wait: c
              - release: c
              - wait: b
        processes: {p: {target: t, replicas: 1}}
        main:
          - print: "{e.is_set()}"
          - start: p
          - wait: e
          - clear: e
          - with: c
            steps: [notify: c]
          - wait: b
          - join: p
          - with: c
            steps: [notify_all: c, wait: {condition: c, timeout: 0.01}]
          - abort: b
          - {try: [wait: b], except: {BrokenBarrierError: [print: "{b.broken}"]}}
          - reset: b
          - print: "{b.broken} {b.n_waiting} {b.parties}"
        """,
    "pools": """
        pools: {po: {processes: 2, initializer: first, initargs: [1]}, other: {processes: 1, create: later}}
        globals: {n: 0}
        targets:
          first: {params: [x], steps: [set: {n: "{x}"}, print: "worker {n}"]}
          double: {params: [x, {plus: 0}], steps: [print: "{n}", return: "{2 * x + plus}"]}
          fails: {params: [], steps: [raise: {ValueError: no}]}
        main:
          - apply_async: {pool: po, func: double, args: [1]}
            into: a
          - apply_async: {pool: po, func: double, args: [2], kwds: {plus: 1}}
            into: b
          - apply: {pool: po, func: double, args: [3]}
            into: c
          - wait: b
          - print: "{b.ready()} {b.successful()}"
          - get: {result: a}
            into: d
          - {try: [apply: {pool: po, func: fails}], except: {ValueError: [print: "{error}"]}}
          - close: po
          - {try: [apply_async: {pool: po, func: fails}], except: {ValueError: [print: "{error}"]}}
          - join: po
          - create: other
          - {try: [join: other], except: {ValueError: [print: "{error}"]}}
          - terminate: other
          - join: other
        """,
    "managers": """
        managers: {m: {}}
        queues: {q: {manager: m}, one: {maxsize: 1, manager: m}}
        locks: {l: {manager: m}, again: {kind: RLock, manager: m}}
        semaphores: {s: {manager: m}}
        conditions: {c: {manager: m}}
        flags: {e: {manager: m}}
        barriers: {b: {parties: 2, manager: m}}
        values: {v: {type: i, value: 2, manager: m}}
        arrays: {a: {type: i, initial: [1, 2, 3], manager: m}}
        targets:
          t:
            steps:
              - put: {queue: q, item: [1]}
              - with: l
                steps: [set: {v.value: "{v.value + 1}"}]
              - with: again
                steps: [set: {"a[1]": 9}]
              - acquire: s
              - acquire: c
              - set: e
              - wait: c
              - release: c
              - release: s
              - wait: b
        processes: {p: {target: t}}
        main:
          - start: p
          - wait: e
          - get: q
          - with: c
            steps: [notify: c]
          - wait: b
          - join: p
          - put: {queue: one, item: 1}
          - {try: [put_nowait: {queue: one, item: 1}], except: {Full: [print: full]}}
          - print: "{v.value} {a[:]} {a[1:]} {len(a)} {q.qsize()} {q.empty()} {one.full()} {e.is_set()} {b.broken}"
          - {try: [release: l], except: {RuntimeError: [print: "{error}"]}}
          - {try: [release: again], except: {RuntimeError: [print: "{error}"]}}
          - {try: [notify: c], except: {RuntimeError: [print: "{error}"]}}
          - shutdown: m
          - {try: [get_nowait: q], except: {Exception: [print: "{type(error)}"]}}
        """,
    "what a task can't be given": """
        pools: {po: {processes: 1}}
        queues: {q: {}, s: {kind: SimpleQueue}}
        flags: {e: {}}
        values: {v: {type: i}, raw: {type: i, kind: RawValue}}
        arrays: {a: {type: i, size: 1}}
        barriers: {b: {parties: 1}}
        locks: {l: {}, r: {kind: RLock}}
        semaphores: {m: {}}
        targets: {work: {params: [x], steps: [return: "{x}"]}, give: {steps: [return: "{l}"]}}
        main:
          - for: thing
            in: "[q, s, e, v, raw, a, b, l, r, m, po]"
            steps:
              - try: [apply: {pool: po, func: work, args: ["{thing}"]}]
                except: {Exception: [print: "{type(error)}: {error}"]}
          - {try: [apply: {pool: po, func: give}], except: {Exception: [print: "{type(error)}"]}}
          - {try: [put: {queue: s, item: "{q}"}], except: {Exception: [print: "{error}"]}}
        """,
    "a pool in a worker": """
        pools: {po: {processes: 1}, inner: {processes: 1, create: later}}
        targets: {work: {steps: [create: inner]}}
        main:
          - {try: [apply: {pool: po, func: work}], except: {AssertionError: [print: "{error}"]}}
        """,
    "callbacks": """
        pools: {po: {processes: 2}}
        globals: {seen: []}
        queues: {q: {}}
        locks: {l: {}}
        targets:
          invert: {params: [x], steps: [return: "{1 / x}"]}
          note:
            params: [x]
            steps:
              - with: l
                steps: [append: {list: seen, item: "{x}"}]
              - print: "{x} {random()}"
              - put: {queue: q, item: "{x}"}
          complain: {params: [error], steps: [print: "{type(error)}: {error}"]}
        main:
          - apply_async: {pool: po, func: invert, args: [4], callback: note, error_callback: complain}
            into: a
          - apply_async: {pool: po, func: invert, args: [0], callback: note, error_callback: complain}
            into: b
          - get: q
          - get: a
          - print: "{seen} {a.ready()}"
          - {try: [get: b], except: {ZeroDivisionError: [print: "{error}"]}}
          - close: po
          - join: po
        """,
    "a callback that raises": """
        pools: {po: {processes: 1}}
        targets:
          work: {params: [x], steps: [return: "{x}"]}
          fails: {params: [x], steps: [raise: {RuntimeError: no}]}
        main:
          - apply_async: {pool: po, func: work, args: [1], callback: fails}
            into: a
          - wait: {result: a, timeout: 0.3}
          - print: "{a.ready()}"
          - apply_async: {pool: po, func: work, args: [1]}
            into: b
          - {try: [get: {result: b, timeout: 0.1}], except: {TimeoutError: [print: late]}}
          - {try: [terminate: po], except: {AssertionError: [print: "{error}"]}}
        """,
    "a callback that raises, and a main that ends": """
        pools: {po: {processes: 1}}
        targets:
          work: {params: [x], steps: [return: "{x}"]}
          fails: {params: [x], steps: [raise: {RuntimeError: no}]}
        main:
          - apply_async: {pool: po, func: work, args: [1], callback: fails}
            into: a
          - wait: {result: a, timeout: 0.3}
        """,
    "a callback that raises what its pool takes for something else": """
        pools: {po: {processes: 1}}
        targets:
          work: {params: [x], steps: [return: "{x}"]}
          key: {params: [x], steps: [raise: {KeyError: no}]}
          leave: {params: [x], steps: [raise: {SystemExit: 3}]}
        main:
          - apply_async: {pool: po, func: work, args: [1], callback: key}
            into: a
          - apply: {pool: po, func: work, args: [2]}
            into: b
          - {try: [get: {result: a, timeout: 0.1}], except: {TimeoutError: [print: "late, {b}"]}}
          - apply_async: {pool: po, func: work, args: [1], callback: leave}
            into: a
          - {try: [get: {result: a, timeout: 0.1}], except: {TimeoutError: [print: late]}}
          - close: po
          - join: po
        """,
    "a callback of a task that can't be sent": """
        pools: {po: {processes: 1}}
        locks: {l: {}}
        targets:
          work: {params: [x], steps: [return: "{x}"]}
          complain: {params: [error], steps: [print: "{error}", raise: {ValueError: no}]}
        main:
          - apply_async: {pool: po, func: work, args: ["{l}"], error_callback: complain}
            into: a
          - {try: [get: {result: a, timeout: 0.2}], except: {TimeoutError: [print: late]}}
          - apply_async: {pool: po, func: work, args: [1]}
            into: b
          - {try: [get: {result: b, timeout: 0.1}], except: {TimeoutError: [print: late]}}
          - terminate: po
        """,
    "a callback that waits for another result": """
        pools: {po: {processes: 1}}
        globals: {second: null}
        locks: {l: {}}
        targets:
          work: {params: [x], steps: [return: "{x}"]}
          waits:
            params: [x]
            steps:
              - with: l
                steps: [get: second]
        main:
          - acquire: l
          - apply_async: {pool: po, func: work, args: [1], callback: waits}
            into: first
          - apply_async: {pool: po, func: work, args: [2]}
            into: second
          - release: l
          - get: first
        """,
    "a callback that uses its pool": """
        pools: {po: {processes: 1}}
        queues: {q: {}}
        targets:
          work: {params: [x], steps: [return: "{x}"]}
          more:
            params: [x]
            steps:
              - apply_async: {pool: po, func: work, args: ["{x + 1}"], callback: last}
          last:
            params: [x]
            steps:
              - close: po
              - {try: [join: po], except: {RuntimeError: [print: "{error}"]}}
              - put: {queue: q, item: "{x}"}
        main:
          - apply_async: {pool: po, func: work, args: [1], callback: more}
          - get: q
            into: x
          - print: "{x}"
          - join: po
        """,
    "a callback that changes what it was given": """
        pools: {po: {processes: 1}}
        targets:
          work: {steps: [return: "{[1]}"]}
          add: {params: [x], steps: [append: {list: x, item: 2}]}
        main:
          - apply_async: {pool: po, func: work, callback: add}
            into: a
          - get: a
            into: x
          - print: "{x}"
          - terminate: po
        """,
    "many workers, one after the other": """
        pools: {po: {processes: 1, maxtasksperchild: 1}}
        targets: {work: {params: [x], steps: [print: "{x}"]}}
        main:
          - for: x
            in: "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]"
            steps:
              - apply: {pool: po, func: work, args: ["{x}"]}
          - close: po
          - join: po
        """,
    "what a queue can't be given": """
        managers: {m: {}}
        pools: {po: {processes: 1}}
        locks: {l: {kind: RLock}}
        values: {v: {type: i}}
        queues: {q: {maxsize: 1}}
        targets:
          work: {params: [], steps: [return: 1]}
          t: {params: [], steps: [put: {queue: q, item: "{[1, l]}"}]}
        processes: {p: {target: t}}
        main:
          - apply_async: {pool: po, func: work}
            into: r
          - wait: r
          - start: p
          - join: p
          - for: thing
            in: "[v, q, po, m, r]"
            steps:
              - put: {queue: q, item: "{{'a': thing}}"}
          - {try: [put: {queue: q, item: "{[p]}"}], except: {NameError: [print: "{error}"]}}
          - put: {queue: q, item: 1}
          - get: q
          - terminate: po
        """,
    "the action of a manager's barrier": """
        managers: {m: {}}
        globals: {n: 0}
        queues: {q: {}}
        barriers: {b: {parties: 2, manager: m, action: act}}
        targets:
          act:
            steps:
              - set: {n: "{n + 1}"}
              - print: "act {n} {random()}"
              - if: "n == 2"
                then: [raise: {ValueError: two}]
              - if: "n == 3"
                then: [{try: [put: {queue: q, item: 1}], except: {NameError: [print: "{error}"]}}]
              - if: "n == 4"
                then: [raise: {SystemExit: 3}]
          t:
            steps:
              - repeat: 4
                steps:
                  - {try: [wait: b, print: through], except: {Exception: [print: "{type(error)} {error}"]}}
                  - sleep: 0.1
              - {try: [print: "{b.broken}"], except: {Exception: [print: "{type(error)} {error}"]}}
        processes: {p: {target: t}}
        main:
          - start: p
          - repeat: 4
            steps:
              - {try: [wait: b], except: {Exception: [print: "{type(error)} {error}"]}}
              - sleep: 0.05
              - if: "b.broken"
                then: [reset: b]
          - join: p
        """,
    "what a process makes for itself": """
        queues: {q: {create: later}, s: {kind: SimpleQueue, create: later}, j: {kind: JoinableQueue, create: later}}
        locks: {l: {create: later}, r: {kind: RLock, create: later, count: 2}}
        semaphores: {m: {value: 1, create: later}}
        values: {v: {type: i, value: 3, create: later}}
        arrays: {a: {type: i, initial: [1, 2], create: later}}
        flags: {e: {create: later}}
        barriers: {b: {parties: 2, create: later}}
        conditions: {c: {lock: l, create: later}}
        targets:
          t:
            steps:
              - {try: [print: "{q.empty()}"], except: {NameError: [print: "{error}"]}}
              - create: q
              - create: s
              - create: j
              - create: l
              - create: r
              - create: m
              - create: v
              - create: a
              - create: e
              - create: b
              - create: c
              - acquire: m
              - acquire: l
              - acquire: "r[1]"
              - release: "r[1]"
              - set: {v.value: "{v.value + 1}"}
              - set: {"a[0]": 7}
              - set: e
              - put: {queue: j, item: 1}
              - start: g
              - get: q
                into: x
              - get: s
                into: y
              - print: "{x} {y} {v.value} {a[:]} {e.is_set()}"
              - release: l
              - wait: b
              - with: c
                steps: [notify: c]
              - join: g
              - create: v
              - print: "{v.value}"
              - close: j
              - join_thread: j
              - del: q
              - {try: [print: "{q.empty()}"], except: {NameError: [print: "{error}"]}}
          u:
            steps:
              - put: {queue: q, item: "{v.value}"}
              - put: {queue: s, item: "{a[0]}"}
              - get: j
              - task_done: j
              - print: "{e.is_set()}"
              - set: {v.value: 9}
              - acquire: l
              - release: l
              - wait: b
        processes: {p: {target: t}, g: {target: u, parent: p}}
        main:
          - create: j
          - create: l
          - create: m
          - create: v
          - create: a
          - create: e
          - create: b
          - create: c
          - acquire: l
          - start: p
          - join: p
          - release: l
          - print: "{v.value} {a[:]} {e.is_set()}"
          - {try: [print: "{q.empty()}"], except: {NameError: [print: "{error}"]}}
          - acquire: m
          - create: v
          - set: {v.value: 5}
        """,
    "a pool, and what a manager holds, of another process than main": """
        pools: {po: {processes: 1, create: later}, mp: {processes: 1}}
        managers: {mm: {}}
        queues: {mq: {manager: mm, create: later}, mz: {manager: mm, create: later}}
        locks: {l: {create: later}}
        globals: {res: null, got: []}
        targets:
          work: {params: [x], steps: [create: l, {with: l, steps: [pass]}, return: "{x + 1}"]}
          note: {params: [x], steps: [append: {list: got, item: "{x}"}, print: "note {x}"]}
          t:
            steps:
              - create: po
              - {try: [create: mz, put: {queue: mz, item: 1}], except: {NameError: [print: "{error}"]}}
              - {try: [create: mq, put: {queue: mq, item: 1}, get: mq], except: {NameError: [print: '{error}']}}
              - apply: {pool: po, func: work, args: [1]}
                into: x
              - apply_async: {pool: po, func: work, args: [5], callback: note}
                into: r
              - get: r
                into: y
              - print: "{x} {y} {got}"
              - try: [print: "{res.ready()}"]
                except: {Exception: [print: "{type(error)}"]}
              - try:
                  - apply_async: {pool: mp, func: work, args: [1]}
                    into: z
                  - try: [get: {result: z, timeout: 0.05}]
                    except: {TimeoutError: [print: late]}
                  - try: [join: mp]
                    except: {ValueError: [print: "{error}"]}
                  - close: mp
                  - try: [apply: {pool: mp, func: work, args: [1]}]
                    except: {ValueError: [print: "{error}"]}
                  - try: [join: mp]
                    except: {AssertionError: [print: "{error}"]}
                  - terminate: mp
                except: {NameError: [print: "{error}"]}
        processes: {p: {target: t}}
        main:
          - {try: [print: "{po}"], except: {NameError: [print: "{error}"]}}
          - {try: [apply: {pool: po, func: work, args: [1]}], except: {NameError: [print: "{error}"]}}
          - apply_async: {pool: mp, func: work, args: [1]}
            into: res
          - get: res
          - start: p
          - join: p
          - {try: [apply: {pool: mp, func: work, args: [7]}], except: {NameError: [print: "{error}"]}}
        """,
    "a queue that workers fill": """
        pools: {po: {processes: 2}}
        queues: {q: {}}
        targets: {work: {params: [x], steps: [put: {queue: q, item: "{x}"}]}}
        main:
          - apply_async: {pool: po, func: work, args: [1]}
          - apply_async: {pool: po, func: work, args: [2]}
          - get: q
            into: a
          - get: q
            into: b
          - close: po
          - join: po
        """,
    "a process by itself": """
        locks: {lock: {create: later}}
        conditions: {c: {}}
        targets:
          t:
            steps:
              - print: "{random()}"
              - print: "{monotonic() >= 0} {getpid() != getppid()}"
              - with: c
                steps: [wait_for: {condition: c, predicate: 1 == 1, timeout: 0.01}]
              - sleep: {from: 0, to: 0.001}
              - choose: {from: [1]}
                into: x
              - assert: 1 == 2
        processes: {p: {target: t}}
        main:
          - start: p
          - join: p
          - create: lock
          - del: lock
        """,
}
"""Scenarios that do every operation; each process prints what it got."""

DONE_BY: dict[tuple[str, str], str] = {
    **{("process", name): "processes" for name in (
        "start", "join", "run", "terminate", "kill", "close", "is_alive", "name", "pid", "ident", "exitcode", "daemon",
        "authkey", "sentinel", "set_attribute",
    )},
    **{("queue", name): "queues" for name in (
        "put", "put_nowait", "get", "get_nowait", "qsize", "empty", "full", "close", "join_thread", "cancel_join_thread",
        "task_done", "join",
    )},
    **{("lock", name): "locks" for name in ("acquire", "release", "locked")},
    **{("semaphore", name): "locks" for name in ("acquire", "release", "get_value", "locked")},
    **{(kind, name): "memory" for kind in ("value", "array") for name in (
        "read", "write", "acquire", "release", "get_lock", "get_obj",
    )},
    ("array", "len"): "memory",
    **{("condition", name): "meetings" for name in ("acquire", "release", "wait", "notify", "notify_all")},
    **{("event", name): "meetings" for name in ("set", "clear", "wait", "is_set")},
    **{("barrier", name): "meetings" for name in ("wait", "reset", "abort", "parties", "n_waiting", "broken")},
    **{("pool", name): "pools" for name in ("apply", "apply_async", "close", "terminate", "join")},
    **{("result", name): "pools" for name in ("get", "wait", "ready", "successful")},
    ("manager", "shutdown"): "managers",
    **{("none", name): "pools" for name in ("task_start", "task_end")},
    ("none", "callback"): "callbacks",
    **{("none", name): "a process by itself" for name in (
        "print", "sleep", "choose", "create", "del", "assert", "getpid", "getppid", "monotonic", "random", "deadline",
        "remaining", "begin", "exit", "exception", "stderr",
    )},
}  # fmt: skip
"""Which course does each operation."""

ELSEWHERE = {
    ("none", "mark"): "put on record by user code, which no scenario has",
}
"""Operations that no course can do, and why."""


NEVER_ENDING = ("a callback of a task that can't be sent",)
"""Courses that come to nothing but their time limit, in this Python: what is on record until then is compared."""


def _followed(world: RealWorld, program: Program, timeout: float = 60.0) -> tuple[Recording, Followed]:
    real = world.run(program, RunOptions(timeout=timeout))
    return real, Followed(Model(program, ModelOptions()), real)


def _done(program: Program, recording: Recording) -> set[str]:
    """The names of the operations that were done: on record, or written where they leave no trace on it."""
    written = {
        each.operation
        for target in (program.main, *program.targets.values())
        for each in target.code
        if isinstance(each, Operate)
    }
    return {call.operation for call in recording.calls} | {
        name for (_, name), spec in BY_KIND.items() if spec.silent and name in written
    }


def test_every_operation_is_done_by_a_course() -> None:
    assert set(BY_KIND) == {*DONE_BY, *ELSEWHERE}


@pytest.mark.parametrize("course", COURSES)
def test_the_model_does_what_the_operations_of_a_course_do(
    course: str, world: RealWorld, compiled: Callable[[str], Program]
) -> None:
    program = compiled(COURSES[course])
    real, found = _followed(world, program, 5.0 if course in NEVER_ENDING else 60.0)
    assert {name for (_, name), where in DONE_BY.items() if where == course} <= _done(program, real)
    assert found.found, (found.expected, found.offered())


@pytest.mark.parametrize("name", test_synchronisation.COURSES)
def test_the_model_returns_and_raises_what_synchronisation_does(
    name: str, world: RealWorld, compiled: Callable[[str], Program]
) -> None:
    _, found = _followed(world, compiled(test_synchronisation.course(test_synchronisation.COURSES[name])))
    assert found.found, (found.expected, found.offered())


ROWS = [
    *test_operations.QUEUES,
    *test_operations.LOCKS,
    *test_operations.PROCESSES,
    *test_operations.POOLS,
    *test_operations.OTHERS,
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.op}-{row.outcome}")
def test_the_model_returns_and_raises_what_an_operation_does(
    row: test_operations.Row, world: RealWorld, compiled: Callable[[str], Program]
) -> None:
    steps = "\n".join(f"  {line}" for line in row.steps.split("\n"))
    _, found = _followed(world, compiled(test_operations.PREAMBLE + steps))
    assert found.found, (found.expected, found.offered())
