"""What promises remember is enough to answer them: every end has the verdicts that executions with it have, and no other."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

import mprunner
from mprunner.errors import AuthoringError
from mprunner.exploring import finding
from mprunner.exploring.explore import Explorer
from mprunner.exploring.hashed import search
from mprunner.exploring.limits import Limits
from mprunner.exploring.optimal import Traces
from mprunner.exploring.options import ExploreOptions
from mprunner.exploring.playing import played
from mprunner.exploring.remembering import Remembering, needs_all
from mprunner.exploring.system import Schedule
from mprunner.language.loading import Loaded, load, load_source
from mprunner.language.source import Source
from mprunner.program.compiler import compile_scenario
from mprunner.worlds.model.model import Model, ModelOptions
from tests.worlds.model.programs import programs

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SMALL = [
    "array-store-buffer", "choose", "event-start", "joinable-queue", "lock", "lock-dropped",
    "lock-try-finally", "no-lock", "pool-apply", "pool-close", "pool-maxtasksperchild", "pool-with", "process-start-order",
    "process-terminate-at-once", "queue-bounded", "queue-full", "queue-get", "rlock", "value-with-lock", "writer-reader",
]  # fmt: skip
PROMISES = [
    {"count": {"op": "write", "object": "a"}, "at_most": 1},
    {"each": {"op": "write", "object": "v"}, "has": {"op": "read", "object": "v"}, "where": "before"},
    {"each": {"op": "write", "object": "a"}, "has": {"op": "exit", "at": "end"}, "per": "process"},
    {"each": {"op": "read"}, "has": {"op": "write"}, "where": "previous"},
    {"sequence": [{"op": "acquire", "object": "lock"}, {"op": "write"}, {"op": "release", "object": "lock"}]},
    {"sequence": [{"print": {"matches": "x=0"}}, {"print": {"matches": "x=1"}}], "complete": True},
    {"mutual_exclusion": "lock"},
    {"open": {"hold": "again"}, "at_least": 2},
    {"precedence": [{"op": "write", "process": "p"}, {"op": "write", "process": "q"}]},
    {"not": {"existence": {"print": {"matches": "x=2"}}}},
    {"absence": {"op": "acquire", "object": "s", "refused": True}, "within": {"after": {"op": "write", "object": "a"}}},
]  # fmt: skip


def explorer(loaded: Loaded, **options: Any) -> Explorer:
    scenario = loaded.scenarios[0]
    return Explorer(scenario, compile_scenario(scenario, source=loaded.source), ExploreOptions(**options))


def statuses(explorer: Explorer, schedules: Iterable[Schedule]) -> dict[Any, set[str]]:
    """Of each promise that a program can break what it comes to in these executions."""
    found: dict[Any, set[str]] = {}
    for schedule in schedules:
        for one in explorer._judge.judge(played(explorer.model, schedule), weigh_overlaps=False):
            if one.promise.form != "contract":
                found.setdefault((one.promise.index, one.promise.title), set()).add(one.status)
    return found


def by_traces(explorer: Explorer, most: int) -> list[Schedule] | None:
    found = []
    for execution in Traces(explorer.model, depth=400):
        found.append(execution.schedule)
        if execution.cyclic or execution.cut or len(found) > most:
            return None
    return found


def by_memories(explorer: Explorer) -> list[Schedule]:
    program, options = explorer.model.program, ModelOptions(keep_variables=False)
    system = Remembering(Model(program, options, explorer.observer), explorer.forms, explorer.facts)
    graph = search(system, limits=Limits(states=100_000))
    assert graph.complete
    return [graph.path(end) for end in graph.ends()]


def loaded(text: str, promises: list[Any]) -> Loaded | None:
    """A scenario with these promises; None where they speak of what never happens in it."""
    try:
        return load_source(Source("test.yaml", f"{text}\nexpect: {json.dumps(promises)}\n"))
    except AuthoringError:
        return None


def compare(loaded: Loaded, most: int) -> bool:
    """Whether it was compared."""
    made = explorer(loaded)
    assert needs_all(made.forms, made.facts) is None
    expected = by_traces(made, most)
    if expected is None:
        return False
    assert statuses(made, expected) == statuses(made, by_memories(made))
    return True


@pytest.mark.parametrize("name", SMALL)
def test_a_scenario_has_the_verdicts_that_its_traces_have(name: str) -> None:
    assert compare(load(SCENARIOS / f"{name}.yaml"), 2_000)


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(programs())
def test_so_has_a_program_that_nobody_wrote(text: str) -> None:
    possible = [promise for promise in PROMISES if loaded(text, [promise]) is not None]
    whole = loaded(text, possible)
    assume(whole is not None and compare(whole, 100))


LOOPS = """
name: loops
targets:
  says:
    params: [text]
    steps:
      - while: true
        steps:
          - print: "{text}"
processes:
  p: {target: says, args: [yes]}
  q: {target: says, args: [no]}
ends: {after: 1}
expect:
"""


@pytest.mark.parametrize(
    ("promise", "answer"),
    [
        ("existence: 'yes'", "kept"),
        ("absence: 'maybe'", "kept"),
        ("response: ['yes', 'no']", "kept"),
        ("precedence: ['yes', 'no']", "broken"),
        ("{precedence: ['yes', 'no'], holds: sometimes}", "kept"),
        ("{count: 'yes', exactly: 3}", "broken"),
        ("existence: 'maybe'", "inconclusive"),
        ("{response: ['yes', 'maybe'], holds: sometimes}", "open"),
        ("{each: 'maybe', has: 'no', vacuous: ok}", "kept"),
        ("sequence: ['yes', 'no', 'yes']", "kept"),
    ],
)  # fmt: skip
def test_what_is_printed_for_ever_is_answered_by_what_promises_remember(
    promise: str, answer: str, tmp_path: Path
) -> None:
    path = tmp_path / "loops.yaml"
    path.write_text(f"{LOOPS}  - {promise}\n")
    found = mprunner.explore(path)
    assert (answer, "states", True) == (
        found.promises[0].answer,
        found.accounting.method,
        found.accounting.complete,
    )


def test_a_promise_for_which_all_counts_is_named_where_it_has_no_answer(tmp_path: Path) -> None:
    text = (SCENARIOS / "queue-two-producers.yaml").read_text()
    before, after = text.split("  - fifo: q\n    order: per_producer\n")
    promise = "bounded_overtaking: {request: {op: put}, grant: {op: get}, at_most: 100}"
    path = tmp_path / "overtaking.yaml"
    path.write_text(f"{before}  - {promise}\n{after}")
    found = mprunner.explore(path, method="states", executions=500)
    assert "inconclusive" == found.answer
    assert f"for the promise in line {before.count(chr(10)) + 1} all counts that was seen" in (
        found.reason or ""
    )


@pytest.mark.parametrize("jobs", [1, 2])
def test_after_many_executions_states_are_tried_whoever_explores(
    jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = SCENARIOS / "barrier-rounds.yaml"
    monkeypatch.setattr(finding, "MANY", 40)
    found = mprunner.explore(path, jobs=jobs)
    states = mprunner.explore(path, method="states", executions=1_000)
    assert ("states", True, 603) == (
        found.accounting.method,
        found.accounting.complete,
        found.accounting.states,
    )
    assert [(one.lines, one.executions) for one in states.outcomes] == [
        (one.lines, one.executions) for one in found.outcomes
    ]


def test_what_only_some_states_come_to_is_not_told_as_never_reached() -> None:
    # Executions are examples then; the step that only some take is reached all the same.
    found = mprunner.explore(SCENARIOS / "args-terminate.yaml")
    assert ("states", ()) == (found.accounting.method, found.unreached)


@pytest.mark.parametrize(("name", "are_all"), [("lock", True), ("two-loops", False)])
def test_outcomes_are_not_all_where_promises_tell_states_apart(name: str, are_all: bool) -> None:
    made = explorer(load(SCENARIOS / f"{name}.yaml"))
    assert made.explore().accounting.complete
    assert are_all == made.all_outcomes


PRODUCERS = """
name: producers
queues: {q: {}}
targets:
  produce: {params: [items], steps: [{for: k, in: items, steps: [{put: {queue: q, item: "{k}"}}]}]}
  consume: {params: [n], steps: [{repeat: n, steps: [{get: q}]}]}
processes:
  a: {target: produce, args: [[1, 2]]}
"""


@pytest.mark.parametrize(
    "consumers",
    [
        "  b: {target: produce, args: [[3]]}\n  c: {target: consume, args: [2]}\n",
        "  c: {target: consume, args: [1]}\n  d: {target: consume, args: [1]}\n",
    ],
    ids=["one consumer", "two"],
)
def test_the_order_of_a_queue_is_answered_alike(consumers: str) -> None:
    source = loaded(PRODUCERS + consumers, [{"fifo": "q", "order": "per_producer"}])
    assert source is not None
    assert compare(source, 2_000)
