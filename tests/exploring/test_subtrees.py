"""However the tree of executions is cut into subtrees, and in whatever order these are explored: one alone finds the same.

`MPRUN_PROGRAMS=20000` makes so many of each kind.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mprunner.exploring.optimal import Execution, Traces
from mprunner.exploring.shared_tree import SharedTree, Twig
from mprunner.exploring.subtree import FRESH, Subtree, Task
from mprunner.exploring.system import Schedule, System
from mprunner.language.loading import load
from mprunner.program.compiler import compile_scenario
from mprunner.worlds.model.model import Model
from tests.exploring.programs import KINDS, mixed
from tests.exploring.test_optimal import PROGRAMS
from tests.exploring.toy import Toy

FAMILIES = Path(__file__).parents[2] / "benchmarks" / "exploration"
MANY = settings(max_examples=PROGRAMS, suppress_health_check=list(HealthCheck))
FAMILY_PROGRAMS = int(os.environ.get("MPRUN_PROGRAMS", "3"))
MOST = 300
LONGEST = 60


def alone(system: System) -> tuple[list[Schedule], int, int] | None:
    """Schedules, races reversed and steps; None for what goes in circles, or is large."""
    traces = Traces(system, depth=LONGEST)
    found = []
    for execution in traces:
        found.append(execution.schedule)
        if execution.cyclic or execution.cut or len(found) > MOST:
            return None
    return found, traces.races, traces.steps


class Together:
    """Explores as several do: some subtrees are being explored at any time, any is done first, or comes back half done."""

    def __init__(self, system: System, random: Random, depth: int | None = None) -> None:
        self.system, self.random, self.depth = system, random, depth
        self.tree = SharedTree(system)
        self.running: list[tuple[Twig, Task]] = []
        self.schedules: list[Schedule] = []
        self.races = self.steps = 0

    def explore(self) -> tuple[list[Schedule], int, int]:
        while not self.tree.done:
            if self.tree.waiting and len(self.running) < 3 and self.random.random() < 0.7:
                self._start(self.random.choice(list(self.tree.waiting)))
            elif self.running:
                self._end(*self.running.pop(self.random.randrange(len(self.running))))
            while self.tree.told:
                self.schedules += self.tree.told.popleft()
        return self.schedules, self.races + self.tree.races, self.steps + self.tree.steps

    def _start(self, twig: Twig) -> None:
        if twig.own != FRESH and self.random.random() < 0.6:
            self.tree.share(twig)
        else:
            self.running.append((twig, self.tree.hand_out(twig)))

    def _end(self, twig: Twig, task: Task) -> None:
        if self.random.random() < 0.1:
            self.tree.drop(twig)
            return
        subtree = Subtree(self.system, task, depth=self.depth)
        enough = self.random.choice([1, 1, 2, 3, 50])
        found: list[Schedule] = []

        def take(execution: Execution) -> bool:
            found.append(execution.schedule)
            return len(found) < enough

        rest = subtree.explore(take)
        assert (0, True) == (subtree.blocked, subtree.sleepless)
        self.races += subtree.races
        self.steps += subtree.steps
        self.tree.give_back(twig, subtree.handed, found, rest)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_several_find_the_same_executions_in_the_same_order_as_one(kind: str) -> None:
    @MANY
    @given(mixed(KINDS[kind], threads=4), st.integers(0, 10**6))
    def check(toy: Toy, seed: int) -> None:
        expected = alone(toy)
        if expected is not None:
            assert expected == Together(toy, Random(seed), LONGEST).explore()

    check()


@pytest.mark.parametrize(
    ("family", "n"),
    [
        ("readers", 6),
        ("lastzero", 6),
        ("counter_race", 3),
        ("indexer", 12),
        ("filesystem", 16),
        ("dining", 5),
    ],
)
def test_several_find_the_same_in_models_with_numbers_of_their_own(family: str, n: int) -> None:
    loaded = load(FAMILIES / f"{family}.yaml", overrides={"n": str(n)})
    program = compile_scenario(loaded.scenarios[0], source=loaded.source)
    traces = Traces(Model(program))
    expected = [execution.schedule for execution in traces], traces.races, traces.steps
    for seed in range(FAMILY_PROGRAMS):
        together = Together(Model(program), Random(seed))
        assert expected == together.explore()
