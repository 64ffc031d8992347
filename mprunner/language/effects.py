"""What each process of a scenario can leave on its record: operations, with the objects they can act on and the texts.

This is an upper bound: whatever a run can show is in it. Objects are followed into targets by inference; where anything is
possible, that stands as None.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from mprunner.language.control_steps import For, With
from mprunner.language.data_steps import Set
from mprunner.language.declarations import MAIN, Declarations, Routine
from mprunner.language.expressions import observations_in
from mprunner.language.fields import Expression, Step
from mprunner.language.inference import Inference
from mprunner.language.plain_steps import CallTarget, Print
from mprunner.language.pool_steps import Apply, ApplyAsync
from mprunner.language.process_steps import Run
from mprunner.language.waiting_steps import Wait, WaitFor
from mprunner.language.walking import expressions_of
from mprunner.operations import ATTRIBUTES, SECTIONS
from mprunner.records import record

__all__ = ["Effect", "Effects", "lock_named", "print_pattern"]

ALWAYS = ("stderr", "mark", "exception")
"""Operations that may stand on the record of any process."""

_CONTROL = frozenset(
    (
        "with",
        "if",
        "while",
        "for",
        "repeat",
        "try",
        "set",
        "append",
        "remove",
        "update",
        "call",
        "raise",
        "return",
        "pass",
    )
)


@record
class Effect:
    """An operation that a process can perform; `object` is the declared name (None: any or none, see `anything`).

    `text` is what a print can print; `label` the step's label.
    """

    operation: str
    object: str | None = None
    anything: bool = False
    text: re.Pattern[str] | None = None
    label: str | None = None
    fixed: bool = False
    """The text has no parts that only the run knows."""


@record
class Effects:
    """For each process (a declared one, `main`, a pool for its workers) what it can do."""

    of: dict[str, tuple[Effect, ...]]
    routines: dict[str, frozenset[str]]
    """For each process the routines that it can run."""

    @classmethod
    def gather(cls, declarations: Declarations, inference: Inference) -> Effects:
        """The effects of every process of a scenario."""
        scenario = declarations.scenario
        roots: dict[str, set[str]] = {MAIN: {MAIN}}
        for name, process in scenario.processes.items():
            roots[name] = {process.target} if process.target is not None else set()
        for name, pool in scenario.pools.items():
            roots[name] = {pool.initializer} if pool.initializer is not None else set()
        for routine in declarations.routines.values():
            for step in routine.all_steps:
                if isinstance(step.body, (Apply, ApplyAsync)):
                    pools = inference.objects(step.body.pool.tree, routine)
                    for pool_name in scenario.pools if pools is None else [one.name for one in pools]:
                        roots.setdefault(pool_name or "", set()).add(step.body.func)
        reached = {name: _reachable(names, declarations, inference) for name, names in roots.items()}
        found: dict[str, tuple[Effect, ...]] = {
            name: (Effect("begin"), Effect("exit")) for name in scenario.managers
        }
        for name, routines in reached.items():
            effects = [
                effect
                for one in sorted(routines)
                for effect in _effects(declarations.routines[one], inference)
            ]
            effects += _by_itself(name, declarations)
            effects += _at_creation(name, declarations, inference)
            found[name] = tuple(dict.fromkeys(effects))
        return cls(found, reached)


def _reachable(names: set[str], declarations: Declarations, inference: Inference) -> frozenset[str]:
    found: set[str] = set()
    waiting = [name for name in sorted(names) if name in declarations.routines]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        routine = declarations.routines[name]
        for step in routine.all_steps:
            called: list[str | None] = []
            if isinstance(step.body, CallTarget):
                called = [step.body.target]
            elif isinstance(step.body, ApplyAsync):
                called = [*step.body.callbacks]
            elif isinstance(step.body, Run):
                processes = inference.objects(step.body.process.tree, routine)
                everything = list(declarations.scenario.processes)
                run = everything if processes is None else [one.name or "" for one in processes]
                called = [declarations.scenario.processes[one].target for one in run if one in everything]
            elif isinstance(step.body, Wait) and step.body.object_expression() is not None:
                called = list(_actions(step, routine, declarations, inference))
            waiting.extend(one for one in called if one is not None and one in declarations.routines)
    return frozenset(found)


def _actions(
    step: Step, routine: Routine, declarations: Declarations, inference: Inference
) -> Iterator[str | None]:
    """The targets that a wait may run: the actions of the barriers that it may be at."""
    reference = step.body.object_expression()
    waited = None if reference is None else inference.objects(reference.tree, routine)
    barriers = declarations.scenario.barriers
    for name in barriers if waited is None else [one.name for one in waited]:
        if name is None or name in barriers:
            yield from (barriers[one].action for one in ([name] if name is not None else barriers))


def _by_itself(name: str, declarations: Declarations) -> Iterator[Effect]:
    yield Effect("begin")
    yield Effect("exit")
    scenario = declarations.scenario
    if name in scenario.pools:
        yield Effect("start", name)
        yield Effect("task_start", name)
        yield Effect("task_end", name)
    if name == MAIN:
        for objects in SECTIONS:
            for created in getattr(scenario, objects):
                yield Effect("create", created)
        if not declarations.has_main:
            for process in scenario.processes:
                yield Effect("start", process)
                yield Effect("join", process)


def _at_creation(name: str, declarations: Declarations, inference: Inference) -> Iterator[Effect]:
    """What a process may look at for the arguments of what it creates; which of it all it creates is left open."""
    scenario = declarations.scenario
    if name != MAIN and name not in scenario.processes:
        return
    given: list[Expression | None] = [pool.initargs for pool in scenario.pools.values()]
    for process in scenario.processes.values():
        given += [process.args, process.name, *(value for _, value in process.kwargs or ())]
    for expression in given:
        for observed in () if expression is None else observations_in(expression):
            if observed.receiver is None:
                yield Effect(observed.name)
            else:
                name = ATTRIBUTES.get(observed.name, observed.name)
                yield from _objects(name, observed.receiver, None, None, inference)


def _effects(routine: Routine, inference: Inference) -> Iterator[Effect]:
    for step in routine.all_steps:
        yield from _of_step(step, routine, inference)
        for _, expression in expressions_of(step):
            yield from _observed(expression, step, routine, inference)


def _of_step(step: Step, routine: Routine, inference: Inference) -> Iterator[Effect]:
    body = step.body
    if isinstance(body, Print):
        pattern, fixed = print_pattern(body.text)
        yield Effect("print", text=pattern, label=step.label, fixed=fixed)
    elif isinstance(body, With):
        for operation in ("acquire", "release", "terminate"):
            yield from _on(operation, body.with_, step, routine, inference)
    elif step.verb not in _CONTROL:
        reference = body.object_expression()
        if reference is not None:
            verb = "wait" if isinstance(body, WaitFor) else step.verb
            yield from _on(verb, reference, step, routine, inference)
            if isinstance(body, ApplyAsync) and body.callbacks:
                yield from _on("callback", reference, step, routine, inference)
        else:
            yield Effect(step.verb, getattr(body, "name", None), label=step.label)
    elif isinstance(body, Set) and body.event is not None:
        yield from _on("set", body.event, step, routine, inference)
    elif isinstance(body, Set):
        for place, _ in body.places:
            yield from _assigned(place.tree, step, routine, inference)
    elif step.verb in ("append", "remove", "update"):
        yield Effect(step.verb, anything=True, label=step.label)


def _on(
    operation: str, reference: Expression, step: Step, routine: Routine, inference: Inference
) -> Iterator[Effect]:
    yield from _objects(operation, reference.tree, step, routine, inference)


def _observed(expression: Expression, step: Step, routine: Routine, inference: Inference) -> Iterator[Effect]:
    places = [place.tree for place, _ in step.body.places] if isinstance(step.body, Set) else []
    assigned = next((tree for tree in places if tree is expression.tree), None)
    for observed in observations_in(expression):
        if observed.receiver is None:
            yield Effect(observed.name, label=step.label)
        elif not (isinstance(assigned, ast.Attribute) and observed.receiver is assigned.value):
            name = ATTRIBUTES.get(observed.name, observed.name)
            yield from _objects(name, observed.receiver, step, routine, inference)
    if inference.declarations.scenario.arrays:
        for tree in _gone_through(expression, step, assigned):
            yield from _cells("read", tree, step, routine, inference)


def _assigned(tree: ast.expr, step: Step, routine: Routine, inference: Inference) -> Iterator[Effect]:
    """What `set` does to a place that is no variable."""
    if isinstance(tree, ast.Attribute):
        if ATTRIBUTES.get(tree.attr) == "read":
            yield from _objects("write", tree.value, step, routine, inference)
        else:
            yield Effect("set_attribute", anything=True, label=step.label)
    elif isinstance(tree, ast.Subscript) and inference.declarations.scenario.arrays:
        yield from _cells("write", tree.value, step, routine, inference)


def _gone_through(expression: Expression, step: Step, assigned: ast.expr | None) -> Iterator[ast.expr]:
    """The parts of an expression of which cells are read, should they be arrays."""
    if isinstance(step.body, For) and step.body.in_ is expression:
        yield expression.tree
    for node in ast.walk(expression.tree):
        if isinstance(node, ast.Subscript) and node is not assigned:
            yield node.value
        elif isinstance(node, ast.Call):
            yield from node.args
        elif isinstance(node, ast.Compare):
            yield from node.comparators


def _cells(
    operation: str, tree: ast.expr, step: Step, routine: Routine, inference: Inference
) -> Iterator[Effect]:
    for effect in _objects(operation, tree, step, routine, inference):
        kind = None if effect.object is None else inference.declarations.kind(effect.object)
        if effect.anything or kind == "array":
            yield effect


def _objects(
    operation: str, tree: ast.expr, step: Step | None, routine: Routine | None, inference: Inference
) -> Iterator[Effect]:
    label = None if step is None else step.label
    found = inference.objects(tree, routine)
    if found is None:
        yield Effect(operation, anything=True, label=label)
    for one in found or ():
        held = lock_named(one.name, inference.declarations) if operation in ("acquire", "release") else None
        held = None if held is None else held.partition("[")[0]
        yield Effect(
            operation, held or one.name, anything=one.kind == "result" or one.name is None, label=label
        )


def lock_named(name: str | None, declarations: Declarations) -> str | None:
    """The declared lock that holding an object means, where it has none of its own."""
    declared = declarations.names.get(name or "")
    lock = None if declared is None else getattr(declared.model, "lock", None)
    return lock if isinstance(lock, str) else None


def print_pattern(text: Expression) -> tuple[re.Pattern[str], bool]:
    """What a text can come out as, and whether that is only one text."""
    tree = text.tree
    if isinstance(tree, ast.Constant):
        return re.compile(re.escape(str(tree.value))), True
    if isinstance(tree, ast.JoinedStr):
        parts = [
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*" for part in tree.values
        ]
        return re.compile("".join(parts), re.DOTALL), False
    return re.compile(".*", re.DOTALL), False
