"""mprun as a subprocess, at which faults are thrown; whatever happens to it, nothing of it may be left."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from mprunner.worlds.real import proc

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 300.0
"""Long enough for a loaded machine; no test is faster or slower for it."""


def wait_until(condition: Callable[[], bool]) -> None:
    """Waits for a condition; the test fails when it does not come about."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not come about"
        time.sleep(0.005)


class Started:
    """An mprun that goes on, and what it has shown so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.shown = ""

    @property
    def pid(self) -> int:
        return self.process.pid

    def read_until(self, pattern: str) -> re.Match[str]:
        """Reads what is shown up to a line in which `pattern` is found; the match."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.shown += line
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"{pattern!r} was never shown, but {self.shown!r}")

    def printed(self) -> str:
        """The next line that the scenario prints."""
        return self.read_until("│ (.*)").group(1)

    def end(self) -> tuple[int, str, str]:
        """Waits for its end; the exit code, all of what was shown, and all errors."""
        rest, errors = self.process.communicate(timeout=PATIENCE_SECONDS)
        self.shown += rest
        return self.process.returncode, self.shown, errors


class Mprun:
    """Starts mpruns in a folder of their own, and knows what is left of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.temporary = Path(tempfile.mkdtemp(prefix="mf-"))
        # Not the test's folder: the path of a Unix socket must be short.
        self._mark = f"MPRUN_FAULTS={uuid.uuid4().hex}"
        self._started: list[subprocess.Popen[str]] = []

    def write(self, text: str, name: str = "subject.yaml") -> str:
        """A scenario in the folder; `name:` and `expect:` are filled in where a test doesn't care."""
        if "name:" not in text.split("\n")[0]:
            text = f"name: subject\n{text}"
        if "\nexpect:" not in text:
            text += "\nexpect: []\n"
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def start(
        self,
        *arguments: str,
        shell: str | None = None,
        environment: dict[str, str] | None = None,
        stdout: int = subprocess.PIPE,
    ) -> Started:
        """An mprun in the background. `shell` is a command line in which `"$@"` stands for the mprun command."""
        name, _, value = self._mark.partition("=")
        process = subprocess.Popen(
            [*_in_shell(shell), sys.executable, "-m", "mprunner", *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={
                **{key: each for key, each in os.environ.items() if key not in ("FORCE_COLOR", "CI")},
                "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(
                    os.pathsep
                ),
                "PYTHONIOENCODING": "utf-8",
                "TMPDIR": str(self.temporary),
                name: value,
                **(environment or {}),
            },
        )
        self._started.append(process)
        return Started(process)

    def __call__(
        self, *arguments: str, shell: str | None = None, environment: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        """Runs mprun to its end; the exit code, what it showed, and its errors, among which no traceback of ours is."""
        code, shown, errors = self.start(*arguments, shell=shell, environment=environment).end()
        assert "Traceback" not in errors
        assert code != 70
        return code, shown, errors

    def left(self) -> list[str]:
        """What is left of all these mpruns: processes, shared memory and semaphores, temporary files."""
        processes = [
            f"process {each.pid} {proc.command_line(each.pid)}"
            for each in proc.every_process()
            if each.state not in "ZX" and proc.has_environment(each.pid, self._mark)
        ]
        names = tuple(f"mprun-{each.pid}-" for each in self._started)
        memory = [each for each in os.listdir("/dev/shm") if any(name in each for name in names)]
        files = [str(each) for each in self.temporary.iterdir()]
        return processes + memory + files

    def close(self) -> None:
        """Ends what still runs, after a test that failed."""
        for each in self._started:
            each.kill()
            each.communicate()
        shutil.rmtree(self.temporary, ignore_errors=True)


def _in_shell(shell: str | None) -> Sequence[str]:
    return () if shell is None else ("/bin/sh", "-c", shell, "sh")


@pytest.fixture
def mprun(tmp_path: Path) -> Iterator[Mprun]:
    """Runs mprun; after the test nothing of any mprun that it started may be left."""
    subject = Mprun(tmp_path)
    try:
        yield subject
        wait_until(lambda: subject.left() == [])
    finally:
        subject.close()
