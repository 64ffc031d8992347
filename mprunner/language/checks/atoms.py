"""What each process surely does, in its order: it prints, hands something over, or waits for what is handed over.

Only a process without branches and unknown loops (around what counts here) has such a line of *atoms*.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from mprunner.language.checks.scope import Scope
from mprunner.language.constants import NotConstantError, number
from mprunner.language.control_steps import For, Repeat, With
from mprunner.language.data_steps import Set
from mprunner.language.declarations import MAIN, Routine
from mprunner.language.fields import Expression, Step
from mprunner.language.plain_steps import CallTarget, Print, ReturnValue
from mprunner.language.process_steps import Join, Start
from mprunner.language.queue_steps import Get, Put, PutNowait
from mprunner.language.waiting_steps import Acquire, Release, Wait
from mprunner.language.walking import all_steps
from mprunner.records import record

__all__ = ["Atom", "Line", "lines_of_atoms"]

MOST_ATOMS = 200
"""Atoms of one process: longer ones are left alone, so that a check takes no time."""

_DEEPEST_CALL = 8
_GIVES = (Put, PutNowait, Release)
_TAKES = (Get, Acquire, Wait)
_COUNTS = (Print, Set, Start, Join, CallTarget, ReturnValue, *_GIVES, *_TAKES)


@record
class Atom:
    """`does` is print, give, take, start or join; `object` is that which is given, taken, started or joined.

    Of a take only one that waits as long as it needs is an atom; a give that may fail is one.
    """

    does: str
    object: str | None = None


@record
class Line:
    """The atoms of a process, and the routines that they are of."""

    atoms: tuple[Atom, ...]
    routines: frozenset[str] = frozenset()


class _NoLineError(Exception):
    """A process of which only a run knows what it does."""


def lines_of_atoms(scope: Scope) -> dict[str, Line | None]:
    """The lines of `main` and of every declared process; None where they are not known, or the process has replicas."""
    scenario = scope.scenario
    found: dict[str, Line | None] = {}
    for name, process in scenario.processes.items():
        routine = scope.declarations.routines.get(process.target or "")
        alone = process.replicas in (None, 1)
        found[name] = (
            _line(scope, routine, _bound(routine, process.args)) if routine is not None and alone else None
        )
    if scenario.main is not None:
        found[MAIN] = _line(scope, scope.declarations.routines[MAIN], {})
    else:
        started = [name for name, process in scenario.processes.items() if process.parent is None]
        found[MAIN] = Line(tuple(Atom(does, name) for does in ("start", "join") for name in started))
    return found


def _line(scope: Scope, routine: Routine, bound: Mapping[str, str]) -> Line | None:
    found: list[Atom] = []
    routines: set[str] = set()
    try:
        for atom in _Reader(scope, routine, bound, routines).steps(routine.steps):
            found.append(atom)
            if len(found) > MOST_ATOMS:
                return None
    except _NoLineError:
        return None
    return Line(tuple(found), frozenset(routines))


def _bound(routine: Routine, args: Expression | None) -> dict[str, str]:
    """The parameters that are given something by its name, and the name."""
    given = args.tree.elts if args is not None and isinstance(args.tree, ast.List) else []
    names = [parameter.name for parameter in routine.parameters]
    return {name: tree.id for name, tree in zip(names, given, strict=False) if isinstance(tree, ast.Name)}


class _Reader:
    """Reads one routine, whose parameters `bound` stand for declared names; `routines` gets the names of all that are read."""

    def __init__(
        self, scope: Scope, routine: Routine, bound: Mapping[str, str], routines: set[str], depth: int = 0
    ) -> None:
        self._scope = scope
        self._routine = routine
        self._routines = routines
        routines.add(routine.name)
        assigned = {one.name for one in routine.assigned()}
        self._bound = {name: of for name, of in bound.items() if name not in assigned}
        self._depth = depth

    def steps(self, steps: tuple[Step, ...]) -> Iterator[Atom]:
        """The atoms of these steps. Raises _NoLineError where they are not known."""
        for step in steps:
            yield from self._step(step)

    def _step(self, step: Step) -> Iterator[Atom]:
        body = step.body
        if isinstance(body, Print):
            yield Atom("print")
        elif isinstance(body, Set):
            if body.event is not None:
                yield Atom("give", self._name(body.event))
        elif isinstance(body, _GIVES):
            yield Atom("give", self._object(step))
        elif isinstance(body, _TAKES):
            if getattr(body, "block", None) is None and body.timeout is None:
                yield Atom("take", self._object(step))
        elif isinstance(body, Start):
            yield Atom("start", self._name(body.process))
        elif isinstance(body, Join):
            if body.timeout is None:
                yield Atom("join", self._object(step))
        elif isinstance(body, CallTarget):
            yield from self._call(body)
        elif isinstance(body, With):
            # A lock lets one go first, whoever that is; a semaphore's permit may come from another process.
            held = self._name(body.with_)
            yield Atom("take", held)
            yield from self.steps(body.steps)
            yield Atom("give", held)
        elif isinstance(body, (Repeat, For)):
            for _ in range(self._times(body) if self._matters(body.steps) else 0):
                yield from self.steps(body.steps)
        elif self._matters((step,)):
            raise _NoLineError

    def _call(self, body: CallTarget) -> Iterator[Atom]:
        routine = self._scope.declarations.routines.get(body.target)
        if routine is None or self._depth == _DEEPEST_CALL:
            raise _NoLineError
        bound = {
            name: self._bound.get(of, of)
            for name, of in _bound(routine, body.args).items()
            if of in self._bound or of not in self._routine.variables
        }
        yield from _Reader(self._scope, routine, bound, self._routines, self._depth + 1).steps(routine.steps)

    def _times(self, body: Repeat | For) -> int:
        """How often a loop goes round."""
        tree = (body.repeat if isinstance(body, Repeat) else body.in_).tree
        if isinstance(tree, (ast.List, ast.Tuple)):
            return len(tree.elts)
        if isinstance(body, For):
            if not (
                isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "range"
            ):
                raise _NoLineError
            if len(tree.args) != 1:
                raise _NoLineError
            tree = tree.args[0]
        try:
            times = number(tree, self._scope.scenario.params)
        except (NotConstantError, ArithmeticError, TypeError, ValueError):
            raise _NoLineError from None
        if not isinstance(times, int) or times > MOST_ATOMS:
            raise _NoLineError
        return times

    def _matters(self, steps: tuple[Step, ...]) -> bool:
        """Whether anything in these steps is an atom, or leaves the loop or the routine before its end."""
        return any(
            isinstance(step.body, _COUNTS) or step.verb in ("break", "continue") for step in all_steps(steps)
        )

    def _object(self, step: Step) -> str | None:
        reference = step.body.object_expression()
        return None if reference is None else self._name(reference)

    def _name(self, reference: Expression) -> str | None:
        """The one declared thing that is meant; None where it may be another, or one of a family."""
        tree = reference.tree
        if not isinstance(tree, ast.Name):
            return None
        if tree.id in self._bound:
            name: str | None = self._bound[tree.id]
        else:
            known = self._scope.inference.objects(tree, self._routine) or frozenset()
            name = next(iter(known)).name if len(known) == 1 else None
        declared = self._scope.declarations.names.get(name or "")
        return None if declared is None or declared.members is not None else name
