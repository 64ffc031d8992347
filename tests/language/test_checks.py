"""Cross-references: what is said, and what must not be said."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.language.scenarios_in_text import kinds, said

NAMES = [
    ("main: [{print: '{x}'}]", 'unknown name "x"'),
    ("main: [{start: p}]", 'unknown name "p"'),
    (
        "pools: {po: }\nmain: [{apply: {pool: po, func: wrok}}]\ntargets: {work: {steps: [pass]}}",
        'no target "wrok"',
    ),
    ("main: [{for: x, in: itcast, steps: [{print: '{x}'}]}]", 'unknown name "itcast"'),
    (
        "targets: {work: {steps: [{print: '{index}'}]}}\nprocesses: {p: {target: work, replicas: 2}}",
        'unknown name "index"',
    ),
    ("queues: {q: {manager: m}}\nmain: [{get: q}]", 'no manager "m"'),
    ("pools: {po: {initializer: setup}}\nmain: [{close: po}]", 'no target "setup"'),
    ("main: [{create: q}]", 'no object "q"'),
    ("main: [pass]\nexpect: [{exitcodes: {p: 0}}]", 'no process "p"'),
    ("main: [pass]\nexpect: [{absence: {op: aquire}}]", 'no operation "aquire"'),
    ("main: [pass]\nexpect: [{absence: {label: first}}]", 'no label "first"'),
    ("main: [pass]\nexpect: [{fifo: q}]", 'no queue "q"'),
    ("main: [pass]\nexpect: [{mutual_exclusion: lock}]", 'no lock "lock"'),
    ("main: [pass]\nexpect: [{variables: {main: {x: 1}}}]", 'no variable of main "x"'),
    ("main: [pass]\nexpect: [{existence: {task: 'po.work[0]'}}]", 'no pool "po"'),
    ("main: [pass]\nexpect: [{existence: {op: get, raised: Emtpy}}]", 'unknown exception "Emtpy"'),
    ("locks: {fork: {count: '{n}'}}\nmain: [{acquire: 'fork[0]'}]", 'no param "n"'),
    ("main: [pass]\nends: {when: {process: p}}", 'no process "p"'),
]


@pytest.mark.parametrize(("text", "message"), NAMES)
def test_a_name_that_nothing_has_is_an_error_at_its_place(text: str, message: str) -> None:
    assert [message] == [line.split(": ", 1)[1] for line in said(text) if "unused" not in line]


FINE = [
    "queues: {q: }\nmain: [{task_done: q, raises: AttributeError}]",
    "locks: {lock: }\nconditions: {c: {lock: lock}}\nmain: [{with: c, steps: [{notify: c}]}]\n"
    "expect: [{mutual_exclusion: lock}, {mutual_exclusion: c}, {existence: {op: acquire, object: lock}}]",
    "flags: {go: {count: 2}}\nmain: [{set: 'go[1]'}, {set: {x: 1}}, {if: 'go[0].is_set()', then: [{print: '{x}'}]}]",
    "barriers: {b: {parties: 1, action: tell}}\ntargets: {tell: {steps: [{print: here}]}}\n"
    "main: [{wait: b}]\nexpect: [{existence: {process: main, print: here}}]",
    "conditions: {c: }\nmain: [{with: c, steps: [{wait_for: {condition: c, predicate: 1 > 0}, into: _r}]}]\n"
    "expect: [{absence: {op: wait, object: c}, vacuous: ok}]",
    "locks: {lock: }\nmain:\n  - acquire: lock  # a comment\n  - if: 1 > 2  # another\n    then: [pass]\n",
    "globals: {n: 1}\nmain: [{set: {n: '{n + 1}'}}, {print: '{n}'}]",
    "targets: {work: {params: [i], steps: [{print: '{i}'}]}}\nprocesses: {p: {target: work, replicas: 2, args: ['{index}']}}",
    "main: [{try: [{raise: {ValueError: boom}}], except: {ValueError: [{print: '{error}'}]}}]",
    "matrix: {start_method: [fork]}\nmain: [{print: '{start_method}'}]",
    "targets: {down: {params: [n], steps: [{if: n > 0, then: [{call: {target: down, args: ['{n - 1}']}}]}]}}\n"
    "processes: {p: {target: down, args: [3]}}",
    "targets: {work: {params: [a, {b: 2}, '*rest', '**named'], steps: [{print: '{a} {b} {rest} {named}'}]}}\n"
    "processes: {p: {target: work, args: [1, 2, 3], kwargs: {c: 4}}}",
    "queues: {q: {}}\nmain: [{put: {queue: q, item: 1}}, {get: q, into: _x}]",
    "pools: {po: {processes: 1}}\ntargets: {work: {steps: [pass]}}\n"
    "main: [{apply_async: {pool: po, func: work}, into: r}, {if: r.ready(), then: [{wait: r}]}]",
    "main: [{print: hello}]\nexpect: [{existence: {op: print, process: main}}, {absence: {op: stderr}}]",
    "main: [{print: 'a\\nb'}]\nexpect: [{existence: b}]".replace("'a\\nb'", '"a\\nb"'),
    "targets: {work: {steps: [{print: in}]}}\nprocesses: {p: {target: work, replicas: 2}}\n"
    "expect: [{exitcodes: {p: 0, 'p[1]': 0}}, {existence: {process: 'p[1]', print: in}}]",
]


@pytest.mark.parametrize("text", FINE)
def test_nothing_is_said_about_what_is_right(text: str) -> None:
    assert [] == said(text)


KINDS = [
    ("locks: {lock: }\nmain: [{put: {queue: lock, item: 1}}]", "`put` is for a queue; `lock` is a lock"),
    (
        "queues: {q: }\nmain: [{with: q, steps: [pass]}]",
        "`with` is for a lock, a semaphore, a value, an array, a condition or a pool; `q` is a queue",
    ),
    ("main: [{set: {x: 1}}, {get: x}]", "`get` is for a queue or a result; `x` is a plain value"),
    ("locks: {lock: }\nmain: [{if: lock.full(), then: [pass]}]", "a lock has no `full`"),
    (
        "locks: {fork: {count: 2}}\nmain: [{acquire: fork}]",
        "`fork` is a family of 2: one of them has to be picked",
    ),
    (
        "locks: {fork: {count: 2}}\nmain: [{acquire: 'fork[2]'}]",
        "`fork` has the members 0 to 1; there is no 2",
    ),
    ("locks: {lock: }\nmain: [{acquire: 'lock[0]'}]", "`lock` is a single lock, no family: it has no index"),
    (
        "locks: {lock: }\ntargets: {take: {params: [q], steps: [{get: q}]}}\n"
        "processes: {p: {target: take, args: ['{lock}']}}",
        "`get` is for a queue or a result; `q` is a lock",
    ),
    (
        "targets: {t: {steps: [pass]}}\nprocesses: {p: {target: t}, r: {target: p}}",
        '"p" is a process, a target is wanted here',
    ),
    (
        "queues: {q: }\nmain: [{get: q}]\nexpect: [{mutual_exclusion: {hold: q}}]",
        '"q" is a queue, a lock is wanted here',
    ),
]


WORKS = "main: [{with: c, steps: [{notify: c}]}]"
KINDS += [
    ("queues: {q: }\nmain: [{task_done: q}]", "`q` is a Queue, which has no `task_done`"),
    ("queues: {q: }\nmain: [{join: q}]", "`q` is a Queue, which has no `join`"),
    (
        "queues: {q: {kind: SimpleQueue}}\nmain: [{put_nowait: {queue: q, item: 1}}]",
        "`q` is a SimpleQueue, which has no `put_nowait`",
    ),
    ("queues: {q: {kind: SimpleQueue}}\nmain: [{print: '{q.qsize()}'}]", "a SimpleQueue has no `qsize`"),
    (
        "queues: {q: {kind: SimpleQueue}}\nmain: [{get: {queue: q, timeout: 1}}]",
        "`get` of a SimpleQueue takes no `timeout`",
    ),
    (
        "queues: {q: {kind: JoinableQueue}}\nmain: [{join: {queue: q, timeout: 1}}]",
        "`join` of a JoinableQueue takes no `timeout`",
    ),
    (
        "managers: {m: }\nqueues: {q: {manager: m}}\nmain: [{close: q}]",
        "`q` is a manager's queue, which has no `close`",
    ),
    (
        "managers: {m: }\nsemaphores: {s: {manager: m}}\nmain: [{print: '{s.get_value()}'}]",
        "a manager's semaphore has no `get_value`",
    ),
    (
        "queues: {q: {kind: SimpleQueue, maxsize: 1}}\nmain: [{get: q}]",
        "a SimpleQueue has no `maxsize`: it is a pipe, which holds some 64 KiB",
    ),
    (
        "managers: {m: }\nqueues: {q: {kind: SimpleQueue, manager: m}}\nmain: [{get: q}]",
        "a manager has no SimpleQueue",
    ),
    ("queues: {q: }\nmain: [{set: q}, {get: q}]", "`set` is for an event; `q` is a queue"),
    ("semaphores: {s: }\nmain: [{acquire: {lock: s}}]", "`s` is a semaphore, a lock is wanted here"),
    (
        "barriers: {b: {parties: 1}}\nmain: [{with: b, steps: [pass]}]",
        "`with` is for a lock, a semaphore, a value, an array, a condition or a pool; `b` is a barrier",
    ),
    (f"queues: {{q: }}\nconditions: {{c: {{lock: q}}}}\n{WORKS}", '"q" is a queue, a lock is wanted here'),
    (
        f"locks: {{l: {{count: 2}}}}\nconditions: {{c: {{lock: l}}}}\n{WORKS}",
        "`l` is a family of 2 locks, `c` is a single condition: each needs its lock",
    ),
    (
        f"managers: {{m: }}\nlocks: {{l: {{manager: m}}}}\nconditions: {{c: {{lock: l}}}}\n{WORKS}",
        "`l` is of the manager m: a condition and its lock have the same one",
    ),
    (
        f"locks: {{l: {{create: later}}}}\nconditions: {{c: {{lock: l}}}}\n{WORKS}",
        "`l` is created by a step, and `c` before it",
    ),
    (
        "queues: {q: }\nbarriers: {b: {parties: 1, action: q}}\nmain: [{wait: b}, {get: q}]",
        '"q" is a queue, a target is wanted here',
    ),
]


@pytest.mark.parametrize(("text", "message"), KINDS)
def test_the_wrong_kind_of_object_is_an_error(text: str, message: str) -> None:
    assert [message] == [line.split(": ", 1)[1] for line in said(text) if "unused" not in line]


TARGET = "targets:\n  add:\n    params: [a, {b: 1}]\n    steps: [{print: '{a + b}'}]\nprocesses:\n  p: {target: add, "
ARGUMENTS = [
    ("args: []}", 'process p: add lacks the argument "a"'),
    ("args: [1, 2, 3]}", "add takes 2 positional arguments, 3 given"),
    ("args: [1], kwargs: {a: 2}}", 'add gets "a" twice: by position and by name'),
    ("args: [1], kwargs: {c: 2}}", 'add has no parameter "c"'),
    (
        "args: [1]}\nbarriers: {b: {parties: 1, action: add}}\nmain: [{start: p}, {wait: b}]",
        'barrier b: add lacks the argument "a"',
    ),
]


@pytest.mark.parametrize(("arguments", "message"), ARGUMENTS)
def test_arguments_that_do_not_fit_are_an_error(arguments: str, message: str) -> None:
    assert [message] == [line.split(": ", 1)[1] for line in said(TARGET + arguments)]


IMPOSSIBLE = [
    "locks: {lock: }\nconditions: {c: {lock: lock}}\nmain: [{with: c, steps: [pass]}]\n"
    "expect: [{existence: {op: acquire, object: c}}]",
    "main: [{print: hello}]\nexpect: [{existence: helo}]",
    "main: [{print: 'n={1 + 1}'}]\nexpect: [{existence: m=2}]",
    "main: [{print: hello}]\nexpect: [{existence: {print: {matches: '^bye'}}}]",
    "main: [{print: hello}]\nexpect: [{absence: {op: get}}]",
    "queues: {q: }\nmain: [{put: {queue: q, item: 1}}]\nexpect: [{absence: {op: get, object: q}}]",
    "locks: {lock: }\nmain: [{acquire: lock}]\nexpect: [{absence: {op: put, object: lock}}]",
    "targets: {t: {steps: [{print: x}]}}\nprocesses: {p: {target: t}}\nexpect: [{existence: {print: x, process: main}}]",
    "locks: {lock: }\nmain: [{if: 1 > 2, then: [{release: lock}]}]\nexpect: [{mutual_exclusion: lock}]",
    "pools: {po: {processes: 1}}\nmain: [{close: po}]\nexpect: [{max_parallel: {of: po, at_most: 1}}]",
    "main: [{print: hello}]\nexpect: [{absence: {op: sleep, print: hello}}]",
    "main: [{print: hello, label: first}, {sleep: 1}]\nexpect: [{existence: {op: sleep, label: first}}]",
]


@pytest.mark.parametrize("text", IMPOSSIBLE)
def test_a_matcher_that_nothing_can_match_is_an_error(text: str) -> None:
    assert ["impossible-matcher"] == kinds(text)


TASKS = """
pools: {po: {processes: 2}, lazy: {processes: 1}}
targets: {work: {steps: [pass]}, reader: {steps: [pass]}, idle: {steps: [pass]}}
main:
  - with: po
    steps: [{apply: {pool: po, func: work}}, {apply: {pool: po, func: reader}}]
  - close: lazy
  - call: idle
expect:
  - existence: MATCHER
"""
SUBMITTED = "its submissions are `po.work[0]` and `po.reader[1]`"
NO_SUCH_TASK = [
    ("{op: task_end, task: 'po.reader[0]'}", f"`po` never has a task po.reader[0]: {SUBMITTED}"),
    ("{op: task_end, task: 'po.work[2]'}", f"`po` never has a task po.work[2]: {SUBMITTED}"),
    ("{op: task_end, task: po.idle}", "no step submits `idle` to `po`, only `reader` and `work`"),
    ("{op: task_end, task: ['po.idle[0]', 'po.idle[1]']}", "no step submits `idle` to `po`, only `reader` and `work`"),
    ("{actor: 'po.idle[0]'}", "no step submits `idle` to `po`, only `reader` and `work`"),
    ("{object: 'po.idle[0]'}", "no step submits `idle` to `po`, only `reader` and `work`"),
    ("{op: task_end, task: lazy}", "no step submits a task to `lazy`"),
    ("{op: task_start, object: lazy}", "no step submits a task to `lazy`"),
]  # fmt: skip


@pytest.mark.parametrize(("matcher", "message"), NO_SUCH_TASK)
def test_a_task_that_the_pool_never_gets_is_an_error(matcher: str, message: str) -> None:
    assert [f"10:16 impossible-matcher: {message}"] == said(TASKS.replace("MATCHER", matcher))


@pytest.mark.parametrize(
    "matcher",
    [
        "{op: task_end, task: 'po.reader[1]'}",
        "{op: task_end, task: po.work}",
        "{op: task_end, task: ['po.idle[0]', 'po.work[0]']}",
        "{op: task_end, task: {not: 'po.idle[0]'}}",
        "{op: start, object: lazy}",
    ],
)
def test_a_task_that_the_pool_can_get_is_none(matcher: str) -> None:
    assert [] == kinds(TASKS.replace("MATCHER", matcher))


@pytest.mark.parametrize(
    "steps",
    [
        "[{repeat: 3, steps: [{apply: {pool: po, func: work}}]}]",
        "[{apply: {pool: po, func: other}, allow: ValueError}, {apply: {pool: po, func: work}}]",
        "[{call: submits}]",
    ],
)
def test_a_number_is_not_judged_where_only_the_run_knows_it(steps: str) -> None:
    text = (
        "pools: {po: }\ntargets: {work: {steps: [pass]}, other: {steps: [pass]}, "
        "submits: {steps: [{apply: {pool: po, func: work}}, {apply: {pool: po, func: other}}]}}\n"
        f"main: {steps}\nexpect: [{{existence: {{task: 'po.work[2]'}}}}]\n"
    )
    assert "impossible-matcher" not in kinds(text)


def test_what_a_declaration_looks_at_can_be_matched() -> None:
    text = (
        "queues: {q: }\ntargets: {t: {params: [n], steps: [pass]}}\n"
        "processes: {p: {target: t, args: ['{q.qsize()}']}}\n"
        "expect: [{existence: {op: qsize, object: q, process: main}}]\n"
    )
    assert [] == kinds(text)


ORDERED = [
    "main: [{print: a}, {print: b}]",
    "targets: {t: {steps: [{print: x}]}}\nprocesses: {p: {target: t}}",
    "targets: {t: {steps: [{print: x}]}}\nprocesses: {p: {target: t}, r: {target: t}}\n"
    "main: [{start: p}, {join: p}, {start: r}, {join: r}, {print: end}]",
    "pools: {po: {processes: 2}}\ntargets: {t: {steps: [{print: x}]}}\n"
    "main: [{apply_async: {pool: po, func: t}, into: r}, {get: r}, {apply: {pool: po, func: t}}, {print: end}]",
    "pools: {po: {processes: 2}}\ntargets: {t: {steps: [{print: x}]}}\n"
    "main: [{with: po, steps: [{apply: {pool: po, func: t}}]}, {print: end}]",
]


@pytest.mark.parametrize("text", ORDERED)
def test_output_may_be_promised_where_prints_come_one_after_the_other(text: str) -> None:
    assert [] == kinds(f"{text}\nexpect: [{{output: x}}]")


UNORDERED = [
    "targets: {t: {steps: [{print: x}]}}\nprocesses: {p: {target: t}, r: {target: t}}",
    "targets: {t: {steps: [{print: x}]}}\nprocesses: {p: {target: t, replicas: 2}}",
    "targets: {t: {steps: [{print: x}]}}\nprocesses: {p: {target: t}}\nmain: [{start: p}, {print: y}, {join: p}]",
    "pools: {po: {processes: 2}}\ntargets: {t: {steps: [{print: x}]}}\n"
    "main: [{repeat: 2, steps: [{apply_async: {pool: po, func: t}}]}, {close: po}, {join: po}]",
]


@pytest.mark.parametrize("text", UNORDERED)
def test_output_of_prints_in_no_order_is_an_error(text: str) -> None:
    assert [line for line in said(f"{text}\nexpect: [{{output: x}}]") if "unordered-output" in line]


@pytest.mark.parametrize("text", UNORDERED)
def test_output_of_prints_in_no_order_may_be_promised_sometimes(text: str) -> None:
    assert [] == [
        line for line in said(f"{text}\nexpect: [{{output: x, holds: sometimes}}]") if "unordered" in line
    ]


@pytest.mark.parametrize(
    "promise",
    ["{any_of: [{output: x}, {output: y}]}", "{not: {output: x}}", "{if: {output: x}, then: {existence: x}}"],
)
def test_output_of_prints_in_no_order_may_be_one_of_several(promise: str) -> None:
    assert [] == [line for line in said(f"{UNORDERED[0]}\nexpect: [{promise}]") if "unordered" in line]


def test_output_among_promises_that_all_hold_wants_an_order() -> None:
    text = f"{UNORDERED[0]}\nexpect: [{{all_of: [{{existence: x}}, {{output: x}}]}}]"
    assert [line for line in said(text) if "unordered-output" in line]


def test_output_that_a_lock_or_queue_may_order_is_only_warned_of() -> None:
    text = """\
        locks: {lock: }
        targets: {t: {steps: [{with: lock, steps: [{print: x}]}]}}
        processes: {p: {target: t}, r: {target: t}}
        expect: [{output: x}]
        """
    assert ["unordered-output"] == kinds(text)


HANDED_OVER = {
    "an item": """
        queues: {q: }
        targets:
          one: {steps: [{print: a}, {put: {queue: q, item: 1}}]}
          two: {steps: [{get: q}, {print: b}]}
        processes: {p: {target: one}, r: {target: two}}
        """,
    "items to and fro, the first one from main": """
        queues: {a: , b: }
        targets:
          turn:
            params: [mine, other]
            steps: [{repeat: 3, steps: [{get: mine}, {print: x}, {put: {queue: other, item: 1}}]}]
        processes: {p: {target: turn, args: ["{a}", "{b}"]}, r: {target: turn, args: ["{b}", "{a}"]}}
        main: [{put: {queue: a, item: 1}}, {start: p}, {start: r}, {join: p}, {join: r}]
        """,
    "permits": """
        semaphores: {a: {value: 1}, b: {value: 0}}
        targets:
          turn:
            params: [mine, other]
            steps: [{for: i, in: range(2), steps: [{acquire: mine}, {print: x}, {release: other}]}]
        processes: {p: {target: turn, args: ["{a}", "{b}"]}, r: {target: turn, args: ["{b}", "{a}"]}}
        """,
    "an event, by way of a third": """
        queues: {q: }
        flags: {go: }
        targets:
          one: {steps: [{print: a}, {put: {queue: q, item: 1}}]}
          between: {steps: [{get: q}, {set: go}]}
          two: {steps: [{wait: {event: go}}, {call: say}]}
          say: {steps: [{print: b}]}
        processes: {p: {target: one}, r: {target: two}, m: {target: between}}
        """,
}


@pytest.mark.parametrize("text", HANDED_OVER.values(), ids=HANDED_OVER)
def test_output_may_be_promised_where_the_prints_are_ordered_by_what_is_handed_over(text: str) -> None:
    assert [] == kinds(dedent(text) + "expect: [{output: x}]\n")


NOT_HANDED_OVER = {
    "the print is behind the put": (
        "{print: a}, {put: {queue: q, item: 1}}",
        "{put: {queue: q, item: 1}}, {print: a}",
    ),
    "the wait may be given up": ("{get: q}", "{get: {queue: q, timeout: 1}, allow: Empty}"),
    "another puts, too": ("p: {target: one}", "p: {target: one}, o: {target: also}"),
    "it depends": ("{get: q}", "{if: 'q.empty()', then: [{get: q}]}"),
    "there are two that print": ("r: {target: two}", "r: {target: two, replicas: 2}"),
}


@pytest.mark.parametrize("change", NOT_HANDED_OVER.values(), ids=NOT_HANDED_OVER)
def test_output_is_warned_of_where_a_hand_over_may_leave_the_order_open(change: tuple[str, str]) -> None:
    text = dedent(HANDED_OVER["an item"]).replace(
        "targets:\n",
        "targets:\n  also: {steps: [{put: {queue: q, item: 2}}]}\n" if "also" in change[1] else "targets:\n",
    )
    assert change[0] in text
    assert ["unordered-output"] == kinds(text.replace(*change) + "expect: [{output: x}]\n")


TOGETHER = [
    ("main: [pass]\nends: {}", "`ends` needs `after` or `when`"),
    (
        "main: [{print: a}]\nexpect: [{existence: a, within: {}}]",
        "`within` needs `before`, `after`, or `from` and `to`",
    ),
    (
        "main: [{print: a}]\nexpect: [{existence: a, within: {from: a}}]",
        "`within` lacks `to`: segments have both ends",
    ),
    (
        "main: [{print: a}]\nexpect: [{count: a, at_least: 2, at_most: 1}]",
        "nothing is at least 2 and at most 1",
    ),
    (
        "main: [{print: a}]\nexpect: [{count: a, exactly: 2, at_most: 1}]",
        "`exactly` leaves nothing for `at_least`",
    ),
    (
        "main: [{print: a}]\nexpect: [{each: a, has: a, has_no: a}]",
        "`each` has a partner (`has`) or none (`has_no`)",
    ),
    ("name: idle", "this scenario does nothing: it has neither processes nor main"),
]


@pytest.mark.parametrize(("text", "message"), TOGETHER)
def test_fields_that_contradict_or_lack_each_other_are_an_error(text: str, message: str) -> None:
    (found,) = said(text)
    assert found.split(": ", 1)[1].startswith(message)


def test_a_label_in_a_step_that_can_not_be_read_is_not_called_unknown() -> None:
    text = "main: [{prnt: a, label: first}]\nexpect: [{absence: {label: first}}]"
    assert ["unknown-step"] == kinds(text)


UNUSED = [
    ("locks: {lock: }\nmain: [pass]", "nothing uses the lock lock"),
    ("targets: {t: {steps: [pass]}}\nmain: [pass]", "nothing runs the target t"),
    (
        "targets: {t: {steps: [pass]}}\nprocesses: {p: {target: t}}\nmain: [pass]",
        "process p is never started",
    ),
    ("queues: {q: }\nmain: [{get: q, into: x}]", 'nothing reads "x"'),
]


@pytest.mark.parametrize(("text", "message"), UNUSED)
def test_what_is_never_used_is_warned_of(text: str, message: str) -> None:
    assert [message] == [line.split(": ", 1)[1] for line in said(text)]


def test_a_promise_about_a_variable_reads_it() -> None:
    text = "queues: {q: }\nmain: [{get: q, into: x}]\nexpect: [{variables: {main: {x: 1}}}]"
    assert [] == said(text)


def test_names_in_a_section_that_does_not_exist_are_not_called_unknown() -> None:
    text = "lock: {lock: {}}\nmain: [{acquire: lock}]\nexpect: [{mutual_exclusion: lock}]"
    assert ["unknown-field"] == kinds(text)


def meant(steps: str) -> str:
    return f"""
globals: {{limit: 3}}
queues: {{q: }}
targets: {{t: {{params: [n], steps: [{steps}, {{print: "{{n}}{{limit}}{{q.qsize()}}"}}]}}}}
processes: {{p: {{target: t, args: [1]}}}}
"""


@pytest.mark.parametrize(
    "step",
    [
        '{set: {n: "n + 1"}}',
        "{put: {queue: q, item: n}}",
        '{put: {queue: q, item: [1, "n * limit"]}}',
        "{print: q.empty()}",
        "{print: n == limit}",
        '{return: "(n, limit)[0]"}',
    ],
)
def test_a_text_that_reads_as_an_expression_is_warned_of(step: str) -> None:
    assert ["forgotten-braces"] == kinds(meant(step))


@pytest.mark.parametrize(
    "step",
    [
        "{print: n}",
        "{print: p - q}",
        "{print: not n at all}",
        "{print: 'n, limit'}",
        "{print: q}",
        "{put: {queue: q, item: m}}",
        """{put: {queue: q, item: "{'n'}"}}""",
        """{put: {queue: q, item: "{['n', n]}"}}""",
        "{print: '{{n}}'}",
        "{print: add1:num=0}",
    ],
)
def test_a_text_that_only_names_something_is_a_text(step: str) -> None:
    assert [] == kinds(meant(step))


@pytest.mark.parametrize("text", ["/added/", "^add", "ed$", "add.*", "add[0-9]", r"add\d"])
def test_a_text_like_a_regular_expression_is_warned_of(text: str) -> None:
    assert ["pattern-notation"] == kinds(f"{meant('pass')}expect: [{{absence: '{text}'}}]")


@pytest.mark.parametrize("text", ["add.", "a / b", "$5", "a[0]", "(a)", "{matches: '^add'}", "/", "*"])
def test_a_text_with_signs_in_it_is_a_text(text: str) -> None:
    value = text if text.startswith("{") else f"'{text}'"
    assert [] == kinds(f"{meant('pass')}expect: [{{absence: {{print: {value}}}}}]")
