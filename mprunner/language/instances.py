"""From one model to the scenarios that it stands for: params in force, matrix expanded, counts as numbers."""

from __future__ import annotations

import ast
import itertools
import operator
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mprunner.errors import UsageError
from mprunner.language.diagnostics import listed, nearest
from mprunner.language.fields import Expression, Located
from mprunner.language.located import Context, LocatedDict
from mprunner.language.models import START_METHODS, Scenario
from mprunner.language.places import span_of
from mprunner.language.scalars import resolve
from mprunner.language.source import Span
from mprunner.operations import SHARED_SECTIONS
from mprunner.records import record

__all__ = ["MAX_INSTANCES", "MAX_MEMBERS", "Instance", "expand"]

MAX_INSTANCES = 500
"""Scenarios that one `matrix` may stand for."""

MAX_MEMBERS = 10_000
"""Members of a family of processes or objects."""

_START_METHOD = "start_method"


@record
class Instance:
    """A scenario and the located content that it was read from."""

    scenario: Scenario
    content: LocatedDict


def expand(
    scenario: Scenario, content: LocatedDict, context: Context, overrides: Mapping[str, str]
) -> list[Instance]:
    """The scenarios that `scenario` stands for. Raises `UsageError` for an override of what is no param."""
    given = _overrides(scenario, overrides)
    axes = {name: values for name, values in scenario.matrix.items() if name not in given}
    total = 1
    for options in axes.values():
        total *= len(options)
    if total > MAX_INSTANCES:
        span = content.key_span("matrix")
        context.error(
            "bad-matrix",
            span,
            f"the matrix stands for {total} scenarios; at most {MAX_INSTANCES} are possible",
        )
        return []
    name = scenario.name or Path(context.source.path).stem
    instances = []
    for combination in itertools.product(*axes.values()):
        picked = {**dict(zip(axes, combination, strict=True)), **given}
        cell = {key: picked[key] for key in scenario.matrix}
        values: dict[str, Any] = {**scenario.params, **given, **cell}
        method = values.get(_START_METHOD, scenario.start_method)
        if method is not None and method not in START_METHODS:
            _bad_method(method, content, context)
            method = None
        shown = "-".join(_shown(value) for value in cell.values())
        changes: dict[str, Any] = {
            "name": f"{name}[{shown}]" if cell else name,
            "params": values,
            "start_method": method,
            **_counts(scenario, values, context),
        }
        instances.append(Instance(scenario.model_copy(update=changes), content))
    return instances


def _overrides(scenario: Scenario, overrides: Mapping[str, str]) -> dict[str, Any]:
    known = [*scenario.params, *scenario.matrix]
    for name in overrides:
        if name not in known:
            close = nearest(name, known)
            hint = f"did you mean {listed(close)}?" if close else f"it has {listed(known, 'and') or 'none'}"
            raise UsageError(f'scenario "{scenario.name}" has no param "{name}": {hint}')
    return {name: text if resolve(text).kind else resolve(text).value for name, text in overrides.items()}


def _bad_method(method: Any, content: LocatedDict, context: Context) -> None:
    matrix = content.get("matrix")
    span = matrix.key_span(_START_METHOD) if isinstance(matrix, LocatedDict) else content.place
    close = nearest(str(method), START_METHODS)
    expected = f"did you mean {listed(close)}?" if close else None
    context.error(
        "wrong-value",
        span,
        f'"{method}" is no start method: expected {listed(START_METHODS)}',
        expected=expected,
    )


def _shown(value: Any) -> str:
    return (
        {True: "true", False: "false", None: "null"}[value]
        if isinstance(value, bool) or value is None
        else str(value)
    )


def _counts(scenario: Scenario, values: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The sections with every `"{n}"` replaced by its number."""
    found: dict[str, Any] = {}
    for section, limits in _COUNTED.items():
        found[section] = {
            name: _resolved(declaration, limits, values, context)
            for name, declaration in getattr(scenario, section).items()
        }
    if isinstance(scenario.runs, Expression):
        found["runs"] = _number(scenario.runs, "runs", values, context)
    return found


_COUNTED: dict[str, dict[str, tuple[int, int] | None]] = {
    **{section: {"count": (1, MAX_MEMBERS)} for section in SHARED_SECTIONS},
    "queues": {"count": (1, MAX_MEMBERS), "maxsize": None},
    "pools": {"processes": None, "maxtasksperchild": None},
    "processes": {"replicas": (1, MAX_MEMBERS)},
}


def _resolved(
    declaration: Located,
    limits: Mapping[str, tuple[int, int] | None],
    values: Mapping[str, Any],
    context: Context,
) -> Located:
    changes: dict[str, Any] = {}
    for field, bounds in limits.items():
        count: Any = getattr(declaration, field)
        if count is None:
            continue
        span = count.span if isinstance(count, Expression) else declaration.key_span
        if isinstance(count, Expression):
            count = _number(count, field, values, context)
            if count is None and bounds is not None:
                count = bounds[1]  # so that no index is called too large because of it
            changes[field] = count
        if count is not None and bounds is not None and not bounds[0] <= count <= bounds[1]:
            message = f"`{field}` is {count}; it can be from {bounds[0]} to {bounds[1]:,}"
            context.error("bad-count", span, message)
            changes[field] = bounds[1]
    return declaration.model_copy(update=changes) if changes else declaration


def _number(count: Expression, field: str, values: Mapping[str, Any], context: Context) -> int | None:
    try:
        number = _evaluate(count.tree, values)
    except _NotConstant as problem:
        context.error(problem.kind, problem.span or count.span, problem.message, expected=problem.expected)
        return None
    except (ArithmeticError, TypeError, ValueError) as error:
        context.error("bad-count", count.span, f"`{field}` can't be computed: {error}")
        return None
    if isinstance(number, bool) or not isinstance(number, int):
        context.error("bad-count", count.span, f"`{field}` is a whole number, but this gives {number!r}")
        return None
    return number


class _NotConstant(Exception):  # noqa: N818
    def __init__(
        self, kind: str, message: str, span: Span | None = None, expected: str | None = None
    ) -> None:
        super().__init__(message)
        self.kind, self.message, self.span, self.expected = kind, message, span, expected


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


def _evaluate(tree: ast.expr, values: Mapping[str, Any]) -> Any:
    """Whole-number arithmetic over params; nothing else belongs into a count."""
    if isinstance(tree, ast.Constant):
        return tree.value
    if isinstance(tree, ast.Name):
        if tree.id in values:
            return values[tree.id]
        close = nearest(tree.id, values)
        expected = f"did you mean {listed(close)}?" if close else None
        raise _NotConstant("unknown-name", f'no param "{tree.id}"', span_of(tree), expected)
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        return -_evaluate(tree.operand, values)
    if isinstance(tree, ast.BinOp) and type(tree.op) in _BINARY:
        left, right = _evaluate(tree.left, values), _evaluate(tree.right, values)
        if not isinstance(left, (int, float)) or not isinstance(right, (int, float)):
            raise TypeError("only numbers can be reckoned with")
        return _BINARY[type(tree.op)](left, right)
    raise _NotConstant("bad-count", "a count is made of numbers, params and + - * // %", span_of(tree))
