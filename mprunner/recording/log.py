"""The log that one thread of execution writes: cheap, private to it, and still there after a SIGKILL.

The problem: a record must cost about as much as an uncontended lock, must not order what the scenario leaves unordered (no
shared lock, no shared counter, no feeder thread), and must tell what a process was waiting for when it was killed. So each
thread writes fixed slots into a file of its own that is mapped into memory: the kernel keeps the pages whatever happens to
the process, and a slot counts only once its last byte is written (see `layout`).

A record is reserved first and written then, with no call and no taken jump from the reading of `_at` to the commit: CPython
runs signal handlers only there. So a handler that records too, or an exception that it raises, can't damage a record.

When no more disk space is to be had, the log says so in its last slot and on the run's control page, and the process goes
on unrecorded. After a fork the child's inherited logs are cut off: the first use of one opens a new log for the child.

    log = Log.open(directory, process="p1", parent="main")
    log.begin(OPERATION_IDS["acquire"], number, site)      # just before the call
    ok = lock.acquire()
    log.end(OK)                                            # just after it
"""

from __future__ import annotations

import contextlib
import errno
import marshal
import mmap
import os
import threading
import time
import weakref
from typing import Any

from mprunner.recording import control, segments, values
from mprunner.recording.layout import (
    ACTOR,
    BEGIN,
    COMMIT,
    END,
    END_RECORD,
    FIRST_SEGMENT,
    HELLO,
    INSTANT,
    LARGEST_SEGMENT,
    LOST,
    NEXT,
    NO_SITE,
    OK,
    RAISED,
    RECORD,
    REFUSED,
    SLOT,
    TAGGED,
)  # fmt: skip

__all__ = ["LARGEST_PAYLOAD", "NO_SITE", "OK", "RAISED", "REFUSED", "Log", "current", "set_current"]

LARGEST_PAYLOAD = 64 * 1024 * 1024
"""Bytes of the largest payload that is kept whole; of a larger one each long text or bytes is recorded as a Shown."""

_clock = time.monotonic_ns
_pack = RECORD.pack_into
_pack_end = END_RECORD.pack_into
_dumps = marshal.dumps


class Log:
    """One thread's log. Not for use by two threads. No method raises because of the disk, or of a value it is given.

    `payload` is None or a mapping from fixed names to values (`item`, `result`, `text`, ...; `object` and `kind` for an
    object without a number; `error` as `values.shown_error` gives it, `parts` as pairs or Parts). Plain data is cheap;
    what `marshal` refuses goes through `values.plain`; a bytearray and other buffers become bytes.
    """

    __slots__ = (
        "__weakref__", "_at", "_base", "_closed", "_cut_off", "_directory", "_file", "_hello", "_limit", "_lost", "_map",
        "_path", "_size",
    )  # fmt: skip

    _map: Any
    """The mapping of the segment that is written to; None before the first. Never written to where `_limit` is negative."""

    def __init__(self, directory: str, hello: dict[str, Any]) -> None:
        self._at = self._base = self._file = self._size = 0
        self._limit = -1
        self._directory = os.path.abspath(directory)
        self._hello = hello
        self._start()
        _logs.add(self)

    @classmethod
    def open(
        cls,
        directory: str,
        *,
        process: str,
        role: str = "process",
        parent: str | None = None,
        mp_name: str | None = None,
        target: str | None = None,
        daemon: bool = False,
        started: int | None = None,
        actor: str | None = None,
    ) -> Log:
        """Opens the log of the calling thread, says hello in it, and makes it the `current` one.

        `directory` is the run's, made fit by `control.prepare_run_directory`. `started` (ns) is when the process came to
        be, where that is known better than by this call. When no file is to be had the log that comes back is a lost one.
        """
        hello = {
            "process": process, "role": role, "parent": parent, "mp_name": mp_name, "target": target, "daemon": daemon,
            "started": started, "actor": actor,
        }  # fmt: skip
        log = cls(directory, hello)
        set_current(log)
        return log

    @property
    def lost(self) -> bool:
        """Whether this log could not be continued: nothing is recorded in it any more."""
        return self._lost

    def begin(
        self, operation: int, number: int = 0, site: int = NO_SITE, payload: Any = None, timed: bool = False
    ) -> int:
        """Records that an operation is about to be called, before it can block. Gives the token that `end` takes.

        `operation` is its id (`operations.OPERATION_IDS`), `number` its object's (`naming`), 0 for none; `site` the index of
        the step in the program; `timed` says that it can end by itself.
        """
        now = _clock()
        if payload is not None:
            return self._write(now, operation, BEGIN, timed, number, site, payload, 0)
        while True:
            at = self._at
            after = at + SLOT
            if after <= self._limit:
                self._at = after
                place = self._base + at
                _pack(self._map, at, now, operation, BEGIN, timed, number, site, 0, 0, COMMIT)
                return place
            if not self._grow(SLOT):
                return 0

    def end(self, outcome: int, payload: Any = None, token: int = 0) -> None:
        """Records that the innermost operation begun has ended: OK, RAISED or REFUSED (False, or a time-out that raises nothing).

        Call it first thing after the operation: the stamp is taken on entry. `token` names the begin where an exception may
        have skipped the end of an inner one.
        """
        now = _clock()
        if payload is not None:
            self._write(now, 0, END, outcome, 0, 0, payload, token & 0xFFFF_FFFF)
            return
        token &= 0xFFFF_FFFF
        while True:
            at = self._at
            after = at + SLOT
            if after <= self._limit:
                self._at = after
                _pack_end(self._map, at, now, 0, END, outcome, 0, token, COMMIT)
                return
            if not self._grow(SLOT):
                return

    def instant(self, operation: int, number: int = 0, site: int = NO_SITE, payload: Any = None) -> None:
        """Records what happens in one instant: a print, a mark, the begin or end of a task, `begin`, `exit`."""
        self._write(_clock(), operation, INSTANT, 0, number, site, payload, 0)

    def actor(self, name: str | None) -> None:
        """From here the records are those of the task `name`; of the process itself with None."""
        self._write(_clock(), 0, ACTOR, 0, 0, NO_SITE, name, 0)

    def close(self) -> None:
        """Gives the memory back; what was recorded stays. Records after this are dropped."""
        _logs.discard(self)
        mapping = self._map
        self._limit, self._closed, self._map = -1, True, None
        if mapping is not None:
            segments.release(mapping)

    # --- beside the fast path ---

    def _write(
        self,
        now: int,
        operation: int,
        phase: int,
        flags: int,
        number: int,
        site: int,
        payload: Any,
        token: int,
    ) -> int:
        if payload is None:
            data = b""
        else:
            try:
                data = _dumps(payload)
            except ValueError:
                data = _dumps(values.plain(payload))
                flags |= TAGGED
            if len(data) > LARGEST_PAYLOAD:
                data = _dumps(_shortened(payload))
                flags |= TAGGED
        length = len(data)
        need = SLOT + ((length + SLOT - 1) & -SLOT)
        while True:
            at = self._at
            after = at + need
            if after <= self._limit:
                self._at = after
                place = self._base + at
                if length:
                    start = at + SLOT
                    self._map[start : start + length] = data
                _pack(self._map, at, now, operation, phase, flags, number, site, length, token, COMMIT)
                return place
            if not self._grow(need):
                return 0

    def _start(self) -> None:
        """Opens the first segment of a new log and says hello in it."""
        pid, thread = os.getpid(), threading.get_native_id()
        self._path = os.path.join(self._directory, f"{pid}-{_clock():x}-{thread}")
        self._map = None
        self._base = self._size = self._file = self._at = 0
        self._limit = -1
        self._closed = self._cut_off = self._lost = False
        control.use_control_page(self._directory)
        hello = {**self._hello, "pid": pid, "thread": thread}
        self._write(_clock(), 0, HELLO, 0, 0, NO_SITE, hello, 0)

    def _grow(self, need: int) -> bool:
        """Makes room for `need` bytes, reserving nothing. False when the log is lost."""
        if self._lost or self._closed:
            return False
        if self._cut_off:
            self._hello = {
                **self._hello,
                "role": "foreign",
                "forked_from": os.path.basename(self._path),
                "started": None,
            }
            self._start()
            return not self._lost
        wanted = max(min(2 * self._size, LARGEST_SEGMENT), FIRST_SEGMENT, need + SLOT)
        size = (wanted + mmap.PAGESIZE - 1) // mmap.PAGESIZE * mmap.PAGESIZE
        file = self._file
        self._file = file + 1
        path = f"{self._path}.{file}"
        now = _clock()
        try:
            mapping = segments.create_segment(path, size)
        except (OSError, ValueError, MemoryError) as error:
            self._lose(error)
            return False
        if (
            self._lost or self._at + need <= self._limit
        ):  # a signal handler has recorded, and grown the log, meanwhile
            segments.release(mapping)
            os.unlink(path)
            return not self._lost
        before, at = self._map, self._at
        self._map = mapping
        self._base += self._size
        self._size, self._limit, self._at = size, size - SLOT, 0
        if before is not None:
            _pack(before, at, now, 0, NEXT, 0, file, 0, 0, 0, COMMIT)
            segments.release(before)
        return True

    def _lose(self, error: Exception) -> None:
        """Says that the record ends here though the process goes on, and drops all that follows."""
        self._lost = True
        no_space = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        if self._map is not None:
            _pack(self._map, self._at, _clock(), 0, LOST, 0, 0, 0, 0, 0, COMMIT)
        self._limit = -1
        control.mark_lost(self._directory, "no space" if no_space else "cannot open")


def _shortened(payload: Any) -> Any:
    """The payload with what is long in it shown only."""
    plain = values.plain(payload)
    if not isinstance(plain, dict):
        return values.plain(values.show(plain))
    return {
        key: value if len(_dumps(value)) < values.TEXT_LIMIT else values.plain(values.show(value))
        for key, value in plain.items()
    }


# --- the log of the running thread ---


class _Registry(threading.local):
    log: Log | None = None


_registry = _Registry()
_logs: weakref.WeakSet[Log] = weakref.WeakSet()


def current() -> Log | None:
    """The calling thread's log; None when it has none, as right after a fork."""
    return _registry.log


def set_current(log: Log | None) -> None:
    """Makes `log` the calling thread's."""
    _registry.log = log


def _forget_inherited() -> None:
    """Cuts the child of a fork off from its parent's logs: writing on would overwrite the parent's records."""
    global _registry
    _registry = _Registry()
    for log in list(_logs):
        log._cut_off = True
        log._limit = -1


with contextlib.suppress(AttributeError):  # no fork here
    os.register_at_fork(after_in_child=_forget_inherited)
