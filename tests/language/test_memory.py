"""Values and arrays in a scenario: how they are declared, what may be done with them, and what is said of mistakes."""

from __future__ import annotations

import pytest

from tests.language.scenarios_in_text import kinds, said

DECLARED = """
params: {n: 3}
managers: {m: {}}
locks: {mutex: {}, fork: {count: 3}, born: {create: later}}
queues: {q: {}}
"""

MEMORY = [
    ("values: {x: {type: int}}", '`type`: no type "int"'),
    ("values: {x: {type: 1}}", "`type`: expected a typecode like i or d, or a type of ctypes like c_bool, got the number 1"),
    ("values: {x: {value: 1}}", 'a value lacks the field "type"'),
    ("values: {x: 0}", "a value: expected a mapping, got the number 0"),
    ("values: {x: {type: i, value: 1.5}}", "`value`: 1.5 does not fit the type i: a whole number is wanted"),
    ("values: {x: {type: b, value: 300}}", "`value`: 300 does not fit the type b: it would be 44"),
    ("values: {x: {type: d, value: a}}", "`value`: 'a' does not fit the type d: a number is wanted"),
    ("values: {x: {type: c, value: ab}}", "`value`: 'ab' does not fit the type c: one character is wanted"),
    ("values: {x: {type: i, value: '{k}'}}", 'no param "k"'),
    ("values: {x: {type: i, value: '{n / 0}'}}", "`value` can't be computed: division by zero"),
    ("values: {x: {type: i, value: '{abs(n)}'}}", "what memory holds at first is made of numbers, texts and params"),
    ("values: {x: {type: i, kind: Val}}", '`kind`: expected "Value" or "RawValue", got the text "Val"'),
    ("values: {x: {type: i, lock: 1}}", "`lock`: expected true, false or the name of a lock, got the number 1"),
    ("values: {x: {type: i, lock: mutx}}", 'no lock "mutx"'),
    ("values: {x: {type: i, lock: q}}", '"q" is a queue, a lock is wanted here'),
    (
        "values: {x: {type: i, lock: fork}}",
        "`fork` is a family of 3 locks, `x` is a single value: each needs its lock",
    ),
    (
        "arrays: {x: {type: i, size: 1, lock: fork, count: 2}}",
        "`fork` is a family of 3 locks, `x` has 2 members: each needs its lock",
    ),
    ("values: {x: {type: i, lock: born}}", "`born` is created by a step, and `x` before it"),
    ("values: {x: {type: i, lock: mutex, kind: RawValue}}", "a RawValue has no lock"),
    ("values: {x: {type: i, lock: true, manager: m}}", "a manager's Value has no lock"),
    ("values: {x: {type: i, manager: m, kind: RawValue}}", "a manager has no RawValue"),
    ("arrays: {x: {type: i}}", "an array has a `size` or an `initial` list"),
    ("arrays: {x: {type: i, size: 1, initial: [1]}}", "an array has a `size` or an `initial` list, not both"),
    ("arrays: {x: {type: i, size: -1}}", "`size` is -1; it can be from 0 to 10,000,000"),
    ("arrays: {x: {type: i, initial: 3}}", "`initial`: 3 does not fit the type i: a list is wanted"),
    ("arrays: {x: {type: i, initial: [1, a]}}", "`initial`: 'a' does not fit the type i: a whole number is wanted"),
    ("arrays: {x: {type: u, initial: [1]}}", "`initial`: 1 does not fit the type u: one character is wanted"),
    ("arrays: {x: {type: u, initial: \"{b'a'}\"}}", "`initial`: b'a' does not fit the type u: a text is wanted"),
    ("arrays: {x: {type: c, initial: ab, manager: m}}", "a manager's Array is one of Python's module array, which has no type c"),
    ("arrays: {x: {type: i, length: 3}}", 'unknown field "length" in an array'),
    ("arrays: {x: {type: i, initial: '{[0] * (n * 10000000)}'}}", "a list can't be repeated 30000000 times"),
]  # fmt: skip


def errors(text: str) -> list[str]:
    return [line.split(": ", 1)[1] for line in said(text) if "unused" not in line]


@pytest.mark.parametrize(("text", "message"), MEMORY)
def test_memory_that_cannot_be_made_so_is_an_error(text: str, message: str) -> None:
    assert [message] == errors(f"{DECLARED}{text}\nmain: [pass]\n")


USES = """
locks: {mutex: {}}
values: {v: {type: i}, raw: {type: i, lock: false}, vs: {type: i, count: 2}, held: {type: i, lock: mutex}}
arrays: {buf: {type: i, size: 3}, rawb: {type: i, size: 2, kind: RawArray}, bufs: {type: i, size: 2, count: 2}}
"""
WRONG = [
    ("with: raw\n    steps: [pass]", "`with` needs a lock; `raw` is a value without lock"),
    ("acquire: rawb", "`acquire` needs a lock; `rawb` is an array without lock"),
    ("release: {value: raw}", "`release` needs a lock; `raw` is a value without lock"),
    ("set: {x: '{raw.get_lock()}'}", "a value without lock has no `get_lock`"),
    ("set: {x: '{mutex.value}'}", "a lock has no `value`"),
    ("set: {v: 3}", "`v` is a value; to assign to it would only hide it here"),
    ("set: {buf: [1]}", "`buf` is an array; to assign to it would only hide it here"),
    ("set: {x: '{v + 1}'}", "`v` is a value in shared memory, not what it holds"),
    ("set: {x: '{-vs[0]}'}", "`vs[0]` is a value in shared memory, not what it holds"),
    ("print: 'v={v}'", "`v` is a value in shared memory, not what it holds"),
    ("while: v\n    steps: [pass]", "`v` is a value in shared memory, not what it holds"),
    ("repeat: v\n    steps: [pass]", "`v` is a value in shared memory, not what it holds"),
    ("set: {x: '{range(v)}'}", "`v` is a value in shared memory, not what it holds"),
    ("set: {x: '{zip([1], buf)}'}", "`zip` can't go through an array"),
    ("set: {x: '{v[0]}'}", "`v` is a single value, no family: it has no index"),
    ("set: {x: '{vs.value}'}", "`vs` is a family of 2: one of them has to be picked"),
    ("set: {x: '{bufs[2][0]}'}", "`bufs` has the members 0 to 1; there is no 2"),
    ("set: {x: '{v.val}'}", "no value has an attribute `val` here"),
    ("acquire: buf[0]", "`acquire` is for a lock, a semaphore, a condition, a value or an array; `buf[0]` is a plain value"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "message"), WRONG)
def test_what_cannot_be_done_with_memory_is_an_error(step: str, message: str) -> None:
    assert [message] == errors(f"{USES}main:\n  - {step}\n")


def test_a_target_is_told_of_memory_without_lock_that_every_caller_gives_it() -> None:
    text = USES + "targets: {t: {params: [x], steps: [{with: x, steps: [pass]}]}}\n"
    assert ["`with` needs a lock; `x` is a value without lock"] == errors(
        f"{text}main: [{{call: {{target: t, args: ['{{raw}}']}}}}]\n"
    )
    assert [] == errors(
        f"{text}main: [{{call: {{target: t, args: ['{{raw}}']}}}}, {{call: {{target: t, args: ['{{v}}']}}}}]\n"
    )


FINE = [
    "set: {v.value: '{v.value + 1}', 'buf[0]': '{buf[-1]}', 'bufs[1][0]': 4}",
    "set: {x: '{v}'}\n  - set: {x.value: 1}",
    "set: {x: '{len(buf) + sum(buf) + max(bufs[0])}'}",
    "for: x\n    in: buf\n    steps: [{print: '{x}'}]",
    "with: held\n    steps: [pass]",
    "acquire: {array: buf, timeout: 1}\n  - release: buf",
    "set: {o: '{v.get_obj()}', l: '{v.get_lock()}'}\n  - with: l\n    steps: [{set: {o.value: 1}}]",
    "if: buf[0] == 1 and 2 in buf\n    then: [pass]",
]


@pytest.mark.parametrize("step", FINE)
def test_nothing_is_said_about_what_is_right(step: str) -> None:
    assert [] == errors(f"{USES}main:\n  - {step}\n")


@pytest.mark.parametrize(
    "declared",
    [
        "values: {x: {type: i, value: '{n - 4}'}}",
        "values: {x: {type: c_bool, value: true}}",
        "values: {x: {type: d, value: '{n / 2}'}}",
        "values: {x: {type: c, value: a}}",
        "values: {x: {type: i, lock: mutex, count: 2}}",
        "values: {x: {type: i, lock: fork, count: 3}}",
        "arrays: {x: {type: i, size: '{n + 1}'}}",
        "arrays: {x: {type: q, initial: '{[0, 1] * n}'}}",
        "arrays: {x: {type: c, initial: 'n={n}'}}",
        "arrays: {x: {type: c_double, initial: [1, '{n}', 2.5], kind: RawArray}}",
        "arrays: {x: {type: d, initial: [1, 2.5], manager: m}}",
        "arrays: {x: {type: B, size: 0}}",
    ],
)
def test_memory_is_declared_by_type_and_what_it_holds_at_first(declared: str) -> None:
    assert [] == errors(f"{DECLARED}{declared}\nmain: [pass]\n")


PROMISES = [
    ("mutual_exclusion: raw", "nobody can hold `raw`: it is a value without lock"),
    ("absence: {op: write, object: mutex}", "a lock has no `write`: nothing can match this"),
    ("existence: {op: write, object: raw}", "no step of the program gives such an event: write, object raw"),
    ("existence: {op: read, object: bufs}", "no step of the program gives such an event: read, object bufs"),
]


@pytest.mark.parametrize(("promise", "message"), PROMISES)
def test_a_promise_about_memory_that_nothing_can_touch_is_an_error(promise: str, message: str) -> None:
    steps = "[{set: {v.value: '{raw.value + buf[0]}'}}, {with: v, steps: [pass]}]"
    assert [message] == errors(f"{USES}main: {steps}\nexpect: [{{{promise}}}]\n")


@pytest.mark.parametrize(
    "promise",
    [
        "mutual_exclusion: v", "mutual_exclusion: held", "existence: {op: write, object: v, item: 1}",
        "existence: {op: read, object: buf, index: 0}", "existence: {op: read, object: rawb}",
        "existence: {op: write, object: bufs}",
        "variables: {main: {v: 1, buf: [0, 0, 0]}}", "outcomes: {of: [main.v], expected: [[1]]}",
        "existence: {op: acquire, object: mutex}", "absence: {op: read, object: raw, result: 3}",
    ],
)  # fmt: skip
def test_reads_writes_and_holds_of_memory_can_be_promised(promise: str) -> None:
    steps = (
        "[{set: {v.value: '{raw.value + buf[0]}'}}, {with: v, steps: [pass]}, {with: held, steps: [pass]},"
        " {for: x, in: rawb, steps: [pass]}, {set: {'bufs[1][0]': 2}}]"
    )
    assert [] == errors(f"{USES}main: {steps}\nexpect: [{{{promise}}}]\n")


def test_what_nothing_uses_is_a_warning() -> None:
    text = (
        "locks: {mutex: {}}\nvalues: {v: {type: i, lock: mutex}, w: {type: i}}\nmain: [{set: {v.value: 1}}]\n"
    )
    assert ["unused-object"] == kinds(text)
