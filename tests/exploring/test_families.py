"""The families under `benchmarks/exploration` have as many traces as published tables and closed forms say."""

from __future__ import annotations

from math import factorial
from pathlib import Path

import pytest

from mprunner.exploring.optimal import Traces
from mprunner.language.loading import load
from mprunner.program.compiler import compile_scenario
from mprunner.worlds.model.model import Model, ModelOptions
from mprunner.worlds.model.steps import Memory

FAMILIES = Path(__file__).parents[2] / "benchmarks" / "exploration"
SHAPES = ["SB", "MP", "LB", "S", "R", "2+2W", "CoRR", "WRC", "ISA2", "3.SB", "IRIW"]
SC = dict.fromkeys(SHAPES, 3) | {"WRC": 7, "ISA2": 7, "3.SB": 7, "IRIW": 15}
TSO = SC | {"SB": 4, "R": 4, "3.SB": 8}


def model(family: str, n: int | None = None, number: int = 0, memory: Memory = "sc") -> Model:
    """Scenario `number` of the matrix of a family."""
    overrides = {} if n is None else {"n": str(n)}
    loaded = load(FAMILIES / f"{family}.yaml", overrides=overrides)
    program = compile_scenario(loaded.scenarios[number], source=loaded.source)
    return Model(program, ModelOptions(memory=memory))


def count(system: Model) -> int:
    traces = Traces(system)
    number = sum(1 for _ in traces)
    assert (0, True, number - 1) == (traces.blocked, traces.sleepless, traces.races)
    return number


@pytest.mark.parametrize(
    ("family", "n", "expected"),
    [
        *(("readers", n, 2**n) for n in (1, 2, 6, 8)),
        *(("lastzero", n, (n + 3) * 2 ** (n - 2)) for n in (2, 3, 5, 6, 8)),
        *(("counter_race", n, factorial(n) ** 2) for n in (1, 2, 3, 4)),
        ("indexer", 10, 1),
        ("indexer", 11, 1),
        ("indexer", 12, 8),
        ("indexer", 13, 64),
        ("filesystem", 13, 1),
        ("filesystem", 14, 2),
        ("filesystem", 15, 4),
        ("filesystem", 16, 8),
        ("filesystem", 18, 32),
    ],
)
def test_each_trace_is_executed_once_and_nothing_else(family: str, n: int, expected: int) -> None:
    assert expected == count(model(family, n))


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_one_trace_of_the_philosophers_is_a_deadlock(n: int) -> None:
    system = model("dining", n)
    ends = [execution.state for execution in Traces(system)]
    hungry = [state for state in ends if any(system.pending(state, thread) for thread in range(n + 1))]
    assert (2**n - 1, 1) == (len(ends), len(hungry))


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_no_trace_of_philosophers_who_take_the_lower_fork_first_is_a_deadlock(n: int) -> None:
    system = model("dining", n, 1)
    ends = [execution.state for execution in Traces(system)]
    hungry = [state for state in ends if any(system.pending(state, thread) for thread in range(n + 1))]
    assert (2**n - 2, 0) == (len(ends), len(hungry))


@pytest.mark.parametrize("shape", SHAPES)
def test_litmus_shapes_have_as_many_traces_as_the_memory_allows(shape: str) -> None:
    number = SHAPES.index(shape)
    assert SC[shape] == count(model("litmus", number=number))
    assert TSO[shape] == count(model("litmus", number=number, memory="tso"))
