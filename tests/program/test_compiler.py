"""Declarations: who is created in which order, who starts whom, who needs what."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable

import pytest

from mprunner.program.evaluate import build
from mprunner.program.expressions import Constant, Object
from mprunner.program.handouts import Operation
from tests.program.scripts import program_of, run

FAMILY = """
name: test
params: {n: 2}
locks: {fork: {count: "{n}"}}
queues: {q: {maxsize: "{n + 1}", create: later}}
managers: {m: }
pools: {po: {processes: "{n}", initializer: setup, initargs: ["{n}", a]}}
targets:
  setup: {params: [k, l], steps: [pass]}
  dine: {params: [i], steps: [{with: "fork[i]", steps: [pass]}]}
processes:
  phil: {target: dine, replicas: "{n}", args: ["{index * n}"], name: "phil-{index}"}
"""


def test_without_main_all_processes_are_started_and_then_joined_in_declared_order() -> None:
    trace, _outcome, _machine = run(program_of(FAMILY))
    assert ["start phil[0]", "start phil[1]", "join phil[0]", "join phil[1]"] == trace


def test_a_default_start_stands_at_the_declaration_of_its_process() -> None:
    program = program_of(FAMILY)
    site = program.sites[program.main.code[0].site]  # type: ignore[union-attr]
    assert (12, "phil") == (site.line, site.text)
    assert program.lines[12].startswith("  phil: {target: dine")


def test_counts_and_options_are_whole_numbers_over_params() -> None:
    program = program_of(FAMILY, n="3")
    fork, q, po = (program.object(name) for name in ("fork", "q", "po"))
    assert fork is not None
    assert q is not None
    assert po is not None
    assert (3, 4, True, 3) == (fork.count, q.options["maxsize"], q.later, po.options["processes"])
    assert "setup" == po.options["initializer"]
    assert [3, "a"] == [build(argument, {})({}, {}) for argument in po.options["initargs"]]


def test_pools_are_created_last() -> None:
    program = program_of(
        "name: t\npools: {po: }\nqueues: {q: }\nlocks: {l: }\nmain: [{close: po}, {put: {queue: q, item: 1}}, {acquire: l}]"
    )
    assert ["q", "l", "po"] == [declared.name for declared in program.objects]


def test_a_manager_is_created_before_what_it_holds() -> None:
    program = program_of(
        "name: t\nqueues: {q: {manager: m}}\nmanagers: {m: }\nmain: [{put: {queue: q, item: 1}}]"
    )
    assert ["m", "q"] == [declared.name for declared in program.objects]


def test_all_that_mention_a_family_share_its_members() -> None:
    mentions = [build(Object("process", "p", Constant(index), family=True), {"p": 3}) for index in range(2)]
    members = [build(Object("process", "p", None, family=True), {"p": 3})({}, {}) for _ in range(2)]
    assert members[0] is members[1]
    assert list(members[0][:2]) == [mention({}, {}) for mention in mentions]


def test_the_arguments_of_a_replica_are_expressions_over_its_index() -> None:
    process = program_of(FAMILY).process("phil")
    assert process is not None
    assert process.mp_name is not None
    assert [0, 2] == [build(process.arguments[0], {})({"index": index}, {}) for index in range(2)]
    assert "phil-1" == build(process.mp_name, {})({"index": 1}, {})


def test_a_program_can_be_pickled() -> None:
    program = program_of(FAMILY)
    assert program == pickle.loads(pickle.dumps(program))


NEEDS = """
name: test
queues: {q: , r: , s: , unused: }
locks: {lock: {count: 2}}
pools: {po: {processes: 1}}
targets:
  leaf: {steps: [{put: {queue: q, item: 1}}]}
  given: {params: [x], steps: [{put: {queue: x, item: 1}}]}
  calling: {steps: [{call: leaf}]}
  starting: {steps: [{start: kid}, {join: kid}]}
  looking: {params: [i], steps: [{if: pq.is_alive(), then: [{acquire: "lock[i]"}]}]}
  tasking: {steps: [{apply: {pool: po, func: given, args: ["{s}"]}}]}
processes:
  pq: {target: calling}
  kid: {target: given, args: ["{r}"]}
  outer: {target: starting}
  looker: {target: looking, args: [1]}
main: [{start: pq}, {start: outer}, {start: looker}, {call: tasking}, {join: pq}, {join: outer}, {join: looker}]
"""


@pytest.mark.parametrize(
    ("target", "needs"),
    [
        ("leaf", {"q"}),
        ("given", set()),
        ("calling", {"q"}),
        ("starting", {"r"}),
        ("looking", {"lock"}),
        ("tasking", {"po", "s"}),
    ],
)
def test_a_target_needs_what_it_and_what_it_calls_or_starts_refers_to(target: str, needs: set[str]) -> None:
    assert needs == program_of(NEEDS).targets[target].needs


def test_main_needs_what_its_processes_need() -> None:
    assert {"q", "r", "lock", "po", "s"} == program_of(NEEDS).main.needs


def test_a_process_belongs_to_the_one_that_starts_it() -> None:
    program = program_of(NEEDS)
    assert {"pq": "main", "kid": "outer", "outer": "main", "looker": "main"} == {
        p.name: p.parent for p in program.processes
    }


def test_a_process_of_another_is_not_part_of_the_default_main() -> None:
    text = NEEDS[: NEEDS.index("main:")].replace("unused: ", "").replace(", }", "}")
    text = text.replace(
        "tasking: {steps: [{apply: {pool: po, func: given", "tasking: {steps: [{apply: {pool: po, func: given"
    )
    trace, _outcome, _machine = run(program_of(text))
    assert ["start pq", "start outer", "start looker", "join pq", "join outer", "join looker"] == trace


@pytest.mark.parametrize(
    ("expect", "promised"),
    [
        ("[{deadlock: {}, holds: sometimes}]", True),
        ("[{deadlock: {}, holds: never}]", False),
        ("[{hangs: {waiting: {main: {op: get, object: q}}}}]", True),
        ("[{count: {op: get}, exactly: 1}]", False),
    ],
)
def test_a_promised_hang_is_known_to_the_world(expect: str, promised: bool) -> None:
    program = program_of(f"name: test\nqueues: {{q: }}\nmain: [{{get: q}}]\nexpect: {expect}")
    assert promised is program.hang_promised


def test_the_end_of_an_endless_scenario_is_a_time_or_a_matcher() -> None:
    text = "name: test\nmain: [{while: true, steps: [{print: x}, {sleep: 1}]}]\nends: {}"
    after = program_of(text.replace("{}", "{after: 2}")).ends
    when = program_of(text.replace("{}", "{when: {op: print, print: x}}")).ends
    assert after is not None
    assert when is not None
    assert (2.0, None) == (after.after, after.when)
    assert {"op", "print"} <= set(when.when or ())


def test_a_name_is_a_variable_before_a_global_before_an_object_before_a_param() -> None:
    program = program_of(
        """
        name: test
        globals: {g: 1}
        params: {n: 2}
        locks: {lock: }
        targets:
          f: {params: [g], steps: [{set: {g: 5}}, {print: "{g} {n} {lock}"}]}
        main: [{call: {target: f, args: [0]}}, {print: "{g}"}, {set: {g: 3}}, {print: "{g}"}]
        """
    )
    trace, _outcome, machine = run(program)
    assert ["print 5 2 <lock lock>", "print 1", "print 3"] == trace
    assert {"g": 3} == machine.globals


LOOKING = """
name: test
queues: {q: }
pools: {po: {initializer: setup, initargs: ["{q.qsize()}", "{q.qsize() + 1}"]}}
targets:
  setup: {params: [k, l], steps: [pass]}
  work: {params: [a, b, {k: 0}], steps: [pass]}
  starts: {steps: [{start: "p[0]"}]}
processes:
  p: {target: work, args: ["{q.qsize()}", "{index}"], kwargs: {k: "{q.qsize()}"}, name: "p-{q.qsize()}", replicas: 2}
  outer: {target: starts}
"""


def counting() -> Callable[[Operation], int]:
    """A queue that has one item more each time that somebody looks."""
    sizes = itertools.count(1)
    return lambda operation: next(sizes)


def test_arguments_that_look_at_the_world_are_evaluated_in_order_by_a_routine() -> None:
    program = program_of(LOOKING)
    process = program.process("p")
    assert process is not None
    assert process.routine is not None
    trace, given, _machine = run(program, counting(), target=process.routine, arguments=(1,))
    assert ["qsize q"] * 3 == trace
    assert ([1, 1], {"k": 2}, "p-3") == given


def test_initargs_that_look_at_the_world_are_evaluated_by_a_routine() -> None:
    program = program_of(LOOKING)
    pool = program.object("po")
    assert pool is not None
    _trace, given, _machine = run(program, counting(), target=pool.options["routine"])
    assert ([1, 3], {}, None) == given


def test_whoever_creates_a_process_needs_what_its_arguments_look_at() -> None:
    program = program_of(LOOKING)
    assert {"q"} == program.targets["starts"].needs


def test_pure_arguments_need_no_routine() -> None:
    program = program_of(FAMILY)
    assert [None] == [process.routine for process in program.processes]
