"""How processes of the model world end: by a signal, or as CPython ends one whose target is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mprunner.operations import BY_KIND
from mprunner.program.handouts import Operation
from mprunner.recording.values import shown_error
from mprunner.worlds.model.freezing import freeze
from mprunner.worlds.model.life import ALIVE
from mprunner.worlds.model.playing import FIRST, begin_of
from mprunner.worlds.model.results import BLOCKED, Done, Ended, Next, Result
from mprunner.worlds.model.steps import WRITE
from mprunner.worlds.model.turn import Turn
from mprunner.worlds.tracebacks import traceback_lines

__all__ = ["die", "doom", "leave", "signalled"]


# --- ends ---


def doom(turn: Turn, process: str, signal: int) -> None:
    """Send a signal that ends the process, at whatever point it is when it takes effect."""
    cell = turn.cell("doom", process)
    if turn.get(cell) == 0:
        turn.set(cell, signal)


def signalled(turn: Turn) -> Result:
    """A signal takes effect: the process is gone where it stands; what it holds stays as it is."""
    model, name = turn.model, turn.process
    signal = turn.get(turn.cell("doom", name))
    life = turn.cell("life", name)
    if signal == 0 or turn.get(life) != ALIVE:
        return BLOCKED
    at = turn.look(model.slots[model.names.threads[name]])
    called = model.images[model.standings[at][0]].process
    _cut_short(turn, at)
    die(turn, name, -signal)
    turn.emit("exit", "end", values={"exitcode": -signal}, site=-1, process=called)
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
    turn.set(model.layout.cell("life", name), (exitcode,))
    turn.writes[model.slots[model.names.threads[name]]] = model.gone(freeze(variables))
    for gone in model.dying:
        gone(turn, name)


def leave(turn: Turn, operation: Operation) -> Result:
    """Goes as CPython ends a process: finalizers of pools and managers, daemons ended, children joined, feeders done."""
    model, image = turn.model, turn.image
    if turn.phase is None:
        if image.error is not None and not isinstance(image.error, SystemExit):
            turn.emit("exception", values={}, error=shown_error(image.error), site=image.site)
            _print_traceback(turn, image.error)
        turn.emit("exit", "begin", values=_last_words(turn))
        if turn.process in model.feeding:
            turn.touch(model.layout.apart("leaving", turn.process), WRITE)
        if isinstance(image.error, SystemExit) and turn.process != "main":
            _print_word(turn, image.error)
        daemons = [name for name in _children(turn) if image.children[name].daemon]
        if daemons or any(True for _ in model.leaving) or _has_to_wait(turn, turn.get):
            return Next("leaving")
    if turn.phase in (None, "leaving"):
        for part in model.leaving:
            if not part(turn):
                return Next("leaving") if turn.writes else BLOCKED
        for name in _children(turn):
            if image.children[name].daemon and turn.get(turn.cell("life", name)) == ALIVE:
                doom(turn, name, 15)
        if _has_to_wait(turn, turn.get):
            return Next("joining")
    if _has_to_wait(turn, turn.awaited):
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
        if child.maker == turn.process and child.started:
            yield name


def _has_to_wait(turn: Turn, look: Callable[[int], Any]) -> bool:
    """`look` is how the lives of children are looked at: whoever does nothing but wait for them awaits their ends."""
    if any(look(turn.cell("life", name)) == ALIVE for name in _children(turn)):
        return True
    return any(waits(turn) for waits in turn.model.draining)
