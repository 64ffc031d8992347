"""Reading process logs, while they are written or after.

`LogReader.poll` is cheap to call fifty times a second with hundreds of logs: a log with nothing new costs the look at one
byte, and the directory is listed only when it has changed.
"""

from __future__ import annotations

import contextlib
import marshal
import mmap
import os
import re
import time
from typing import Any, NamedTuple

from mprunner.recording.collecting import collector_paused
from mprunner.recording.layout import COMMIT, COMMIT_AT, HELLO, LOST, NEXT, RECORD, SLOT, TAGGED, slots_for
from mprunner.recording.values import restore

__all__ = ["MOST_AT_ONCE", "LogInfo", "LogReader", "Raw"]

_FIRST = re.compile(r"\d+-[0-9a-f]+-\d+\.0")
_SETTLED_NS = 100_000_000
"""A directory's mtime is coarse: only when it is older than this can a later change not hide behind the same value."""

_MOST_MAPPED = 256
"""Logs kept mapped between polls (a mapping may hold a file descriptor); further ones are mapped for each poll."""

MOST_AT_ONCE = 200_000
"""Records that one poll gives, about."""

_unpack = RECORD.unpack_from


class LogInfo:
    """Who wrote a log, as its first record says. `damage` tells what is wrong with the log, None when nothing is.

    `hello` holds what `Log.open` was told, and `pid` and `thread`; `time` (ns) is when it was opened. `lost` is set when the
    log says that it could not be continued.
    """

    __slots__ = ("damage", "hello", "lost", "name", "order", "pid", "process", "thread", "time")

    def __init__(self, name: str, order: int) -> None:
        self.name = name
        self.order = order
        self.hello: dict[str, Any] = {}
        self.process = ""
        self.pid = self.thread = self.time = 0
        self.lost = False
        self.damage: str | None = None

    def say_hello(self, time_ns: int, hello: dict[str, Any]) -> None:
        """Takes over what the log's first record says."""
        self.hello, self.time = hello, time_ns
        self.process, self.pid, self.thread = hello["process"], hello["pid"], hello["thread"]

    def __repr__(self) -> str:
        return f"<log {self.name} of {self.process}>"


class Raw(NamedTuple):
    """One committed record. `place` (bytes from the start of the log) orders the records of a log and names a begin.

    `payload` is restored: plain data and Shown. Phases and flags are those of `layout`; HELLO and ACTOR records are given too.
    """

    log: LogInfo
    place: int
    time: int
    operation: int
    phase: int
    flags: int
    number: int
    site: int
    token: int
    payload: Any


class _Tail:
    """The end of one log that is being read."""

    __slots__ = ("_at", "_base", "_file", "_path", "_view", "done", "info")

    def __init__(self, path: str, info: LogInfo) -> None:
        self._path = path
        self._view: mmap.mmap | None = None
        self._file = self._base = self._at = 0
        self.info = info
        self.done = False

    def read(self, into: list[Raw], most: int) -> None:
        """Appends what was committed since, until `into` holds `most` records."""
        view = self._view or self._map()
        if view is None:
            return
        at, info = self._at, self.info
        while (commit := view[at + COMMIT_AT]) == COMMIT and len(into) < most:
            time_ns, operation, phase, flags, number, site, length, token, _ = _unpack(view, at)
            if phase == NEXT:
                self._base += len(view)
                self.unmap()
                self._file, self._at, at = number, 0, 0
                view = self._map()
                if view is None:
                    return
                continue
            if phase == LOST:
                info.lost = self.done = True
                break
            payload: Any = None
            start = at + SLOT
            if length:
                try:
                    payload = marshal.loads(view[start : start + length])
                except (ValueError, EOFError, TypeError) as error:
                    self._damaged(f"payload at byte {self._base + at}: {error}")
                    break
                if flags & TAGGED:
                    payload = restore(payload)
            if phase == HELLO:
                info.say_hello(time_ns, payload)
            into.append(
                Raw(info, self._base + at, time_ns, operation, phase, flags, number, site, token, payload)
            )
            at = start + slots_for(length)
        else:
            if commit not in (0, COMMIT):
                self._damaged(f"no record at byte {self._base + at}")
        self._at = at

    def _damaged(self, what: str) -> None:
        self.info.damage = what
        self.done = True

    def _map(self) -> mmap.mmap | None:
        try:
            descriptor = os.open(f"{self._path}.{self._file}", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            self._view = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError):
            return None
        finally:
            os.close(descriptor)
        return self._view

    def unmap(self) -> None:
        if self._view is not None:
            self._view.close()
            self._view = None


class LogReader:
    """Reads all logs of a run's directory, those that appear later too. A context manager; `close` frees what it holds."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._tails: list[_Tail] = []
        self._known: set[str] = set()
        self._listed = -1
        self.logs: list[LogInfo] = []

    def __enter__(self) -> LogReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def poll(self, most: int = MOST_AT_ONCE) -> list[Raw]:
        """What was committed since the last call, log by log (not in order of time); about `most` records at once.

        After all writers are dead, call it until it gives nothing. Never raises for a log that is being written, was cut
        off, or is gone.
        """
        self._look_for_logs()
        found: list[Raw] = []
        done = False
        with collector_paused():
            for position, tail in enumerate(self._tails):
                tail.read(found, most)
                if tail.done or position >= _MOST_MAPPED:
                    tail.unmap()
                    done = done or tail.done
                if len(found) >= most:
                    break
        if done:
            self._tails = [tail for tail in self._tails if not tail.done]
        return found

    @property
    def lost(self) -> tuple[LogInfo, ...]:
        """The logs that end before their process did: not continued, or damaged."""
        return tuple(info for info in self.logs if info.lost or info.damage is not None)

    def close(self) -> None:
        """Unmaps everything. What was given stays valid."""
        for tail in self._tails:
            tail.unmap()
        self._tails.clear()

    def _look_for_logs(self) -> None:
        with contextlib.suppress(OSError):
            changed = os.stat(self._directory).st_mtime_ns
            if changed == self._listed:
                return
            names = sorted(name for name in os.listdir(self._directory) if _FIRST.fullmatch(name))
            if time.time_ns() - changed > _SETTLED_NS:
                self._listed = changed
            for name in names:
                if name in self._known:
                    continue
                self._known.add(name)
                info = LogInfo(name[:-2], len(self.logs))
                self.logs.append(info)
                self._tails.append(_Tail(os.path.join(self._directory, info.name), info))
