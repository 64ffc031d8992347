"""States with histories are the same however their steps are looked up, and know all that was seen on the way to them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mprunner.exploring.graph import Graph
from mprunner.exploring.hashed import search
from mprunner.exploring.histories import Histories
from mprunner.exploring.system import Schedule
from mprunner.language.loading import load
from mprunner.program.compiler import compile_scenario
from mprunner.recording.events import Call
from mprunner.worlds.model.model import Model, ModelOptions
from mprunner.worlds.model.recorder import recording

_SCENARIOS = Path(__file__).parents[2] / "scenarios"
SMALL = ("barrier-missing-party", "choose", "dining-deadlock", "event-start", "lock", "lock-twice", "no-lock")


class _Whole:
    """A system that does not say what its steps depend on."""

    def __init__(self, system: Histories) -> None:
        self.initial, self.threads = system.initial, system.threads
        self.enabled, self.alternatives, self.step = system.enabled, system.alternatives, system.step
        self.pending, self.initial_tokens = system.pending, system.initial_tokens


def _model(name: str, **assumed: Any) -> Model:
    loaded = load(str(_SCENARIOS / f"{name}.yaml"))
    return Model(compile_scenario(loaded.scenarios[0], source=loaded.source), ModelOptions(**assumed))


def _prints(call: Call) -> bool:
    return call.operation == "print"


def _shape(graph: Graph) -> Any:
    return [(list(graph.successors(number)), graph.path(number)) for number in range(len(graph))]


@pytest.mark.parametrize(
    "assumed", [{}, {"no_timeouts": True}, {"respect_sleep": True}, {"memory": "tso"}], ids=str
)
@pytest.mark.parametrize("name", [*SMALL, "array-store-buffer"])
def test_steps_are_the_same_however_they_are_looked_up(name: str, assumed: dict[str, Any]) -> None:
    model = _model(name, **assumed)
    quick, plain = search(Histories(model, _prints)), search(_Whole(Histories(model, _prints)))
    assert quick.complete
    assert _shape(plain) == _shape(quick)


@pytest.mark.parametrize("name", SMALL)
def test_what_was_printed_on_the_way_is_known_of_each_end(name: str) -> None:
    model = _model(name)

    def printed(schedule: Schedule) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for call in recording(model, schedule).calls:
            if call.operation == "print":
                found.setdefault(call.process, []).append(call.values.get("text"))
        return found

    graph = search(Histories(model, _prints))
    histories: dict[Any, Any] = {}
    for end in graph.ends():
        history = graph.state(end)[len(model.initial) :]
        lines = printed(graph.path(end))
        assert lines == histories.setdefault(history, lines)
    assert len(histories) == len({str(lines) for lines in histories.values()})
