"""`create` and `del` in the model world: what a process makes is its own (see `copies`), a name that it forgets is not there."""

from __future__ import annotations

from mprunner.program.declarations import ObjectDeclaration
from mprunner.program.handles import Handle, Ref, members
from mprunner.program.handouts import Operation
from mprunner.worlds.model.copies import UNSHARED, instances, is_within, suffix_of
from mprunner.worlds.model.life import ALIVE, UNLINKED
from mprunner.worlds.model.memory import is_locked
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.performing import Act, carrying
from mprunner.worlds.model.results import Done, Result
from mprunner.worlds.model.turn import Turn
from mprunner.worlds.model.unfollowed import Unfollowed

__all__ = ["CREATING", "lay_out_names"]


def lay_out_names(model: Model) -> None:
    """Under spawn a child finds semaphores by name: a cell for each object that has some and may be dropped before."""
    if model.method == "fork" or "del" not in model.features.operations:
        return
    for declared in model.program.objects:
        raw = declared.kind in ("value", "array") and not is_locked(declared)
        if declared.kind in UNSHARED or declared.options.get("manager") is not None or raw:
            continue
        for ref, name, _maker in instances(model, declared):
            family = declared.name + name.removeprefix(str(ref))
            if model.layout.find(UNLINKED, family) is None:
                model.layout.add((UNLINKED, family), False)


def _create(turn: Turn, operation: Operation) -> Result:
    model, name = turn.model, operation.arguments["name"]
    declared = model.names.objects.get(name)
    if declared is None:
        raise NameError(f"name '{name}' is not defined")
    manager = declared.options.get("manager")
    if manager is not None:
        turn.named(str(manager))  # it has to be there
        if turn.get(model.layout.cell("life", str(manager))) != ALIVE:
            raise FileNotFoundError(2, "No such file or directory")
    refs = [str(ref) for ref in members(declared.name, declared.count)]
    if declared.kind not in UNSHARED:
        _create_cells(turn, operation, declared, refs)
        return Done()
    make = model.making[declared.kind]
    for ref in refs:
        before: Result | None = make(turn, Handle(declared.kind, Ref.of(ref)))
        if before is not None:
            return before
    image = turn.image.copy()
    image.forgotten = image.forgotten - set(refs)
    turn.remember(image)
    return Done()


def _create_cells(turn: Turn, operation: Operation, declared: ObjectDeclaration, refs: list[str]) -> None:
    """Give the process an object of its own. Raises Unfollowed where somebody may still have one that it made before."""
    model, name = turn.model, declared.name
    image = turn.image.copy()
    number = image.extra.get(f"made {name}", 0)
    most = model.made[name][turn.process]
    if number >= most:
        _nobody_has_the_last(turn, operation, name)
    suffix = suffix_of(declared, turn.process, min(number, most - 1))
    image.forgotten = image.forgotten - set(refs)
    image.extra[f"made {name}"] = min(number + 1, most)
    own = tuple((known, each) for known, each in image.extra.get("own", ()) if known != name)
    image.extra["own"] = tuple(sorted((*own, (name, suffix)))) if suffix else own
    turn.remember(image)
    for ref in (*refs, name):
        for cell, first in model.layout.of_object(f"{ref}{suffix}"):
            turn.set(cell, first)


def _nobody_has_the_last(turn: Turn, operation: Operation, name: str) -> None:
    """Raises Unfollowed where a process may still use the last object of this name: the next one would have to be another."""
    model = turn.model
    for process in model.names.threads:
        if process == turn.process or process in model.owners:  # of managers
            continue
        if not is_within(model, process, turn.process):
            continue
        if turn.get(model.layout.cell("life", process)) == ALIVE:
            raise Unfollowed(
                f"{process} may still use what {name} stood for before, and there is no end of them",
                model.program,
                operation.site,
            )


def _delete(turn: Turn, operation: Operation) -> Result:
    declared = turn.model.names.objects.get(operation.arguments["name"])
    if declared is not None:
        family = turn.image.named(declared.name)
        image = turn.image.copy()
        refs = [str(ref) for ref in members(declared.name, declared.count)]
        image.forgotten = image.forgotten | set(refs)
        turn.remember(image)
        cell = turn.model.layout.find(UNLINKED, family)
        maker = family.partition("@")[2].partition("#")[0] or "main"
        if cell is not None and turn.process == maker:
            turn.set(cell, True)
    return Done()


CREATING: dict[tuple[str, str], Act] = {
    ("none", "create"): Act(_create, carrying("name")),
    ("none", "del"): Act(_delete, carrying("name")),
}
