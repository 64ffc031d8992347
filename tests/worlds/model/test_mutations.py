"""One change to what the model takes operations for, one small program that comes to something else with it.

`PROGRAMS` have what CPython's objects can come to (multiprocessing, threading and queue of 3.10 to 3.13), and nothing else.
Each mutation is an exchange of text in a module of the model; the named program must show it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import NamedTuple

import pytest

from mprunner.program.declarations import Program
from mprunner.worlds.model.model import Model
from tests.worlds.model.mutating import Mutation, ends, mutated


class Small(NamedTuple):
    """A program, and what it can come to."""

    text: str
    ends: frozenset[str]


def small(text: str, *ends: str) -> Small:
    return Small(textwrap.dedent(text), frozenset(ends))


PROGRAMS = {
    # --- locks ---
    "a lock of two": small("""
        locks: {l: {}}
        targets: {t: {steps: [{acquire: l}, {print: in}, {acquire: {lock: l, block: false}, into: got}, {print: "{got}"}]}}
        processes: {p: {target: t, replicas: 2}}
        main: [{start: p}]
        """,
        "p[0]: in False | stuck: main at its end | stuck: p[1] in acquire",
        "p[1]: in False | stuck: main at its end | stuck: p[0] in acquire",
    ),
    "an RLock": small("""
        locks: {r: {kind: RLock}}
        targets:
          t: {steps: [{acquire: {lock: r, timeout: 1}, into: got}, {print: "{got}"}]}
          other: {steps: [{release: r}]}
        processes: {p: {target: t}, q: {target: other}}
        main: [{acquire: r}, {acquire: r}, {release: r}, {start: q}, {join: q}, {start: p}, {join: p}, {release: r}]
        """,
        "p: False | q: AssertionError",
    ),
    "a lock that is free": small("""
        locks: {l: {}}
        main: [{release: l}]
        """,
        "main: ValueError",
    ),
    # --- semaphores ---
    "a semaphore": small("""
        semaphores: {s: {value: 1}}
        main:
          - {acquire: s}
          - {print: "{s.get_value()}"}
          - {acquire: {semaphore: s, block: false}, into: a}
          - {acquire: {semaphore: s, timeout: 1}, into: b}
          - {print: "{a} {b}"}
          - {release: s}
          - {release: s}
          - {print: "{s.get_value()}"}
        """,
        "main: 0 False False 2",
    ),
    "a bounded semaphore": small("""
        semaphores: {s: {value: 1, kind: BoundedSemaphore}}
        main: [{acquire: s}, {release: s}, {print: on}, {release: s}]
        """,
        "main: on ValueError",
    ),
    "permits of two": small("""
        semaphores: {s: {value: 1}}
        targets: {t: {steps: [{acquire: s}, {print: in}]}}
        processes: {p: {target: t, replicas: 2}}
        main: [{start: p}]
        """,
        "p[0]: in | stuck: main at its end | stuck: p[1] in acquire",
        "p[1]: in | stuck: main at its end | stuck: p[0] in acquire",
    ),
    # --- processes ---
    "a sibling that may have ended": small("""
        targets: {t: {steps: [pass]}, u: {steps: [{print: "{p.exitcode}"}]}}
        processes: {p: {target: t}, q: {target: u}}
        main: [{start: p}, {start: q}]
        """,
        "q: 0",
        "q: None",
    ),
    # --- conditions ---
    "a condition": small("""
        conditions: {c: {}}
        targets:
          tw: {steps: [{acquire: c}, {wait: c}, {print: woken}, {release: c}]}
          tn: {steps: [{acquire: c}, {notify: c}, {print: told}, {release: c}]}
        processes: {w: {target: tw}, n: {target: tn}}
        main: [{start: w}, {start: n}]
        """,
        "n: told | stuck: main at its end | stuck: w in wait",
        "n: told | w: woken",
    ),
    "two sleepers": small("""
        conditions: {c: {}}
        queues: {q: {kind: SimpleQueue}}
        targets: {tw: {steps: [{acquire: c}, {put: {queue: q, item: 1}}, {wait: c}, {print: woken}, {release: c}]}}
        processes: {w: {target: tw, replicas: 2}}
        main: [{start: w}, {get: q}, {get: q}, {acquire: c}, {notify: c}, {release: c}]
        """,
        "w[0]: woken | stuck: main at its end | stuck: w[1] in wait",
        "w[1]: woken | stuck: main at its end | stuck: w[0] in wait",
    ),
    "all sleepers": small("""
        conditions: {c: {}}
        queues: {q: {kind: SimpleQueue}}
        targets: {tw: {steps: [{acquire: c}, {put: {queue: q, item: 1}}, {wait: c}, {print: woken}, {release: c}]}}
        processes: {w: {target: tw, replicas: 2}}
        main: [{start: w}, {get: q}, {get: q}, {acquire: c}, {notify_all: c}, {release: c}]
        """,
        "w[0]: woken | w[1]: woken",
    ),
    "a sleeper that gave up": small("""
        conditions: {c: {}}
        queues: {q: {kind: SimpleQueue}, over: {kind: SimpleQueue}}
        targets:
          late: {steps: [{acquire: c}, {wait: {condition: c, timeout: 1}}, {release: c}, {put: {queue: over, item: 1}}]}
          tw: {steps: [{acquire: c}, {put: {queue: q, item: 1}}, {wait: c}, {print: woken}, {release: c}]}
        processes: {l: {target: late}, w: {target: tw}}
        main: [{start: l}, {get: over}, {start: w}, {get: q}, {acquire: c}, {notify: c}, {release: c}]
        """,
        "w: woken",
    ),
    "a sleeper that was killed": small("""
        conditions: {c: {}}
        queues: {q: {kind: SimpleQueue}}
        targets: {tw: {steps: [{acquire: c}, {put: {queue: q, item: 1}}, {wait: c}]}}
        processes: {w: {target: tw}}
        main: [{start: w}, {get: q}, {acquire: c}, {kill: w}, {join: w}, {notify: c}, {print: told}, {release: c}]
        """,
        "stuck: main in notify",
    ),
    "a condition without its lock": small("""
        conditions: {c: {}}
        main:
          - {try: [{wait: c}], except: {AssertionError: [{print: no}]}}
          - {notify: c}
        """,
        "main: AssertionError no AssertionError",
    ),
    "a condition whose lock is held twice": small("""
        conditions: {c: {}}
        main: [{acquire: c}, {acquire: c}, {wait: {condition: c, timeout: 1}}, {release: c}, {release: c}, {print: twice}]
        """,
        "main: twice",
    ),
    # --- events ---
    "an event": small("""
        flags: {e: {}}
        targets: {tw: {steps: [{wait: e, into: seen}, {print: "{seen}"}]}}
        processes: {w: {target: tw}}
        main: [{start: w}, {set: e}, {clear: e}, {print: "{e.is_set()}"}]
        """,
        "main: False | stuck: main at its end | stuck: w in wait",
        "main: False | w: False",
        "main: False | w: True",
    ),
    "an event that is set": small("""
        flags: {e: {}}
        main: [{set: e}, {print: "{e.is_set()}"}, {wait: e, into: seen}, {print: "{seen}"}]
        """,
        "main: True True",
    ),
    "an event that nobody sets": small("""
        flags: {e: {}}
        main: [{wait: {event: e, timeout: 1}, into: seen}, {print: "{seen}"}]
        """,
        "main: False",
    ),
    # --- barriers ---
    "a barrier": small("""
        barriers: {b: {parties: 2}}
        targets: {t: {steps: [{wait: b}, {print: one}, {wait: b}, {print: two}]}}
        processes: {p: {target: t, replicas: 2}}
        main: [{start: p}]
        """,
        "p[0]: one two | p[1]: one two",
    ),
    "a barrier that is aborted": small("""
        barriers: {b: {parties: 2}}
        targets: {t: {steps: [{wait: b}]}}
        processes: {p: {target: t}}
        main: [{start: p}, {abort: b}, {print: "{b.broken}"}]
        """,
        "main: True | p: BrokenBarrierError",
    ),
    "a barrier that is reset": small("""
        barriers: {b: {parties: 2}}
        targets: {t: {steps: [{wait: b}]}}
        processes: {p: {target: t}}
        main: [{start: p}, {reset: b}]
        """,
        "p: BrokenBarrierError",
        "stuck: main at its end | stuck: p in wait",
    ),
    "a barrier out of time": small("""
        barriers: {b: {parties: 2}}
        main:
          - {try: [{wait: {barrier: b, timeout: 1}}], except: {BrokenBarrierError: [{print: "{b.broken}"}]}}
          - {print: "{b.n_waiting} of {b.parties}"}
        """,
        "main: BrokenBarrierError True 0 of 2",
    ),
    "a barrier whose action raises": small("""
        barriers: {b: {parties: 1, action: act}}
        targets: {act: {steps: [{raise: ValueError}]}}
        main:
          - {try: [{wait: b}], except: {ValueError: [{print: "{b.broken}"}]}}
        """,
        "main: ValueError True",
    ),
    # --- queues ---
    "a queue": small("""
        queues: {q: {maxsize: 2}}
        main:
          - {put: {queue: q, item: 1}}
          - {put: {queue: q, item: 2}}
          - {try: [{put_nowait: {queue: q, item: 3}}], except: {Full: [{print: full}]}}
          - {get: q, into: a}
          - {put_nowait: {queue: q, item: 3}}
          - {get: q, into: b}
          - {print: "{a} {b} {q.qsize()}"}
          - {get: q}
          - {close: q}
          - {put: {queue: q, item: 4}}
        """,
        "main: Full full 1 2 1 ValueError",
    ),
    "two that take": small("""
        queues: {q: {}}
        targets:
          fill: {steps: [{put: {queue: q, item: 1}}, {put: {queue: q, item: 2}}]}
          take: {steps: [{try: [{get_nowait: q, into: x}, {print: "{x}"}], except: {Empty: [{print: nothing}]}}]}
        processes: {f: {target: fill}, p: {target: take, replicas: 2}}
        main: [{start: f}, {join: f}, {start: p}]
        """,
        "p[0]: 1 | p[1]: 2",
        "p[0]: 1 | p[1]: Empty nothing",
        "p[0]: 2 | p[1]: 1",
        "p[0]: Empty nothing | p[1]: 1",
    ),
    "a long item": small("""
        queues: {q: {}}
        targets: {t: {steps: [{put: {queue: q, item: "{'x' * 100_000}"}}, {print: put}]}}
        processes: {p: {target: t}}
        main: [{start: p}, {join: p}, {print: joined}]
        """,
        "p: put | stuck: main in join | stuck: p at its end",
    ),
    "a long item that is given up": small("""
        queues: {q: {}}
        targets: {t: {steps: [{put: {queue: q, item: "{'x' * 100_000}"}}, {cancel_join_thread: q}]}}
        processes: {p: {target: t}}
        main: [{start: p}, {join: p}, {print: joined}]
        """,
        "main: joined",
    ),
    "a queue that seems empty": small("""
        queues: {q: {}}
        main: [{put: {queue: q, item: 1}}, {print: "{q.empty()}"}, {get: q}]
        """,
        "main: False",
        "main: True",
    ),
    "a SimpleQueue": small("""
        queues: {q: {kind: SimpleQueue}}
        targets: {t: {steps: [{get: q, into: a}, {get: q, into: b}, {print: "{a} {b}"}, {get: q}]}}
        processes: {p: {target: t}}
        main: [{put: {queue: q, item: 1}}, {put: {queue: q, item: 2}}, {print: "{q.empty()}"}, {start: p}]
        """,
        "main: False | p: 1 2 | stuck: main at its end | stuck: p in get",
    ),
    "a SimpleQueue that is full": small("""
        queues: {q: {kind: SimpleQueue}}
        main: [{put: {queue: q, item: "{'x' * 100_000}"}}, {print: put}]
        """,
        "stuck: main in put",
    ),
    "a JoinableQueue": small("""
        queues: {q: {kind: JoinableQueue}}
        targets: {t: {steps: [{get: q}, {task_done: q}, {get: q}, {print: last}, {task_done: q}]}}
        processes: {p: {target: t}}
        main:
          - {put: {queue: q, item: 1}}
          - {put: {queue: q, item: 2}}
          - {start: p}
          - {join: q}
          - {print: "{p.is_alive()}"}
          - {join: p}
          - {task_done: q}
        """,
        "main: False ValueError | p: last",
        "main: True ValueError | p: last",
    ),
    "a JoinableQueue of which a task is left": small("""
        queues: {q: {kind: JoinableQueue}}
        main: [{put: {queue: q, item: 1}}, {put: {queue: q, item: 2}}, {get: q}, {task_done: q}, {get: q}, {join: q}]
        """,
        "stuck: main in join",
    ),
    # --- memory ---
    "a value that is held": small("""
        values: {v: {type: i}}
        targets:
          add: {steps: [{acquire: v}, {set: {v.value: "{v.value + 1}"}}, {release: v}]}
          put: {steps: [{set: {v.value: 10}}]}
        processes: {p: {target: add}, q: {target: put}}
        main: [{start: p}, {start: q}, {join: p}, {join: q}, {print: "{v.value}"}]
        """,
        "main: 10",
        "main: 11",
    ),
    "a byte": small("""
        values: {v: {type: B}}
        main: [{set: {v.value: 300}}, {print: "{v.value}"}]
        """,
        "main: 44",
    ),
    "an array": small("""
        arrays: {a: {type: i, initial: [1, 2, 3]}}
        main:
          - {set: {"a[-1]": 5}}
          - {print: "{a[2]} {a[0:2]}"}
          - {print: "{a[3]}"}
        """,
        "main: 5 [1, 2] IndexError",
    ),
    "a raw array that is written": small("""
        arrays: {a: {kind: RawArray, type: i, size: 2}}
        targets: {t: {steps: [{set: {"a[:]": [1, 1]}}]}}
        processes: {p: {target: t}}
        main: [{start: p}, {set: {x: "{a[0]}", y: "{a[1]}"}}, {print: "{x} {y}"}, {join: p}]
        """,
        "main: 0 0",
        "main: 0 1",
        "main: 1 0",
        "main: 1 1",
    ),
    "a raw array that is read": small("""
        arrays: {a: {kind: RawArray, type: i, size: 2}}
        targets: {t: {steps: [{set: {"a[0]": 1}}, {set: {"a[1]": 1}}]}}
        processes: {p: {target: t}}
        main: [{start: p}, {set: {x: "{a[:]}"}}, {print: "{x}"}, {join: p}]
        """,
        "main: [0, 0]",
        "main: [0, 1]",
        "main: [1, 0]",
        "main: [1, 1]",
    ),
    # --- pools ---
    "a pool": small("""
        pools: {po: {processes: 1}}
        targets: {t: {params: [n], steps: [{print: "{n}"}, {return: "{n * 10}"}]}}
        main:
          - {apply_async: {pool: po, func: t, args: [1]}, into: r}
          - {apply_async: {pool: po, func: t, args: [2]}, into: s}
          - {try: [{join: po}], except: {ValueError: [{print: runs}]}}
          - {close: po}
          - {try: [{apply: {pool: po, func: t, args: [3]}}], except: {ValueError: [{print: closed}]}}
          - {get: {result: s}, into: x}
          - {print: "{x} {r.ready()}"}
          - {join: po}
          - {print: joined}
        """,
        "main: ValueError runs ValueError closed 20 True joined | po.t[0]: 1 | po.t[1]: 2",
    ),
    "a pool whose task raises": small("""
        pools: {po: {processes: 1}}
        targets: {t: {steps: [{raise: KeyError}]}}
        main:
          - {apply_async: {pool: po, func: t}, into: r}
          - {wait: {result: r}}
          - {print: "{r.successful()}"}
          - {get: {result: r}}
        """,
        "main: False KeyError | po.t[0]: KeyError",
    ),
    "a pool that is terminated": small("""
        pools: {po: {processes: 1}}
        flags: {e: {}}
        targets: {t: {steps: [{wait: e}]}}
        main:
          - {apply_async: {pool: po, func: t}, into: r}
          - {terminate: po}
          - {join: po}
          - {try: [{get: {result: r, timeout: 1}}], except: {TimeoutError: [{print: lost}]}}
        """,
        "main: TimeoutError lost",
    ),
    # --- managers ---
    "what a manager has of a condition": small("""
        managers: {m: {}}
        conditions: {c: {manager: m}}
        flags: {e: {}, f: {}}
        targets:
          ta: {steps: [{acquire: c}, {set: e}, {wait: c}, {print: woken}, {release: c}]}
          tb: {steps: [{wait: e}, {acquire: c}, {set: f}, {wait: c}, {print: woken}, {release: c}]}
        processes: {a: {target: ta}, b: {target: tb}}
        main: [{start: a}, {start: b}, {wait: f}, {acquire: c}, {notify: c}, {release: c}, {join: a}, {join: b}]
        """,
        "a: woken | stuck: main in join | stuck: b in wait",
    ),
    "what a manager has of a queue": small("""
        managers: {m: {}}
        queues: {q: {manager: m, maxsize: 1}}
        main:
          - {put: {queue: q, item: 1}}
          - {print: "{q.empty()} {q.full()} {q.qsize()}"}
          - {try: [{put_nowait: {queue: q, item: 2}}], except: {Full: [{print: full}]}}
          - {get: q, into: x}
          - {put_nowait: {queue: q, item: 2}}
          - {get: q, into: y}
          - {print: "{x} {y}"}
          - {get_nowait: q}
        """,
        "main: False True 1 Full full 1 2 Empty",
    ),
    "what a manager has of a JoinableQueue": small("""
        managers: {m: {}}
        queues: {q: {kind: JoinableQueue, manager: m}}
        main: [{put: {queue: q, item: 1}}, {task_done: q}, {join: q}, {print: all}, {task_done: q}]
        """,
        "main: all ValueError",
    ),
    "what a manager has of a lock": small("""
        managers: {m: {}}
        locks: {l: {manager: m}, r: {kind: RLock, manager: m}}
        main:
          - {acquire: l}
          - {acquire: {lock: l, block: false}, into: a}
          - {acquire: r}
          - {acquire: {lock: r, block: false}, into: b}
          - {print: "{a} {b}"}
          - {release: l}
          - {release: l}
        """,
        "main: False True RuntimeError",
    ),
    "what a manager has of a semaphore": small("""
        managers: {m: {}}
        semaphores: {s: {value: 1, kind: BoundedSemaphore, manager: m}}
        main: [{acquire: s}, {acquire: {semaphore: s, block: false}, into: a}, {print: "{a}"}, {release: s}, {release: s}]
        """,
        "main: False ValueError",
    ),
    "what a manager has of an event that stays set": small("""
        managers: {m: {}}
        flags: {e: {manager: m}}
        targets: {tw: {steps: [{wait: e, into: seen}, {print: "{seen}"}]}}
        processes: {w: {target: tw}}
        main: [{start: w}, {set: e}, {join: w}]
        """,
        "w: True",
    ),
    "what a manager has of an event": small("""
        managers: {m: {}}
        flags: {e: {manager: m}}
        targets: {tw: {steps: [{wait: e, into: seen}, {print: "{seen}"}]}}
        processes: {w: {target: tw}}
        main: [{start: w}, {set: e}, {clear: e}, {print: "{e.is_set()}"}, {join: w}]
        """,
        "main: False | stuck: main in join | stuck: w in wait",
        "main: False | w: True",
    ),
    "what a manager has of a value": small("""
        managers: {m: {}}
        values: {v: {type: i, manager: m}}
        arrays: {a: {type: i, initial: [1, 2], manager: m}}
        targets: {t: {steps: [{set: {v.value: "{v.value + 1}"}}]}}
        processes: {p: {target: t, replicas: 2}}
        main: [{start: p}, {join: p}, {set: {"a[-1]": 7}}, {print: "{v.value} {a[1]}"}]
        """,
        "main: 1 7",
        "main: 2 7",
    ),
}  # fmt: skip

MUTATIONS = {
    # --- locks ---
    "two have a lock": Mutation("locks", "    if held != FREE:\n        return False\n", "", "a lock of two"),
    "a lock is free for who has it": Mutation(
        "locks", "    if held != FREE:", "    if held not in (FREE, turn.thread):", "a lock of two",
    ),
    "an RLock is taken once": Mutation(
        "locks", "if held[0] not in (FREE, turn.thread):", "if held[0] != FREE:", "an RLock",
    ),
    "an RLock is free at its first release": Mutation(
        "locks", "(turn.thread, held[1] - 1) if held[1] > 1 else (FREE, 0)", "(FREE, 0)", "an RLock",
    ),
    "anybody releases an RLock": Mutation(
        "locks", "if held[0] != turn.thread:\n            raise", "if False:\n            raise", "an RLock",
    ),
    "a free lock can be released": Mutation(
        "locks", "if held == FREE:\n        raise", "if False:\n        raise", "a lock that is free",
    ),
    # --- semaphores ---
    "a semaphore has one permit more": Mutation("locks", "if value > 0:", "if value >= 0:", "permits of two"),
    "an acquire takes no permit": Mutation(
        "locks", "turn.set(cell, value - 1)", "turn.set(cell, value)", "permits of two",
    ),
    "a release gives no permit": Mutation(
        "locks", "turn.set(cell, value + 1)", "turn.set(cell, value)", "a semaphore",
    ),
    "a bound is no bound": Mutation("locks", "if value >= most:", "if value > most:", "a bounded semaphore"),
    "an acquire that does not block waits": Mutation(
        "locks", 'if not operation.arguments.get("block", True):', "if False:", "a semaphore",
    ),
    "an acquire is never out of time": Mutation(
        "locks",
        "if timeout is not None and (timeout <= 0 or turn.is_out_of_time()):",
        "if False:",
        "a semaphore",
    ),
    # --- conditions ---
    "who waits keeps the lock": Mutation(
        "meetings",
        "        turn.set(lock, (FREE, 0) if isinstance(held, tuple) else FREE)\n",
        "",
        "a condition",
    ),
    "who waits needs no lock": Mutation(
        "meetings",
        "if not holds(turn, lock):\n"
        '            raise AssertionError("must',
        "if False:\n"
        '            raise AssertionError("must',
        "a condition without its lock",
    ),
    "who notifies needs no lock": Mutation(
        "meetings",
        "if not holds(turn, lock):\n"
        '            raise AssertionError("lock',
        "if False:\n"
        '            raise AssertionError("lock',
        "a condition without its lock",
    ),
    "notify wakes all": Mutation("meetings", 'operation.arguments.get("n", 1)', "_ALL", "two sleepers"),
    "notify_all wakes one": Mutation(
        "meetings",
        "return _notified(turn, operation, _ALL)",
        "return _notified(turn, operation, 1)",
        "all sleepers",
    ),
    "who woke takes no lock": Mutation(
        "meetings", "    if not acquire_lock(turn, lock):\n        return BLOCKED\n", "", "a condition",
    ),
    "a lock that was held twice comes back held once": Mutation(
        "meetings",
        "turn.set(lock, (turn.thread, times))",
        "turn.set(lock, (turn.thread, 1))",
        "a condition whose lock is held twice",
    ),
    "who gave up still counts as asleep": Mutation(
        "meetings", "late = min(self.woken, self.sleeping)", "late = 0", "a sleeper that gave up",
    ),
    "who notifies waits for nobody": Mutation(
        "meetings",
        "turn.set(cell, after)\n"
        '        return Done() if number == 0 else Next(("waking", number))',
        "turn.set(cell, after)\n"
        "        return Done()",
        "a sleeper that was killed",
    ),
    # --- events ---
    "set does not set": Mutation(
        "meetings", "Flag(True, turn.thread if", "Flag(False, turn.thread if", "an event that is set",
    ),
    "set wakes nobody": Mutation(
        "meetings",
        "sleep, number = flag.sleep.notified(_ALL)",
        "sleep, number = flag.sleep.notified(0)",
        "an event",
    ),
    "clear does not clear": Mutation("meetings", "flag._replace(is_set=False)", "flag", "an event"),
    "who is woken does not look again": Mutation(
        "meetings", "return Done(True) if flag.is_set else Refused(False)", "return Done(True)", "an event",
    ),
    "who waits sleeps though it is set": Mutation(
        "meetings",
        "if flag.is_set:\n"
        "            return Done(True)",
        "if False:\n"
        "            return Done(True)",
        "an event that is set",
    ),
    "a wait for an event is never out of time": Mutation(
        "meetings",
        "if awake is None and timeout is not None and",
        "if False and timeout is not None and",
        "an event that nobody sets",
    ),
    # --- barriers ---
    "a barrier lets out one too early": Mutation(
        "meetings",
        'if index + 1 < options["parties"]:',
        'if index + 2 < options["parties"]:',
        "a barrier out of time",
    ),
    "a barrier is for once": Mutation(
        "meetings",
        "again = inside == 0 and gate.state in (LETTING_OUT, RESETTING)",
        "again = False",
        "a barrier",
    ),
    "the next round mixes with the last": Mutation(
        "meetings",
        "if gate.holder != FREE or gate.state in (LETTING_OUT, RESETTING):",
        "if gate.holder != FREE:",
        "a barrier",
    ),
    "abort breaks nothing": Mutation(
        "meetings",
        "turn.set(cell, left(gate._replace(state=BROKEN), 0,",
        "turn.set(cell, left(gate, 0,",
        "a barrier that is aborted",
    ),
    "reset leaves those who wait": Mutation(
        "meetings",
        "state = RESETTING if gate.state in (FILLING, BROKEN) else gate.state",
        "state = gate.state",
        "a barrier that is reset",
    ),
    "a barrier out of time is not broken": Mutation(
        "meetings", "        gate = gate._replace(state=BROKEN)\n", "", "a barrier out of time",
    ),
    "a barrier whose action raised is not broken": Mutation(
        "meetings",
        "left(gate._replace(state=BROKEN, holder=FREE))",
        "left(gate._replace(holder=FREE))",
        "a barrier whose action raises",
    ),
    # --- queues ---
    "a queue has a place more": Mutation("queues", "if free <= 0:", "if free < 0:", "a queue"),
    "a get gives no place back": Mutation(
        "feeding",
        "turn.alter(places, turn.look(places) + 1)",
        "turn.alter(places, turn.look(places))",
        "a queue",
    ),
    "what was put last comes first": Mutation(
        "feeding",
        "turn.alter(pipe, (*packets, Packet(first, size)))",
        "turn.alter(pipe, (Packet(first, size), *packets))",
        "a queue",
    ),
    "a closed queue takes items": Mutation(
        "queues", 'raise ValueError(f"Queue {operation.object.ref} is closed")', "pass", "a queue",
    ),
    "nobody is kept out by who reads": Mutation(
        "queues",
        "        if turn.get(readers) != FREE:\n"
        "            if late:\n"
        "                raise Empty()\n"
        "            return BLOCKED\n",
        "",
        "two that take",
    ),
    "a pipe has room for everything": Mutation(
        "feeding", "+ size <= CAPACITY", "+ size <= 9 * CAPACITY", "a long item",
    ),
    "who ends waits for no feeder": Mutation(
        "feeding", "        if turn.get(buffer):\n            return True\n", "", "a long item",
    ),
    "who ends waits for a feeder that was given up": Mutation(
        "feeding", "if name in cancelled:", "if False:", "a long item that is given up",
    ),
    "empty knows what is put": Mutation(
        "queues",
        'empty = not turn.get(turn.cell("queue", name))',
        'empty = not (turn.get(turn.cell("queue", name)) or turn.get(turn.cell("buffer", name, '
        "turn.process)))",
        "a queue that seems empty",
    ),
    "a SimpleQueue is a stack": Mutation(
        "queues",
        "turn.alter(pipe, (*packets, Packet(frozen, size, -1 if fits else turn.thread)))",
        "turn.alter(pipe, (Packet(frozen, size, -1 if fits else turn.thread), *packets))",
        "a SimpleQueue",
    ),
    "a put into a full SimpleQueue does not wait": Mutation(
        "queues", 'return Done() if fits else Next("writing")', "return Done()", "a SimpleQueue that is full",
    ),
    "a get from nothing gives nothing": Mutation(
        "queues",
        "    if not packets:\n"
        "        turn.touch(pipe, GET)\n"
        "        return BLOCKED\n",
        "    if not packets:\n"
        "        return Done()\n",
        "a SimpleQueue",
    ),
    "the first task_done is for all": Mutation(
        "queues", "left = tasks.unfinished - 1", "left = 0", "a JoinableQueue of which a task is left",
    ),
    "task_done can be called too often": Mutation(
        "queues", 'raise ValueError("task_done() called too many times")', "return Done()", "a JoinableQueue",
    ),
    "join of a queue does not wait": Mutation(
        "queues",
        "if tasks.unfinished == 0:\n"
        "            return Done()",
        "if True:\n"
        "            return Done()",
        "a JoinableQueue of which a task is left",
    ),
    "the last task_done wakes nobody": Mutation(
        "queues", "if left == 0 and tasks.sleeping:", "if False:", "a JoinableQueue",
    ),
    # --- memory ---
    "a look at a value takes no lock": Mutation(
        "memory", "return held[0] in (FREE, turn.thread)", "return True", "a value that is held",
    ),
    "a cell has room for any number": Mutation(
        "memory", "freeze(_converted(kind, item))", "freeze(item)", "a byte",
    ),
    "what counts from the end counts from the begin": Mutation(
        "memory", "place = index + size if index < 0 else index", "place = abs(index)", "an array",
    ),
    "a place behind the end is the last": Mutation(
        "memory", 'raise IndexError("invalid index")', "place = size - 1", "an array",
    ),
    "raw cells are written together": Mutation(
        "memory", "if bare and written < len(changed):", "if False:", "a raw array that is written",
    ),
    "raw cells are read together": Mutation(
        "memory", "if bare and len(seen) < len(places):", "if False:", "a raw array that is read",
    ),
    # --- processes ---
    "siblings have not ended when a process starts": Mutation(
        "playing", 'if operation.op == "start" and notices_ends(model, image):', "if False:", "a sibling that may have ended",
    ),
    # --- pools ---
    "a closed pool takes tasks": Mutation(
        "pools",
        "    if state_of(turn, name) != RUNNING:\n"
        '        raise ValueError("Pool not running")\n'
        "    arguments",
        "    arguments",
        "a pool",
    ),
    "a pool that runs can be joined": Mutation(
        "pool_ends", '        raise ValueError("Pool is still running")\n', "        return Done()\n", "a pool",
    ),
    "tasks are handed out from behind": Mutation(
        "working",
        "turn.alter(waiting, tasks[1:])\n"
        "        return _begin(turn, operation, name, tasks[0], done)",
        "turn.alter(waiting, tasks[:-1])\n"
        "        return _begin(turn, operation, name, tasks[-1], done)",
        "a pool",
    ),
    "every task is successful": Mutation(
        "pools", "return Done(found.error is None)", "return Done(True)", "a pool whose task raises",
    ),
    "what a task raised is its result": Mutation(
        "pools",
        "if found.error is None else Raised(found.error.value)",
        "if found.error is None else Done()",
        "a pool whose task raises",
    ),
    "a pool that is terminated lives on": Mutation(
        "pool_ends", "            doom(turn, worker, 15)\n", "            pass\n", "a pool that is terminated",
    ),
    # --- managers ---
    "the last sleeper is woken first": Mutation(
        "managed",
        "Sleepers(self.asleep[most:], self.awake | frozenset(self.asleep[:most]))",
        "Sleepers(self.asleep[:-most], self.awake | frozenset(self.asleep[-most:]))",
        "what a manager has of a condition",
    ),
    "a manager's notify wakes nobody": Mutation(
        "managed", "notified(max(most, 0))", "notified(0)", "what a manager has of a condition",
    ),
    "a manager's lock can be taken twice": Mutation(
        "managed",
        "if acquire_lock(turn, lock_cell(turn, _handle(operation))):",
        "if acquire_lock(turn, lock_cell(turn, _handle(operation))) or True:",
        "what a manager has of a lock",
    ),
    "a manager's free lock can be released": Mutation(
        "managed", 'raise RuntimeError("release unlocked lock")', "pass", "what a manager has of a lock",
    ),
    "a manager's semaphore has a permit more": Mutation(
        "managed", "if value > 0:", "if value >= 0:", "what a manager has of a semaphore",
    ),
    "a manager's bound is no bound": Mutation(
        "managed",
        'value >= options["value"]',
        'value > options["value"]',
        "what a manager has of a semaphore",
    ),
    "a manager's set wakes nobody": Mutation(
        "managed",
        "turn.get(cell).sleepers.notified(_ALL)",
        "turn.get(cell).sleepers",
        "what a manager has of an event that stays set",
    ),
    "a manager's clear does not clear": Mutation(
        "managed",
        "turn.get(cell)._replace(is_set=False)",
        "turn.get(cell)",
        "what a manager has of an event",
    ),
    "a manager's queue has a place more": Mutation(
        "managed_queues", "if free <= 0:", "if free < 0:", "what a manager has of a queue",
    ),
    "a manager's get gives no place back": Mutation(
        "managed_queues", "turn.look(places) + 1", "turn.look(places)", "what a manager has of a queue",
    ),
    "a manager's queue is empty at first": Mutation(
        "managed_queues",
        'return Done(not turn.get(turn.cell("queue", _name(turn, operation))))',
        "return Done(True)",
        "what a manager has of a queue",
    ),
    "a manager's task_done can be called too often": Mutation(
        "managed_queues",
        'raise ValueError("task_done() called too many times")',
        "left = 0",
        "what a manager has of a JoinableQueue",
    ),
    "a manager's task_done counts nothing": Mutation(
        "managed_queues", "turn.set(cell, left)", "pass", "what a manager has of a JoinableQueue",
    ),
    "a manager's value can't be written": Mutation(
        "managed_memory", "turn.set(cell, freeze(item))", "pass", "what a manager has of a value",
    ),
    "a manager's array can't be written": Mutation(
        "managed_memory",
        'held[operation.arguments["index"]] = item',
        "pass",
        "what a manager has of a value",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_comes_to_what_cpython_comes_to(compiled: Callable[[str], Program], name: str) -> None:
    assert PROGRAMS[name].ends == ends(Model, compiled(PROGRAMS[name].text))


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_caught(compiled: Callable[[str], Program], name: str) -> None:
    mutation = MUTATIONS[name]
    text, expected = PROGRAMS[mutation.program]
    with mutated(mutation) as model:
        assert expected != ends(model, compiled(text))
