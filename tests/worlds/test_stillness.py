"""When a run counts as still, by what the operating system shows of its processes."""

from __future__ import annotations

import pytest

from mprunner.recording.naming import NameTable
from mprunner.recording.reading import LogInfo
from mprunner.worlds.real import proc
from mprunner.worlds.real.live import LiveActor, LiveRun
from mprunner.worlds.real.proc import Activity, ProcessState
from mprunner.worlds.real.stillness import Stillness

KEEPER, MAIN, TRACKER = 10, 11, 12
LOOKS = 10


def still(monkeypatch: pytest.MonkeyPatch, asleep: set[int]) -> bool:
    """Whether a run is found still in which these processes are left, all asleep, and main is at its exit."""
    live = LiveRun(NameTable((), {}), threads=False)
    live.actors[0] = LiveActor(LogInfo("0", 0), "main", MAIN, "main", exiting=True)
    monkeypatch.setattr(proc, "is_alive", lambda pid: pid in asleep)
    monkeypatch.setattr(
        proc, "descendants", lambda root: [ProcessState(pid, "S", root, root) for pid in asleep]
    )
    monkeypatch.setattr(proc, "activity", lambda pid: Activity("S", 7))
    stillness = Stillness(live)
    return any(stillness.look(KEEPER) for _ in range(LOOKS))


def test_a_main_that_sleeps_with_all_its_children_is_still(monkeypatch: pytest.MonkeyPatch) -> None:
    assert still(monkeypatch, {MAIN, TRACKER})


def test_without_main_the_run_is_ending_however_late_the_keeper_gets_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not still(monkeypatch, {TRACKER})
