"""Barriers that a manager holds, in the model world: `threading.Barrier` of its server, and what the last party has called there.

The action is played in the server, by the thread that serves whoever came last (`m.serving(p)`); it knows none of the declared
objects. An exception of it breaks the barrier and goes to that party. One that is no Exception ends the thread: the party loses
its connection.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mprunner.program.declarations import ObjectDeclaration
from mprunner.program.handles import members
from mprunner.program.handouts import Operation
from mprunner.worlds.model.freezing import freeze
from mprunner.worlds.model.images import ANSWER, Image
from mprunner.worlds.model.locks import FREE
from mprunner.worlds.model.managers import lose_connection
from mprunner.worlds.model.meetings import BROKEN, LETTING_OUT, Gate, arrive, left, meet
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.performing import Act
from mprunner.worlds.model.results import BLOCKED, Done, Ended, Next, Raised, Result
from mprunner.worlds.model.strands import Strand
from mprunner.worlds.model.turn import Turn

__all__ = ["ANSWERS", "MANAGED_BARRIERS", "lay_out_serving"]

_NOTHING, _ASKED, _ANSWERED = 0, 1, 2
"""What a process and the thread that serves it tell each other; with it come the barrier and what came of it."""


def lay_out_serving(model: Model) -> None:
    """A thread of the server for each process that it serves, where that may have an action to play."""
    managers = {
        str(each.options["manager"]): None
        for each in model.program.objects
        if each.kind == "barrier" and each.name in model.managed and each.options["action"] is not None
    }
    for manager in managers:
        for client in _clients(model):
            model.layout.add(("serving", manager, client), (_NOTHING, None))
            model.add_strand(f"{manager}.serving({client})", manager, f"serving {client}")
            model.served.add(manager)
    if managers:
        model.serving.append(_serving_threads)


def _clients(model: Model) -> list[str]:
    servers = {
        str(ref)
        for each in model.program.objects
        if each.kind == "manager"
        for ref in members(each.name, each.count)
    }
    return [name for name in model.names.threads if name not in servers]


def _serving_threads(model: Model, image: Image) -> None:
    """Give the memory of a server its threads; it knows none of the objects."""
    declared = model.program.objects
    image.forgotten = frozenset(str(ref) for each in declared for ref in members(each.name, each.count))
    if image.process in model.served:
        for client in _clients(model):
            operation = Operation(ANSWER, None, {"client": client}, -1)
            image.strands[f"serving {client}"] = Strand(image.process, operation)


# --- who comes ---


def _meet(turn: Turn, operation: Operation) -> Result:
    assert operation.object is not None
    declared = turn.model.names.objects[operation.object.ref.name]
    cell = turn.cell("barrier", operation.object.ref)
    if turn.phase == "acting":
        return _answered(turn, declared)
    if turn.phase is not None or declared.options["action"] is None:
        return meet(turn, operation)
    gate: Gate = turn.get(cell)
    came = arrive(turn, cell, gate, declared.options, managed=True)
    if isinstance(came, Next):
        return came
    if came is BLOCKED:
        return BLOCKED
    turn.set(_serving(turn, declared), (_ASKED, (declared.options["action"], cell, gate.inside)))
    return Next("acting")


def _serving(turn: Turn, declared: ObjectDeclaration) -> int:
    return turn.model.layout.cell("serving", str(declared.options["manager"]), turn.process)


def _answered(turn: Turn, declared: ObjectDeclaration) -> Result:
    cell = _serving(turn, declared)
    state, answer = turn.get(cell)
    if state != _ANSWERED:
        return BLOCKED
    turn.set(cell, (_NOTHING, None))
    if isinstance(answer, int):
        return Done(answer)
    error = answer.value
    if isinstance(error, Exception):
        return Raised(error)
    lose_connection(turn, str(declared.options["manager"]))
    return Raised(EOFError())


# --- the server ---


def _answer(turn: Turn, operation: Operation) -> Result:
    """A step of the thread that serves one process: it plays the action of a barrier for it."""
    model, client = turn.model, operation.arguments["client"]
    cell = model.layout.cell("serving", turn.process, client)
    state, asked = turn.get(cell)
    if state != _ASKED:
        return BLOCKED
    target, barrier, index = asked
    if turn.phase is None:
        local = model.images.play(turn.image.copy(), target, (), {}, ("acted",))
        turn.writes[model.slots[turn.thread]] = model.stand(local)
        return Ended()
    gate, error = turn.get(barrier), turn.escaped
    opened = gate._replace(state=LETTING_OUT if error is None else BROKEN, holder=FREE)
    turn.set(barrier, left(opened, managed=True))
    turn.set(cell, (_ANSWERED, index if error is None else freeze(error)))
    image = turn.image.copy()
    image.operation, image.site = operation, -1
    image.phase = image.returned = image.escaped = None
    turn.remember(image, own=True)
    turn.writes[model.slots[turn.thread]] = model.stand(turn.local)
    return Ended()


ANSWERS: dict[tuple[str, str], Act] = {("none", ANSWER): Act(_answer, instant=True)}
MANAGED_BARRIERS: dict[tuple[str, str], Callable[[Turn, Operation], Any]] = {("barrier", "wait"): _meet}
