"""When a run counts as still, by what the operating system shows of its processes."""

from __future__ import annotations

import pytest

from mprunner.recording.naming import NameTable
from mprunner.recording.reading import LogInfo
from mprunner.worlds.real import proc
from mprunner.worlds.real.live import LiveActor, LiveRun
from mprunner.worlds.real.proc import Activity, ProcessState, ThreadActivity
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


@pytest.mark.parametrize(
    ("unread", "spinning", "expected"), [(0, 1, False), (1, 1, True), (1, 2, False), (1, 0, True)]
)
def test_one_thread_may_spin_for_each_pool_whose_results_nobody_takes(
    monkeypatch: pytest.MonkeyPatch, unread: int, spinning: int, expected: bool
) -> None:
    live = LiveRun(NameTable((), {}), threads=False)
    live.actors[0] = LiveActor(LogInfo("0", 0), "main", MAIN, "main", exiting=True)
    looks = iter(range(1000))

    def activity(pid: int) -> Activity:
        """Thread 1 sleeps; the others run now and then."""
        turn = next(looks)
        busy = [ThreadActivity(2 + each, "RS"[turn % 2], turn) for each in range(spinning)]
        threads = (ThreadActivity(1, "S", 7), *busy)
        return Activity("".join(one.state for one in threads), sum(one.switches for one in threads), threads)

    monkeypatch.setattr(live, "unread_pools", lambda pid: unread)
    monkeypatch.setattr(proc, "is_alive", lambda pid: True)
    monkeypatch.setattr(proc, "descendants", lambda root: [ProcessState(MAIN, "S", root, root)])
    monkeypatch.setattr(proc, "activity", activity)
    stillness = Stillness(live)
    assert expected == any(stillness.look(KEEPER) for _ in range(50))


def test_without_main_the_run_is_ending_however_late_the_keeper_gets_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not still(monkeypatch, {TRACKER})
