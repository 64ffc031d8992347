"""Children that a parent leaves behind are told of, those that it has seen to are not."""

from __future__ import annotations

import pytest

from mprunner.exploring.executions import Executions
from mprunner.exploring.hashed import search
from mprunner.exploring.histories import Histories
from mprunner.language.loading import load_source
from mprunner.language.source import Source
from mprunner.program.compiler import compile_scenario
from mprunner.worlds.model.model import Model

_TEXT = """
name: leaks
targets:
  work:
    steps:
      - print: done
processes:
  p: {{target: work}}
  d: {{target: work, daemon: true}}
main:
{steps}
expect:
  - existence: {{op: begin, process: main}}
"""


def _leaked(steps: str) -> set[str]:
    source = Source("test.yaml", _TEXT.format(steps="\n".join(f"  - {step}" for step in steps.split("; "))))
    model = Model(compile_scenario(load_source(source).scenarios[0], source=source))
    executions = Executions(model, lambda recording: [])
    graph = search(Histories(model, lambda call: True))
    for end in graph.ends():
        executions.add(graph.path(end))
    return executions.leaked


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("start: p; join: p", set()),
        ("start: p", {"p"}),
        ("start: d", {"d"}),
        ("start: p; start: d; join: d", {"p"}),
        ("start: p; terminate: p", set()),
        ("start: p; join: {process: p, timeout: 1}", {"p"}),
        ("print: nothing is started", set()),
    ],
)
def test_who_is_not_waited_for_is_left_behind(steps: str, expected: set[str]) -> None:
    assert expected == _leaked(steps)
