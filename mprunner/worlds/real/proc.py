"""What the operating system tells about processes, read from /proc."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from typing import NamedTuple

_LEAVES_ENDED = hasattr(os, "waitid")
"""Whether one can learn that a child has ended without reaping it. Not on every system."""


class ProcessState(NamedTuple):
    """`state` is the kernel's letter (R running, S asleep, D in the kernel, T stopped, Z ended but not waited for)."""

    pid: int
    state: str
    parent: int
    session: int


def _read(path: str) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def state(pid: int) -> ProcessState | None:
    """How a process is; None when there is none of this pid."""
    content = _read(f"/proc/{pid}/stat")
    if not content:
        return None
    fields = content[content.rindex(b")") + 2 :].split()
    return ProcessState(pid, fields[0].decode(), int(fields[1]), int(fields[3]))


def is_alive(pid: int) -> bool:
    """Whether a process of this pid runs or could run (an ended one that nobody waited for does not)."""
    found = state(pid)
    return found is not None and found.state not in ("Z", "X")


def birth() -> int | None:
    """When this process came to be, on the clock of the record (ns): up to a tick late, never early. None when nobody tells."""
    content = _read("/proc/self/stat")
    if not content:
        return None
    ticks = int(content[content.rindex(b")") + 2 :].split()[19]) + 1
    age = time.clock_gettime_ns(time.CLOCK_BOOTTIME) - ticks * 1_000_000_000 // os.sysconf("SC_CLK_TCK")
    return time.monotonic_ns() - max(age, 0)


def every_process() -> list[ProcessState]:
    """All processes of the machine that can be seen."""
    found = (state(int(name)) for name in os.listdir("/proc") if name.isdigit())
    return [each for each in found if each is not None]


def descendants(root: int, *, without: Iterable[int] = ()) -> list[ProcessState]:
    """Every process below `root`, except `without` and what is below those; parents before their children."""
    children: dict[int, list[ProcessState]] = {}
    for each in every_process():
        children.setdefault(each.parent, []).append(each)
    excluded = set(without)
    found: list[ProcessState] = []
    parents = [root]
    while parents:
        for child in children.get(parents.pop(), ()):
            if child.pid not in excluded:
                found.append(child)
                parents.append(child.pid)
    return found


def command_line(pid: int) -> str:
    """The words a process was started with; empty when it is gone."""
    return (_read(f"/proc/{pid}/cmdline") or b"").replace(b"\0", b" ").decode(errors="replace").strip()


def has_environment(pid: int, entry: str) -> bool:
    """Whether a process was started with this `NAME=value` (a forked one has its ancestor's)."""
    return entry.encode() in (_read(f"/proc/{pid}/environ") or b"").split(b"\0")


class Times(NamedTuple):
    """Nanoseconds that a process has had the CPU (`running`) and waited for it (`ready`), over all its threads."""

    running: int
    ready: int


def latest(told: Iterable[Times]) -> Times | None:
    """What is known of one process when it was looked at several times; both only grow. None when nobody told."""
    known = list(told)
    if not known:
        return None
    return Times(max(each.running for each in known), max(each.ready for each in known))


def times(pid: int | str = "self") -> Times | None:
    """How long a process ran and was ready to; None where the system does not tell."""
    running = ready = 0
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return None
    for thread in threads:
        content = _read(f"/proc/{pid}/task/{thread}/schedstat")
        if content:
            fields = content.split()
            running += int(fields[0])
            ready += int(fields[1])
    return Times(running, ready) if running or ready else None


def own_times(*, whole: bool) -> Times | None:
    """How long this process (`whole`), or the calling thread, ran and was ready to; None where nobody tells.

    The CPU's own clock is exact; what the scheduler tells lags behind by up to a tick.
    """
    told = times("self") if whole and threading.active_count() > 1 else thread_times()
    if told is None:
        return None
    return Times(time.process_time_ns() if whole else time.thread_time_ns(), told.ready)


def last_times(pid: int) -> Times | None:
    """How long a child that has ended, but was not waited for yet, ran and was ready to; None where nobody tells.

    Its threads are gone but the first: the CPU's clock counts them still, what they waited for it nobody tells any more.
    """
    content = _read(f"/proc/{pid}/schedstat")
    if not content:
        return None
    try:
        # The kernel's number for the clock of another process (`clock_getcpuclockid`, which Python does not have).
        running = time.clock_gettime_ns((~pid << 3) | 2)
    except OSError:
        running = int(content.split()[0])
    return Times(running, int(content.split()[1]))


def times_at_end(pid: int, *, wait: bool) -> Times | None:
    """As `last_times` once this child has ended, for which it can `wait`; None before. The child stays to be waited for."""
    if not _LEAVES_ENDED:
        return None
    try:
        ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | (0 if wait else os.WNOHANG))
    except OSError:
        return None
    return None if ended is None else last_times(pid)


def reap() -> tuple[int, int, Times | None] | None:
    """Wait for one of the children that have ended: its pid, status and times. None when all live.

    Raises ChildProcessError when there are none.
    """
    if not _LEAVES_ENDED:
        pid, status = os.waitpid(-1, os.WNOHANG)
        return (pid, status, None) if pid else None
    ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    if ended is None:
        return None
    spent = last_times(ended.si_pid)
    return (*os.waitpid(ended.si_pid, 0), spent)


def thread_times() -> Times | None:
    """How long the calling thread ran and was ready to; None where the system does not tell."""
    fields = (_read("/proc/thread-self/schedstat") or b"").split()
    return Times(int(fields[0]), int(fields[1])) if fields else None


class ThreadActivity(NamedTuple):
    """One thread: its id, its state's letter, and a number that grows whenever it gets the CPU."""

    tid: int
    state: str
    switches: int


class Activity(NamedTuple):
    """A process's threads: their states' letters, and a number that grows whenever one of them gets the CPU."""

    states: str
    switches: int
    threads: tuple[ThreadActivity, ...] = ()

    @property
    def asleep(self) -> bool:
        return all(letter == "S" for letter in self.states)

    @property
    def stopped(self) -> bool:
        return any(letter in "Tt" for letter in self.states)


def activity(pid: int) -> Activity | None:
    """What the threads of a process do just now; None when it is gone or has ended."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return None
    found: list[ThreadActivity] = []
    for thread in sorted(threads):
        content = _read(f"/proc/{pid}/task/{thread}/status")
        if not content:
            continue
        letter, switches = "", 0
        for line in content.splitlines():
            if line.startswith(b"State:"):
                letter = line.split()[1].decode()
            elif line.startswith((b"voluntary_ctxt_switches:", b"nonvoluntary_ctxt_switches:")):
                switches += int(line.split()[1])
        if letter:
            found.append(ThreadActivity(int(thread), letter, switches))
    letters = "".join(each.state for each in found)
    if all(letter in "ZX" for letter in letters):
        return None
    return Activity(letters, sum(each.switches for each in found), tuple(found))
