"""Limits and faults: many processes, processes without end, signals from outside, damage to what a run stands on."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from mprunner.program.declarations import Program
from mprunner.worlds.base import LiveLine, RunOptions
from mprunner.worlds.real.supervisor import RealWorld

from .conftest import Run

LASTING = """
targets: {lasts: {steps: [{print: "{getpid()}"}, {sleep: 600}]}}
processes: {p1: {target: lasts}}
"""


def test_two_hundred_processes(run: Run) -> None:
    text = """
    targets: {says: {params: [n], steps: [{print: "{n}"}]}}
    processes: {p: {target: says, args: ["{index}"], replicas: 200}}
    """
    recording = run(text)
    assert recording.ending.how == "finished"
    printed = {call.values["text"] for call in recording.calls if call.operation == "print"}
    assert printed == {str(n) for n in range(200)}
    assert {0} == {each.exitcode for each in recording.processes}


def test_more_processes_at_once_than_the_limit_end_the_run(run: Run) -> None:
    text = """
    targets: {lasts: {steps: [{sleep: 600}]}}
    processes: {p: {target: lasts, replicas: 40}}
    """
    recording = run(text, max_processes=20)
    assert recording.ending.diagnosis is not None
    assert ("crashed", "too-many-processes") == (recording.ending.how, recording.ending.diagnosis.pattern)


def test_a_signal_from_outside_is_told(compiled: Callable[[str], Program], world: RealWorld) -> None:
    def kill(line: LiveLine) -> None:
        os.kill(int(line.text), signal.SIGKILL)

    recording = world.run(compiled(LASTING), RunOptions(), on_line=kill)
    process = recording.process("p1")
    assert process is not None
    assert ("finished", -9, "outside") == (recording.ending.how, process.exitcode, process.ended_by)
    assert process.running is not None
    assert ["sleep"] == [call.operation for call in recording.calls if call.outcome == "unfinished"]


def test_a_stopped_process_is_no_hang_but_named_at_the_deadline(
    compiled: Callable[[str], Program], world: RealWorld
) -> None:
    def stop(line: LiveLine) -> None:
        os.kill(int(line.text), signal.SIGSTOP)

    recording = world.run(compiled(LASTING), RunOptions(timeout=2), on_line=stop)
    assert recording.ending.how == "deadline"
    assert recording.ending.diagnosis is not None
    assert "stopped" == recording.ending.diagnosis.pattern
    assert ["p1"] == [each.name for each in recording.processes if each.stopped]


def test_a_main_that_is_killed_is_a_crash(compiled: Callable[[str], Program], world: RealWorld) -> None:
    text = """
    targets: {t: {steps: [pass]}}
    main: [{print: "{getpid()}"}, {sleep: 600}]
    """

    def kill(line: LiveLine) -> None:
        os.kill(int(line.text), signal.SIGKILL)

    recording = world.run(compiled(text), RunOptions(), on_line=kill)
    assert ("crashed", "main was killed by signal 9") == (recording.ending.how, recording.ending.note)


def test_the_deadline_tells_who_was_still_running(run: Run) -> None:
    recording = run(LASTING, timeout=0.5)
    assert recording.ending.how == "deadline"
    assert recording.ending.diagnosis is not None
    assert "p1 was still running" in recording.ending.diagnosis.sentence


def test_ends_after_and_when(run: Run) -> None:
    text = """
    targets: {loops: {steps: [{while: true, steps: [{print: tick}, {sleep: 0.01}]}]}}
    processes: {p1: {target: loops}}
    ends: {%s}
    """
    after = run(text % "after: 0.2")
    assert after.ending.how == "cut"
    assert after.ending.time - after.origin >= 200_000_000
    when = run(text % "when: {print: tick, process: p1}")
    assert when.ending.how == "cut"
    assert any(call.operation == "print" for call in when.calls)


def test_scale_0_only_yields_and_keeps_timeouts(run: Run) -> None:
    text = """
    queues: {q: {}}
    targets: {late: {steps: [{sleep: 600}, {put: {queue: q, item: 1}}]}}
    processes: {p1: {target: late}}
    main: [{start: p1}, {get: {queue: q, timeout: 60}}, {join: p1}]
    """
    assert run(text, time_scale=0.0).ending.how == "finished"


def test_the_same_seed_makes_the_same_choices(run: Run) -> None:
    text = """
    targets:
      picks:
        steps:
          - repeat: 20
            steps:
              - choose: {from: [1, 2, 3, 4]}
                into: x
              - print: "{x} {random()}"
    processes: {p1: {target: picks}, p2: {target: picks}}
    """

    def prints(seed: int) -> list[tuple[str, str]]:
        calls = run(text, seed=seed).calls
        return sorted((call.process, call.values["text"]) for call in calls if call.operation == "print")

    first = prints(1)
    assert first == prints(1)
    assert first != prints(2)


def test_runs_use_a_seed_each_and_come_in_order(compiled: Callable[[str], Program], world: RealWorld) -> None:
    program = compiled("targets: {t: {steps: [pass]}}\nprocesses: {p1: {target: t}}\n")
    recordings = list(world.runs(program, RunOptions(seed=5), 4))
    assert [5, 6, 7, 8] == [each.seed for each in recordings]
    assert ["finished"] * 4 == [each.ending.how for each in recordings]


def test_the_time_of_a_run_begins_with_it_and_not_when_it_was_ordered(
    compiled: Callable[[str], Program], world: RealWorld
) -> None:
    text = "ends: {after: 1.5}\ntargets: {t: {steps: [pass]}}\nprocesses: {p1: {target: t}}\nmain: [{start: p1}, {sleep: 600}]\n"
    recordings = list(world.runs(compiled(text), RunOptions(), 3))
    assert [("cut", "started")] * 3 == [
        (each.ending.how, "started" if each.process("p1") else "not started") for each in recordings
    ]


def test_a_print_of_a_megabyte_and_one_of_control_characters(run: Run) -> None:
    text = """
    targets:
      prints:
        steps:
          - print: "{'x' * 1000000}"
          - print: "{'y' * 3}\\e[31m\\0\\nand a line"
    processes: {p1: {target: prints}}
    """
    printed = [call.values["text"] for call in run(text).calls if call.operation == "print"]
    assert [1_000_000, "yyy\x1b[31m\0\nand a line"] == [len(printed[0]), printed[1]]
