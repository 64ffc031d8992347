"""Values and arrays in expressions and steps: each look and each assignment is one operation, in Python's order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from mprunner.program.handles import Handle, Ref
from mprunner.program.handouts import Operation
from mprunner.program.instructions import Operate
from tests.program.scripts import program_of, run, steps_of, traced

HEAD = """
params: {n: 3}
queues: {q: {}}
locks: {lock: }
globals: {items: [1, 2], held: null}
values: {v: {type: i}, w: {type: i, count: 2}}
arrays: {buf: {type: i, size: "{n}"}, rows: {type: i, size: 2, count: 2}}
targets:
  first: {params: [x], steps: [{return: "{x[0]}"}]}
"""
CELLS = [5, 6, 7]
ALL = ["len buf", "read buf index=0", "read buf index=1", "read buf index=2"]


def memory(operation: Operation) -> Any:
    """Three cells, and values that hold 4."""
    if operation.op == "len":
        return len(CELLS)
    if operation.op == "read":
        return CELLS[operation.arguments["index"]] if "index" in operation.arguments else 4
    return None


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("- print: '{v.value}'", ["read v attribute='value'", "print 4"]),
        ("- set: {v.value: '{v.value + 1}'}", ["read v attribute='value'", "write v attribute='value' item=5"]),
        ("- set: {'w[n - 2].value': 1}", ["write w[1] attribute='value' item=1"]),
        ("- print: '{buf[n - 1]}'", ["read buf index=2", "print 7"]),
        ("- set: {'buf[v.value - 4]': '{buf[1] + v.value}'}",
         ["read buf index=1", "read v attribute='value'", "read v attribute='value'", "write buf index=0 item=10"]),
        ("- print: '{buf[1:]}'", ["read buf index=slice(1, None, None)", "print [6, 7]"]),
        ("- set: {'rows[1][0]': 3}", ["write rows[1] index=0 item=3"]),
        ("- print: '{rows[v.value - 4][1]}'", ["read v attribute='value'", "read rows[0] index=1", "print 6"]),
        ("- if: v.value == 0 and buf[0]\n  then: [pass]", ["read v attribute='value'"]),
        ("- print: '{v.value if n > 3 else buf[0]}'", ["read buf index=0", "print 5"]),
        ("- print: '{buf[0]} {v.value}'", ["read buf index=0", "read v attribute='value'", "print 5 4"]),
        ("- print: '{len(buf)}'", ["len buf", "print 3"]),
        ("- print: '{list(buf)}'", [*ALL, "print [5, 6, 7]"]),
        ("- print: '{reversed(buf)}'",
         ["len buf", "read buf index=2", "read buf index=1", "read buf index=0", "print [7, 6, 5]"]),
        ("- print: '{6 in buf}'", ["len buf", "read buf index=0", "read buf index=1", "print True"]),
        ("- print: '{6 not in buf}'", ["len buf", "read buf index=0", "read buf index=1", "print False"]),
        ("- print: '{any(buf)}'", ["len buf", "read buf index=0", "print True"]),
        ("- print: '{all(buf)}'", [*ALL, "print True"]),
        ("- print: '{sum(buf, v.value)}'", ["read v attribute='value'", *ALL, "print 22"]),
        ("- for: x\n  in: buf\n  steps: [{if: x == 6, then: [break]}, {print: '{x}'}]",
         ["len buf", "read buf index=0", "print 5", "read buf index=1"]),
        ("- set: {x: '{buf}'}\n- print: '{x[0] + len(x)}'", ["read buf index=0", "len buf", "print 8"]),
        ("- set: {x: '{items}'}\n- set: {'x[0]': '{x[1] + len(x)}'}\n- print: '{x}'", ["print [4, 2]"]),
        ("- set: {x: '{items}'}\n- for: y\n  in: x\n  steps: [{print: '{y} {y in x} {sum(x)}'}]",
         ["print 1 True 3", "print 2 True 3"]),
        ("- set: {x: ['{buf}']}\n- set: {'x[0][2]': '{x[0][1]}'}", ["read buf index=1", "write buf index=2 item=6"]),
        ("- set: {held: '{buf}', 'held[1]': 1}", ["write buf index=1 item=1"]),
        ("- call: {target: first, args: ['{buf}']}\n  into: x\n- print: '{x}'", ["read buf index=0", "print 5"]),
        ("- call: {target: first, args: ['{items}']}\n  into: x\n- print: '{x}'", ["print 1"]),
        ("- with: v\n  steps: [pass]", ["acquire v", "release v"]),
        ("- set: {x: '{buf}'}\n- with: x\n  steps: [pass]", ["acquire buf", "release buf"]),
        ("- acquire: {array: buf, timeout: 1}", ["acquire buf timeout=1"]),
        ("- set: {x: '{lock}'}\n- print: '{x[0]}'", ["TypeError: 'lock' object is not subscriptable"]),
        ("- set: {x: '{lock}'}\n- set: {'x[0]': 1}", ["TypeError: 'lock' object does not support item assignment"]),
        ("- set: {x: '{lock}'}\n- print: '{len(x)}'", ["TypeError: object of type 'lock' has no len()"]),
        ("- set: {x: ['{lock}']}\n- print: '{x[0].value}'", ["AttributeError: 'lock' object has no attribute 'value'"]),
        ("- set: {x: [3]}\n- print: '{x[0].value}'", ["AttributeError: 'int' object has no attribute 'value'"]),
        ("- set: {x: [3]}\n- set: {'x[0].value': 1}", ["AttributeError: 'int' object has no attribute 'value'"]),
        ("- set: {x: 3}\n- print: '{x[0]}'", ["TypeError: 'int' object is not subscriptable"]),
    ],
)  # fmt: skip
def test_memory_is_asked_for(steps: str, expected: list[str]) -> None:
    assert expected == traced(steps, head=HEAD, answer=memory)


def test_without_arrays_an_index_is_no_look_at_the_world() -> None:
    program = steps_of(
        "- set: {x: [1, 2]}\n- set: {'x[0]': '{x[1] + len(x)}'}", head="values: {v: {type: i}}"
    )
    assert [] == [it for it in program.main.code if isinstance(it, Operate)]


OBJECTS = """
name: test
locks: {first: , second: {}}
values: {later: {type: i, lock: second}, plain: {type: d, value: "{0.5}", kind: RawValue}}
arrays: {text: {type: c, initial: abc}, table: {type: q, initial: "{[0, 1] * 2}", lock: false}, sized: {type: i, size: 4}}
main: [pass]
"""


def test_memory_is_made_after_the_locks_that_it_is_made_with() -> None:
    program = program_of(OBJECTS)
    assert ["first", "second", "plain", "text", "table", "sized", "later"] == [
        each.name for each in program.objects
    ]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("later", {"type": "Value", "cell": "i", "args": (), "lock": "second", "manager": None}),
        ("plain", {"type": "RawValue", "cell": "d", "args": (0.5,), "lock": False, "manager": None}),
        ("text", {"type": "Array", "cell": "c", "of": b"abc", "size": 3, "lock": True, "manager": None}),
        (
            "table",
            {"type": "Array", "cell": "q", "of": [0, 1, 0, 1], "size": 4, "lock": False, "manager": None},
        ),
        ("sized", {"type": "Array", "cell": "i", "of": 4, "size": 4, "lock": True, "manager": None}),
    ],
)
def test_what_memory_is_made_of_is_known_before_a_run(name: str, options: dict[str, Any]) -> None:
    declared = program_of(OBJECTS).object(name)
    assert declared is not None
    assert options == declared.options


# --- against Python ---


class World:
    """Counts operations; cells are told apart by what they hold."""

    def __init__(self) -> None:
        self.trace: list[str] = []

    def read(self, what: str, value: int) -> int:
        self.trace.append(f"read {what}")
        return value


class PythonArray:
    def __init__(self, world: World, name: str, cells: list[int]) -> None:
        self._world, self._name, self._cells = world, name, cells

    def __len__(self) -> int:
        return len(self._cells)

    def __getitem__(self, index: int) -> int:
        if index == len(self._cells):
            raise IndexError  # how an iteration ends
        return self._world.read(f"{self._name} {index}", self._cells[index])


class PythonValue:
    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def value(self) -> int:
        return self._world.read("v", 2)


ARRAYS = st.sampled_from(["buf", "either"])


@st.composite
def numbers(draw: st.DrawFn, depth: int = 3) -> str:
    """An expression that gives a number, out of cells, a value, a list, and what may be an array or a list."""
    kinds = ["0", "1", "i", "v.value"]
    kind = draw(
        st.sampled_from(
            kinds if depth == 0 else [*kinds, "index", "over", "sum", "in", "if", "and", "compare"]
        )
    )
    if kind in kinds:
        return kind
    first, second, third = (f"({draw(numbers(depth - 1))})" for _ in range(3))
    sequence = draw(st.one_of(ARRAYS, st.just("row")))
    if kind == "index":
        return f"{sequence}[{first} % 3]"
    if kind == "over":
        return f"{draw(st.sampled_from(['sum', 'max', 'len', 'any', 'all']))}({sequence})"
    if kind == "sum":
        return f"{first} + sum({sequence}, {second})"
    if kind == "in":
        return f"{first} {draw(st.sampled_from(['in', 'not in']))} {sequence}"
    if kind == "if":
        return f"{first} if {second} else {third}"
    if kind == "and":
        return f"{first} {draw(st.sampled_from(['and', 'or']))} {second}"
    return f"{first} < {second} <= {third}"


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(expression=numbers(), given_an_array=st.booleans())
def test_an_expression_looks_at_cells_in_pythons_order(expression: str, given_an_array: bool) -> None:
    note(expression)
    world = World()
    buf = PythonArray(world, "buf", [0, 3, 1])
    either = PythonArray(world, "other", [2, 0, 1]) if given_an_array else [2, 0, 1]
    names = {"buf": buf, "v": PythonValue(world), "row": [1, 0, 2], "either": either, "i": 1}
    wanted = eval(expression, names)

    program = program_of(
        "name: random\nvalues: {v: {type: i}}\narrays: {buf: {type: i, size: 3}, other: {type: i, size: 3}}\n"
        f'targets: {{work: {{params: [either, row, i], steps: [{{return: "{{{expression}}}"}}]}}}}\n'
        "main: [{call: {target: work, args: ['{other}', [1, 0, 2], 1]}}]\n"
    )
    cells = {"buf": [0, 3, 1], "other": [2, 0, 1]}

    def answer(operation: Operation) -> Any:
        assert operation.object is not None
        name = operation.object.ref.name
        if operation.op == "len":
            return 3
        return 2 if name == "v" else cells[name][operation.arguments["index"]]

    passed: Any = Handle("array", Ref("other")) if given_an_array else [2, 0, 1]
    trace, found, _ = run(program, answer, target="work", arguments=(passed, [1, 0, 2], 1))
    assert wanted == found
    assert world.trace == [
        each.replace("attribute='value'", "").replace("index=", "").strip()
        for each in trace
        if not each.startswith("len ")
    ]
