"""The classics under `benchmarks/exploration` come to the verdicts and outcomes that are known of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mprunner.exploring.deadlocks import deadlocks
from mprunner.exploring.explore import Explorer
from mprunner.exploring.hashed import search
from mprunner.exploring.options import ExploreOptions
from mprunner.language.loading import load
from mprunner.program.compiler import compile_scenario
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.steps import Memory

FOLDER = Path(__file__).parents[2] / "benchmarks" / "exploration"


def explored(file: str, memory: Memory = "sc", **overrides: int) -> str:
    loaded = load(FOLDER / file, overrides={name: str(value) for name, value in overrides.items()})
    scenario = loaded.scenarios[0]
    program = compile_scenario(scenario, source=loaded.source)
    return Explorer(scenario, program, ExploreOptions(memory=memory)).explore().answer


@pytest.mark.parametrize(
    ("file", "n", "expected"),
    [
        ("spin/buffer.yaml", 1, "proved"),
        ("spin/buffer_wrong.yaml", 1, "proved"),  # it promises that it may deadlock
        ("spin/readers.yaml", 1, "proved"),
        ("spin/barrier.yaml", 2, "proved"),
        ("spin/peterson.yaml", 1, "proved"),
        ("spin/dining.yaml", 2, "proved"),
        ("dining.yaml", 2, "violated"),
    ],
)
def test_classics_have_the_answers_that_are_known(file: str, n: int, expected: str) -> None:
    assert expected == explored(file, n=n)


def test_the_lock_of_peterson_is_broken_by_store_buffers() -> None:
    assert "violated" == explored("spin/peterson.yaml", memory="tso", n=1)


@pytest.mark.parametrize(
    ("n", "times", "expected"), [(2, 1, {1, 2}), (3, 1, {1, 2, 3}), (2, 10, set(range(2, 21)))]
)
def test_lost_updates_leave_all_these_sums_and_no_others(n: int, times: int, expected: set[int]) -> None:
    loaded = load(FOLDER / "lost_update.yaml", overrides={"n": str(n), "times": str(times)})
    model = Model(compile_scenario(loaded.scenarios[0], source=loaded.source))
    graph = search(model)
    cell = model.layout.cell("value", "x", 0)
    assert expected == {graph.table.packing.value(graph.codes[end], cell) for end in graph.ends()}
    assert not deadlocks(graph).found
