"""What is done to process objects in the model world, and how a process begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mprunner.program.binding import bind
from mprunner.program.handles import Handle, Ref
from mprunner.program.handouts import Operation
from mprunner.program.machine import fresh_globals
from mprunner.program.needs import handles_in
from mprunner.worlds.conventions import by_timeout, for_good
from mprunner.worlds.model.copies import inherited, unsent
from mprunner.worlds.model.ending import die, doom, leave
from mprunner.worlds.model.freezing import freeze, thaw
from mprunner.worlds.model.images import BEGIN, LEAVE, Child, Image
from mprunner.worlds.model.life import ALIVE, UNLINKED
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.names import ref_of
from mprunner.worlds.model.performing import Act, carrying
from mprunner.worlds.model.playing import FIRST, notices_ends, unnoticed
from mprunner.worlds.model.processes import child_of
from mprunner.worlds.model.results import BLOCKED, Call, Done, Ended, Raised, Refused, Result
from mprunner.worlds.model.turn import Turn

__all__ = ["LIFECYCLE"]


_KEY = bytes(range(1, 33))
"""Stands for main's own key, which is random and inherited by all."""


def _with_child(act: Callable[[Turn, Operation, Child], Result]) -> Callable[[Turn, Operation], Result]:
    """`act` on the process object; it is made first where need be."""

    def perform(turn: Turn, operation: Operation) -> Result:
        assert operation.object is not None
        child = child_of(turn, operation.object)
        return act(turn, operation, child) if isinstance(child, Child) else child

    return perform


def _life(turn: Turn, operation: Operation) -> int:
    return turn.cell("life", str(operation.object.ref))  # type: ignore[union-attr]


def _own(turn: Turn, child: Child, does: str) -> None:
    if child.closed:
        raise ValueError("process object is closed")
    if child.maker != turn.process:
        raise AssertionError(f"can only {does} a child process")


# --- start and join ---


def _start(turn: Turn, operation: Operation, child: Child) -> Result:
    model = turn.model
    name = str(operation.object.ref)  # type: ignore[union-attr]
    life = _life(turn, operation)
    if child.closed:
        raise ValueError("process object is closed")
    if child.maker == turn.process and turn.get(life) != 0:
        raise AssertionError("cannot start a process twice")
    if child.maker != turn.process:
        raise AssertionError("can only start a process object created by current process")
    if turn.image.daemon:
        raise AssertionError("daemonic processes are not allowed to have children")
    thread = model.names.threads[name]
    turn.set(life, ALIVE)
    image = turn.image.copy()
    image.children[name].started = True
    if notices_ends(model, image):
        _notice_ends(turn, image)
    turn.remember(image)
    turn.looks_at_memory()
    copied = inherited(turn, turn.image) if model.method == "fork" else {}
    local = _born(model, turn.image, name, child, copied)
    if not model.is_mortal(name) and not any(_names_to_find(model, name, local)):
        number = model.instant(turn, "begin", "instant", None, values=_given(child), process=name, site=-1)
        if not model.instants.is_watched(number):
            turn.afterwards.append(number)  # nobody can tell when exactly it came to be
            local = model.images.after(local, None)
    turn.writes[model.slots[thread]] = model.stand(local, FIRST)
    return Done()


def _notice_ends(turn: Turn, image: Image) -> None:
    """Whoever starts a process looks first which of its children have ended; a fork knows what was noticed before it."""
    for name in unnoticed(image):
        life = turn.get(turn.cell("life", name))
        if isinstance(life, tuple):
            image.children[name].exitcode = life[0]


def _given(child: Child) -> dict[str, Any]:
    return {"args": child.args, "kwargs": child.kwargs}


def _born(model: Model, parent: Image, name: str, child: Child, copied: dict[str, Any]) -> int:
    """The local state of a process that starts: a copy of its parent's memory, or (spawn) a memory of its own. `copied` is what a
    fork keeps of things that are its parent's.
    """
    declared = model.names.processes[name.partition("[")[0]]
    if model.method == "fork":
        image = parent.copy()
        own = image.children[name]
        args, kwargs = own.args, own.kwargs
        mine = {each.name for each in model.program.processes if each.parent == name.partition("[")[0]}
        image.children = {
            key: each for key, each in image.children.items() if key.partition("[")[0] not in mine
        }
    else:
        image = Image(name, fresh_globals(model.program), parent=None, mp_name="")
        args, kwargs = thaw(freeze((child.args, child.kwargs)))
        image.clock = parent.clock
        image.extra = dict(parent.extra)
        image.forgotten = parent.forgotten | unsent(model)
    image.process = image.actor = name
    image.parent, image.mp_name, image.daemon = parent.process, child.mp_name, child.daemon
    image.machines, image.suspended, image.late = [], [], {}
    image.inherit(forked=model.method == "fork")
    image.extra.update(copied)
    image.alone()
    image.phase = image.returned = image.escaped = None
    image.made, image.draws, image.site = 0, (), -1
    return model.images.begin(image, declared.target, args, kwargs)


def _names_to_find(model: Model, process: str, local: int) -> Iterator[int]:
    """The cells of what a new process has to find by name, and may not find."""
    operation = model.images[local].operation
    declared = model.names.processes.get(process.partition("[")[0])
    if declared is None or operation is None:
        return
    names = {handle.ref.name for handle in handles_in(tuple(operation.arguments.values()))}
    if declared.target is not None:
        names |= model.program.targets[declared.target].needs
    for name in sorted(names):
        cell = model.layout.find(UNLINKED, model.images[local].named(name))
        if cell is not None:
            yield cell


def _begin(turn: Turn, operation: Operation) -> Result:
    if any(turn.get(cell) for cell in _names_to_find(turn.model, turn.process, turn.local)):
        die(turn, turn.process, 1)
        return Ended()
    if turn.process != "main":
        turn.emit("begin", values=dict(operation.arguments))
        return Done()
    if turn.phase in (None, FIRST):
        turn.emit("begin")
    while unmade := turn.image.extra["unmade"]:
        made = _made_for_main(turn, ref_of(unmade[0]))
        if made is not None:
            return made
        image = turn.image.copy()
        image.extra["unmade"] = unmade[1:]
        turn.remember(image)
        turn.phase = None
    return Done()


def _made_for_main(turn: Turn, ref: Ref) -> Result | None:
    """Make a process object or a pool; what has to happen before, None when it is made."""
    declared = turn.model.names.objects.get(ref.name)
    if declared is not None:
        before: Result | None = turn.model.making[declared.kind](turn, Handle(declared.kind, ref))
        return before
    made = child_of(turn, Handle("process", ref))
    return None if isinstance(made, Child) else made


def _started(turn: Turn, operation: Operation, value: Any) -> dict[str, Any]:
    return {"pid": turn.model.names.pid(str(operation.object.ref))}  # type: ignore[union-attr]


def _join(turn: Turn, operation: Operation, child: Child) -> Result:
    _own(turn, child, "join")
    timeout = operation.arguments.get("timeout")
    cell = _life(turn, operation)
    life = turn.awaited(cell) if timeout is None else turn.get(cell)
    if life == 0:
        raise AssertionError("can only join a started process")
    if life != ALIVE:
        return Done()
    if timeout is not None and turn.is_out_of_time():
        return Refused(None)
    return BLOCKED


def _exit_seen(turn: Turn, operation: Operation, value: Any) -> dict[str, Any]:
    return {"exitcode": turn.look(_life(turn, operation))[0]}


def _run(turn: Turn, operation: Operation, child: Child) -> Result:
    if turn.phase == ("ran",):
        return Done() if turn.escaped is None else Raised(turn.escaped)
    declared = turn.model.names.processes[operation.object.ref.name]  # type: ignore[union-attr]
    if declared.target is None:
        return Done()
    bind(turn.model.program.targets[declared.target], child.args, child.kwargs)  # or it raises what that does
    return Call(declared.target, tuple(child.args), ("ran",), tuple(child.kwargs.items()))


# --- what is asked of process objects ---


def _is_alive(turn: Turn, operation: Operation, child: Child) -> Result:
    if child.closed:
        raise ValueError("process object is closed")
    if str(operation.object.ref) == turn.process:  # type: ignore[union-attr]
        return Done(True)
    if child.maker != turn.process:
        raise AssertionError("can only test a child process")
    return Done(turn.get(_life(turn, operation)) == ALIVE)


def _exitcode(turn: Turn, operation: Operation, child: Child) -> Result:
    if child.closed:
        raise ValueError("process object is closed")
    if child.maker != turn.process:
        return Done(child.exitcode)  # it can't ask the operating system
    life = turn.get(_life(turn, operation))
    return Done(life[0] if isinstance(life, tuple) else None)


def _pid(turn: Turn, operation: Operation, child: Child) -> Result:
    if child.closed:
        raise ValueError("process object is closed")
    return Done(turn.model.names.pid(str(operation.object.ref)) if child.started else None)  # type: ignore[union-attr]


def _sentinel(turn: Turn, operation: Operation, child: Child) -> Result:
    if turn.get(_life(turn, operation)) == 0:
        raise ValueError("process not started")
    return Done(turn.model.names.pid(str(operation.object.ref)) % 1000 + 2)  # type: ignore[union-attr]


def _name(turn: Turn, operation: Operation, child: Child) -> Result:
    return Done(child.mp_name)


def _daemon(turn: Turn, operation: Operation, child: Child) -> Result:
    return Done(child.daemon)


def _authkey(turn: Turn, operation: Operation, child: Child) -> Result:
    return Done(_KEY if child.authkey is None else child.authkey)


def _set_attribute(turn: Turn, operation: Operation, child: Child) -> Result:
    attribute, value = operation.arguments["attribute"], operation.arguments["value"]
    image = turn.image.copy()
    twin = image.children[str(operation.object.ref)]  # type: ignore[union-attr]
    if attribute == "daemon":
        if turn.get(_life(turn, operation)) != 0:
            raise AssertionError("process has already started")
        twin.daemon = bool(value)
    elif attribute == "name":
        if not isinstance(value, str):
            raise AssertionError("name must be a string")
        twin.mp_name = str(value)
    elif attribute == "authkey":
        twin.authkey = bytes(value)
    else:
        raise AttributeError(f"property '{attribute}' of 'Process' object has no setter")
    turn.remember(image)
    return Done()


def _close(turn: Turn, operation: Operation, child: Child) -> Result:
    if not child.closed:
        if child.maker == turn.process and turn.get(_life(turn, operation)) == ALIVE:
            raise ValueError(
                "Cannot close a process while it is still running. You should first call join() or terminate()."
            )
        image = turn.image.copy()
        image.children[str(operation.object.ref)].closed = True  # type: ignore[union-attr]
        turn.remember(image)
    return Done()


def _ending(signal: int) -> Callable[[Turn, Operation, Child], Result]:
    def end(turn: Turn, operation: Operation, child: Child) -> Result:
        if child.closed:
            raise ValueError("process object is closed")
        if not child.started:
            raise AttributeError("'NoneType' object has no attribute 'terminate'")
        if turn.get(_life(turn, operation)) == ALIVE:
            doom(turn, str(operation.object.ref), signal)  # type: ignore[union-attr]
        return Done()

    return end


LIFECYCLE: dict[tuple[str, str], Act] = {
    ("none", BEGIN): Act(_begin, instant=True, moves="never"),
    ("none", LEAVE): Act(leave),
    ("process", "start"): Act(_with_child(_start), gave=_started, moves="always"),
    ("process", "join"): Act(
        _with_child(_join), carrying("timeout"), gave=_exit_seen, timed=by_timeout, moves="waits"
    ),
    ("process", "run"): Act(_with_child(_run), timed=for_good),
    ("process", "terminate"): Act(_with_child(_ending(15))),
    ("process", "kill"): Act(_with_child(_ending(9))),
    ("process", "close"): Act(_with_child(_close)),
    ("process", "is_alive"): Act(_with_child(_is_alive), gave="result"),
    ("process", "exitcode"): Act(_with_child(_exitcode), gave="result"),
    ("process", "pid"): Act(_with_child(_pid), gave="result"),
    ("process", "ident"): Act(_with_child(_pid), gave="result"),
    ("process", "sentinel"): Act(_with_child(_sentinel), gave="result"),
    ("process", "name"): Act(_with_child(_name), gave="result"),
    ("process", "daemon"): Act(_with_child(_daemon), gave="result"),
    ("process", "authkey"): Act(_with_child(_authkey), gave="result"),
    ("process", "set_attribute"): Act(_with_child(_set_attribute), carrying("attribute", "value")),
}
