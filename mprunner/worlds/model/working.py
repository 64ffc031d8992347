"""What a worker of a pool does in the model world: it takes a task, plays its target, tells what came of it, until it may go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from mprunner.program.declarations import ObjectDeclaration
from mprunner.program.handles import Handle, Ref
from mprunner.program.handouts import Operation
from mprunner.program.machine import fresh_globals
from mprunner.recording.values import shown_error
from mprunner.worlds.conventions import exitcode_of
from mprunner.worlds.model.freezing import freeze, thaw
from mprunner.worlds.model.images import LEAVE, WORK, Image
from mprunner.worlds.model.life import ALIVE
from mprunner.worlds.model.pickling import check_names, not_to_be_sent, refusal
from mprunner.worlds.model.playing import FIRST
from mprunner.worlds.model.results import BLOCKED, Ended, Next, Result
from mprunner.worlds.model.steps import GET, LABEL, PUT, READ, WRITE
from mprunner.worlds.model.turn import Turn

__all__ = [
    "BUSY",
    "CLOSED",
    "DEAD",
    "ENDED",
    "ENDING",
    "FORSAKEN",
    "GONE",
    "IDLE",
    "LAST",
    "NOT_MADE",
    "RUNNING",
    "Known",
    "Task",
    "Told",
    "add_known",
    "all_known",
    "deliver",
    "is_running",
    "known",
    "start_worker",
    "work",
]

NOT_MADE, RUNNING, CLOSED, ENDED, ENDING, FORSAKEN = (
    "not made",
    "running",
    "closed",
    "ended",
    "ending",
    "forsaken",
)
"""States of a pool: `CLOSED` takes no more tasks, `ENDED` (terminated) does none any more; `ENDING`: as its maker's end does.
`FORSAKEN`: it should have been ended, and that raised; its workers wait in vain."""
IDLE, BUSY, LAST, GONE, DEAD = range(5)
"""States of the threads of a pool that call callbacks. `LAST`: busy, and told to go after that. `DEAD`: of an exception."""
_MADE_BY = {"fork": "Fork", "spawn": "Spawn", "forkserver": "ForkServer"}


class Task(NamedTuple):
    """A task that waits for a worker; `fails` is why it can't be sent to one. `calls` are its callback and error_callback."""

    number: int
    target: str
    args: Any
    kwds: Any
    fails: str | None
    calls: tuple[str | None, str | None] = (None, None)


class Known(NamedTuple):
    """What came of a task: a value, or an error (frozen). `target` is what it plays."""

    number: int
    value: Any
    error: Any
    target: str


class Told(NamedTuple):
    """What a worker has sent back: see `Known`, and `Task` for `calls`."""

    known: Known
    calls: tuple[str | None, str | None]


# --- results ---


def add_known(turn: Turn, name: str, found: Known) -> None:
    """A task is over. What it gave is a cell of its own to whoever waits for it."""
    cell = turn.model.layout.cell("results", name)
    turn.alter(cell, tuple(sorted((*turn.look(cell), found), key=_by_number)))
    turn.touch(cell, LABEL)  # in whatever order they come, they are the same
    turn.shares_slot()
    turn.touch(turn.model.layout.apart("result", name, found.number), WRITE)


def deliver(turn: Turn, name: str, known: Known, calls: tuple[str | None, str | None]) -> None:
    """A task is over, as its pool's thread is going to learn: at once, where that has nothing to call."""
    done = turn.model.layout.find("done", name)
    if done is None:
        add_known(turn, name, known)
        return
    turn.alter(done, (*turn.look(done), Told(known, calls)))
    turn.touch(done, PUT)


def _by_number(found: Known) -> int:
    return found.number


def known(turn: Turn, name: str, number: int) -> Known | None:
    """What came of a task; None for one that is not over."""
    results: tuple[Known, ...] = turn.look(turn.model.layout.cell("results", name))
    turn.touch(turn.model.layout.apart("result", name, number), READ)
    return next((each for each in results if each.number == number), None)


def all_known(turn: Turn, name: str) -> bool:
    """Whether every task that was submitted is over."""
    layout = turn.model.layout
    left: int = turn.get(layout.cell("submitted", name)) - turn.get(layout.cell("refused", name))
    return len(turn.get(layout.cell("results", name))) == left


def is_running(turn: Turn, name: str) -> bool:
    """Whether a pool still needs its workers."""
    state: str = turn.get(turn.model.layout.cell("pool", name))
    if state == CLOSED and all_known(turn, name):
        return sender_is(turn, name, DEAD)  # nobody tells them
    return state in (RUNNING, CLOSED)


def sender_is(turn: Turn, name: str, *states: int) -> bool:
    """Whether the thread that sends a pool's tasks is in one of these states."""
    sender = turn.model.layout.find("sender", name)
    return sender is not None and turn.get(sender) in states


# --- a worker ---


def start_worker(
    turn: Turn,
    owner: Image,
    pool: Ref,
    number: int,
    seat: str,
    *,
    copied: Mapping[str, Any],
    unsent: frozenset[str],
    counted: bool = True,
) -> None:
    """Start the next worker of a pool: a copy of its owner's memory, or (spawn) a memory of its own. `owner` is changed, unless
    the worker is not `counted`. `copied` is what a fork keeps of things that are its owner's, `unsent` what nobody else is given.
    """
    declared = turn.model.names.objects[pool.name]
    model, worker = turn.model, f"{pool}[{number}]"
    method = declared.options.get("context") or model.method
    owner.made += counted
    mp_name = f"{_MADE_BY[method]}PoolWorker-{owner.numbered(owner.made)}"
    if method == "fork":
        image = owner.copy()
    else:
        image = Image(worker, fresh_globals(model.program), parent=None, mp_name="")
        image.extra, image.forgotten = dict(owner.extra), owner.forgotten | unsent
    initargs = thaw(owner.extra[f"initargs {pool}"])
    copied = copied if method == "fork" else {}
    image.process = image.actor = worker
    image.parent, image.mp_name, image.daemon = owner.process, mp_name, True
    image.machines, image.suspended, image.late = [], [], {}
    image.inherit(forked=method == "fork")
    image.extra.update(copied)
    image.phase = image.returned = image.escaped = None
    image.alone()
    image.made, image.draws, image.site, image.clock = 0, (), -1, owner.clock
    image.operation = Operation(WORK, Handle("pool", pool), {"initargs": initargs}, -1)
    turn.set(turn.model.layout.cell("life", seat), ALIVE)
    turn.writes[model.slots[model.names.threads[seat]]] = model.stand(model.images.add(image), FIRST)


def work(turn: Turn, operation: Operation) -> Result:
    """One step of a worker between tasks, or at the begin or end of one."""
    assert operation.object is not None
    name = str(operation.object.ref)
    declared = turn.model.names.objects[operation.object.ref.name]
    what = turn.phase[0] if isinstance(turn.phase, tuple) else None
    if what is None:
        turn.emit("begin")
        turn.emit("start", handle=operation.object, values={"process": turn.image.process})
        initializer = declared.options.get("initializer")
        if initializer is None:
            return _idle(turn, 0)
        return _play(turn, initializer, operation.arguments["initargs"], {}, ("initialized",))
    if what == "initialized":
        return _go(turn, turn.escaped) if turn.escaped is not None else _idle(turn, 0)
    if what == "task":
        return _told(turn, operation, declared)
    return _take(turn, operation, name, turn.phase[1])


def _idle(turn: Turn, done: int) -> Result:
    """Wait for a task, with so many done."""
    image = turn.image.copy()
    image.actor = image.process
    image.phase = image.returned = image.escaped = None
    image.site = -1
    turn.remember(image)
    return Next(("idle", done))


def _take(turn: Turn, operation: Operation, name: str, done: int) -> Result:
    waiting = turn.model.layout.cell("waiting", name)
    tasks: tuple[Task, ...] = turn.look(waiting)
    if tasks and not _is_held_back(turn, name, tasks[0]):
        turn.touch(waiting, GET)
        if not _may_receive(turn, name):
            return BLOCKED
        turn.alter(waiting, tasks[1:])
        return _begin(turn, operation, name, tasks[0], done)
    if is_running(turn, name):
        turn.touch(waiting, GET)
        return BLOCKED
    turn.touch(waiting, READ)
    return _leave_or_wait(turn, name, done)


def _is_held_back(turn: Turn, name: str, task: Task) -> bool:
    """Whether a task is not sent as long as one before it has not been: that can't be, and fails first."""
    failing: tuple[Task, ...] = turn.get(turn.model.layout.cell("failing", name))
    return any(each.number < task.number for each in failing)


def _may_receive(turn: Turn, name: str) -> bool:
    """Whether nobody else has the lock of the pipe that tasks come through; who had it gives it back."""
    lock = turn.model.layout.find("lock", name)
    if lock is None:
        return True
    holder = turn.get(lock)
    if holder == turn.process:
        turn.set(lock, None)
    return holder in (None, turn.process)


def _leave_or_wait(turn: Turn, name: str, done: int) -> Result:
    """A worker of a pool that is to end goes when the pool's sender tells it. Else it waits for ever, and keeps the lock."""
    if turn.get(turn.model.layout.cell("pool", name)) == FORSAKEN:
        return BLOCKED
    if not sender_is(turn, name, BUSY, DEAD):
        return _go(turn, None) if _may_receive(turn, name) else BLOCKED
    lock = turn.model.layout.cell("lock", name)
    if turn.get(lock) is not None:
        return BLOCKED
    turn.set(lock, turn.process)
    return Next(("idle", done))


def _begin(turn: Turn, operation: Operation, name: str, task: Task, done: int) -> Result:
    args, kwds = thaw(task.args), thaw(task.kwds)
    actor = f"{name}.{task.target}[{task.number}]"
    values = {"task": actor, "args": args, "kwds": kwds}
    turn.emit("task_start", handle=operation.object, values=values, actor=actor)
    image = turn.image.copy()
    image.actor = actor
    turn.remember(image)
    return _play(turn, task.target, thaw(task.args), thaw(task.kwds), ("task", task.number, done, task.calls))


def _play(turn: Turn, target: str, args: Any, kwds: dict[str, Any], phase: Any) -> Result:
    model = turn.model
    local = model.images.play(turn.image.copy(), target, tuple(args), kwds, phase)
    turn.writes[model.slots[turn.thread]] = model.stand(local)
    return Ended()


def _told(turn: Turn, operation: Operation, declared: ObjectDeclaration) -> Result:
    """The target is over: what it gave goes on record, and back."""
    name, (_, number, done, calls) = str(operation.object.ref), turn.phase  # type: ignore[union-attr]
    values: dict[str, Any] = {"task": turn.image.actor}
    error = turn.escaped
    try:
        check_names(turn, turn.returned)
    except NameError as unknown:
        error = unknown
    if error is not None:
        turn.emit(
            "task_end", "whole", operation.object,
            values=values, outcome="raised", error=shown_error(error), timed=True,
        )  # fmt: skip
    else:
        turn.emit("task_end", handle=operation.object, values={**values, "result": turn.returned})
    if error is not None and not isinstance(error, Exception):
        return _go(turn, error)  # the task is lost with its worker
    why = None if error is not None else not_to_be_sent(turn, turn.returned)
    if why is not None:
        from multiprocessing.pool import MaybeEncodingError  # type: ignore[attr-defined]

        error = MaybeEncodingError(refusal(why), turn.returned)
    value = None if error is not None else freeze(turn.returned)
    target = turn.image.actor.removeprefix(f"{name}.").rpartition("[")[0]
    deliver(turn, name, Known(number, value, None if error is None else freeze(error), target), calls)
    most = declared.options.get("maxtasksperchild")
    if most is not None and done + 1 >= most:
        return _go(turn, None)
    return _idle(turn, done + 1)


def _go(turn: Turn, error: BaseException | None) -> Result:
    """The worker ends as a process does."""
    model, image = turn.model, turn.image.copy()
    image.actor = image.process
    image.operation, image.phase, image.returned, image.escaped = (
        Operation(LEAVE, None, {}, -1),
        None,
        None,
        None,
    )
    image.error = error
    image.exitcode = 0 if error is None else exitcode_of(error) if isinstance(error, SystemExit) else 1
    turn.writes[model.slots[turn.thread]] = model.stand(model.images.add(image))
    return Ended()
