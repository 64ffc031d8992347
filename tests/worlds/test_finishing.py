"""What is told of processes that outlived main."""

from __future__ import annotations

from typing import Literal

import pytest

from mprunner.recording.events import ProcessRecord
from mprunner.worlds.real.endings import Cut
from mprunner.worlds.real.finishing import left_behind
from mprunner.worlds.real.orders import Killed

FORKSERVER = "/usr/bin/python -c from multiprocessing.forkserver import main; main(...)"
OF_A_FORK = "/usr/bin/python -c from mprunner.worlds.real.keeper import main; main(...)"


def process(name: str, pid: int, role: Literal["process", "worker", "manager"] = "process") -> ProcessRecord:
    return ProcessRecord(name, pid, role, "main", None, 0, None, None, "mprun")


def killed(pid: int, command: str = OF_A_FORK) -> Killed:
    return Killed(pid, "S", command, None)


@pytest.mark.parametrize("command", [FORKSERVER, OF_A_FORK, ""])
def test_a_helper_of_multiprocessing_is_not_told_of(command: str) -> None:
    # The fork server, a child that it has not handed out yet, a fork before its first record: none has a name.
    assert [] == left_behind([killed(7, command)], None, [process("p1", 5)])


def test_a_managers_server_is_not_told_of() -> None:
    assert [] == left_behind([killed(7)], None, [process("m", 7, "manager")])


def test_a_process_of_the_scenario_is_told_of_however_it_was_started() -> None:
    told = left_behind([killed(7, FORKSERVER)], None, [process("p1", 5), process("orphan", 7)])
    assert ["orphan still ran when main had ended, and was killed"] == told


def test_several_processes_are_told_of_in_one_sentence() -> None:
    told = left_behind([killed(7), killed(8)], None, [process("p1", 7), process("po[0]", 8, "worker")])
    assert ["p1, po[0] still ran when main had ended, and were killed"] == told


def test_nothing_is_told_of_a_run_that_was_cut_off() -> None:
    assert [] == left_behind([killed(7)], Cut("cut", 1), [process("p1", 7)])
