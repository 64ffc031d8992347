"""What the tests of the worlds share: scenarios compiled from text, a world to run them in, a look at what is left."""

from __future__ import annotations

import os
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mprunner.language.loading import load_source
from mprunner.language.source import Source
from mprunner.program.compiler import compile_scenario
from mprunner.program.declarations import Program
from mprunner.recording.events import Recording
from mprunner.worlds.base import RunOptions
from mprunner.worlds.real import proc
from mprunner.worlds.real.supervisor import RealWorld

METHODS = ("fork", *(pytest.param(each, marks=pytest.mark.slow) for each in ("spawn", "forkserver")))
PATIENCE_SECONDS = 300.0
"""Long enough for a loaded machine; no test is faster or slower for it."""


@pytest.fixture(scope="session")
def compiled() -> Callable[[str], Program]:
    """Compiles the text of a scenario; `name` and `expect` are filled in where they do not matter."""

    def compile_text(text: str) -> Program:
        text = textwrap.dedent(text)
        if "name:" not in text.split("\n")[0]:
            text = f"name: test\n{text}"
        if "\nexpect:" not in text:
            text += "\nexpect:\n  - existence: {op: begin, process: main}\n"
        source = Source("test.yaml", text)
        return compile_scenario(load_source(source).scenarios[0], source=source)

    return compile_text


@pytest.fixture(scope="module")
def world() -> Iterator[RealWorld]:
    with RealWorld() as real:
        yield real


Run = Callable[..., Recording]


@pytest.fixture
def run(world: RealWorld, compiled: Callable[[str], Program]) -> Run:
    """Runs a scenario's text once: `run(text, start_method="spawn", ...)`."""

    def run_text(text: str, **options: object) -> Recording:
        return world.run(compiled(text), RunOptions(**{"timeout": 60.0, **options}))  # type: ignore[arg-type]

    return run_text


def wait_until(condition: Callable[[], bool]) -> None:
    """Waits for a condition; the test fails when it does not come about."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not come about"
        time.sleep(0.005)


def left_of(directory: Path) -> list[str]:
    """What is left of the mprun whose run directory this was: its processes, directory and semaphores."""
    mark = f"MPRUNNER_RUN={directory.name}"
    processes = [
        f"process {each.pid} {proc.command_line(each.pid)}"
        for each in proc.every_process()
        if each.state not in "ZX" and proc.has_environment(each.pid, mark)
    ]
    semaphores = [name for name in os.listdir("/dev/shm") if directory.name in name]
    return processes + semaphores + ([str(directory)] if directory.exists() else [])
