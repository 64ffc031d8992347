"""Processes of the model world: made, started, waited for, ended; what CPython does when one ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mprunner.operations import BY_KIND
from mprunner.program.binding import bind
from mprunner.program.declarations import ProcessDeclaration
from mprunner.program.evaluate import build
from mprunner.program.expressions import Expr, Spread
from mprunner.program.handles import Handle, Ref
from mprunner.program.handouts import Operation
from mprunner.program.machine import fresh_globals
from mprunner.recording.values import shown_error
from mprunner.worlds.model.freezing import freeze, thaw
from mprunner.worlds.model.images import BEGIN, LEAVE, Child, Image
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.names import members
from mprunner.worlds.model.performing import Act, by_timeout, carrying
from mprunner.worlds.model.playing import FIRST, begin_of
from mprunner.worlds.model.results import BLOCKED, Call, Done, Ended, Next, Raised, Refused, Result
from mprunner.worlds.model.turn import Turn
from mprunner.worlds.model.unfollowed import Unfollowed
from mprunner.worlds.tracebacks import traceback_lines

__all__ = ["LIFECYCLE", "lay_out_processes"]

ALIVE = 1
"""What stands in the life of a process that runs: 0 before its start, (exit code,) after its end."""


def lay_out_processes(model: Model) -> None:
    """Threads for main and for each declared process, and main's memory at first."""
    model.names.threads["main"] = model.add_process("main")
    for declared in model.program.processes:
        parent = model.program.process(declared.parent)
        if parent is not None and parent.replicas is not None:
            raise Unfollowed(
                f"each replica of {declared.parent} starts a process {declared.name}: they can't be told apart",
                model.program,
                declared.site,
            )
        for ref in members(declared.name, declared.replicas):
            model.names.threads[str(ref)] = model.add_process(str(ref))
    for name, thread in model.names.threads.items():
        model.names.pid(name)
        if model.features.kills and thread:
            model.layout.add(("doom", name), 0)
            model.add_internal(f"{name}.signal", name, _signalled)


def begin_main(model: Model) -> None:
    """Put main at its first step, with the processes that it has made before."""
    image = Image("main", fresh_globals(model.program), parent=None, mp_name="MainProcess")
    declared = [each for each in model.program.processes if each.parent == "main"]
    pending = []
    for each in declared:
        for ref in members(each.name, each.replicas):
            if each.routine is not None:
                pending.append(ref)
            else:
                _make(model, image, each, ref)
    image.extra["unmade"] = tuple(pending)
    thread = model.names.threads["main"]
    local = model.images.begin(image, model.program.main.name, (), {})
    model.layout.start(model.slots[thread], model.stand(local))
    model.layout.start(model.layout.cell("life", "main"), ALIVE)


# --- making process objects ---


def _make(model: Model, image: Image, declared: ProcessDeclaration, ref: Ref) -> Child:
    """A process object in the memory of `image`, its arguments evaluated there. Raises what that raises."""
    names: dict[str, Any] = {} if ref.index is None else {"index": ref.index}
    args = _values(model, image, declared.arguments, names)
    kwargs = {key: _value(model, image, each, names) for key, each in declared.keywords}
    name = None if declared.mp_name is None else _value(model, image, declared.mp_name, names)
    return _made(image, declared, ref, args, kwargs, name)


def _made(
    image: Image,
    declared: ProcessDeclaration,
    ref: Ref,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    name: Any,
) -> Child:
    image.made += 1
    given = image.mp_name.partition("-")[2]
    number = f"{given}:{image.made}" if given else str(image.made)
    mp_name = f"Process-{number}" if name is None else str(name)
    daemon = image.daemon if declared.daemon is None else declared.daemon
    child = image.children[str(ref)] = Child(image.process, args, kwargs, mp_name, bool(daemon))
    return child


def _value(model: Model, image: Image, expression: Expr, names: dict[str, Any]) -> Any:
    return build(expression, model.names.counts)(names, image.globals)


def _values(
    model: Model, image: Image, expressions: tuple[Expr, ...], names: dict[str, Any]
) -> tuple[Any, ...]:
    found: list[Any] = []
    for each in expressions:
        if isinstance(each, Spread):
            found.extend(_value(model, image, each.value, names))
        else:
            found.append(_value(model, image, each, names))
    return tuple(found)


def _child(turn: Turn, handle: Handle) -> Child | Result:
    """The process object of this name in the acting process, made now where that is its task; or what must happen first."""
    name = str(handle.ref)
    found = turn.image.children.get(name)
    if found is not None:
        return found
    declared = turn.model.names.processes.get(handle.ref.name)
    if declared is None or declared.parent != turn.process.partition("[")[0]:
        raise NameError(f"name '{handle.ref}' is not defined")
    if declared.routine is not None and not (isinstance(turn.phase, tuple) and turn.phase[0] == "given"):
        names = {} if handle.ref.index is None else {"index": handle.ref.index}
        target = turn.model.program.targets[declared.routine]
        return Call(declared.routine, tuple(bind(target, (), names).values()), ("given",))
    image = turn.image.copy()
    if declared.routine is not None:
        if turn.escaped is not None:
            raise turn.escaped
        args, kwargs, called = image.returned
        made = _made(image, declared, handle.ref, tuple(args), kwargs, called)
    else:
        made = _make(turn.model, image, declared, handle.ref)
    turn.remember(image)
    return made


def _with_child(act: Callable[[Turn, Operation, Child], Result]) -> Callable[[Turn, Operation], Result]:
    """`act` on the process object; it is made first where need be."""

    def perform(turn: Turn, operation: Operation) -> Result:
        assert operation.object is not None
        child = _child(turn, operation.object)
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
    local = _born(model, turn.image, name, child)
    if not (model.features.kills or model.features.looks):
        number = model.instant(turn, "begin", "instant", None, values=_given(child), process=name, site=-1)
        if not model.instants.is_watched(number):
            turn.afterwards.append(number)  # nobody can tell when exactly it came to be
            local = model.images.after(local, None)
    turn.writes[model.slots[thread]] = model.stand(local, FIRST)
    return Done()


def _given(child: Child) -> dict[str, Any]:
    return {"args": child.args, "kwargs": child.kwargs}


def _born(model: Model, parent: Image, name: str, child: Child) -> int:
    """The local state of a process that starts: a copy of its parent's memory, or (spawn) a memory of its own."""
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
    image.process = image.actor = name
    image.parent, image.mp_name, image.daemon = parent.process, child.mp_name, child.daemon
    image.machines, image.suspended, image.late, image.extra = [], [], {}, {}
    image.phase = image.returned = image.escaped = None
    image.made, image.draws, image.site = 0, 0, -1
    return model.images.begin(image, declared.target, args, kwargs)


def _begin(turn: Turn, operation: Operation) -> Result:
    if turn.process != "main":
        turn.emit("begin", values=dict(operation.arguments))
    else:
        turn.emit("begin")
    return Done()


def _started(turn: Turn, operation: Operation, value: Any) -> dict[str, Any]:
    return {"pid": turn.model.names.pid(str(operation.object.ref))}  # type: ignore[union-attr]


def _join(turn: Turn, operation: Operation, child: Child) -> Result:
    _own(turn, child, "join")
    life = turn.get(_life(turn, operation))
    if life == 0:
        raise AssertionError("can only join a started process")
    if life != ALIVE:
        return Done()
    timeout = operation.arguments.get("timeout")
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
    target = turn.model.program.targets[declared.target]
    if any(parameter.form != "plain" for parameter in target.parameters):
        raise Unfollowed("`run` of a target with *args or **kwargs", turn.model.program, operation.site)
    return Call(declared.target, tuple(bind(target, child.args, child.kwargs).values()), ("ran",))


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
    life = turn.get(_life(turn, operation))
    return Done(life[0] if isinstance(life, tuple) and child.maker == turn.process else None)


def _pid(turn: Turn, operation: Operation, child: Child) -> Result:
    if child.closed:
        raise ValueError("process object is closed")
    life = turn.get(_life(turn, operation))
    return Done(None if life == 0 else turn.model.names.pid(str(operation.object.ref)))  # type: ignore[union-attr]


def _sentinel(turn: Turn, operation: Operation, child: Child) -> Result:
    if turn.get(_life(turn, operation)) == 0:
        raise ValueError("process not started")
    return Done(turn.model.names.pid(str(operation.object.ref)) % 1000 + 2)  # type: ignore[union-attr]


def _name(turn: Turn, operation: Operation, child: Child) -> Result:
    return Done(child.mp_name)


def _daemon(turn: Turn, operation: Operation, child: Child) -> Result:
    return Done(child.daemon)


def _authkey(turn: Turn, operation: Operation, child: Child) -> Result:
    if child.authkey is None:
        raise Unfollowed("an authentication key is random", turn.model.program, operation.site)
    return Done(child.authkey)


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
        _own(turn, child, "terminate")
        life = turn.get(_life(turn, operation))
        if life == 0:
            raise AttributeError("'NoneType' object has no attribute 'terminate'")
        if life == ALIVE:
            _doom(turn, str(operation.object.ref), signal)  # type: ignore[union-attr]
        return Done()

    return end


# --- ends ---


def _doom(turn: Turn, process: str, signal: int) -> None:
    """Send a signal that ends the process, at whatever point it is when it takes effect."""
    cell = turn.cell("doom", process)
    if turn.get(cell) == 0:
        turn.set(cell, signal)


def _signalled(turn: Turn) -> Result:
    """A signal takes effect: the process is gone where it stands; what it holds stays as it is."""
    model, name = turn.model, turn.process
    signal = turn.get(turn.cell("doom", name))
    life = turn.cell("life", name)
    if signal == 0 or turn.get(life) != ALIVE:
        return BLOCKED
    _cut_short(turn, turn.look(model.slots[model.names.threads[name]]))
    die(turn, name, -signal)
    turn.emit("exit", "end", values={"exitcode": -signal}, site=-1)
    return Done()


def _cut_short(turn: Turn, at: int) -> None:
    """Who dies while it waits has begun to."""
    model = turn.model
    local, phase, begun = model.standings[at]
    operation = model.images[local].operation
    if operation is None or begun or phase not in (None, FIRST) or model.images[local].phase is not None:
        return
    kind = operation.object.kind if operation.object is not None else "none"
    spec = BY_KIND.get((kind, operation.op))  # type: ignore[arg-type]
    if spec is not None and (spec.blocks or operation.op == "sleep"):
        turn.events.append(model.instants.number(begin_of(turn, local), "begin"))
        turn.forget()


def die(turn: Turn, name: str, exitcode: int, variables: Any = None) -> None:
    """The process is gone, its threads with it. `variables` are what it left on record."""
    model = turn.model
    turn.set(turn.cell("life", name), (exitcode,))
    turn.writes[model.slots[model.names.threads[name]]] = model.gone(freeze(variables))
    for gone in model.dying:
        gone(turn, name)


def _leave(turn: Turn, operation: Operation) -> Result:
    """Goes as CPython ends a process: finalizers of pools and managers, daemons ended, children joined, feeders done."""
    model, image = turn.model, turn.image
    if turn.phase is None:
        if image.error is not None and not isinstance(image.error, SystemExit):
            turn.emit("exception", values={}, error=shown_error(image.error), site=image.site)
            _print_traceback(turn, image.error)
        turn.emit("exit", "begin", values=_last_words(turn))
        if isinstance(image.error, SystemExit) and turn.process != "main":
            _print_word(turn, image.error)
        daemons = [name for name in _children(turn) if image.children[name].daemon]
        if daemons or any(True for _ in model.leaving) or _has_to_wait(turn):
            return Next("leaving")
    if turn.phase in (None, "leaving"):
        for part in model.leaving:
            if not part(turn):
                return BLOCKED
        for name in _children(turn):
            if image.children[name].daemon and turn.get(turn.cell("life", name)) == ALIVE:
                _doom(turn, name, 15)
        if _has_to_wait(turn):
            return Next("joining")
    if _has_to_wait(turn):
        return BLOCKED
    die(turn, turn.process, image.exitcode, image.variables)
    turn.emit("exit", "end", values=_last_words(turn))
    return Ended()


def _print_traceback(turn: Turn, error: BaseException) -> None:
    image = turn.image
    heading = None if turn.process == "main" else f"Process {image.mp_name}:"
    for line in traceback_lines(error, turn.model.program, image.site, heading):
        turn.emit("stderr", values={"text": line}, site=-1)


def _print_word(turn: Turn, error: SystemExit) -> None:
    """What a child that leaves with a text instead of a number writes before it is gone."""
    if error.code is not None and not isinstance(error.code, int):
        for line in str(error.code).split("\n"):
            turn.emit("stderr", values={"text": line}, site=-1)


def _last_words(turn: Turn) -> dict[str, Any]:
    image = turn.image
    found: dict[str, Any] = {"exitcode": image.exitcode}
    if image.variables is not None:
        found["variables"] = image.variables
    return found


def _children(turn: Turn) -> Iterator[str]:
    """The processes that this one has started."""
    for name, child in turn.image.children.items():
        if child.maker == turn.process and turn.get(turn.cell("life", name)) != 0:
            yield name


def _has_to_wait(turn: Turn) -> bool:
    if any(turn.get(turn.cell("life", name)) == ALIVE for name in _children(turn)):
        return True
    return any(waits(turn) for waits in turn.model.draining)


LIFECYCLE: dict[tuple[str, str], Act] = {
    ("none", BEGIN): Act(_begin, instant=True, moves="never"),
    ("none", LEAVE): Act(_leave),
    ("process", "start"): Act(_with_child(_start), gave=_started, moves="always"),
    ("process", "join"): Act(
        _with_child(_join), carrying("timeout"), gave=_exit_seen, timed=by_timeout, moves="waits"
    ),
    ("process", "run"): Act(_with_child(_run), timed=lambda arguments: False),
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
