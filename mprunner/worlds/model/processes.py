"""Processes of the model world as they stand before anything happens, and process objects made of declarations."""

from __future__ import annotations

from typing import Any

from mprunner.program.binding import bind
from mprunner.program.declarations import ProcessDeclaration
from mprunner.program.evaluate import build
from mprunner.program.expressions import Expr, Spread
from mprunner.program.handles import Handle, Ref, members
from mprunner.program.machine import fresh_globals
from mprunner.program.needs import refers_to_pool
from mprunner.worlds.model.ending import signalled
from mprunner.worlds.model.images import Child, Image
from mprunner.worlds.model.life import ALIVE
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.results import Call, Result
from mprunner.worlds.model.turn import Turn
from mprunner.worlds.model.unfollowed import Unfollowed
from mprunner.worlds.tracebacks import standing_at

__all__ = ["begin_main", "child_of", "lay_out_processes", "values_of"]


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
    for name in list(model.names.threads):
        model.names.pid(name)
        if model.is_mortal(name):
            model.layout.add(("doom", name), 0)
            model.add_internal(f"{name}.signal", name, signalled)


def begin_main(model: Model) -> None:
    """Put main at its first step, with the processes that it has made before."""
    image = Image("main", fresh_globals(model.program), parent=None, mp_name="MainProcess")
    own = [each for each in model.program.processes if each.parent == "main"]
    own.sort(key=lambda each: refers_to_pool(model.program, each))  # those are made after the pools
    managers = [
        (each.name, each.count) for each in model.program.objects if each.kind == "manager" and not each.later
    ]
    pools = [each for each in model.program.objects if each.kind == "pool" and not each.later]
    before = [(each.name, each.replicas) for each in own if not refers_to_pool(model.program, each)]
    after = [(each.name, each.replicas) for each in own[len(before) :]]
    made = [*managers, *before, *((each.name, each.count) for each in pools), *after]
    image.extra["unmade"] = tuple(str(ref) for name, count in made for ref in members(name, count))
    image.forgotten = frozenset(
        str(ref) for each in model.program.objects if each.later for ref in members(each.name, each.count)
    )
    thread = model.names.threads["main"]
    local = model.images.begin(image, model.program.main.name, (), {})
    model.layout.start(model.slots[thread], model.stand(local))
    model.layout.start(model.layout.cell("life", "main"), ALIVE)


# --- making process objects ---


def _make(model: Model, image: Image, declared: ProcessDeclaration, ref: Ref) -> Child:
    """A process object in the memory of `image`, its arguments evaluated there. Raises what that raises."""
    names: dict[str, Any] = {} if ref.index is None else {"index": ref.index}
    args = values_of(model, image, declared.arguments, names)
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
    mp_name = f"Process-{image.numbered(image.made)}" if name is None else str(name)
    daemon = image.daemon if declared.daemon is None else declared.daemon
    child = image.children[str(ref)] = Child(image.process, args, kwargs, mp_name, bool(daemon))
    return child


def _value(model: Model, image: Image, expression: Expr, names: dict[str, Any]) -> Any:
    return build(expression, model.names.counts)(names, image.globals)


def values_of(
    model: Model, image: Image, expressions: tuple[Expr, ...], names: dict[str, Any]
) -> tuple[Any, ...]:
    """Positional arguments, evaluated in the memory of `image`. Raises what that raises."""
    found: list[Any] = []
    for each in expressions:
        if isinstance(each, Spread):
            found.extend(_value(model, image, each.value, names))
        else:
            found.append(_value(model, image, each, names))
    return tuple(found)


def child_of(turn: Turn, handle: Handle) -> Child | Result:
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
    try:
        if turn.escaped is not None and declared.routine is not None:
            raise turn.escaped
        if declared.routine is not None:
            args, kwargs, called = image.returned
            made = _made(image, declared, handle.ref, tuple(args), kwargs, called)
        else:
            made = _make(turn.model, image, declared, handle.ref)
    except Exception as error:
        standing_at(error, declared.given)
        raise
    turn.remember(image)
    return made
