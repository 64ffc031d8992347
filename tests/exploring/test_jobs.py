"""With several processes an exploration finds what one finds: everything that is told of it is the same, to the byte."""

from __future__ import annotations

import multiprocessing
import os
import signal
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

import mprunner
from mprunner.errors import UsageError
from mprunner.exploring import finding
from mprunner.exploring.explore import Explorer
from mprunner.exploring.options import ExploreOptions, Limits
from mprunner.exploring.results import Accounting, Exploration
from mprunner.exploring.team import Team
from mprunner.language.loading import load
from mprunner.program.compiler import compile_scenario
from mprunner.program.declarations import Program
from mprunner.records import replaced
from mprunner.report.exploration import ExplorationReport
from mprunner.report.exploration_json import ExplorationJson
from mprunner.report.style import Style
from mprunner.worlds.model.unfollowed import Unfollowed

FAMILIES = Path(__file__).parents[2] / "benchmarks" / "exploration"
LIMITS: dict[str, Any] = {"seconds": None, "executions": None, "depth": None, "preemptions": None}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even what is done soon is shared."""
    monkeypatch.setattr(finding, "ALONE", 0.0)


@pytest.fixture(autouse=True)
def _nobody_is_left() -> Any:
    yield
    assert [] == multiprocessing.active_children()


def explored(
    path: Path, jobs: int, *, number: int = 0, n: int | None = None, **options: Any
) -> tuple[Exploration, Program, list[str]]:
    loaded = load(path, overrides={} if n is None else {"n": str(n)})
    program = compile_scenario(loaded.scenarios[number], source=loaded.source)
    limits = Limits(**{name: options.pop(name, None) for name in LIMITS})
    asked = ExploreOptions(jobs=jobs, limits=limits, **options)
    return Explorer(loaded.scenarios[number], program, asked).explore(), program, list(loaded.source.lines)


def told(found: Exploration, program: Program, lines: list[str]) -> str:
    """The report and the JSON of an exploration, but for the time that it took."""
    found = replaced(found, accounting=replaced(found.accounting, seconds=0.0))
    out = StringIO()
    ExplorationReport(out, Style(), verbosity=1).done(found, program, lines)
    ExplorationJson(out).done(found, program, lines)
    return out.getvalue() + repr(found.schedules)


PROGRAMS: list[tuple[str, int | None, int, dict[str, Any]]] = [
    ("lastzero", 5, 0, {}),
    ("readers", 5, 0, {}),
    ("counter_race", 3, 0, {}),
    ("indexer", 12, 0, {}),
    ("filesystem", 16, 0, {}),
    ("dining", 4, 0, {"keep_schedules": 10}),
    ("dining", 4, 1, {}),
    ("litmus", None, 10, {"memory": "tso"}),
    ("lastzero", 5, 0, {"executions": 40}),
    ("lastzero", 5, 0, {"executions": 1}),
    ("indexer", 13, 0, {"executions": 50, "keep_schedules": 1000}),
    ("counter_race", 3, 0, {"depth": 9}),
    ("lost_update", 3, 0, {"method": "random"}),
    ("lost_update", 3, 0, {"method": "pct", "executions": 150}),
    ("lost_update", 3, 0, {"method": "pos", "executions": 150, "seed": 3}),
]


@pytest.mark.parametrize("start_method", ["fork", "spawn"])
@pytest.mark.parametrize(("family", "n", "number", "options"), PROGRAMS)
def test_two_processes_tell_what_one_tells(
    monkeypatch: pytest.MonkeyPatch,
    family: str,
    n: int | None,
    number: int,
    options: dict[str, Any],
    start_method: str,
) -> None:
    if start_method == "spawn" and (family, options) not in [
        ("lastzero", {}),
        ("lost_update", {"method": "random"}),
    ]:
        pytest.skip("one of each kind will do")
    monkeypatch.setattr(finding, "Team", partial(Team, start_method=start_method))
    path = FAMILIES / f"{family}.yaml"
    alone = explored(path, 1, n=n, number=number, **options)
    assert told(*alone) == told(*explored(path, 2, n=n, number=number, **options))


def lastzero(n: int, jobs: int, progress: Any = None) -> tuple[Exploration, Explorer]:
    loaded = load(FAMILIES / "lastzero.yaml", overrides={"n": str(n)})
    program = compile_scenario(loaded.scenarios[0], source=loaded.source)
    explorer = Explorer(loaded.scenarios[0], program, ExploreOptions(jobs=jobs))
    return explorer.explore(progress=progress), explorer


def test_ctrl_c_gives_what_all_have_found_by_then() -> None:
    def interrupt(accounting: Accounting) -> bool:
        if multiprocessing.active_children():
            os.kill(os.getpid(), signal.SIGINT)
        return True

    found, _ = lastzero(9, 2, interrupt)
    assert ("inconclusive", "interrupted") == (found.answer, found.accounting.bound)
    assert 0 < found.accounting.executions < 1536
    assert found.accounting.executions == sum(outcome.executions for outcome in found.outcomes)


def test_who_wishes_it_to_end_is_given_what_was_found() -> None:
    found, _ = lastzero(9, 2, lambda accounting: not multiprocessing.active_children())
    assert "interrupted" == found.accounting.bound
    assert found.accounting.estimate is not None


def test_what_a_process_that_is_killed_was_at_is_explored_again() -> None:
    killed: list[int] = []

    def kill(accounting: Accounting) -> bool:
        for child in multiprocessing.active_children()[: 1 - len(killed)]:
            killed.append(child.pid or 0)
            child.kill()
        return True

    alone, _ = lastzero(7, 1)
    found, _ = lastzero(7, 2, kill)
    assert 1 == len(killed)
    assert ["a process that explored was ended by signal 9; its part was explored again"] == [
        note for note in found.notes if note not in alone.notes
    ]
    assert replaced(alone.accounting, seconds=0.0) == replaced(found.accounting, seconds=0.0)


def test_when_all_processes_are_killed_again_and_again_it_says_so() -> None:
    def kill(accounting: Accounting) -> bool:
        for child in multiprocessing.active_children():
            child.kill()
        return True

    found, _ = lastzero(9, 2, kill)
    assert ("inconclusive", "a process that explored was ended by signal 9") == (
        found.answer,
        found.accounting.bound,
    )


def test_a_limit_of_time_ends_it_for_all() -> None:
    found, _, _ = explored(FAMILIES / "lastzero.yaml", 2, n=11, seconds=0.5)
    assert ("inconclusive", "--time 0.5") == (found.answer, found.accounting.bound)


ROUND_AND_ROUND = """
name: round
values:
  x: {type: i, lock: false}
  y: {type: i, lock: false}
targets:
  add:
    steps:
      - repeat: 2
        steps:
          - set: {x.value: "{x.value + 1}"}
  look:
    steps:
      - if: y.value == 1 and x.value == 2
        then:
          - while: true
            steps: [pass]
  write:
    steps:
      - set: {y.value: 1}
processes:
  a: {target: add}
  b: {target: add}
  c: {target: write}
  d: {target: look}
expect:
  - exitcodes: {a: 0}
"""


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_the_model_can_t_follow_is_refused_with_its_place(tmp_path: Path, jobs: int) -> None:
    path = tmp_path / "round.yaml"
    path.write_text(ROUND_AND_ROUND)
    with pytest.raises(Unfollowed, match=r"round.yaml:16:.* it goes round and round"):
        explored(path, jobs)


CIRCLES = """
name: circles
values:
  x: {type: i, lock: false}
  go: {type: i, lock: false}
targets:
  add:
    steps:
      - set: {x.value: "{x.value + 1}"}
      - set: {go.value: 1}
  wait:
    steps:
      - while: go.value == 0
        steps: [pass]
processes:
  p: {target: add, replicas: 2}
  q: {target: wait}
expect:
  - exitcodes: {q: 0}
"""


def test_what_goes_in_circles_is_searched_by_states_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "circles.yaml"
    path.write_text(CIRCLES)
    alone, several = explored(path, 1), explored(path, 2)
    assert "states" == several[0].accounting.method
    assert "a search over states uses one core" == several[0].notes[-1]
    assert told(*alone) == told(replaced(several[0], notes=several[0].notes[:-1]), *several[1:])


@pytest.mark.parametrize("jobs", [-1, -2])
def test_a_number_of_jobs_is_not_less_than_none(jobs: int) -> None:
    with pytest.raises(UsageError, match="`jobs` is a number of processes"):
        mprunner.explore(FAMILIES / "readers.yaml", jobs=jobs)
