"""Every private part of CPython that a run touches, in one place, tested on each version.

The public API has no way to say where a run's semaphores and sockets live, to number a pool's workers, or to end a
process as the interpreter would end it.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable, Iterator
from multiprocessing import process, queues, resource_tracker, synchronize, util
from typing import Any, Protocol

from mprunner.worlds.real import proc
from mprunner.worlds.real.proc import Times


def own_names(directory: str, prefix: str) -> None:
    """Let this process and its children name semaphores `/PREFIX-...`, and keep their sockets in `directory`."""
    current: Any = process.current_process()
    current._config["semprefix"] = f"/{prefix}"
    current._config["tempdir"] = directory
    semlock: Any = synchronize.SemLock
    semlock._rand = _semaphore_names()


def fresh_main() -> None:
    """Make a forked process a main process as a fresh interpreter has it: own key, no children, numbering from 1."""
    current: Any = process.current_process()
    module: Any = process
    current._config["authkey"] = module.AuthenticationString(os.urandom(32))
    module._children.clear()
    module._process_counter = itertools.count(1)
    module._dangling.clear()


def _semaphore_names() -> Iterator[str]:
    """Names for semaphores, unique among the processes of a run; CPython's random ones cost a generator's seeding."""
    return (f"{os.getpid():x}-{number:x}" for number in itertools.count())


def set_config(of: process.BaseProcess, key: str, value: Any) -> None:
    """Attach a value to a process that is not started yet; it travels with it under every start method."""
    of_any: Any = of
    of_any._config[key] = value


def config(key: str) -> Any:
    """What `set_config` attached to the process that runs this, else None."""
    current: Any = process.current_process()
    return current._config.get(key)


def watch_end(
    of: process.BaseProcess,
    told: Callable[[int, Times | None], None],
    sent: Callable[[int], bool] = lambda number: False,
) -> None:
    """Call `told`, once, when this process first learns that its started child has ended: the exit code, and its times.

    `sent` is asked before a signal is sent, whether that is done by somebody else.

    The times are read before the child is reaped, and before it is sent a signal: whoever reaps it (a fork server is
    not us), and whether its threads still live then.
    """
    popen: Any = of._popen  # type: ignore[attr-defined]
    poll, send_signal = popen.poll, popen._send_signal
    last: list[Times] = []

    def watching(flag: int = os.WNOHANG) -> Any:
        before = popen.returncode
        if before is None:
            _add(last, proc.times_at_end(popen.pid, wait=not flag))
        code = poll(flag)
        if before is None and code is not None and not popen.__dict__.get("told"):
            popen.told = True
            told(code, proc.latest(last))
        return code

    def signalling(number: int) -> None:
        if popen.returncode is None:
            _add(last, proc.times(popen.pid))
        if popen.returncode is not None or not sent(number):
            send_signal(number)

    popen.poll, popen._send_signal = watching, signalling


def _add(times: list[Times], more: Times | None) -> None:
    if more is not None:
        times.append(more)


def child_pid(of: process.BaseProcess) -> int | None:
    """The pid of a started process, also for a process that is not its parent."""
    popen: Any = getattr(of, "_popen", None)
    return None if popen is None else popen.pid


def proxy_token(proxy: Any) -> Any | None:
    """What is the same in every copy of a manager's proxy; None for anything else."""
    token = getattr(proxy, "_token", None)
    return None if token is None else (token.address, token.id)


def without_semaphore_cleanup() -> Callable[[], None]:
    """Take the unlinking of named semaphores out of this process's finalizers; gives the function that does it.

    A main process that ends without joining would otherwise unlink them before its spawned children have opened them.
    """
    registry: dict[Any, Any] = util._finalizer_registry  # type: ignore[attr-defined]
    semlock: Any = synchronize.SemLock
    taken = [key for key, finalizer in registry.items() if finalizer._callback is semlock._cleanup]
    finalizers = [registry.pop(key) for key in taken]

    def clean() -> None:
        for finalizer in finalizers:
            finalizer._callback(*finalizer._args, **finalizer._kwargs)

    return clean


def end_as_main() -> None:
    """What CPython does when a main process ends: finalizers, daemons terminated, the other children joined."""
    util._exit_function()  # type: ignore[attr-defined]


def at_exit_first(function: Callable[[], None]) -> None:
    """Call `function` when this process begins to end, before any of multiprocessing's own finalizers."""
    util.Finalize(None, function, exitpriority=1000)


def start_tracker() -> int | None:
    """Start (or find) the resource tracker that named semaphores are told to; its pid."""
    tracker: Any = resource_tracker._resource_tracker
    tracker.ensure_running()
    pid: int | None = tracker._pid
    return pid


def stop_tracker() -> None:
    """Let the resource tracker that this process started finish, and wait for it."""
    tracker: Any = resource_tracker._resource_tracker
    descriptor, pid = tracker._fd, tracker._pid
    tracker._fd = tracker._pid = None
    if descriptor is None:
        return
    os.close(descriptor)
    if pid is not None:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)


class Feeding(Protocol):
    """What a feeder calls before it writes an item into the pipe, and after."""

    def before(self) -> None: ...

    def after(self) -> None: ...


class _AskingLock:
    """The lock that feeders take to write, and one asks before it. In a process that inherits it, it is the lock itself."""

    def __init__(self, lock: Any, feeding: Feeding) -> None:
        self.lock = lock
        self.feeding = feeding

    def acquire(self) -> None:
        self.feeding.before()
        self.lock.acquire()

    def release(self) -> None:
        self.lock.release()
        self.feeding.after()

    def __reduce__(self) -> tuple[Any, ...]:
        return _itself, (self.lock,)


def _itself(lock: Any) -> Any:
    return lock


class _HeldLock:
    """The lock of a condition while somebody waits on it: who has woken asks before it takes the lock again."""

    def __init__(self, lock: Any, ask: Callable[[], object]) -> None:
        self._lock = lock
        self._ask = ask

    def acquire(self) -> Any:
        self._ask()
        return self._lock.acquire()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lock, name)

    def __enter__(self) -> Any:
        return self._lock.__enter__()

    def __exit__(self, *raised: Any) -> Any:
        return self._lock.__exit__(*raised)


@contextlib.contextmanager
def holding_sleepers(waited_on: Any, ask: Callable[[], object]) -> Iterator[None]:
    """In here `ask` is called whenever a wait of this process on a condition, or on what is made with one (an event, a barrier,
    a JoinableQueue), has its lock to take again. Nothing for what has none.
    """
    condition = (
        waited_on if isinstance(waited_on, synchronize.Condition) else getattr(waited_on, "_cond", None)
    )
    lock = getattr(condition, "_lock", None)
    if not isinstance(condition, synchronize.Condition) or lock is None:
        yield
        return
    of_any: Any = condition
    of_any._lock = _HeldLock(lock, ask)
    try:
        yield
    finally:
        of_any._lock = lock


class _ReadersLock:
    """The lock of those who read from a queue, in one thread: when that has it, it asks before it looks for an item."""

    def __init__(self, lock: Any, ask: Callable[[], object]) -> None:
        self._lock = lock
        self._ask = ask

    def acquire(self, *how: Any) -> Any:
        got = self._lock.acquire(*how)
        if got:
            self._ask()
        return got

    def release(self) -> None:
        self._lock.release()

    def __enter__(self) -> Any:
        return self.acquire()

    def __exit__(self, *raised: Any) -> None:
        self.release()


@contextlib.contextmanager
def stepping_gets(queue: Any, ask: Callable[[], object]) -> Iterator[None]:
    """In here `ask` is called whenever a get from a `Queue` has the lock of its readers, and when it has read an item. Nothing
    for queues whose readers nobody sees in the midst of it.
    """
    if not isinstance(queue, queues.Queue):
        yield
        return
    of_any: Any = queue
    lock, receive = of_any._rlock, of_any._recv_bytes

    def received() -> Any:
        packet = receive()
        ask()
        return packet

    of_any._rlock, of_any._recv_bytes = _ReadersLock(lock, ask), received
    try:
        yield
    finally:
        of_any._rlock, of_any._recv_bytes = lock, receive


def gate_feeder(queue: Any, made: Callable[[], Feeding]) -> None:
    """Have the feeder of this process for a `Queue` call what `made` gives. Nothing for queues that have none."""
    if not hasattr(queue, "_buffer") or queue._thread is not None or queue._wlock is None:
        return
    lock = queue._wlock.lock if isinstance(queue._wlock, _AskingLock) else queue._wlock
    queue._wlock = _AskingLock(lock, made())
