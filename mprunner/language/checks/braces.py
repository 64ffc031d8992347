"""Texts that would be expressions if they had braces: `set: {total: "total + item"}` sets `total` to a text."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set

from mprunner.language.checks.names import INDEX
from mprunner.language.checks.scope import Scope
from mprunner.language.expressions import names_in
from mprunner.language.fields import Expression
from mprunner.language.places import span_of
from mprunner.language.plain_steps import Print, RaiseException
from mprunner.language.safe import BUILTINS, OBSERVED_ATTRIBUTES, OBSERVING_METHODS
from mprunner.language.scalars import quoted
from mprunner.language.source import START
from mprunner.language.walking import expressions_of, root_name

__all__ = ["check"]

_VARIABLE_KINDS = ("global", "param")


def check(scope: Scope) -> None:
    """Warns of texts without braces that read as an expression over variables that are known where they stand."""
    outer = {name for name, one in scope.declarations.names.items() if one.kind in _VARIABLE_KINDS}
    for routine in scope.routines:
        names = outer | routine.variables
        for step in routine.all_steps:
            prose = isinstance(step.body, (Print, RaiseException))
            for _, expression in expressions_of(step):
                _check(scope, expression, names, prose=prose)
    for process in scope.scenario.processes.values():
        values = [process.args, process.name, *(value for _, value in process.kwargs or ())]
        for value in values:
            if value is not None:
                names = outer if process.replicas is None else outer | {INDEX}
                _check(scope, value, names, prose=value is process.name)
    for pool in scope.scenario.pools.values():
        if pool.initargs is not None:
            _check(scope, pool.initargs, outer, prose=False)


def _check(scope: Scope, expression: Expression, names: Set[str], *, prose: bool) -> None:
    for constant in _plain_texts(expression):
        text = str(constant.value)
        if scope.context.source.slice(span_of(constant)) != text:
            continue  # a text within an expression, or with doubled braces: whoever writes that knows of them
        if _reads_as_expression(scope, text, names, prose=prose):
            scope.context.problems.warning(
                "forgotten-braces",
                scope.context.source,
                span_of(constant),
                f'this is the text "{text}": only what stands in braces is computed',
                expected=f"write {quoted(f'{{{text}}}')}",
            )


def _plain_texts(expression: Expression) -> Iterator[ast.Constant]:
    """The texts that a field consists of, or a list in it."""
    if expression.kind != "text":
        return
    waiting = [expression.tree]
    while waiting:
        tree = waiting.pop()
        if isinstance(tree, ast.Constant) and isinstance(tree.value, str):
            yield tree
        elif isinstance(tree, ast.List):
            waiting += reversed(tree.elts)


def _reads_as_expression(scope: Scope, text: str, names: Set[str], *, prose: bool) -> bool:
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    if isinstance(tree, ast.Name):
        return not prose and tree.id in names  # to print a word that is a name too is nothing strange
    if isinstance(tree, (ast.Constant, ast.Tuple)):
        return False
    return _computes(scope, tree, names)


def _computes(scope: Scope, tree: ast.expr, names: Set[str]) -> bool:
    """Whether an expression uses only what there is, and a variable or a look at a declared thing is among it."""
    looks = {
        root.id
        for part in ast.walk(tree)
        if isinstance(part, ast.Attribute) and part.attr in OBSERVED_ATTRIBUTES | OBSERVING_METHODS
        if (root := root_name(part)) is not None and root.id in scope.declarations.names
    }
    used = [name for name, _ in names_in(Expression(tree, "", START, "expression"))]
    return bool(used) and all(name in names or name in looks or name in BUILTINS for name in used)
