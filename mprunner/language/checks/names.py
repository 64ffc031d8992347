"""Every name in an expression is known where it is used."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from mprunner.language.checks.scope import Scope
from mprunner.language.data_steps import Delete
from mprunner.language.diagnostics import listed, nearest
from mprunner.language.expressions import names_in
from mprunner.language.fields import Expression
from mprunner.language.safe import BUILTINS
from mprunner.language.source import Span
from mprunner.language.walking import expressions_of

__all__ = ["check"]

INDEX = "index"


def check(scope: Scope) -> None:
    """Reports names that no variable, parameter, global, declared thing or param has."""
    declared = scope.declarations.names
    for routine in scope.routines:
        local = routine.variables
        for step in routine.all_steps:
            for field, expression in expressions_of(step):
                _check(scope, expression, local, declared, field)
            if (
                isinstance(step.body, Delete)
                and step.body.name not in local
                and step.body.name not in declared
            ) and not scope.known(step.body.name):
                _report(scope, step.body.name, step.body.span, [*local, *declared])
    for process in scope.scenario.processes.values():
        values = [process.args, process.name, *(value for _, value in process.kwargs or ())]
        for value in values:
            if value is not None:
                _check(scope, value, {INDEX}, declared)
    for pool in scope.scenario.pools.values():
        if pool.initargs is not None:
            _check(scope, pool.initargs, (), declared)


def _check(
    scope: Scope, expression: Expression, local: Iterable[str], declared: Iterable[str], field: str = ""
) -> None:
    for name, span in names_in(expression):
        if name in local or name in declared or scope.known(name):
            continue
        notes = _notes(expression, name, field)
        _report(scope, name, span, [*local, *declared], notes)


def _notes(expression: Expression, name: str, field: str) -> list[str]:
    if name == INDEX:
        return [
            "`index` is known in the args and kwargs of a process with `replicas` only: pass it on from there"
        ]
    if name in BUILTINS:
        return [f"`{name}` is a function, and only called: {name}(...)"]
    alone = expression.kind == "expression" and isinstance(expression.tree, ast.Name)
    if alone and field == "in_":
        return [f"a text is written \"'{name}'\", a list [{', '.join(name[:3]) if name.isalpha() else name}]"]
    if alone:
        return [f"a text is written \"'{name}'\" in an expression"]
    return []


def _report(scope: Scope, name: str, span: Span, candidates: list[str], notes: Iterable[str] = ()) -> None:
    close = nearest(name, candidates)
    expected = f"did you mean {listed(close)}?" if close else None
    notes = list(notes)
    if not close and not notes:
        known = list(dict.fromkeys(candidates))
        notes = [f"known here: {', '.join(known)}"] if known else ["no names are known here"]
    scope.context.error("unknown-name", span, f'unknown name "{name}"', expected=expected, notes=notes)
