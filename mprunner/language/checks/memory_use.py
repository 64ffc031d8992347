"""How values and arrays are used: locks are taken of what has one, and what they hold is asked for, not they themselves."""

from __future__ import annotations

import ast
from typing import Any

from mprunner.language.checks.scope import Scope
from mprunner.language.checks.selectors import all_spans
from mprunner.language.declarations import Routine, an
from mprunner.language.expressions import observations_in
from mprunner.language.fields import Expression
from mprunner.language.matchers import SpanOf
from mprunner.language.objects import ArrayDeclaration, ValueDeclaration
from mprunner.language.places import span_of
from mprunner.language.source import Span
from mprunner.language.walking import expressions_of

__all__ = ["check", "check_holding"]

_LOCKING = ("get_lock", "get_obj")

_CONDITIONS = ("if_", "while_", "in_", "repeat", "test")
"""Fields of steps whose expression is asked whether it is true, how many it is, or for its items."""

_IN_STEP = ("zip", "dict")

Cells = ValueDeclaration | ArrayDeclaration


def check(scope: Scope) -> None:
    """Reports locks that are taken of what has none, and values where what they hold is meant."""
    if not (scope.scenario.values or scope.scenario.arrays):
        return
    for span in all_spans(scope.scenario):
        if span.kind == "hold":
            _check_hold(scope, span)
    for routine in scope.routines:
        _check_assigned(scope, routine)
        for step in routine.all_steps:
            for field, expression in expressions_of(step):
                _check_bare(scope, field, expression, routine)
                for observed in observations_in(expression):
                    if observed.name in _LOCKING and observed.receiver is not None:
                        _check_looked(scope, observed.name, observed.receiver, observed.span, routine)


def _has_lock(declared: Any) -> bool:
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
    if declarations and not any(_has_lock(one.model) for one in declarations):
        message = f"`{verb}` needs a lock; `{reference.text}` is {_lockless(declarations[0].model)}"
        scope.context.error("wrong-kind", reference.span, message, expected="declare it with `lock: true`")


def _check_hold(scope: Scope, span: SpanOf) -> None:
    declared = scope.declarations.names.get(span.name.split("[")[0])
    if declared is None or not isinstance(declared.model, Cells):
        return
    if not _has_lock(declared.model):
        message = f"nobody can hold `{span.name}`: it is {_lockless(declared.model)}"
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


def _check_bare(scope: Scope, field: str, expression: Expression, routine: Routine) -> None:
    """A value where what it holds is meant: in a comparison, in arithmetic, as a condition, in the midst of a text."""
    operands = [expression.tree] if field in _CONDITIONS else []
    for node in ast.walk(expression.tree):
        operands += _operands(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _IN_STEP:
            _check_in_step(scope, node, routine)
    for operand in operands:
        if scope.inference.kind(operand, routine) == "value":
            written = ast.unparse(operand)
            message = f"`{written}` is a value in shared memory, not what it holds"
            scope.context.error("wrong-kind", span_of(operand), message, expected=_within("value", written))


def _check_in_step(scope: Scope, call: ast.Call, routine: Routine) -> None:
    """Functions that go through several things by turns, of which each would be an operation."""
    for argument in call.args:
        if scope.inference.kind(argument, routine) == "array":
            written = ast.unparse(argument)
            message = f"`{ast.unparse(call.func)}` can't go through an array"
            scope.context.error("wrong-kind", span_of(argument), message, expected=f"write list({written})")


def _operands(node: ast.AST) -> list[ast.expr]:
    """The parts of an expression with which Python reckons, or which it looks at whether they are true."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.FormattedValue):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [node.test]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id != "type":
        return node.args
    return []


def _within(kind: str, name: str) -> str:
    return f"write {name}.value" if kind == "value" else f"write {name}[0], or another index"


def _check_looked(scope: Scope, name: str, receiver: Any, span: Span, routine: Routine) -> None:
    known = scope.inference.objects(receiver, routine) or ()
    models = [
        scope.declarations.names[one.name].model for one in known if one.name in scope.declarations.names
    ]
    if models and not any(_has_lock(model) for model in models):
        scope.context.error("wrong-kind", span, f"{_lockless(models[0])} has no `{name}`")


def _lockless(declared: Cells) -> str:
    if declared.manager is not None:
        return f"a manager's {declared.kind}"
    return f"{an(declared.object_kind)} without lock"
