"""What a real run did, call for call in each process, the model can do too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mprunner.language.loading import load
from mprunner.program.compiler import compile_scenario
from mprunner.program.declarations import Program
from mprunner.worlds.base import RunOptions
from mprunner.worlds.model.model import Model, ModelOptions
from mprunner.worlds.model.unfollowed import Unfollowed
from mprunner.worlds.real.supervisor import RealWorld
from tests.worlds.model.following import Followed

SCENARIOS = sorted((Path(__file__).parents[3] / "scenarios").glob("*.yaml"))

COURSES = {
    "an argument that looks at the world": """
        values: {v: {type: i, value: 3}}
        targets: {t: {params: [x], steps: [print: "{x}"]}}
        processes: {p: {target: t, replicas: 2, args: ["{v.value + index}"]}}
        main:
          - start: "p[1]"
          - start: "p[0]"
          - join: "p[0]"
          - join: "p[1]"
        """,
    "an argument that can't be evaluated": """
        globals: {n: 0}
        targets: {t: {params: [x], steps: [print: "{x}"]}}
        processes: {p: {target: t, args: ["{1 // n}"]}}
        main: [print: never]
        """,
    "children that start children": """
        globals: {n: [0]}
        targets:
          outer:
            steps:
              - append: {list: n, item: 1}
              - start: inner
              - append: {list: n, item: 2}
              - join: inner
              - print: "outer {n}"
          within: {params: [x], steps: [append: {list: n, item: 3}, print: "inner {n} {x}"]}
        processes:
          p: {target: outer}
          inner: {target: within, parent: p, args: ["{n}"]}
        main: [append: {list: n, item: 0}, start: p, join: p, print: "main {n} {p.exitcode}"]
        """,
    "the texts of wrong uses of processes": """
        targets: {t: {steps: [pass]}}
        processes: {p: {target: t}}
        main:
          - {try: [join: p], except: {Exception: [print: "{error}"]}}
          - {try: [terminate: p], except: {Exception: [print: "{error}"]}}
          - print: "{p.is_alive()} {p.exitcode} {p.pid} {p.name} {p.daemon}"
          - start: p
          - {try: [start: p], except: {Exception: [print: "{error}"]}}
          - {try: [set: {p.daemon: true}], except: {Exception: [print: "{error}"]}}
          - join: p
          - print: "{p.is_alive()} {p.exitcode}"
          - close: p
          - {try: [join: p], except: {Exception: [print: "{error}"]}}
          - {try: [print: "{p.is_alive()}"], except: {Exception: [print: "{error}"]}}
        """,
    "a child that another process starts or waits for": """
        targets:
          t: {steps: [pass]}
          u:
            steps:
              - {try: [join: p], except: {Exception: [print: "{error}"]}}
              - {try: [print: "{p.is_alive()}"], except: {Exception: [print: "{error}"]}}
              - {try: [terminate: p], except: {Exception: [print: "{error}"]}}
              - print: "{p.exitcode}"
        processes: {p: {target: t}, q: {target: u}}
        main: [start: p, start: q, join: q, join: p]
        """,
    "exit codes": """
        targets:
          number: {params: [n], steps: [raise: {SystemExit: "{n}"}]}
          fail: {steps: [raise: {ValueError: boom}]}
        processes:
          p: {target: number, replicas: 4, args: ["{[0, 3, 256, 'so long'][index]}"]}
          q: {target: fail}
        """,
    "a daemon that main does not wait for": """
        locks: {lock: {}}
        targets: {t: {steps: [acquire: lock, acquire: lock]}}
        processes: {p: {target: t, daemon: true}}
        main: [start: p]
        """,
    "a process that is killed where it waits": """
        locks: {lock: {}}
        targets: {t: {steps: [acquire: lock, print: mine, acquire: lock]}}
        processes: {p: {target: t, replicas: 2}}
        main: [start: "p[0]", start: "p[1]", kill: "p[0]", join: "p[0]", terminate: "p[1]", join: "p[1]"]
        """,
    "random numbers and choices": """
        targets:
          t:
            steps:
              - print: "{random()}"
              - sleep: {from: 0, to: 0.001}
              - choose: {from: [1, 2, 3]}
                into: x
              - print: "{x} {random()}"
        processes: {p: {target: t, replicas: 2}}
        """,
    "an object that is made later": """
        locks: {lock: {create: later}}
        targets: {t: {steps: [{with: lock, steps: [pass]}]}}
        processes: {p: {target: t}}
        main:
          - {try: [acquire: lock], except: {Exception: [print: "{error}"]}}
          - create: lock
          - start: p
          - join: p
          - del: lock
          - {try: [acquire: lock], except: {Exception: [print: "{error}"]}}
        """,
    "memory and its locks": """
        locks: {lock: {}}
        values: {v: {type: i}, w: {type: d, lock: lock}, r: {type: i, kind: RawValue}}
        arrays: {a: {type: i, initial: [1, 2, 3]}, c: {type: c, size: 4}}
        targets:
          t:
            steps:
              - with: v
                steps: [set: {v.value: "{v.value + 1}"}]
              - set: {w.value: "{w.value + 0.5}"}
              - set: {"a[index]": "{a[2] + r.value}"}
              - set: {r.value: "{a[0]}"}
              - set: {c.value: "{b'ab'}"}
              - print: "{a[:]} {c.value} {c.raw} {len(a)} {v.get_obj().value}"
            params: [index]
        processes: {p: {target: t, replicas: 2, args: ["{index}"]}}
        """,
}


def followed(world: RealWorld, program: Program, method: str | None = None) -> Followed:
    real = world.run(program, RunOptions(timeout=60.0, start_method=method))
    return Followed(Model(program, ModelOptions(start_method=method)), real)


@pytest.mark.slow
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_model_can_do_what_a_run_of_the_scenario_did(path: Path, world: RealWorld) -> None:
    loaded = load(path)
    for scenario in loaded.scenarios:
        program = compile_scenario(scenario, source=loaded.source)
        try:
            found = followed(world, program)
        except Unfollowed as reason:
            pytest.skip(str(reason))
        assert found.found, (found.expected, found.offered())


@pytest.mark.parametrize("method", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
@pytest.mark.parametrize("course", COURSES)
def test_the_model_can_do_what_a_run_did(
    course: str, method: str, world: RealWorld, compiled: Callable[[str], Program]
) -> None:
    found = followed(world, compiled(COURSES[course]), method)
    assert found.found, (found.expected, found.offered())
