"""Every scenario of the library runs on real processes, keeps its promises, and shows what its golden says.

Each runs as it says itself, under fork where it says nothing; and under spawn and forkserver (slow) as well, unless the
scenario says why it cannot be.
Sleeps and timeouts are scaled down, which no promise may notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mprunner.checking.check import check
from mprunner.checking.runs import summarise
from mprunner.golden.accept import check as check_golden
from mprunner.language.loading import load
from mprunner.language.models import Scenario
from mprunner.program.compiler import compile_scenario
from mprunner.recording.events import Recording
from mprunner.worlds.base import RunOptions
from mprunner.worlds.real.supervisor import RealWorld

SCENARIOS = sorted((Path(__file__).parent.parent / "scenarios").glob("*.yaml"))
TIME_SCALE = 0.02


@pytest.fixture(scope="module")
def world() -> Iterator[RealWorld]:
    with RealWorld() as real:
        yield real


def run(world: RealWorld, path: Path, method: str | None = None) -> list[tuple[Scenario, Recording]]:
    """One run of each scenario in the file, but for those that say why they cannot be run so."""
    loaded = load(path)
    assert [warning.headline for warning in loaded.warnings] == []
    done = []
    for scenario in loaded.scenarios:
        under = method or scenario.start_method or "fork"
        if under not in scenario.not_under:
            program = compile_scenario(scenario, source=loaded.source)
            options = RunOptions(start_method=under, time_scale=TIME_SCALE, timeout=30)
            done.append((scenario, world.run(program, options)))
    return done


def broken_promises(scenario: Scenario, recording: Recording) -> list[str]:
    """What was not kept. A run that was to hang or to be cut leaves some promises open."""
    promises = summarise([check(recording, scenario)])
    allowed = {"kept", "open"} if recording.ending.complete else {"kept", "open", "inconclusive"}
    return [
        f"{each.mark}: {each.promise.title}: {each.shown[1].reason}"
        for each in promises
        if each.mark not in allowed
    ]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_promises_are_kept_and_the_golden_is_shown(world: RealWorld, path: Path) -> None:
    for scenario, recording in run(world, path):
        assert broken_promises(scenario, recording) == []
        golden = check_golden(recording, scenario=path, name=scenario.name, sha256=recording.scenario_sha256)
        told = [f"{each.sentence}: {each.rows}" for each in golden.comparison.differences]
        assert (golden.comparison.status, told) == ("same", []), golden.path


@pytest.mark.slow
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_promises_are_kept_under_the_other_start_methods(world: RealWorld, path: Path, method: str) -> None:
    for scenario, recording in run(world, path, method):
        assert broken_promises(scenario, recording) == []


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_scenario_has_the_name_of_its_file_a_description_and_tags(path: Path) -> None:
    for scenario in load(path).scenarios:
        assert path.stem == scenario.name.partition("[")[0]
        assert scenario.description
        assert scenario.tags


def test_every_golden_belongs_to_a_scenario() -> None:
    names = {
        scenario.name.replace("[", ".").replace("]", "")
        for path in SCENARIOS
        for scenario in load(path).scenarios
    }
    goldens = {
        path.name.removesuffix(".golden.yaml") for path in Path(__file__).parent.glob("golden/*.golden.yaml")
    }
    assert names == goldens
