"""Each way of finding executions, as it is asked for: what it finds, and what it claims."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import mprunner

LOST = """
name: lost
values:
  x: {type: i}
targets:
  add:
    steps:
      - repeat: 2
        steps:
          - set: {x.value: "{x.value + 1}"}
processes:
  p: {target: add, replicas: 2}
expect:
  - count: {op: write, object: x}
    exactly: 4
"""


@pytest.fixture
def lost(tmp_path: Path) -> Path:
    path = tmp_path / "lost.yaml"
    path.write_text(LOST)
    return path


def _outcomes(lost: Path, **options: Any) -> set[str]:
    found = mprunner.explore(lost, **options)
    return {dict(outcome.held)["x"] for outcome in found.outcomes}


@pytest.mark.parametrize("method", ["random", "pct", "pos"])
def test_samples_find_outcomes_and_prove_nothing(lost: Path, method: str) -> None:
    found = mprunner.explore(lost, method=method, executions=300)
    assert (method, 300, False) == (
        found.accounting.method,
        found.accounting.executions,
        found.accounting.complete,
    )
    assert "inconclusive" == found.answer
    assert {"2", "3", "4"} == {dict(outcome.held)["x"] for outcome in found.outcomes}


def test_pct_says_how_likely_it_is_to_find_a_fault(lost: Path) -> None:
    found = mprunner.explore(lost, method="pct", executions=10)
    assert any("3 orders of steps with a probability of at least 1 in" in note for note in found.notes)


@pytest.mark.parametrize(("preemptions", "expected"), [(0, {"4"}), (1, {"2", "4"}), (2, {"2", "3", "4"})])
def test_more_preemptions_find_more(lost: Path, preemptions: int, expected: set[str]) -> None:
    assert expected == _outcomes(lost, preemptions=preemptions)


def test_as_many_preemptions_as_there_can_be_prove_it(lost: Path) -> None:
    found = mprunner.explore(lost, preemptions=20)
    assert "proved" == found.answer
    assert "states" == found.accounting.method


def test_states_and_traces_have_the_same_outcomes(lost: Path) -> None:
    assert _outcomes(lost, method="states") == _outcomes(lost, method="traces") == {"2", "3", "4"}


def test_a_search_that_is_cut_has_executions_all_the_same(lost: Path) -> None:
    found = mprunner.explore(lost, method="states", executions=20)
    assert "inconclusive" == found.answer
    assert "20 states" == found.accounting.bound
    assert found.accounting.executions > 0
