"""Arguments fit the parameters of the target that they are for, as Python would have it."""

from __future__ import annotations

import ast

from mprunner.language.checks.scope import Scope
from mprunner.language.declarations import Invocation, Routine
from mprunner.language.diagnostics import listed, nearest
from mprunner.language.model_rules import Parameter

__all__ = ["check", "signature"]


def check(scope: Scope) -> None:
    """Reports calls of targets with too many, too few, unknown or doubled arguments."""
    for invocation in scope.declarations.invocations():
        target = scope.declarations.routines.get(invocation.target)
        if target is not None and invocation.target in scope.scenario.targets:
            _check(scope, invocation, target)


def signature(target: Routine) -> str:
    """The target as Python would declare it."""
    return f"{target.name}({', '.join(map(_parameter, target.parameters))})"


def _parameter(parameter: Parameter) -> str:
    stars = {"plain": "", "args": "*", "kwargs": "**"}[parameter.form]
    default = "" if parameter.required or parameter.form != "plain" else f"={parameter.default!r}"
    return f"{stars}{parameter.name}{default}"


def _check(scope: Scope, invocation: Invocation, target: Routine) -> None:
    args = invocation.args
    if args is None:
        given: int | None = invocation.passed
    else:
        given = len(args.tree.elts) if isinstance(args.tree, (ast.List, ast.Tuple)) else None
    span = invocation.span if args is None else args.span
    notes = [f"the target is {signature(target)}"]
    names = [parameter.name for parameter in target.parameters if parameter.form == "plain"]
    forms = {parameter.form for parameter in target.parameters}
    keywords = {key.text: key.span for key, _ in invocation.keywords or ()}
    if given is not None and given > len(names) and "args" not in forms:
        many = (
            f"{len(names)} positional argument{'s' if len(names) != 1 else ''}" if names else "no arguments"
        )
        scope.context.error("arguments", span, f"{target.name} takes {many}, {given} given", notes=notes)
        return
    for name, place in keywords.items():
        if name in names:
            if given is not None and names.index(name) < given:
                message = f'{target.name} gets "{name}" twice: by position and by name'
                scope.context.error("arguments", place, message, notes=notes)
        elif "kwargs" not in forms:
            close = nearest(name, names)
            expected = f"did you mean {listed(close)}?" if close else None
            message = f'{target.name} has no parameter "{name}"'
            scope.context.error("arguments", place, message, expected=expected, notes=notes)
            return
    if given is None:
        return
    missing = [
        parameter.name
        for position, parameter in enumerate(target.parameters)
        if parameter.required and position >= given and parameter.name not in keywords
    ]
    if missing:
        plural = "s" if len(missing) > 1 else ""
        message = f"{invocation.what}: {target.name} lacks the argument{plural} {listed(missing, 'and')}"
        scope.context.error("arguments", span, message, notes=notes)
