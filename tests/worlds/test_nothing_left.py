"""Whatever ends a run, nothing of it is left: no process, no directory, no semaphore."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mprunner.program.declarations import Program
from mprunner.worlds.base import LiveLine, RunOptions
from mprunner.worlds.real import directories, proc
from mprunner.worlds.real.launch import sweep
from mprunner.worlds.real.supervisor import RealWorld

from .conftest import METHODS, left_of, wait_until

ENDLESS = """
locks: {lock: {}}
queues: {q: {}}
managers: {m: {}}
pools: {po: {processes: 2}}
targets:
  lasts: {steps: [{print: here}, {sleep: 600}]}
processes: {p1: {target: lasts}, p2: {target: lasts, daemon: true}}
main: [{start: p1}, {start: p2}, {apply_async: {pool: po, func: lasts}}, {join: p1}]
"""
HUNG = """
locks: {lock: {}}
targets: {twice: {steps: [{acquire: lock}, {acquire: lock}]}}
processes: {p1: {target: twice}}
"""
SHORT = """
locks: {lock: {}}
targets: {once: {steps: [{with: lock, steps: [{print: here}]}]}}
processes: {p1: {target: once}}
"""
# A program that does what mprun does, to be killed. It says where its run directory is once all are at work.
MPRUN = """
import sys
from mprunner.language.loading import load_source
from mprunner.language.source import Source
from mprunner.program.compiler import compile_scenario
from mprunner.worlds.base import RunOptions
from mprunner.worlds.real.supervisor import RealWorld

source = Source("test.yaml", sys.argv[1])
program = compile_scenario(load_source(source).scenarios[0], source=source)
seen = 0

def tell(line):
    global seen
    seen += 1
    if seen == 3:
        print(world._launched.pid, world._launched.directory, flush=True)

with RealWorld() as world:
    print(world.run(program, RunOptions(start_method=sys.argv[2], timeout=600), on_line=tell).ending.how)
"""


@pytest.fixture
def directory() -> Iterator[list[Path]]:
    """Where a test notes the run directories that it has made; nothing of them may be left."""
    noted: list[Path] = []
    yield noted
    assert noted
    for each in noted:
        wait_until(lambda each=each: left_of(each) == [])  # type: ignore[misc]


def at_work(expected: int, then: Callable[[], None]) -> Callable[[LiveLine], None]:
    """An `on_line` that does something once `expected` lines were printed: all are at work then."""
    seen: list[LiveLine] = []

    def on_line(line: LiveLine) -> None:
        seen.append(line)
        if len(seen) == expected:
            then()

    return on_line


@pytest.mark.parametrize("method", [*METHODS, "threads"])
@pytest.mark.parametrize(
    ("text", "seconds", "how"), [(SHORT, 60.0, "finished"), (HUNG, 60.0, "hang"), (ENDLESS, 1.5, "deadline")]
)
def test_after_a_run(
    compiled: Callable[[str], Program],
    directory: list[Path],
    method: str,
    text: str,
    seconds: float,
    how: str,
) -> None:
    options = (
        RunOptions(backend="threads", timeout=seconds)
        if method == "threads"
        else RunOptions(start_method=method, timeout=seconds)
    )
    with RealWorld() as world:
        world.start()
        directory.append(world.directory)
        assert how == world.run(compiled(text), options).ending.how
        assert [directory[0] / "owner"] == [each for each in directory[0].iterdir() if each.name == "owner"]
        assert [] == [each for each in directory[0].iterdir() if each.name.isdigit()]


@pytest.mark.parametrize("method", METHODS)
def test_after_an_interrupt(compiled: Callable[[str], Program], directory: list[Path], method: str) -> None:
    with RealWorld() as world:
        directory.append(world.start().directory)
        on_line = at_work(3, world.interrupt)
        recording = world.run(compiled(ENDLESS), RunOptions(start_method=method), on_line=on_line)
    assert recording.ending.how == "interrupted"
    assert {"p1", "p2", "main"} <= {each.name for each in recording.processes}
    assert all(each.ended_by == "mprun" for each in recording.processes)


def test_after_ctrl_c(compiled: Callable[[str], Program], directory: list[Path]) -> None:
    with RealWorld() as world:
        directory.append(world.start().directory)
        on_line = at_work(3, lambda: signal.raise_signal(signal.SIGINT))
        recording = world.run(compiled(ENDLESS), RunOptions(), on_line=on_line)
        assert recording.ending.how == "interrupted"
        assert world.run(compiled(SHORT), RunOptions()).ending.how == "finished"


def started(text: str, method: str) -> tuple[subprocess.Popen[str], int, Path]:
    """An mprun of its own with all its processes at work, its keeper's pid, and its run directory."""
    scenario = f"name: test\n{textwrap.dedent(text)}\nexpect:\n  - existence: here\n"
    process = subprocess.Popen(
        [sys.executable, "-c", MPRUN, scenario, method],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    keeper, path = process.stdout.readline().split()
    return process, int(keeper), Path(path)


@pytest.mark.parametrize("method", METHODS)
def test_after_mprun_was_killed(directory: list[Path], method: str) -> None:
    process, _, path = started(ENDLESS, method)
    directory.append(path)
    process.kill()
    process.communicate()


@pytest.mark.parametrize("method", METHODS)
def test_after_the_keeper_was_killed(directory: list[Path], method: str) -> None:
    process, keeper, path = started(ENDLESS, method)
    directory.append(path)
    os.kill(keeper, signal.SIGKILL)
    output, _ = process.communicate()
    assert output.split() == ["crashed"]


def test_after_both_were_killed_and_another_mprun_has_swept(directory: list[Path]) -> None:
    process, keeper, path = started(ENDLESS, "spawn")
    directory.append(path)
    os.kill(process.pid, signal.SIGSTOP)
    os.kill(keeper, signal.SIGKILL)
    process.kill()
    process.communicate()
    wait_until(lambda: not proc.is_alive(keeper))
    swept: list[Path] = []
    wait_until(lambda: ((swept.extend(sweep()) is None) and path in swept) or not path.exists())


def test_a_sweep_leaves_alone_what_is_in_use(directory: list[Path]) -> None:
    with RealWorld() as world:
        directory.append(world.start().directory)
        assert world.directory not in list(directories.stale())


def test_a_lost_keeper_is_told_and_replaced(
    compiled: Callable[[str], Program], directory: list[Path]
) -> None:
    with RealWorld() as world:
        launched = world.start()
        directory.append(launched.directory)
        on_line = at_work(3, lambda: os.kill(launched.pid, signal.SIGKILL))
        recording = world.run(compiled(ENDLESS), RunOptions(), on_line=on_line)
        assert ("crashed", "the run's keeper process was lost") == (
            recording.ending.how,
            recording.ending.note,
        )
        assert {"main", "p1"} <= {each.name for each in recording.processes}
        assert world.run(compiled(SHORT), RunOptions()).ending.how == "finished"
        directory.append(world.directory)


def test_two_at_once(compiled: Callable[[str], Program], directory: list[Path]) -> None:
    endings: list[str] = []

    def one() -> None:
        with RealWorld() as world:
            directory.append(world.start().directory)
            for _ in range(3):
                endings.append(world.run(compiled(SHORT), RunOptions()).ending.how)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert endings == ["finished"] * 6


def test_an_orphan_that_outlives_main_is_killed_and_told(
    compiled: Callable[[str], Program], directory: list[Path]
) -> None:
    text = """
    queues: {q: {}}
    targets:
      lasts: {steps: [{put: {queue: q, item: 1}}, {sleep: 600}]}
      starts: {steps: [{start: orphan}, {sleep: 600}]}
    processes: {parent: {target: starts}, orphan: {target: lasts}}
    main: [{start: parent}, {get: q}, {kill: parent}, {join: parent}]
    """
    with RealWorld() as world:
        directory.append(world.start().directory)
        recording = world.run(compiled(text), RunOptions())
    assert ("finished", ("orphan still ran when main had ended, and was killed",)) == (
        recording.ending.how,
        recording.notes,
    )


def test_nothing_ever_runs_when_it_is_closed_at_once(directory: list[Path]) -> None:
    world = RealWorld()
    directory.append(world.start().directory)
    world.close()
    world.close()
