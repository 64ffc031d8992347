"""Values and arrays in shared memory: each look and each assignment gives or raises what plain multiprocessing does."""

from __future__ import annotations

import ctypes
import multiprocessing
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from mprunner.recording.events import Call, Recording
from mprunner.worlds.conventions import cells_of

from .conftest import METHODS, Run


class Row(NamedTuple):
    """How `x` is declared, how plain Python makes it, and what is done with it, one statement after the other."""

    section: str
    declared: str
    make: Callable[[], Any]
    statements: tuple[str, ...]


def raw_array(*given: Any) -> Callable[[], Any]:
    return lambda: multiprocessing.RawArray(*given)


INTEGERS = (
    "x.value", "x.value = 7", "x.value", "x.value = x.value + 1", "x.value", "x.value = 2 ** 31", "x.value",
    "x.value = -1", "x.value", "x.value = 1.5", "x.value = 'a'", "x.value = None", "x.value = True", "x.value",
)  # fmt: skip
CELLS = (
    "x[0]", "x[-1]", "x[2]", "x[3]", "x[-4]", "x[0] = 5", "x[-1] = 6", "x[3] = 1", "x[:]", "x[1:]", "x[::-1]", "x[0:9]",
    "x[0:2] = [1, 2]", "x[0:2] = [1]", "x[0:0] = []", "x[:]", "x[::2] = [8, 9]", "x[:]", "x['a']", "x[0] = 'a'", "len(x)",
    "list(x)", "sum(x)", "max(x)", "9 in x", "7 not in x", "sorted(x)", "x[0] + x[x[0] - 8]", "x.raw", "(x[0], 1 if x[1] else 0)",
)  # fmt: skip
CHARACTERS = (
    "x.value", "x.raw", "x[0]", "x[1:3]", "x[0] = b'z'", "x.value",
    "x.value = b'ab'", "x.value", "x.raw", "x.value = b'abcdefgh'",
    "x.value = 'a'", "x[0] = 'a'", "x[0] = b'ab'", "x[0:2] = b'yz'", "x.raw", "x.raw = b'12345'", "x.raw", "x.raw = b'123456'",
    "len(x)", "x[9]",
)  # fmt: skip
WIDE = (
    "x.value", "x[0]", "x[1:]", "x.value = 'ab'", "x.value", "x[0] = 'c'", "x.value", "x[0] = b'c'", "x.raw", "len(x)",
)  # fmt: skip
FLOATS = ("x.value", "x.value = 1", "x.value", "x.value = 'a'", "x.value = 1e400", "x.value")
BOOLEANS = ("x.value", "x.value = 2", "x.value", "x.value = 0", "x.value", "x.value = []", "x.value")

ROWS = {
    "Value": Row("values", "{type: i}", lambda: multiprocessing.Value("i"), INTEGERS),
    "Value without lock": Row(
        "values", "{type: i, lock: false}", lambda: multiprocessing.Value("i", lock=False), INTEGERS
    ),
    "RawValue": Row(
        "values", "{type: i, value: 3, kind: RawValue}", lambda: multiprocessing.RawValue("i", 3), INTEGERS
    ),
    "Value of unsigned bytes": Row("values", "{type: B}", lambda: multiprocessing.Value("B"), INTEGERS),
    "Value of doubles": Row("values", "{type: d, value: 0.5}", lambda: multiprocessing.Value("d", 0.5), FLOATS),
    "Value of bool": Row(
        "values", "{type: c_bool, value: true}", lambda: multiprocessing.Value(ctypes.c_bool, True), BOOLEANS
    ),
    "Value of char": Row(
        "values", "{type: c, value: a}", lambda: multiprocessing.Value("c", b"a"), ("x.value", "x.value = b'b'", "x.value")
    ),
    "Array": Row("arrays", "{type: i, size: 3}", lambda: multiprocessing.Array("i", 3), CELLS),
    "Array from a list": Row(
        "arrays", "{type: h, initial: [1, 2, 3]}", lambda: multiprocessing.Array("h", [1, 2, 3]), CELLS
    ),
    "Array without lock": Row(
        "arrays", "{type: q, size: 3, lock: false}", lambda: multiprocessing.Array("q", 3, lock=False), CELLS
    ),
    "RawArray": Row("arrays", "{type: d, initial: [1, 2, 3.5], kind: RawArray}", raw_array("d", [1, 2, 3.5]), CELLS),
    "Array of char": Row("arrays", "{type: c, initial: hello}", lambda: multiprocessing.Array("c", b"hello"), CHARACTERS),
    "RawArray of char": Row(
        "arrays", "{type: c, initial: hello, kind: RawArray}", raw_array("c", b"hello"), CHARACTERS
    ),
    "Array of wide char": Row("arrays", "{type: u, initial: hey}", lambda: multiprocessing.Array("u", "hey"), WIDE),
    "empty Array": Row("arrays", "{type: i, size: 0}", lambda: multiprocessing.Array("i", 0), ("x[:]", "x[0]", "len(x)")),
}  # fmt: skip


def plainly(row: Row) -> list[str]:
    """What plain Python gives or raises, statement by statement."""
    names = {"x": row.make()}
    told = []
    for statement in row.statements:
        try:
            if " = " in statement:
                exec(statement, names)
                told.append("done")
            else:
                told.append(repr(eval(statement, names)))
        except Exception as error:
            told.append(f"{type(error).__name__}: {error}")
    return told


def scenario(row: Row) -> str:
    """The same as steps of main, each telling what it gave or raised."""
    lines = [f"{row.section}: {{x: {row.declared}}}", "main:"]
    for statement in row.statements:
        place, assigns, value = statement.partition(" = ")
        step = f'{{"{place}": "{{{value}}}"}}' if assigns else f'{{r: "{{{statement}}}"}}'
        lines += [f"- try: [{{set: {step}}}]", '  except: {Exception: [{print: "{type(error)}: {error}"}]}']
        lines.append("  else: [{print: done}]" if assigns else '  else: [{print: "{r!r}"}]')
    return "\n".join(lines) + "\n"


def printed(recording: Recording) -> list[str]:
    return [call.values["text"] for call in recording.calls if call.operation == "print"]


@pytest.mark.parametrize("name", ROWS)
def test_memory_gives_and_raises_what_plain_multiprocessing_does(run: Run, name: str) -> None:
    row = ROWS[name]
    told = dict(enumerate(zip(row.statements, plainly(row), strict=True)))
    assert told == dict(enumerate(zip(row.statements, printed(run(scenario(row))), strict=True)))


@pytest.mark.parametrize("name", ["Value", "Array", "RawArray", "Array of char"])
def test_threads_have_the_same_memory(run: Run, name: str) -> None:
    row = ROWS[name]
    assert plainly(row) == printed(run(scenario(row), backend="threads"))


MANAGED = """
managers: {m: {}}
values: {v: {type: i, value: 2, manager: m}}
arrays: {a: {type: i, initial: [1, 2, 3], manager: m}}
main:
- set: {v.value: "{v.value + 1}", "a[0]": 9}
- print: "{v.value} {a[:]} {a[1:]} {len(a)} {list(a)}"
- try: [{set: {l: "{v.get_lock()}"}}]
  except: {AttributeError: [{print: "{error}"}]}
"""


def test_the_memory_of_a_manager_is_not_shared_but_looks_so(run: Run) -> None:
    # The last look is refused before a run, where the declaration can be seen.
    text = MANAGED.rsplit("- try", 1)[0]
    assert ["3 [9, 2, 3] [2, 3] 3 [9, 2, 3]"] == printed(run(text))


def calls(recording: Recording, *names: str) -> list[Call]:
    return [call for call in recording.calls if call.operation in names]


def test_a_sum_is_a_read_and_a_write_of_the_value(run: Run) -> None:
    recording = run('values: {v: {type: i, value: 4}}\nmain: [{set: {v.value: "{v.value + 1}"}}]\n')
    assert [
        ("read", "v", "value", {"result": 4}),
        ("write", "v", "value", {"item": 5}),
    ] == [(call.operation, call.object, call.kind, call.values) for call in calls(recording, "read", "write")]


@pytest.mark.parametrize(
    ("step", "values"),
    [
        ('set: {r: "{buf[-1]}"}', {"index": 2, "result": 0}),
        ('set: {r: "{buf[0:2]}"}', {"index": "0:2", "result": [0, 0]}),
        ('set: {r: "{buf[::-1]}"}', {"index": "2:-1:-1", "result": [0, 0, 0]}),
        ('set: {"buf[-3]": 4}', {"index": 0, "item": 4}),
        ('set: {"buf[1:]": [4, 5]}', {"index": "1:3", "item": [4, 5]}),
        ("set: {text.value: \"{b'x'}\"}", {"attribute": "value", "item": b"x"}),
        ('set: {r: "{text.raw}"}', {"attribute": "raw", "result": b"abc"}),
        ('set: {r: "{guarded.value}"}', {"lock": "mutex", "result": 0}),
        ('set: {r: "{guarded.get_obj().value}"}', {"unlocked": True, "result": 0}),
    ],
)
def test_what_is_on_record_says_which_cells_and_which_lock(
    run: Run, step: str, values: dict[str, Any]
) -> None:
    recording = run(
        "locks: {mutex: {}}\nvalues: {guarded: {type: i, lock: mutex}}\n"
        f"arrays: {{buf: {{type: i, size: 3}}, text: {{type: c, initial: abc}}}}\nmain: [{{{step}}}]\n"
    )
    assert [values] == [call.values for call in calls(recording, "read", "write")]


def test_a_loop_over_an_array_reads_a_cell_before_each_round(run: Run) -> None:
    recording = run(
        'arrays: {buf: {type: i, initial: [5, 6]}}\nmain: [{for: x, in: buf, steps: [{print: "{x}"}]}]\n'
    )
    assert ["read 0", "print 5", "read 1", "print 6"] == [
        f"{call.operation} {call.values.get('index', call.values.get('text'))}"
        for call in calls(recording, "read", "print")
    ]


PASSED = """
values: {v: {type: i}}
arrays: {buf: {type: i, size: 2}, other: {type: i, size: 2}}
targets:
  fill:
    params: [value, cells, plain, i]
    steps:
      - with: value
        steps: [{set: {value.value: "{value.value + 1}"}}]
      - set: {"cells[i]": "{plain[1] + len(cells) + len(plain)}"}
      - set: {"plain[0]": "{cells[i]}"}
      - print: "{plain}"
processes:
  p: {target: fill, replicas: 2, args: ["{v}", "{buf}", [7, 8], "{index}"]}
main:
- start: p
- join: p
- print: "{v.value} {buf[:]}"
"""


@pytest.mark.parametrize("method", METHODS)
def test_processes_share_what_they_inherit_whatever_the_parameter_is_called(run: Run, method: str) -> None:
    recording = run(PASSED, start_method=method)
    assert ["[12, 8]", "[12, 8]", "2 [12, 12]"] == printed(recording)
    holds = calls(recording, "acquire", "release")
    assert {("v", "value")} == {(call.object, call.kind) for call in holds}
    assert len(holds) == 4


@pytest.mark.parametrize("method", METHODS)
def test_a_pools_worker_has_the_memory_from_its_initializer(run: Run, method: str) -> None:
    recording = run(
        """
        values: {v: {type: i}}
        pools: {po: {processes: 2}}
        targets:
          add: {params: [n], steps: [{with: v, steps: [{set: {v.value: "{v.value + n}"}}]}]}
        main:
        - for: i
          in: [1, 2, 3]
          steps: [{apply_async: {pool: po, func: add, args: ["{i}"]}}]
        - close: po
        - join: po
        - print: "{v.value}"
        """,
        start_method=method,
    )
    assert ["6"] == printed(recording)


@pytest.mark.parametrize("thing", ["v", "raw"])
def test_memory_cannot_be_pickled_into_a_task(run: Run, thing: str) -> None:
    recording = run(
        f"""
        values: {{v: {{type: i}}, raw: {{type: i, kind: RawValue}}}}
        pools: {{po: {{processes: 1}}}}
        targets: {{look: {{params: [x], steps: [{{return: "{{x.value}}"}}]}}}}
        main:
        - try: [{{apply: {{pool: po, func: look, args: ["{{{thing}}}"]}}}}]
          except: {{RuntimeError: [{{print: "{{error}}"}}]}}
        """
    )
    with pytest.raises(RuntimeError) as plain, multiprocessing.Pool(1) as pool:
        pool.apply(len, (multiprocessing.Value("i") if thing == "v" else multiprocessing.RawValue("i"),))
    assert [str(plain.value)] == printed(recording)


def test_the_lock_of_a_value_is_one_wherever_it_comes_from(run: Run) -> None:
    recording = run(
        """
        values: {v: {type: i}}
        main:
        - set: {l: "{v.get_lock()}", o: "{v.get_obj()}"}
        - with: l
          steps:
          - acquire: v
          - set: {o.value: 3}
          - release: {value: v}
          - print: "{v.value}"
        """
    )
    assert ["3"] == printed(recording)
    assert [("acquire", "v")] * 2 == [(call.operation, call.object) for call in calls(recording, "acquire")]


def test_a_value_made_with_a_declared_lock_is_held_through_it(run: Run) -> None:
    recording = run(
        """
        locks: {mutex: {}}
        values: {v: {type: i, lock: mutex}}
        main:
        - with: v
          steps:
          - acquire: {lock: mutex, block: false}
            into: taken
          - print: "{taken}"
        """
    )
    assert ["False"] == printed(recording)
    first = calls(recording, "acquire")[0]
    assert ("mutex", "lock", {"via": "v"}) == (first.object, first.kind, first.values)


def test_a_look_at_a_value_whose_lock_the_process_holds_is_a_self_lock_unless_the_lock_nests(
    run: Run,
) -> None:
    text = """
        locks: {mutex: {kind: KIND}}
        values: {v: {type: i, lock: mutex}}
        targets: {look: {steps: [{with: v, steps: [{print: "{v.value}"}]}]}}
        processes: {p: {target: look}}
        """
    assert ["0"] == printed(run(text.replace("KIND", "RLock")))
    ending = run(text.replace("KIND", "Lock")).ending
    assert ("hang", "self-lock") == (ending.how, ending.diagnosis.pattern if ending.diagnosis else None)


def test_values_held_in_opposite_order_are_a_deadlock_that_names_both(run: Run) -> None:
    ending = run(
        """
        values: {a: {type: i}, b: {type: i}, ready: {type: i}}
        targets:
          cross:
            params: [one, other]
            steps:
              - with: one
                steps:
                  - with: ready
                    steps: [{set: {ready.value: "{ready.value + 1}"}}]
                  - while: ready.value < 2
                    steps: [{sleep: 0.001}]
                  - set: {other.value: 1}
        processes:
          p: {target: cross, args: ["{a}", "{b}"]}
          q: {target: cross, args: ["{b}", "{a}"]}
        """
    ).ending
    assert ending.diagnosis is not None
    assert ("hang", "deadlock", {"p", "q"}) == (
        ending.how,
        ending.diagnosis.pattern,
        set(ending.diagnosis.cycle),
    )


@pytest.mark.parametrize("options", [{}, {"backend": "threads"}])
def test_what_memory_holds_when_mains_last_step_is_done_is_among_its_variables(
    run: Run, options: dict[str, str]
) -> None:
    recording = run(
        """
        locks: {mutex: {}}
        values: {v: {type: i, value: 3}, raw: {type: d, kind: RawValue}, held: {type: i, lock: mutex}, gone: {type: i}}
        arrays: {buf: {type: i, size: 2}, text: {type: c, initial: abc}, both: {type: i, size: 1, count: 2},
                 large: {type: b, size: 1001}}
        main:
        - set: {v.value: 4, "buf[1]": 5, "both[1][0]": 6}
        - del: gone
        - acquire: held
        """,
        **options,
    )
    main = next(process for process in recording.processes if process.name == "main")
    assert {
        "v": 4, "raw": 0.0, "held": 0, "buf": [0, 5], "text": b"abc", "both": [[0], [6]],
    } == main.variables  # fmt: skip


HANDED_ON = """
locks: {mutex: {kind: RLock}}
values: {late: {type: i, create: later}, w: {type: i}, both: {type: i, count: 2, lock: mutex}}
arrays: {buf: {type: d, size: 2}}
pools: {po: {processes: 1, initializer: setup, initargs: ["{w}", "{buf}"]}}
globals: {g: null}
targets:
  setup: {params: [x, y], steps: [{set: {g: "{x}", "y[0]": 2.5}}]}
  task: {steps: [{set: {g.value: "{g.value + 5}"}}, {return: "{buf[0]}"}]}
  child:
    params: [lock, inner, whole]
    steps:
      - with: lock
        steps: [{set: {inner.value: 7}}, {print: "{whole.value} {inner.value}"}]
      - with: both[1]
        steps: [{set: {"both[1].value": "{both[0].value + 1}"}}]
processes: {p: {target: child, args: ["{w.get_lock()}", "{w.get_obj()}", "{w}"]}}
main:
  - create: late
  - set: {late.value: 3}
  - print: "{late.value}"
  - del: late
  - try: [{print: "{late.value}"}]
    except: {NameError: [{print: "{error}"}]}
  - apply: {pool: po, func: task}
    into: r
  - print: "{r} {w.value}"
  - start: p
  - join: p
  - print: "{w.value} {both[1].value}"
"""


@pytest.mark.parametrize("method", METHODS)
def test_memory_its_lock_and_its_inside_can_be_handed_on(run: Run, method: str) -> None:
    recording = run(HANDED_ON, start_method=method)
    assert ["3", "name 'late' is not defined", "2.5 5", "7 7", "7 1"] == printed(recording)
    assert {"w", "mutex"} == {call.object for call in calls(recording, "acquire")}
    unlocked = [call.object for call in recording.calls if "unlocked" in call.values]
    assert ["w", "w"] == unlocked


@pytest.mark.parametrize(
    ("index", "recorded"),
    [
        (0, 0), (-1, 3), (4, 4), (-5, -5), ("a", "a"), (slice(None), "0:4"), (slice(-2, None), "2:4"), (slice(9, 12), "4:4"),
        (slice(None, None, 2), "0:4:2"), (slice(None, None, -1), "3:-1:-1"), (slice("a"), "slice(None, 'a', None)"),
    ],
)  # fmt: skip
def test_an_index_is_recorded_by_the_cells_that_it_means(index: Any, recorded: Any) -> None:
    assert recorded == cells_of(index, 4)
