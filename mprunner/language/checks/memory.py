"""Values and arrays: what they hold at first fits their type, and type, lock, kind and manager fit each other."""

from __future__ import annotations

import ast
from typing import Any

from mprunner.language.cells import TYPECODES, TYPES
from mprunner.language.checks.declared import place_of, want
from mprunner.language.checks.scope import Scope
from mprunner.language.checks.selectors import all_spans
from mprunner.language.declarations import Routine, an
from mprunner.language.expressions import observations_in
from mprunner.language.fields import Expression
from mprunner.language.located import LocatedDict, node_of
from mprunner.language.matchers import SpanOf
from mprunner.language.objects import ArrayDeclaration, ValueDeclaration
from mprunner.language.places import span_of
from mprunner.language.source import Span
from mprunner.language.walking import expressions_of

__all__ = ["check", "check_holding", "has_lock"]

_SECTIONS = {"values": "value", "arrays": "initial"}
_TEXTS = {"c_char": "c", "c_wchar": "u"}
_LOCKING = ("get_lock", "get_obj")

Cells = ValueDeclaration | ArrayDeclaration


def check(scope: Scope) -> None:
    """Reports memory that could not be made as it is declared, and locks taken of what has none."""
    for section, field in _SECTIONS.items():
        for name, declared in getattr(scope.scenario, section).items():
            _check_making(scope, section, name, declared)
            _check_lock(scope, section, name, declared)
            _check_data(scope, section, name, declared, field)
    if not (scope.scenario.values or scope.scenario.arrays):
        return
    for span in all_spans(scope.scenario):
        if span.kind == "hold":
            _check_hold(scope, span)
    for routine in scope.routines:
        _check_assigned(scope, routine)
        for step in routine.all_steps:
            for _, expression in expressions_of(step):
                _check_bare(scope, expression, routine)
                for observed in observations_in(expression):
                    if observed.name in _LOCKING and observed.receiver is not None:
                        _check_looked(scope, observed.name, observed.receiver, observed.span, routine)


def has_lock(declared: Any) -> bool:
    """Whether what is declared so can be held at all."""
    if not isinstance(declared, Cells):
        return True
    return declared.lock is not False and not declared.kind.startswith("Raw") and declared.manager is None


def check_holding(scope: Scope, verb: str, reference: Expression, routine: Routine) -> None:
    """Reports a step that takes or gives the lock of memory that has none."""
    known = scope.inference.objects(reference.tree, routine) or ()
    declarations = [
        scope.declarations.names[one.name] for one in known if one.name in scope.declarations.names
    ]
    if declarations and not any(has_lock(one.model) for one in declarations):
        message = f"`{verb}` needs a lock, and {_lockless(declarations[0].model, reference.text)}"
        scope.context.error("wrong-kind", reference.span, message, expected="declare it with `lock: true`")


def _check_hold(scope: Scope, span: SpanOf) -> None:
    declared = scope.declarations.names.get(span.name.split("[")[0])
    if declared is None or not isinstance(declared.model, Cells):
        return
    if not has_lock(declared.model):
        message = f"nobody can hold `{span.name}`: {_lockless(declared.model, None)}"
        scope.context.error("wrong-kind", span.span, message)


def _check_assigned(scope: Scope, routine: Routine) -> None:
    """A variable of the name of memory: what was meant is what the memory holds."""
    for assigned in routine.assigned():
        declared = scope.declarations.names.get(assigned.name)
        parameter = any(one.name == assigned.name for one in routine.parameters)
        if declared is not None and declared.kind in ("value", "array") and not parameter:
            message = f"`{assigned.name}` is {an(declared.kind)}; to assign to it would only hide it here"
            scope.context.error(
                "wrong-kind", assigned.span, message, expected=_within(declared.kind, assigned.name)
            )


def _check_bare(scope: Scope, expression: Expression, routine: Routine) -> None:
    """A value where what it holds is meant: in a comparison, in arithmetic, in the midst of a text."""
    for node in ast.walk(expression.tree):
        if isinstance(node, ast.BinOp):
            operands = [node.left, node.right]
        elif isinstance(node, ast.Compare):
            operands = [node.left, *node.comparators]
        elif isinstance(node, (ast.FormattedValue, ast.UnaryOp)):
            operands = [node.value if isinstance(node, ast.FormattedValue) else node.operand]
        else:
            continue
        for operand in operands:
            if scope.inference.kind(operand, routine) == "value":
                written = ast.unparse(operand)
                message = f"`{written}` is a value in shared memory, not what it holds"
                scope.context.error(
                    "wrong-kind", span_of(operand), message, expected=_within("value", written)
                )


def _within(kind: str, name: str) -> str:
    return f"write {name}.value" if kind == "value" else f"write {name}[0], or another index"


def _check_looked(scope: Scope, name: str, receiver: Any, span: Span, routine: Routine) -> None:
    known = scope.inference.objects(receiver, routine) or ()
    models = [
        scope.declarations.names[one.name].model for one in known if one.name in scope.declarations.names
    ]
    if models and not any(has_lock(model) for model in models):
        what = "is no wrapper around anything" if name == "get_obj" else "has no lock"
        message = f"{_lockless(models[0], None)}: it {what}, and so has no `{name}`"
        scope.context.error("wrong-kind", span, message)


def _lockless(declared: Cells, name: str | None) -> str:
    shown = "this" if name is None else f"`{name}`"
    if declared.manager is not None:
        return f"{shown} is a manager's {declared.kind}, which has none"
    return f"{shown} is {an(declared.object_kind)} without lock"


def _check_making(scope: Scope, section: str, name: str, declared: Cells) -> None:
    if isinstance(declared, ArrayDeclaration) and (declared.size is None) == (declared.initial is None):
        content = scope.instance.content.get(section)
        written = content.get(name) if isinstance(content, LocatedDict) else None
        given = [
            field for field in ("size", "initial") if isinstance(written, LocatedDict) and field in written
        ]
        if len(given) == 1:
            return  # it could not be read, which is reported
        message = "an array has a `size` or an `initial` list" + (", not both" if given else "")
        kind = "wrong-value" if given else "missing-field"
        scope.context.error(kind, declared.key_span, message, expected="for example {type: i, size: 3}")
    if declared.manager is None:
        return
    if declared.kind.startswith("Raw"):
        span = place_of(scope, section, name, "kind")
        message = f"a manager has no {declared.kind}"
        scope.context.error(
            "wrong-value", span, message, expected=f"write {declared.kind.removeprefix('Raw')}"
        )
    elif isinstance(declared, ArrayDeclaration) and declared.type not in set(TYPECODES) - {"c"}:
        span = place_of(scope, section, name, "type")
        message = f"a manager's Array is one of Python's module array, which has no type {declared.type}"
        scope.context.error("wrong-value", span, message)


def _check_lock(scope: Scope, section: str, name: str, declared: Cells) -> None:
    span = place_of(scope, section, name, "lock")
    content = scope.instance.content.get(section)
    entry = content.get(name) if isinstance(content, LocatedDict) else None
    if not isinstance(entry, LocatedDict) or "lock" not in entry or declared.lock is False:
        return
    if declared.manager is not None or declared.kind.startswith("Raw"):
        what = f"a {declared.kind}" if declared.manager is None else f"a manager's {declared.kind}"
        scope.context.error("wrong-value", span, f"{what} has no lock", expected="leave `lock` out")
    elif isinstance(declared.lock, str):
        want(scope, declared.lock, "lock", span)
        lock = scope.declarations.names.get(declared.lock)
        if lock is not None and lock.kind == "lock" and lock.members not in (None, declared.count):
            message = f"`{lock.name}` is a family of {lock.members}: one lock is wanted here, or one for each of a family"
            scope.context.error("bad-index", span, message)


def _check_data(scope: Scope, section: str, name: str, declared: Cells, field: str) -> None:
    """What memory holds at first, as ctypes would take it."""
    data = getattr(declared, field)
    if data is None:
        return
    type_name = TYPES[declared.type]
    place = place_of(scope, section, name, field)
    node = _node(scope, section, name, field)
    if section == "values":
        _check_item(scope, field, data, type_name, place, declared.type)
    elif type_name in _TEXTS and isinstance(data, (str, bytes)):
        if type_name == "c_wchar" and isinstance(data, bytes):
            _refuse(scope, field, data, declared.type, place, "a text is wanted")
    elif not isinstance(data, list):
        wanted = "a list" if type_name not in _TEXTS else "a text or a list"
        _refuse(scope, field, data, declared.type, place, f"{wanted} is wanted")
    else:
        items = node.items if node is not None and node.kind == "sequence" else ()
        for position, item in enumerate(data):
            span = items[position].span if position < len(items) else place
            if not _check_item(scope, field, item, type_name, span, declared.type):
                return


def _node(scope: Scope, section: str, name: str, field: str) -> Any:
    content = scope.instance.content.get(section)
    entry = content.get(name) if isinstance(content, LocatedDict) else None
    return node_of(entry[field]) if isinstance(entry, LocatedDict) and field in entry else None


def _check_item(scope: Scope, field: str, item: Any, type_name: str, span: Span, written: str) -> bool:
    import ctypes  # only where memory is declared

    given = item.encode() if type_name == "c_char" and isinstance(item, str) else item
    try:
        held = getattr(ctypes, type_name)(given).value
    except (TypeError, ValueError, OverflowError) as error:
        _refuse(scope, field, item, written, span, str(error))
        return False
    if isinstance(held, int) and isinstance(given, int) and type_name != "c_bool" and held != given:
        _refuse(scope, field, item, written, span, f"it would be {held}")
        return False
    return True


def _refuse(scope: Scope, field: str, data: Any, written: str, span: Span, why: str) -> None:
    shown = repr(data) if len(repr(data)) <= 40 else f"{repr(data)[:38]}…"
    message = f"`{field}`: {shown} does not fit the type {written}: {why}"
    scope.context.error("wrong-value", span, message)
