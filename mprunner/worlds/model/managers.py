"""Managers of the model world: their server processes, and what becomes of calls when one is gone.

A process reaches a server by a connection of its own, made by its first call. Where the server is gone a call without one finds
no server, a call with one finds it broken, and one that waits for its answer meets the end of it.
"""

from __future__ import annotations

from mprunner.program.handles import Handle, Ref, members
from mprunner.program.handouts import Operation
from mprunner.program.machine import fresh_globals
from mprunner.worlds.model.ending import die
from mprunner.worlds.model.images import SERVE, Image
from mprunner.worlds.model.life import ALIVE
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.performing import Act, Perform
from mprunner.worlds.model.results import BLOCKED, Choice, Done, Ended, Next, Raised, Result
from mprunner.worlds.model.turn import Turn
from mprunner.worlds.model.unfollowed import Unfollowed

__all__ = ["MANAGERS", "called", "lay_out_managers", "lose_connection"]

NOT_MADE, SERVING, STOPPED = 0, 1, 2


def lay_out_managers(model: Model) -> None:
    """A thread for the server of each manager, and a cell that says whether it is to stop."""
    found = [each for each in model.program.objects if each.kind == "manager"]
    for declared in found:
        for ref in members(declared.name, declared.count):
            name = str(ref)
            model.names.threads[name] = model.add_process(name)
            model.names.pid(name)
            model.layout.add(("manager", name), NOT_MADE)
            makers = model.made.get(declared.name, {}) if declared.later else {}
            model.owners[name] = next(iter(makers), "main")
    if found:
        model.making["manager"] = _make
        model.leaving.append(_end_managers)
    model.managed |= {each.name for each in model.program.objects if each.options.get("manager") is not None}


def _make(turn: Turn, handle: Handle) -> Result | None:
    """Start a manager: its server is there when this is done."""
    model, name = turn.model, str(handle.ref)
    declared = model.names.objects[handle.ref.name]
    if turn.image.daemon:
        raise AssertionError("daemonic processes are not allowed to have children")
    cell = model.layout.cell("manager", name)
    if model.owners[name] != turn.process or turn.get(cell) != NOT_MADE or model.is_mortal(turn.process):
        why = f"{name} is made more than once, or by who may be killed: its servers can't be told apart"
        raise Unfollowed(why, model.program, declared.site)
    owner = turn.image.copy()
    owner.made += 1
    mp_name = f"SyncManager-{owner.numbered(owner.made)}"
    image = Image(name, fresh_globals(model.program), parent=owner.process, mp_name=mp_name)
    image.operation = Operation(SERVE, handle, {}, -1)
    for prepared in model.serving:
        prepared(model, image)
    turn.remember(owner)
    turn.set(cell, SERVING)
    turn.set(model.layout.cell("life", name), ALIVE)
    turn.writes[model.slots[model.names.threads[name]]] = model.stand(model.images.add(image))
    turn.emit("begin", process=name, site=-1)
    return None


def _serve(turn: Turn, operation: Operation) -> Result:
    """The only step of a server that is not part of a call: it ends."""
    if turn.get(turn.model.layout.cell("manager", turn.process)) != STOPPED:
        return BLOCKED
    turn.emit("exit", "begin", values={"exitcode": 0})
    die(turn, turn.process, 0)
    turn.emit("exit", "end", values={"exitcode": 0})
    return Ended()


def _shutdown(turn: Turn, operation: Operation) -> Result:
    assert operation.object is not None
    name = str(operation.object.ref)
    state = turn.cell("manager", name)
    if turn.process != turn.model.owners[name]:
        return Done()  # only who made it can
    if turn.phase is None and turn.get(state) == SERVING:
        turn.set(state, STOPPED)
        return Next("stopping")
    return BLOCKED if turn.get(turn.cell("life", name)) == ALIVE else Done()


def _end_managers(turn: Turn) -> bool:
    """What a process does with its managers at its end: they are shut down, whoever still uses what they hold."""
    over = True
    for declared in turn.model.program.objects:
        if declared.kind != "manager":
            continue
        for ref in members(declared.name, declared.count):
            if turn.model.owners[str(ref)] != turn.process:
                continue
            state = turn.model.layout.cell("manager", str(ref))
            if turn.get(state) == SERVING:
                turn.set(state, STOPPED)
            if turn.get(turn.model.layout.cell("life", str(ref))) == ALIVE:
                over = False
    return over


def called(act: Perform) -> Perform:
    """`act`, performed by the server of the object's manager."""

    def call(turn: Turn, operation: Operation) -> Result:
        assert operation.object is not None
        manager = _manager_of(turn, operation.object.ref)
        known = turn.image.extra.get(_connected(turn), ())
        if manager in turn.image.extra.get(f"lost {turn.image.front}", ()):
            return Raised(BrokenPipeError(32, "Broken pipe"))
        if turn.get(turn.model.layout.cell("life", manager)) != ALIVE:
            if turn.phase is not None:
                return Raised(EOFError())
            if manager not in known:
                return Raised(FileNotFoundError(2, "No such file or directory"))
            broken = Raised(BrokenPipeError(32, "Broken pipe"))
            # Who would have to wait may have been waiting already.
            return Choice((broken, Raised(EOFError()))) if _would_wait(turn, operation, act) else broken
        if manager not in known:
            image = turn.image.copy()
            image.extra[_connected(turn)] = (*known, manager)
            turn.remember(image, own=True)
        return act(turn, operation)

    return call


def _connected(turn: Turn) -> str:
    """Under what a thread keeps to which managers it has connections: each has its own."""
    return f"connected {turn.image.front}"


def lose_connection(turn: Turn, manager: str) -> None:
    """The thread that serves who acts is gone: what that asks for later fails."""
    image = turn.image.copy()
    key = f"lost {image.front}"
    image.extra[key] = (*image.extra.get(key, ()), manager)
    turn.remember(image, own=True)


def _would_wait(turn: Turn, operation: Operation, act: Perform) -> bool:
    mark = turn.mark()
    try:
        return act(turn, operation) is BLOCKED
    except Exception:
        return False
    finally:
        turn.back(mark)


def _manager_of(turn: Turn, ref: Ref) -> str:
    return str(turn.model.names.objects[ref.name].options["manager"])


MANAGERS: dict[tuple[str, str], Act] = {
    ("manager", SERVE): Act(_serve, instant=True),
    ("manager", "shutdown"): Act(_shutdown),
}
