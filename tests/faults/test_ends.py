"""However an mprun is ended, or a process of its run: it says so, and nothing of it is left (the fixture looks)."""

from __future__ import annotations

import os
import signal

import pytest

from mprunner.worlds.real import proc

from .conftest import Mprun, wait_until

LASTING = """
locks: {lock: {}}
queues: {q: {manager: m}}
managers: {m: {}}
pools: {po: {processes: 1}}
targets:
  lasts: {steps: [{print: "{getpid()}"}, {sleep: 600}]}
  idle: {steps: [pass]}
processes: {p1: {target: lasts}}
main:
  - apply: {pool: po, func: idle}
  - put: {queue: q, item: 1}
  - get: q
  - with: lock
    steps: [{start: p1}, {join: p1}]
"""
HANGS = """
queues: {q: {}}
main: [{print: hello}, {get: q}]
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_that_ends_mprun_ends_everything(mprun: Mprun, method: str, number: int) -> None:
    run = mprun.start(mprun.write(LASTING), "--start-method", method)
    pid = int(run.printed())
    os.kill(run.pid, number)
    run.end()
    wait_until(lambda: not proc.is_alive(pid))


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_ctrl_c_ends_the_run_and_it_is_still_reported(mprun: Mprun, method: str) -> None:
    run = mprun.start(mprun.write(LASTING), "--start-method", method)
    run.printed()
    os.kill(run.pid, signal.SIGINT)
    code, shown, errors = run.end()
    assert (code, errors) == (130, "")
    assert "is in `sleep` for" in shown
    assert shown.splitlines()[-1].startswith("interrupted · ")


def test_ctrl_c_twice_ends_at_once(mprun: Mprun) -> None:
    run = mprun.start(mprun.write(LASTING))
    run.printed()
    os.kill(run.pid, signal.SIGINT)
    os.kill(run.pid, signal.SIGINT)
    code, _, errors = run.end()
    assert code == 130
    assert errors in ("", "mprun: interrupted\n")


def test_ctrl_c_during_the_start_leaves_nothing(mprun: Mprun) -> None:
    path = mprun.write(LASTING)
    run = mprun.start(path)
    # Its keeper is there, the scenario not yet loaded: it has shown nothing.
    wait_until(lambda: len(proc.descendants(run.pid)) > 0)
    os.kill(run.pid, signal.SIGINT)
    code, shown, errors = run.end()
    assert code == 130
    assert "Traceback" not in errors
    assert "│" not in shown or "interrupted" in shown


def test_ctrl_c_of_many_runs_reports_those_that_were_made(mprun: Mprun) -> None:
    run = mprun.start(mprun.write(LASTING), "--runs", "3", "--timeout", "600")
    wait_until(lambda: any(proc.command_line(each.pid) for each in proc.descendants(run.pid)))
    os.kill(run.pid, signal.SIGINT)
    code, _, errors = run.end()
    assert code == 130
    assert "Traceback" not in errors


def test_a_process_that_is_killed_from_outside_is_told(mprun: Mprun) -> None:
    run = mprun.start(mprun.write(LASTING))
    os.kill(int(run.printed()), signal.SIGKILL)
    code, shown, _ = run.end()
    assert "p1 was killed by SIGKILL from outside" in " ".join(shown.split())
    assert "in `sleep 600`" in " ".join(shown.split())
    assert code == 1


def test_a_process_that_is_stopped_is_named_at_the_deadline(mprun: Mprun) -> None:
    run = mprun.start(mprun.write(LASTING), "--timeout", "2")
    os.kill(int(run.printed()), signal.SIGSTOP)
    code, shown, _ = run.end()
    assert code == 4
    assert "p1 is stopped by a signal and can't go on." in shown


def test_a_lost_keeper_is_told(mprun: Mprun) -> None:
    run = mprun.start(mprun.write(LASTING))
    run.printed()
    keeper = next(each for each in proc.descendants(run.pid) if each.parent == run.pid)
    os.kill(keeper.pid, signal.SIGKILL)
    code, shown, _ = run.end()
    assert code == 4
    assert "the run's keeper process was lost" in shown


def test_a_lost_main_is_told(mprun: Mprun) -> None:
    run = mprun.start(mprun.write('main: [{print: "{getpid()}"}, {sleep: 600}]'))
    os.kill(int(run.printed()), signal.SIGKILL)
    code, shown, _ = run.end()
    assert code == 4
    assert "main was killed by signal 9" in shown


def test_a_deadline_ends_the_run_and_names_who_ran(mprun: Mprun) -> None:
    code, shown, _ = mprun(mprun.write(LASTING), "--timeout", "1")
    assert code == 4
    assert "p1 was still running" in shown


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver", "threads"])
def test_a_hang_is_told(mprun: Mprun, method: str) -> None:
    options = ["--backend", "threads"] if method == "threads" else ["--start-method", method]
    code, shown, _ = mprun(mprun.write(HANGS), *options)
    assert code == 1
    assert "nobody is left to put one" in shown


def test_a_run_that_goes_on_at_its_deadline_is_not_called_stuck(mprun: Mprun) -> None:
    text = """
queues: {ping: {}, pong: {}}
targets:
  serves: {steps: [{while: true, steps: [{put: {queue: ping, item: 1}}, {get: pong}]}]}
  returns: {steps: [{while: true, steps: [{get: ping}, {put: {queue: pong, item: 1}}]}]}
processes: {p: {target: serves}, r: {target: returns}}
"""
    code, shown, _ = mprun(mprun.write(text), "--timeout", "1")
    assert code == 4
    assert "p and r were still running." in shown
    assert "nobody is left" not in shown


def test_two_mpruns_at_once_do_not_meet(mprun: Mprun) -> None:
    text = """
locks: {lock: {}}
targets: {once: {steps: [{with: lock, steps: [{print: "{getpid()}"}]}]}}
processes: {p: {target: once, replicas: 3}}
expect: [{mutual_exclusion: lock}]
"""
    path = mprun.write(text)
    runs = [mprun.start(path, "--start-method", method) for method in ("fork", "spawn")]
    assert [0, 0] == [run.end()[0] for run in runs]
