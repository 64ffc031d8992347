"""What belongs to a pool of the model world: its workers, and the threads that CPython gives it in the process that made it.

`main.sender(po)` fails what can't be sent to a worker, `main.replacing(po)` starts a new worker where one is gone. Where tasks
have callbacks `main.results(po)` takes results, one after the other, and calls them; a result is to be had after that. An
exception in a callback ends the thread, and no later result comes; only a KeyError is taken for something else, and its result is
lost.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mprunner.program.declarations import ObjectDeclaration
from mprunner.program.handles import Handle, Ref
from mprunner.program.handouts import Operation
from mprunner.program.instructions import Raise
from mprunner.recording.values import shown_error
from mprunner.worlds.model.copies import inherited, unsent
from mprunner.worlds.model.ending import signalled
from mprunner.worlds.model.freezing import freeze, thaw
from mprunner.worlds.model.images import RESULTS
from mprunner.worlds.model.life import ALIVE
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.pickling import refusal
from mprunner.worlds.model.processes import values_of
from mprunner.worlds.model.results import BLOCKED, Call, Done, Ended, Result
from mprunner.worlds.model.seats import size_of, workers
from mprunner.worlds.model.steps import GET, WRITE
from mprunner.worlds.model.strands import Strand
from mprunner.worlds.model.turn import Turn
from mprunner.worlds.model.unfollowed import Unfollowed
from mprunner.worlds.model.working import (
    BUSY,
    DEAD,
    ENDED,
    ENDING,
    GONE,
    IDLE,
    LAST,
    NOT_MADE,
    RUNNING,
    Known,
    Task,
    Told,
    add_known,
    is_running,
    start_worker,
)
from mprunner.worlds.tracebacks import traceback_lines

__all__ = ["TOLD_APART", "call_back", "is_handling", "lay_out_pool", "make_pool", "owner_of"]

TOLD_APART = 12
"""Workers in the place of others that are told apart, in a pool that may need them without end; with `maxtasksperchild` there are
no more than tasks, and `_MOST_TASKS` are.
"""
_MOST_TASKS = 1000


def lay_out_pool(model: Model, declared: ObjectDeclaration, ref: Ref) -> None:
    """Cells for a pool's state, tasks and results; a thread for each worker that it has at a time; its own threads."""
    layout, name = model.layout, str(ref)
    makers = model.made.get(declared.name, {}) if declared.later else {}
    owner = model.owners[name] = next(iter(makers), "main")
    layout.add(("pool", name), NOT_MADE)
    layout.add(("submitted", name), 0)
    layout.add(("refused", name), 0)
    layout.add(("waiting", name), ())
    layout.add(("failing", name), ())
    layout.add(("results", name), ())
    layout.add(("started", name), 0)
    for worker in workers(model, name):
        model.names.threads[worker] = model.add_process(worker)
        model.names.pid(worker)
        layout.add(("doom", worker), 0)
        model.add_internal(f"{worker}.signal", worker, signalled)
    if model.features.calls_back:
        layout.add(("done", name), ())
        layout.add(("handler", name), IDLE)
        layout.add(("sender", name), IDLE)
        layout.add(("lock", name), None)
        model.add_strand(f"{owner}.results({name})", owner, f"results {name}")
        model.add_strand(f"{owner}.sender({name})", owner, f"sender {name}")
    else:
        model.add_internal(f"{owner}.sender({name})", owner, _sender(name))
    if _may_lose_workers(model, declared):
        model.forking.add(owner)
        model.add_internal(f"{owner}.replacing({name})", owner, _replacing(declared, ref, owner))


def owner_of(model: Model, name: str) -> str:
    """The process that makes a pool."""
    return model.owners[name]


def _may_lose_workers(model: Model, declared: ObjectDeclaration) -> bool:
    if declared.options.get("maxtasksperchild") or declared.options.get("initializer"):
        return True
    codes = (target.code for target in model.program.targets.values())
    return any(
        isinstance(each, Raise) and each.type in ("SystemExit", "KeyboardInterrupt")
        for code in codes
        for each in code
    )


def make_pool(turn: Turn, handle: Handle) -> Result | None:
    """Make a pool in the acting process, with its workers; or what has to happen before."""
    model, name = turn.model, str(handle.ref)
    declared = model.names.objects[handle.ref.name]
    if turn.image.daemon:
        raise AssertionError("daemonic processes are not allowed to have children")
    routine = declared.options.get("routine")
    if routine is not None and turn.phase != ("initargs", name):
        return Call(routine, (), ("initargs", name))
    if owner_of(model, name) != turn.process or turn.get(model.layout.cell("pool", name)) != NOT_MADE:
        raise Unfollowed(
            f"{name} is made more than once: its workers can't be told apart", model.program, declared.site
        )
    if model.is_mortal(turn.process):
        raise Unfollowed(
            f"{turn.process} may be killed, and what the workers of its pool would do then is not followed",
            model.program,
            declared.site,
        )
    image = turn.image.copy()
    if routine is not None:
        if turn.escaped is not None:
            raise turn.escaped
        initargs = tuple(image.returned[0])
        image.phase = image.returned = None
    else:
        initargs = values_of(model, image, declared.options.get("initargs") or (), {})
    image.extra[f"initargs {name}"] = freeze(initargs)
    _, numbers, _ = image.extra.pop(f"copied {name}", (NOT_MADE, 0, ()))
    if numbers:  # were taken in vain
        for kind in ("submitted", "refused"):
            turn.set(model.layout.cell(kind, name), numbers)
    image.forgotten = image.forgotten | {name}  # its workers come to be before it
    turn.set(model.layout.cell("pool", name), RUNNING)
    turn.looks_at_memory()
    for number, worker in enumerate(workers(model, name)):
        start_worker(turn, image, handle.ref, number, worker, copied={}, unsent=unsent(model))
    image.forgotten = image.forgotten - {name}
    image.extra["threads"] = threads = image.extra.get("threads", 0) + 3
    if model.features.calls_back:
        # What Python calls them: a pool has three threads, one of which starts workers.
        called = {
            "results": f"Thread-{threads} (_handle_results)",
            "sender": f"Thread-{threads - 1} (_handle_tasks)",
        }
        for what in called:
            operation = Operation(RESULTS, handle, {"of": what, "thread": called[what]}, -1)
            strand = image.strands[f"{what} {name}"] = Strand(image.process, operation)
            strand.clock = image.clock
    turn.remember(image)
    turn.set(model.layout.cell("started", name), size_of(declared))
    return None


# --- threads that nobody wrote ---


def _sender(name: str) -> Callable[[Turn], Result]:
    """Fails a task that can't be sent."""

    def send(turn: Turn) -> Result:
        failed = _next_failing(turn, name)
        if failed is None:
            return BLOCKED
        _put_aside(turn, name)
        add_known(turn, name, _failure(failed))
        return Done()

    return send


def _next_failing(turn: Turn, name: str) -> Task | None:
    """The next task that can't be sent. Those before it have been, whether a worker has taken them or not."""
    failing = turn.model.layout.cell("failing", name)
    tasks: tuple[Task, ...] = turn.look(failing)
    turn.touch(failing, GET)
    return tasks[0] if tasks else None


def _put_aside(turn: Turn, name: str) -> None:
    """What could not be sent has failed, and those after it are sent."""
    failing = turn.model.layout.cell("failing", name)
    turn.alter(failing, turn.look(failing)[1:])


def _failure(task: Task) -> Known:
    return Known(task.number, None, freeze(refusal(task.fails or "")), task.target)


def _replacing(declared: ObjectDeclaration, ref: Ref, owner: str) -> Callable[[Turn], Result]:
    """Starts a new worker in the place of one that is gone, as a copy of the owner as it is now."""
    name = str(ref)
    most = size_of(declared) + (_MOST_TASKS if declared.options.get("maxtasksperchild") else TOLD_APART)

    def replace(turn: Turn) -> Result:
        model, layout = turn.model, turn.model.layout
        if turn.get(layout.cell("life", owner)) != ALIVE or not is_running(turn, name):
            return BLOCKED
        seats = workers(model, name)
        free = next((each for each in seats if turn.get(layout.cell("life", each)) != ALIVE), None)
        if free is None:
            return BLOCKED
        started = turn.get(layout.cell("started", name))
        slot = model.slots[model.names.threads[owner]]
        turn.touch(layout.apart("memory", owner), WRITE)
        turn.touch(layout.apart("owned", owner), WRITE)
        local, phase, begun = model.standings[turn.look(slot)]
        image = model.images[local].copy()
        # Those that come after so many others have the number of the last one: else there would be no end of states.
        counted = started < most
        start_worker(
            turn, image, ref, min(started, most - 1), free,
            copied=inherited(turn, image), unsent=unsent(model), counted=counted,
        )  # fmt: skip
        turn.alter(slot, model.stand(model.images.add(image), phase, begun=begun))
        turn.set(layout.cell("started", name), started + counted)
        return Done()

    return replace


# --- callbacks ---


def is_handling(turn: Turn, cell: int | None, name: str) -> bool:
    """Whether who acts is itself the pool's thread that this cell tells of (None: either of them)."""
    layout, strand = turn.model.layout, turn.model.strands.get(turn.thread)
    return any(
        strand == f"{what} {name}" and cell in (None, layout.find(kind, name))
        for what, kind in (("results", "handler"), ("sender", "sender"))
    )


def call_back(turn: Turn, operation: Operation) -> Result:
    """A step of the thread that takes a pool's results, or of the one that sends its tasks, and fails what it can't send."""
    assert operation.object is not None
    name = str(operation.object.ref)
    cell = turn.model.layout.cell("handler" if operation.arguments["of"] == "results" else "sender", name)
    if turn.phase is not None:
        return _called(turn, operation, name, cell)
    if turn.get(cell) in (GONE, DEAD):
        return BLOCKED
    if operation.arguments["of"] == "results":
        done = turn.model.layout.cell("done", name)
        told: tuple[Told, ...] = turn.look(done)
        turn.touch(done, GET)
        if not told:
            return BLOCKED
        turn.alter(done, told[1:])
        return _take(turn, operation, name, cell, *told[0])
    failed = _next_failing(turn, name)
    if failed is None:
        return BLOCKED
    if failed.calls[1] is None:
        _put_aside(turn, name)
    return _take(turn, operation, name, cell, _failure(failed), failed.calls)


def _take(
    turn: Turn,
    operation: Operation,
    name: str,
    cell: int,
    known: Known,
    calls: tuple[str | None, str | None],
) -> Result:
    """The result of a task: its callback is called, and then it is known."""
    target = calls[0] if known.error is None else calls[1]
    if target is None:
        add_known(turn, name, known)
        return _idle(turn, operation)
    turn.set(cell, BUSY)
    given = thaw(known.value) if known.error is None else known.error.value
    image = turn.image.copy()
    image.actor = f"{name}.{known.target}.callback[{known.number}]"
    image.operation = Operation(RESULTS, operation.object, {**operation.arguments, "given": given}, -1)
    turn.remember(image, own=True)
    turn.emit("callback", "begin", operation.object, values=_values(name, known, target), site=-1)
    model = turn.model
    local = model.images.play(image, target, (given,), {}, (known, target))
    turn.writes[model.slots[turn.thread]] = model.stand(local)
    return Ended()


def _values(name: str, known: Known, target: str) -> dict[str, Any]:
    return {"task": f"{name}.{known.target}[{known.number}]", "func": target}


def _called(turn: Turn, operation: Operation, name: str, cell: int) -> Result:
    """A callback is over."""
    known, target = turn.phase
    error, site = turn.escaped, turn.image.site
    values = _values(name, known, target)
    if error is None:
        turn.emit("callback", "end", operation.object, values=values, site=-1)
        given = operation.arguments["given"]  # a callback that changes it changes the result
        add_known(turn, name, known if known.error is not None else known._replace(value=freeze(given)))
    else:
        turn.emit(
            "callback", "end", operation.object,
            values=values, site=-1, outcome="raised", error=shown_error(error),
        )  # fmt: skip
        if not isinstance(error, (KeyError, SystemExit)):
            turn.emit("exception", values={}, error=shown_error(error), site=site)
            heading = f"Exception in thread {operation.arguments['thread']}:"
            for line in traceback_lines(error, turn.model.program, site, heading):
                turn.emit("stderr", values={"text": line}, site=-1)
    told_to_go = turn.get(cell) == LAST
    if operation.arguments["of"] == "sender":
        turn.touch(turn.model.layout.cell("failing", name), WRITE)
        told_to_go = told_to_go or turn.get(turn.model.layout.cell("pool", name)) in (ENDED, ENDING)
    if error is not None and not isinstance(error, KeyError):
        turn.set(cell, DEAD)
        return _idle(turn, operation)
    if operation.arguments["of"] == "sender":
        _put_aside(turn, name)
    turn.set(cell, GONE if told_to_go else IDLE)
    return _idle(turn, operation)


def _idle(turn: Turn, operation: Operation) -> Result:
    """The thread waits for the next one."""
    image = turn.image.copy()
    arguments = {name: each for name, each in operation.arguments.items() if name != "given"}
    image.actor, image.operation = image.process, Operation(RESULTS, operation.object, arguments, -1)
    image.phase = image.returned = image.escaped = None
    image.site = -1
    turn.remember(image, own=True)
    turn.writes[turn.model.slots[turn.thread]] = turn.model.stand(turn.local)
    return Ended()
