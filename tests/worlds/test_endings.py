"""When a run is ended that does not end by itself, and what it is called then."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from mprunner.program.declarations import Program
from mprunner.recording.naming import name_table
from mprunner.worlds.base import RunOptions
from mprunner.worlds.real.endings import Judge
from mprunner.worlds.real.live import LiveRun
from mprunner.worlds.real.supervisor import RealWorld

LONG_AGO_NS = 10_000_000_000


def test_time_is_counted_from_the_begin_of_a_run_not_from_its_order(
    compiled: Callable[[str], Program],
) -> None:
    program = compiled("main: [{sleep: 600}]\n")
    live = LiveRun(name_table(program), threads=False)
    ordered = time.monotonic_ns() - LONG_AGO_NS
    judge = Judge(program, RunOptions(timeout=1.0), live, ordered)
    assert None is judge.look([], os.getpid())
    judge.begin(ordered)
    cut = judge.look([], os.getpid())
    assert cut is not None
    assert "deadline" == cut.how


def test_a_run_that_is_interrupted_before_it_began_is_called_interrupted(
    compiled: Callable[[str], Program],
) -> None:
    with RealWorld() as world:
        keeper = world.start().pid
        os.kill(keeper, signal.SIGSTOP)

        def interrupt() -> None:
            world.interrupt()
            os.kill(keeper, signal.SIGCONT)

        recording = world.run(compiled("main: [{sleep: 600}]\n"), RunOptions(), meanwhile=interrupt)
    assert "interrupted" == recording.ending.how
