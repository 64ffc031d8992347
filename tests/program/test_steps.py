"""What each kind of step asks of the world, and what it does to variables."""

from __future__ import annotations

import queue
from typing import Any

import pytest

from mprunner.program.handles import Handle, Ref
from tests.program.scripts import answers, program_of, run, steps_of, traced

HEAD = """
globals: {items: [1], table: {a: 1}, total: 0}
params: {n: 3}
locks: {lock: , fork: {count: "{n}"}}
queues: {q: {maxsize: 2}}
pools: {po: {processes: 2}}
targets:
  f: {params: [x, {y: 2}, "*rest", "**more"], steps: [{return: "{x, y, rest, more}"}]}
  dine: {params: [i], steps: [{print: "{i}"}]}
processes:
  p: {target: f, args: [1]}
  phil: {target: dine, replicas: "{n}", args: ["{index}"]}
"""


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("- start: p\n- join: {process: p, timeout: 2}", ["start p", "join p timeout=2"]),
        ("- start: phil", ["start phil[0]", "start phil[1]", "start phil[2]"]),
        ("- start: phil[1]\n- terminate: phil[1]", ["start phil[1]", "terminate phil[1]"]),
        ("- put: {queue: q, item: [a, '{n}'], block: false}", ["put q item=['a', 3] block=False"]),
        ("- get: {queue: q, block: true, timeout: 0.5}", ["get q block=True timeout=0.5"]),
        ("- acquire: fork[(n - 2) % n]", ["acquire fork[1]"]),
        ("- acquire: fork[-1]", ["acquire fork[2]"]),
        ("- with: fork[n - 3]\n  steps: [{print: in}]", ["acquire fork[0]", "print in", "release fork[0]"]),
        ("- with: po\n  steps: [{close: po}]", ["close po", "terminate po"]),
        ("- apply: {pool: po, func: f, args: ['{n}'], kwds: {y: 5}}", ["apply po func='f' args=(3,) kwds={'y': 5}"]),
        ("- sleep: 1.5\n- sleep: {from: 0, to: 2}", ["sleep seconds=1.5", "sleep from=0 to=2"]),
        ("- choose: {from: [1, 2]}\n  into: x\n- print: '{x}'", ["choose from=[1, 2]", "print None"]),
        ("- set: {p.name: other}", ["set_attribute p attribute='name' value='other'"]),
        ("- append: {list: items, item: 2}\n- print: '{items}'", ["print [1, 2]"]),
        ("- remove: {list: items, item: 1}\n- print: '{items}'", ["print []"]),
        ("- remove: {mapping: table, item: a}\n- print: '{table}'", ["print {}"]),
        ("- update: {mapping: table, items: {b: '{n}'}}\n- print: '{table}'", ["print {'a': 1, 'b': 3}"]),
        ("- set: {\"table['c']\": '{n}', \"items[0]\": 7}\n- print: '{table} {items}'", ["print {'a': 1, 'c': 3} [7]"]),
        ("- call: {target: f, args: [1, 2, 3], kwargs: {z: 4}}\n  into: x\n- print: '{x}'", ["print (1, 2, (3,), {'z': 4})"]),
        ("- call: {target: f, args: '{items}'}\n  into: x\n- print: '{x}'", ["print (1, 2, (), {})"]),
        ("- call: {target: f, args: [1]}\n  into: total\n- print: '{total}'", ["print (1, 2, (), {})"]),
        ("- for: [a, b]\n  in: [[1, 2], [3, 4]]\n  steps: [{print: '{a} {b}'}]", ["print 1 2", "print 3 4"]),
        ("- for: c\n  in: \"'ab'\"\n  steps: [{print: '{c}'}]", ["print a", "print b"]),
        ("- for: k\n  in: table\n  steps: [{print: '{k}'}]", ["print a"]),
        ("- repeat: n\n  steps: [{print: x}]", ["print x", "print x", "print x"]),
        ("- assert: n == 3\n- assert: n > 5", ["assert text='n > 5'", "AssertionError: n > 5"]),
        ("- set: {m: 4}\n- assert: m == n + 2", ["assert text='m == n + 2 (4 and 5)'", "AssertionError: m == n + 2 (4 and 5)"]),
        ("- raise: {ValueError: 'no {n}'}", ["ValueError: no 3"]),
        ("- raise: Full", ["Full: "]),
        ("- set: {x: 1}\n- del: x\n- print: '{x}'",
         ["UnboundLocalError: cannot access local variable 'x' where it is not associated with a value"]),
        ("- repeat: 2.5\n  steps: [pass]", ["TypeError: 'float' object cannot be interpreted as an integer"]),
        ("- set: {m: 3}\n- acquire: fork[m]", ["IndexError: fork[3] is not there: fork has 3 members, from 0"]),
    ],
)  # fmt: skip
def test_a_step_asks_for(steps: str, expected: list[str]) -> None:
    assert expected == traced(steps, head=HEAD)


RAISES = "- get: {queue: q, timeout: 1}\n  raises: Empty"


@pytest.mark.parametrize(
    ("steps", "raised", "expected"),
    [
        (RAISES, queue.Empty(), []),
        (RAISES, None, ["assert text='expected Empty, but nothing was raised'",
                        "AssertionError: expected Empty, but nothing was raised"]),
        (RAISES, KeyError("k"), ["assert text=\"expected Empty, but KeyError was raised: 'k'\"",
                                 "AssertionError: expected Empty, but KeyError was raised: 'k'"]),
        ("- get: q\n  raises: {ValueError: 'is  CLOSED'}", ValueError("Queue is closed"), []),
        ("- get: q\n  raises: {LookupError: ''}", KeyError("k"), []),
        ("- get: q\n  allow: [Empty, OSError]", queue.Empty(), []),
        ("- get: q\n  allow: [Empty, OSError]", None, []),
        ("- get: q\n  allow: [Empty, OSError]", ValueError("v"), ["ValueError: v"]),
    ],
)  # fmt: skip
def test_an_exception_that_is_expected_or_allowed_is_swallowed(
    steps: str, raised: Any, expected: list[str]
) -> None:
    found = traced(steps, head=HEAD, answer=answers({"get": raised}))
    assert expected == found[1:]


def test_an_except_block_knows_the_exception_as_error_until_it_ends() -> None:
    steps = """
    - try:
        - raise: {KeyError: k}
      except:
        ValueError: [{print: no}]
        "TypeError, LookupError":
          - print: "{error} {error.args}"
          - try: [{raise: {OSError: inner}}]
            except: {OSError: [{print: "{error}"}]}
          - print: "{error}"
    """
    assert ["print 'k' ('k',)", "print inner", "print 'k'"] == traced(steps)


def test_a_timeout_of_multiprocessing_is_a_timeout_error() -> None:
    import multiprocessing

    head = HEAD
    steps = "- get: q\n  raises: TimeoutError"
    assert ["get q"] == traced(steps, head=head, answer=answers({"get": multiprocessing.TimeoutError()}))


def test_a_set_of_a_declared_global_writes_the_global() -> None:
    program = program_of(
        """
        name: test
        globals: {tag: null}
        targets:
          setup: {params: [prefix], steps: [{set: {tag: "{prefix}{getpid()}"}}]}
        main: [{call: {target: setup, args: [w]}}, {print: "{tag}"}]
        """
    )
    trace, _outcome, machine = run(program, answers({"getpid": 12}))
    assert ["getpid", "print w12"] == trace
    assert {"tag": "w12"} == machine.globals


def test_the_reference_of_a_with_is_evaluated_once() -> None:
    steps = """
    - set: {i: 0}
    - with: fork[i]
      steps:
        - set: {i: 1}
    """
    assert ["acquire fork[0]", "release fork[0]"] == traced(steps, head=HEAD)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("lock", ["acquire l", "print x", "release l"]), ("pool", ["print x", "terminate l"])],
)
def test_a_with_of_a_parameter_does_what_its_object_needs(kind: str, expected: list[str]) -> None:
    program = program_of(
        """
        name: test
        locks: {lock: }
        pools: {po: {processes: 1}}
        targets: {f: {params: [l], steps: [{with: l, steps: [{print: x}]}]}}
        main: [{call: {target: f, args: ["{lock}"]}}, {call: {target: f, args: ["{po}"]}}]
        """
    )
    trace, _outcome, _machine = run(program, target="f", arguments=(Handle(kind, Ref("l")),))
    assert expected == trace


def test_an_operation_that_an_object_does_not_have_is_an_attribute_error() -> None:
    program = program_of(
        """
        name: test
        queues: {q: }
        targets: {f: {params: [x], steps: [{put: {queue: x, item: 1}}]}}
        main: [{call: {target: f, args: ["{q}"]}}]
        """
    )
    for given, text in (
        (3, "'int' object has no attribute 'put'"),
        (Handle("lock", Ref("l")), "'lock' object has no attribute 'put'"),
    ):
        _trace, outcome, _machine = run(program, target="f", arguments=(given,))
        assert text == str(outcome)


def test_a_site_tells_where_an_exception_came_from() -> None:
    program = steps_of(
        "- try: [{raise: {ValueError: a}}]\n  except:\n    ValueError:\n      - print: x\n      - raise"
    )
    _trace, outcome, machine = run(program)
    assert isinstance(outcome, ValueError)
    assert "raise: {ValueError: a}" == program.sites[machine.site].text
