"""What is put to the proof: each scenario of the repository, and families of the benchmarks with small parameters."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from mprunner.language.loading import load
from mprunner.language.models import Scenario
from mprunner.program.compiler import compile_scenario
from mprunner.program.declarations import Program
from mprunner.records import record
from mprunner.worlds.model.memory import is_locked

__all__ = ["FAMILIES", "ROOT", "START_METHODS", "Subject", "Taken", "subjects"]

ROOT = Path(__file__).parents[2]
START_METHODS = ("fork", "spawn", "forkserver")

FAMILIES: tuple[tuple[str, dict[str, int]], ...] = (
    ("counter_race.yaml", {"n": 2}),
    ("counter_race.yaml", {"n": 3}),
    ("dining.yaml", {"n": 2}),
    ("dining.yaml", {"n": 3}),
    ("filesystem.yaml", {"n": 14}),
    ("indexer.yaml", {"n": 11}),
    ("lastzero.yaml", {"n": 3}),
    ("litmus.yaml", {}),
    ("lost_update.yaml", {"n": 2, "times": 2}),
    ("readers.yaml", {"n": 3}),
    ("spin/barrier.yaml", {"n": 2}),
    ("spin/buffer.yaml", {"n": 1}),
    ("spin/buffer_wrong.yaml", {"n": 1}),
    ("spin/dining.yaml", {"n": 2}),
    ("spin/peterson.yaml", {"n": 1}),
    ("spin/readers.yaml", {"n": 1}),
)
"""Files under benchmarks/exploration, and the parameters with which they are small."""


@record
class Subject:
    """One instance of a scenario under one start method. `path` is from the root of the repository, `overrides` of its params."""

    path: str
    name: str
    method: str
    overrides: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """`lock`, `counter_race n=3`."""
        return " ".join([self.name, *(f"{name}={value}" for name, value in self.overrides)])

    def taken(self) -> Taken:
        """Loaded and compiled."""
        loaded = load(ROOT / self.path, overrides=dict(self.overrides))
        scenario = next(each for each in loaded.scenarios if each.name == self.name)
        return Taken(scenario, compile_scenario(scenario, source=loaded.source))

    @property
    def digest(self) -> str:
        """Of the file's text."""
        return hashlib.sha256((ROOT / self.path).read_bytes()).hexdigest()


class Taken:
    """A subject, loaded."""

    def __init__(self, scenario: Scenario, program: Program) -> None:
        self.scenario = scenario
        self.program = program

    @cached_property
    def has_raw_memory(self) -> bool:
        """Whether it has memory without a lock, in which a real processor may be weaker than sequential."""
        return any(each.kind in ("value", "array") and not is_locked(each) for each in self.program.objects)


def subjects(names: Sequence[str], methods: Sequence[str]) -> Iterator[Subject]:
    """Those whose file or own name is among `names`, all without any; under each method that they allow."""
    files = [(f"scenarios/{path.name}", {}) for path in sorted((ROOT / "scenarios").glob("*.yaml"))]
    families = [(f"benchmarks/exploration/{file}", params) for file, params in FAMILIES]
    for path, params in (*files, *families):
        overrides = {name: str(value) for name, value in params.items()}
        for scenario in load(ROOT / path, overrides=overrides).scenarios:
            if names and not {scenario.name, scenario.name.partition("[")[0], path} & set(names):
                continue
            own = (str(scenario.start_method),) if scenario.start_method is not None else methods
            for method in own:
                if method not in scenario.not_under:
                    yield Subject(path, scenario.name, method, tuple(overrides.items()))
