"""The keeper: a small process between mprun and a run, which sees to it that nothing of the run outlives it.

It is plain and single-threaded, a session of its own, and subreaper of all that a run starts: whatever a scenario
orphans, daemonises or moves into another session still comes back to it. The end of its socket tells that mprun is
gone, however that died.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import gc
import importlib
import os
import pickle
import select
import signal
import socket
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn

from mprunner.records import write_all_methods
from mprunner.worlds.real import cpython, directories, proc
from mprunner.worlds.real.needs import USUAL
from mprunner.worlds.real.orders import (
    Close,
    Killed,
    KillRun,
    Reaped,
    RunFailed,
    RunOver,
    StageStarted,
    StartRun,
)
from mprunner.worlds.real.wire import Channel

if TYPE_CHECKING:
    from mprunner.program.declarations import Program

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_TRACKER_SECONDS = 2.0
_TRACKER_WORDS = "multiprocessing.resource_tracker"


@functools.cache
def _library() -> ctypes.CDLL:
    # Once, in the keeper: opening it in each stage costs a hundred page faults.
    return ctypes.CDLL(None, use_errno=True)


def _prctl(option: int, value: int) -> None:
    with contextlib.suppress(AttributeError, OSError):
        _library().prctl(option, value, 0, 0, 0)


class Keeper:
    def __init__(self, channel: Channel, directory: Path) -> None:
        self.channel = channel
        self.directory = directory
        self.pid = os.getpid()
        self.owner = directories.hold(directory)
        self.tracker: int | None = None
        self.number: int | None = None
        self.stage: int | None = None
        self.stage_end: Reaped | None = None
        self.reaped: list[Reaped] = []
        self.ending = False
        self._queue: list[StartRun] = []
        self._programs: tuple[str, Program] | None = None
        self._wakeup, self._waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def serve(self) -> None:
        """Do what mprun orders until it says so, is gone, or a signal says so; then leave nothing behind."""
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(each, self._asked_to_end)
        self._get_ready()
        try:
            while not (self.ending or self.channel.closed):
                self._step()
        finally:
            self._clear()
            cpython.stop_tracker()
            directories.remove(self.directory)

    def _get_ready(self) -> None:
        """Do ahead what every run needs, while mprun is still loading the scenario."""
        for module in USUAL:
            importlib.import_module(module)
        write_all_methods()
        # What is alive now stays so: a stage's collector need not touch (and copy) these pages.
        gc.collect()
        gc.freeze()

    def _asked_to_end(self, number: int, frame: FrameType | None) -> None:
        self.ending = True

    def _step(self) -> None:
        waited: list[Any] = [self.channel, self._wakeup]
        readable = select.select(waited, [], [])[0]
        if self._wakeup in readable:
            self._reap()
        if self.stage_end is not None:
            self._finish_run()
        if self.channel in readable:
            self.channel.fill()
            while (order := self.channel.pending()) is not None:
                self._obey(order)
        while self._queue and self.number is None and not self.ending:
            self._start(self._queue.pop(0))

    def _obey(self, order: object) -> None:
        if isinstance(order, StartRun):
            self._queue.append(order)
        elif isinstance(order, KillRun):
            waiting = [each for each in self._queue if each.number == order.number]
            if order.number == self.number:
                self._finish_run()
            elif waiting:
                self._queue.remove(waiting[0])
                self.channel.send(RunFailed(order.number, "it was interrupted before it began"))
        elif isinstance(order, Close):
            self.ending = True

    # --- starting ---

    def _start(self, order: StartRun) -> None:
        try:
            program = self._prepare(order)
        except Exception as error:
            self.channel.send(RunFailed(order.number, f"{type(error).__name__}: {error}"))
            return
        self.number, self.stage_end, self.reaped = order.number, None, []
        begun = time.monotonic_ns()
        try:
            pid = os.fork()
        except OSError as error:
            self.number = None
            self.channel.send(RunFailed(order.number, f"no process could be started: {error}"))
            return
        if pid == 0:
            self._become_stage(order, program)
        self.stage = pid
        self.channel.send(StageStarted(order.number, pid, begun))

    def _prepare(self, order: StartRun) -> Program:
        for module in order.modules:
            importlib.import_module(module)
        from mprunner.program.execution import prepared
        from mprunner.worlds.real.run import tables

        if order.tracker and self.tracker is None:
            self.tracker = cpython.start_tracker()
        if self._programs is None or self._programs[0] != order.program:
            program: Program = pickle.loads(Path(order.program).read_bytes())
            self._programs = (order.program, program)
            for target in (*program.targets.values(), program.main):
                prepared(program, target)
            tables(program)
            gc.freeze()
        return self._programs[1]

    def _become_stage(self, order: StartRun, program: Program) -> NoReturn:
        status = 70
        try:
            signal.set_wakeup_fd(-1)
            for each in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
                signal.signal(each, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            for descriptor in (self._wakeup, self._waker, self.owner):
                os.close(descriptor)
            self.channel.close()
            from mprunner.worlds.real import stage

            status = stage.perform(program, order)
        finally:
            os._exit(status)

    # --- ending ---

    def _reap(self) -> bool:
        """Take note of every child that has ended; whether there are children left at all."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._wakeup, 512):
                pass
        while True:
            try:
                found = proc.reap()
            except ChildProcessError:
                return False
            if found is None:
                return True
            pid, status, times = found
            seen = Reaped(pid, os.waitstatus_to_exitcode(status), time.monotonic_ns(), times)
            if pid == self.tracker:
                self.tracker = None
                continue
            if pid == self.stage:
                self.stage, self.stage_end = None, seen
            else:
                self.reaped.append(seen)

    def _finish_run(self) -> None:
        killed = self._clear()
        if self.number is not None and self.stage_end is not None:
            self.channel.send(RunOver(self.number, self.stage_end, tuple(self.reaped), tuple(killed)))
        self.number = self.stage_end = None

    def _clear(self) -> list[Killed]:
        """Kill every descendant, again until none is left, except a resource tracker, which finishes by itself."""
        killed: dict[int, Killed] = {}
        patience = time.monotonic() + _TRACKER_SECONDS
        while self._reap():
            spared = {self.tracker} if self.tracker is not None else set()
            left = proc.descendants(self.pid, without=spared)
            if not left:
                break
            alive = [each for each in left if each.state not in "ZX"]
            trackers = {each.pid for each in alive if _TRACKER_WORDS in proc.command_line(each.pid)}
            others = [each for each in alive if each.pid not in trackers]
            for each in others:
                # Stopped first, all of them: none should react to the death of another, or fork on.
                with contextlib.suppress(OSError):
                    os.kill(each.pid, signal.SIGSTOP)
            for each in others:
                if each.pid not in killed:
                    killed[each.pid] = Killed(
                        each.pid, each.state, proc.command_line(each.pid), proc.times(each.pid)
                    )
                with contextlib.suppress(OSError):
                    os.kill(each.pid, signal.SIGKILL)
            if trackers and not others and time.monotonic() > patience:
                for pid in trackers:
                    with contextlib.suppress(OSError):
                        os.kill(pid, signal.SIGKILL)
            select.select([self._wakeup], [], [], 0.02)
        return list(killed.values())


def main(descriptor: int, directory: str) -> None:
    """Be the keeper that talks over this inherited socket and owns this directory."""
    with contextlib.suppress(OSError):
        os.setsid()
    os.set_inheritable(descriptor, False)
    Keeper(Channel(socket.socket(fileno=descriptor)), Path(directory)).serve()
    os._exit(0)  # mprun waits, and an interpreter takes its time to end
