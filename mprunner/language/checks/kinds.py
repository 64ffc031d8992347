"""Verbs, methods and attributes act on objects of the right kind; short forms get theirs from the declaration."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mprunner.language.checks.memory_use import check_holding
from mprunner.language.checks.scope import Scope
from mprunner.language.declarations import Routine, an
from mprunner.language.diagnostics import listed
from mprunner.language.expressions import observations_in
from mprunner.language.fields import Expression, Step
from mprunner.language.inference import OBJECT_KINDS, PLAIN
from mprunner.language.places import span_of
from mprunner.language.safe import SAFE_METHODS
from mprunner.language.steps import VERBS
from mprunner.language.walking import expressions_of
from mprunner.operations import HELD, OPERATIONS, SHARED_SECTIONS

__all__ = ["check", "verbs_for"]

FAMILY_VERBS = ("start", "join", "terminate", "kill", "close")
_FAMILIES = ("process", *SHARED_SECTIONS.values())


def check(scope: Scope) -> None:
    """Reports verbs and observations on the wrong kind of object, and families without an index or the reverse."""
    for routine in scope.routines:
        for step in routine.all_steps:
            _check_step(scope, step, routine)
            for field, expression in expressions_of(step):
                whole = step.body.object_expression() is expression and step.verb in FAMILY_VERBS
                _check_expression(scope, expression, routine, family_allowed=whole)
                del field


def verbs_for(kind: str) -> list[str]:
    """The verbs that act on a kind of object."""
    return [
        verb for verb, model in VERBS.items() if kind in (*model.object_fields.values(), *model.also_kinds)
    ]


def _check_step(scope: Scope, step: Step, routine: Routine) -> None:
    body = step.body
    if not body.object_fields or not (body.object_needed or body.object_field):
        return
    given = [name for name in body.object_fields if getattr(body, name) is not None]
    if len(given) != 1:
        fields = listed(body.object_fields)
        message = (
            f"`{step.verb}` acts on one object: give {fields}"
            if not given
            else f"`{step.verb}` acts on one object only"
        )
        scope.context.error("missing-field" if not given else "wrong-value", step.verb_span, message)
        return
    reference: Expression = getattr(body, given[0])
    wanted = body.object_kinds if body._shorthand else (body.object_fields[given[0]], *body.also_kinds)
    found = scope.inference.kind(reference.tree, routine)
    if found is None:
        _check_mixture(scope, step, reference, routine, wanted)
        return
    if found in wanted:
        if body._shorthand or body.also_kinds:
            body._kind = found
        if found in HELD:
            check_holding(scope, step.verb, reference, routine)
        return
    name = reference.text
    notes = [f"steps on {an(found)}: {', '.join(verbs_for(found))}"] if found in OBJECT_KINDS else []
    message = f"`{step.verb}` is for {_kinds(wanted)}; `{name}` is {an(found)}"
    right = [field for field, kind in body.object_fields.items() if kind == found]
    expected = f"write {right[0]}: {name}" if right else None
    if right:
        message, notes = f"`{name}` is {an(found)}, {an(wanted[0])} is wanted here", []
    scope.context.error("wrong-kind", reference.span, message, expected=expected, notes=notes)


def _check_mixture(
    scope: Scope, step: Step, reference: Expression, routine: Routine, wanted: tuple[str, ...]
) -> None:
    """A parameter that gets objects of several kinds: an error only when none of them fits."""
    kinds = {one.kind for one in scope.inference.value(reference.tree, routine) or ()}
    if kinds and not kinds & set(wanted):
        message = (
            f"`{step.verb}` is for {_kinds(wanted)}; `{reference.text}` is {_kinds(tuple(sorted(kinds)))}"
        )
        scope.context.error("wrong-kind", reference.span, message)


def _kinds(kinds: tuple[str, ...]) -> str:
    words = [an(kind) for kind in kinds]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _check_expression(
    scope: Scope, expression: Expression, routine: Routine, *, family_allowed: bool
) -> None:
    for observed in observations_in(expression):
        if observed.receiver is None:
            continue
        kind = scope.inference.kind(observed.receiver, routine)
        if kind is None or kind not in (*OBJECT_KINDS, PLAIN):
            continue
        if kind == PLAIN:
            if not any(observed.name in methods for methods in SAFE_METHODS.values()):
                owners = sorted({spec.kind for spec in OPERATIONS if observed.name in spec.written})
                written = ast.unparse(observed.receiver)
                message = f"`{observed.name}` is for {_kinds(tuple(owners))}; `{written}` is a plain value"
                scope.context.error("wrong-kind", observed.span, message)
        elif not _has(kind, observed.name):
            message = f"{an(kind)} has no `{observed.name}`"
            looks = [
                name
                for spec in OPERATIONS
                if spec.kind == kind and spec.form in ("method", "attribute")
                for name in spec.written
            ]
            notes = [f"to be seen of {an(kind)}: {', '.join(looks) or 'nothing'}"]
            scope.context.error("wrong-kind", observed.span, message, notes=notes)
    _check_members(scope, expression, routine, family_allowed=family_allowed)


def _has(kind: str, name: str) -> bool:
    return any(spec.kind == kind and name in spec.written for spec in OPERATIONS)


def _check_members(scope: Scope, expression: Expression, routine: Routine, *, family_allowed: bool) -> None:
    """Families are indexed, within their size where that can be seen; single things are not."""
    for node, indexed in _names(expression.tree):
        declared = scope.declarations.names.get(node.id)
        if declared is None or node.id in routine.variables or declared.kind not in _FAMILIES:
            continue
        if declared.members is None and declared.kind == "array":
            continue  # its cells have an index
        if declared.members is None and indexed is not None:
            message = f"`{node.id}` is a single {declared.kind}, no family: it has no index"
            attribute = ".value" if declared.kind == "value" else ""
            scope.context.error(
                "bad-index", span_of(indexed), message, expected=f"write {node.id}{attribute}"
            )
        elif declared.members is not None and indexed is None:
            if not (family_allowed and expression.tree is node):
                message = f"`{node.id}` is a family of {declared.members}: one of them has to be picked"
                scope.context.error("bad-index", span_of(node), message, expected=f"for example {node.id}[0]")
        elif declared.members is not None and indexed is not None:
            index = _constant(indexed.slice)
            if index is not None and not -declared.members <= index < declared.members:
                message = f"`{node.id}` has the members 0 to {declared.members - 1}; there is no {index}"
                scope.context.error("bad-index", span_of(indexed), message)


def _names(tree: ast.expr) -> Iterator[tuple[ast.Name, ast.Subscript | None]]:
    """The names in a tree, each with the subscript that it is indexed by."""
    indexed = {
        id(node.value): node
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name)
    }
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and id(node) not in called:
            yield node, indexed.get(id(node))


def _constant(tree: ast.expr) -> int | None:
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        inner = _constant(tree.operand)
        return None if inner is None else -inner
    if isinstance(tree, ast.Constant) and isinstance(tree.value, int) and not isinstance(tree.value, bool):
        return tree.value
    return None
