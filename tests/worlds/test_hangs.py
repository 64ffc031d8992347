"""A run that can't go on is recognised as such, long before its deadline, and told why."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from .conftest import Run

DEADLINE_SECONDS = 120.0


class Hang(NamedTuple):
    text: str
    pattern: str
    sentence: str
    waiting: dict[str, str]


HANGS = {
    "each holds what the other waits for": Hang(
        """
        locks: {a: {}, b: {}}
        queues: {has_a: {}, has_b: {}}
        targets:
          first: {steps: [{acquire: a}, {put: {queue: has_a, item: 1}}, {get: has_b}, {acquire: b}]}
          second: {steps: [{acquire: b}, {put: {queue: has_b, item: 1}}, {get: has_a}, {acquire: a}]}
        processes: {p1: {target: first}, p2: {target: second}}
        """,
        "deadlock",
        "held by p2",
        {"main": "join", "p1": "acquire", "p2": "acquire"},
    ),
    "a lock taken twice": Hang(
        """
        locks: {a: {}}
        targets: {twice: {steps: [{acquire: a}, {acquire: a}]}}
        processes: {p1: {target: twice}}
        """,
        "self-lock",
        "p1 waited",
        {"main": "join", "p1": "acquire"},
    ),
    "a permit that only one releases who waits for a lock": Hang(
        """
        locks: {mutex: {}}
        semaphores: {free: {value: 0}}
        queues: {held: {}}
        targets:
          takes: {steps: [{with: mutex, steps: [{put: {queue: held, item: 1}}, {acquire: free}]}]}
          gives: {steps: [{get: held}, {with: mutex, steps: [{release: free}]}]}
        processes: {p1: {target: takes}, p2: {target: gives}}
        """,
        "deadlock",
        "p1 waits for a permit of `free`, which p2 would release, and p2 waits for `mutex`, held by p1",
        {"main": "join", "p1": "acquire", "p2": "acquire"},
    ),
    "each waits for the other's message": Hang(
        """
        queues: {q1: {}, q2: {}}
        targets:
          one: {steps: [{get: q1}, {put: {queue: q2, item: 1}}]}
          two: {steps: [{call: {target: reads}}, {put: {queue: q1, item: 1}}]}
          reads: {steps: [{get: q2}]}
        processes: {p1: {target: one}, p2: {target: two}}
        """,
        "deadlock",
        "which p1 would put",
        {"main": "join", "p1": "get", "p2": "get"},
    ),
    "an item that is put behind the join of who waits for it": Hang(
        """
        queues: {q: {}}
        targets: {reads: {steps: [{get: q}]}}
        processes: {p1: {target: reads}}
        main: [{start: p1}, {join: p1}, {put: {queue: q, item: 1}}]
        """,
        "deadlock",
        "p1 waits for an item of `q`, which main would put",
        {"main": "join", "p1": "get"},
    ),
    "an item that was put before and is not put again": Hang(
        """
        queues: {q: {}, go: {}}
        targets:
          puts: {steps: [{put: {queue: q, item: 1}}, {get: go}]}
          reads: {steps: [{get: q}, {get: q}]}
        processes: {p1: {target: puts}, p2: {target: reads}}
        """,
        "nothing-put",
        "nobody is left to put one",
        {"main": "join", "p1": "get", "p2": "get"},
    ),
    "the holder was killed": Hang(
        """
        locks: {a: {}}
        queues: {q: {}}
        targets: {holds: {steps: [{acquire: a}, {put: {queue: q, item: 1}}, {sleep: 600}]}}
        processes: {p1: {target: holds}}
        main: [{start: p1}, {get: q}, {kill: p1}, {join: p1}, {acquire: a}]
        """,
        "dead-holder",
        "held by p1, which was killed by signal 9",
        {"main": "acquire"},
    ),
    "a value held by who is dead": Hang(
        """
        values: {v: {type: i}}
        queues: {q: {}}
        targets: {holds: {steps: [{acquire: v}, {put: {queue: q, item: 1}}, {sleep: 600}]}}
        processes: {p1: {target: holds}}
        main: [{start: p1}, {get: q}, {kill: p1}, {join: p1}, {set: {v.value: 1}}]
        """,
        "dead-holder",
        "to write `v`, held by p1, which was killed by signal 9",
        {"main": "write"},
    ),
    "nothing is put": Hang(
        """
        queues: {q: {}}
        targets: {reads: {steps: [{get: q}]}}
        processes: {p1: {target: reads}}
        """,
        "nothing-put",
        "nobody is left to put one",
        {"main": "join", "p1": "get"},
    ),
    "nothing is got": Hang(
        """
        queues: {q: {maxsize: 1}}
        targets: {writes: {steps: [{put: {queue: q, item: 1}}, {put: {queue: q, item: 2}}]}}
        processes: {p1: {target: writes}}
        """,
        "nothing-got",
        "nobody is left to get an item",
        {"main": "join", "p1": "put"},
    ),
    "joined before it was drained": Hang(
        """
        queues: {q: {}}
        targets: {writes: {steps: [{put: {queue: q, item: "{'x' * 200000}"}}]}}
        processes: {p1: {target: writes}}
        """,
        "join-before-drain",
        "main waits for p1 to end first",
        {"main": "join", "p1": "exit"},
    ),
    "notified before anybody waited": Hang(
        """
        conditions: {c: {}}
        targets: {waits: {steps: [{with: c, steps: [{wait: c}]}]}}
        processes: {p1: {target: waits}}
        main: [{with: c, steps: [{notify: c}]}, {start: p1}, {join: p1}]
        """,
        "lost-wakeup",
        "main did, before it waited",
        {"main": "join", "p1": "wait"},
    ),
    "an event that nobody sets": Hang(
        """
        flags: {go: {}}
        targets: {waits: {steps: [{wait: go}]}}
        processes: {p1: {target: waits}}
        """,
        "lost-wakeup",
        "for `go` to be set, and nobody is left to set it. main waits for p1 to end.",
        {"main": "join", "p1": "wait"},
    ),
    "an event that was cleared before": Hang(
        """
        flags: {go: {}}
        targets: {waits: {steps: [{wait: go}]}}
        processes: {p1: {target: waits}}
        main: [{set: go}, {clear: go}, {start: p1}, {join: p1}]
        """,
        "lost-wakeup",
        "main did, and cleared it again",
        {"main": "join", "p1": "wait"},
    ),
    "a party that does not come": Hang(
        """
        barriers: {b: {parties: 3}}
        targets: {waits: {steps: [{wait: b}]}}
        processes: {p: {target: waits, replicas: 2}}
        """,
        "missing-party",
        "2 have come of 3. It needs 1 more",
        {"main": "join", "p[0]": "wait", "p[1]": "wait"},
    ),
    "a semaphore without permits": Hang(
        """
        semaphores: {s: {value: 0}}
        targets: {waits: {steps: [{acquire: s}]}}
        processes: {p1: {target: waits}}
        """,
        "never-released",
        "for a permit of `s`, and nobody is left to release one",
        {"main": "join", "p1": "acquire"},
    ),
    "permits that others made are nobody's": Hang(
        """
        semaphores: {items: {value: 0}}
        targets: {takes: {steps: [{repeat: 3, steps: [{acquire: items}]}]}}
        processes: {p1: {target: takes}}
        main: [{release: items}, {release: items}, {start: p1}, {join: p1}]
        """,
        "never-released",
        "p1 waited",
        {"main": "join", "p1": "acquire"},
    ),
    "each holds the semaphore that the other waits for": Hang(
        """
        semaphores: {a: {}, b: {}}
        barriers: {both: {parties: 2}}
        targets:
          first: {steps: [{acquire: a}, {wait: both}, {acquire: b}]}
          second: {steps: [{acquire: b}, {wait: both}, {acquire: a}]}
        processes: {p1: {target: first}, p2: {target: second}}
        """,
        "deadlock",
        "held by p2",
        {"main": "join", "p1": "acquire", "p2": "acquire"},
    ),
    "all permits taken by one": Hang(
        """
        semaphores: {s: {value: 2}}
        targets: {takes: {steps: [{repeat: 3, steps: [{acquire: s}]}]}}
        processes: {p1: {target: takes}}
        """,
        "self-lock",
        "it has every permit there is",
        {"main": "join", "p1": "acquire"},
    ),
    "an item that was never done": Hang(
        """
        queues: {q: {kind: JoinableQueue}}
        targets: {reads: {steps: [{repeat: 2, steps: [{get: q}]}, {task_done: q}]}}
        processes: {p1: {target: reads}}
        main: [{put: {queue: q, item: 1}}, {put: {queue: q, item: 2}}, {start: p1}, {join: q}, {join: p1}]
        """,
        "tasks-not-done",
        "1 was never told to be, of 2 that were put",
        {"main": "join"},
    ),
    "a waiter that was killed": Hang(
        """
        conditions: {c: {}}
        flags: {asleep: {}}
        targets: {waits: {steps: [{with: c, steps: [{set: asleep}, {wait: c}]}]}}
        processes: {p1: {target: waits}}
        main:
          - start: p1
          - wait: asleep
          - with: c
            steps:
              - kill: p1
              - join: p1
              - notify_all: c
        """,
        "dead-waiter",
        "p1 was killed by signal 9 while it waited there",
        {"main": "notify_all"},
    ),
    "woken, but the lock is held for good": Hang(
        """
        locks: {lock: {}}
        conditions: {c: {lock: lock}}
        flags: {asleep: {}, never: {}}
        targets: {waits: {steps: [{with: c, steps: [{set: asleep}, {wait: c}]}]}}
        processes: {p1: {target: waits}}
        main: [{start: p1}, {wait: asleep}, {with: c, steps: [{notify: c}, {join: p1}]}]
        """,
        "deadlock",
        "p1, which was notified of `c`, waits for its lock, held by main",
        {"main": "join", "p1": "wait"},
    ),
    "the time is up, but the lock is held for good": Hang(
        """
        locks: {lock: {}}
        conditions: {c: {lock: lock}}
        flags: {asleep: {}}
        targets: {waits: {steps: [{with: c, steps: [{set: asleep}, {wait: {condition: c, timeout: 0.01}}]}]}}
        processes: {p1: {target: waits}}
        main: [{start: p1}, {wait: asleep}, {acquire: lock}, {join: p1}]
        """,
        "deadlock",
        "waits for its lock, held by main",
        {"main": "join", "p1": "wait"},
    ),
    "a task that took its worker along": Hang(
        """
        pools: {po: {processes: 2}}
        targets: {leaves: {steps: [{raise: {SystemExit: 3}}]}}
        main:
          - apply_async: {pool: po, func: leaves}
            into: r
          - get: {result: r}
        """,
        "task-lost",
        "po.leaves[0] was lost with its worker po[",
        {"main": "get"},
    ),
    "a task for a pool that a fork has copied": Hang(
        """
        pools: {po: {processes: 1}}
        targets:
          inner: {steps: [{return: 1}]}
          outer: {steps: [{apply: {pool: po, func: inner}}]}
        processes: {p: {target: outer}}
        main: [{start: p}, {join: p}]
        """,
        "nested-pool",
        "for po.inner[0]: p has a copy of pool `po`, whose workers serve only main. main waits for p",
        {"main": "join", "p": "apply"},
    ),
}


@pytest.mark.parametrize("name", HANGS)
def test_a_hang_is_recognised_and_explained(run: Run, name: str) -> None:
    hang = HANGS[name]
    recording = run(hang.text, timeout=DEADLINE_SECONDS)
    assert recording.ending.how == "hang"
    diagnosis = recording.ending.diagnosis
    assert diagnosis is not None
    assert (hang.pattern, hang.waiting) == (
        diagnosis.pattern,
        {each.process: each.operation for each in diagnosis.blocked},
    )
    assert hang.sentence in diagnosis.sentence


def test_threads_hang_too(run: Run) -> None:
    recording = run(HANGS["a lock taken twice"].text, timeout=DEADLINE_SECONDS, backend="threads")
    assert recording.ending.diagnosis is not None
    assert recording.ending.diagnosis.pattern == "self-lock"


def test_a_hang_beside_a_manager_is_recognised(run: Run) -> None:
    text = """
    managers: {m: {}}
    queues: {q: {manager: m}}
    targets: {reads: {steps: [{get: q}]}}
    processes: {p1: {target: reads}}
    """
    recording = run(text, timeout=DEADLINE_SECONDS)
    assert recording.ending.diagnosis is not None
    assert recording.ending.diagnosis.pattern == "nothing-put"


@pytest.mark.parametrize(
    "steps",
    [
        "[{sleep: 0.3}, {put: {queue: q, item: 1}}]",
        "[{get: {queue: other, timeout: 0.3}, allow: Empty}, {put: {queue: q, item: 1}}]",
        "[{acquire: lock}, {acquire: {lock: lock, timeout: 0.3}, into: ok}, {put: {queue: q, item: 1}}]",
    ],
)
def test_who_waits_for_one_that_will_go_on_does_not_hang(run: Run, steps: str) -> None:
    text = f"""
    queues: {{q: {{}}, other: {{}}}}
    locks: {{lock: {{}}}}
    targets: {{late: {{steps: {steps}}}}}
    processes: {{p1: {{target: late}}}}
    main: [{{start: p1}}, {{get: q}}, {{join: p1}}]
    """
    assert run(text).ending.how == "finished"


def test_a_pool_whose_initializer_always_fails_is_ended(run: Run) -> None:
    text = """
    pools: {po: {processes: 2, initializer: bad}}
    targets:
      bad: {steps: [{raise: {ValueError: no}}]}
      work: {steps: [pass]}
    main: [{apply: {pool: po, func: work}}]
    """
    recording = run(text, timeout=DEADLINE_SECONDS)
    assert recording.ending.diagnosis is not None
    assert ("hang", "initializer-fails") == (recording.ending.how, recording.ending.diagnosis.pattern)


def test_what_is_blocked_was_so_when_the_run_was_cut(run: Run) -> None:
    recording = run(HANGS["each holds what the other waits for"].text)
    unfinished = {(call.process, call.operation) for call in recording.calls if call.outcome == "unfinished"}
    assert unfinished == {("main", "join"), ("p1", "acquire"), ("p2", "acquire")}
    assert all(each.ended_by == "mprun" and each.exitcode is None for each in recording.processes)
