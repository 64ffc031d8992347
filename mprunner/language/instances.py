"""From one model to the scenarios that it stands for: params in force, matrix expanded, counts as numbers."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mprunner.errors import UsageError
from mprunner.language.constants import MAX_CELLS, NotConstantError, constant, number
from mprunner.language.diagnostics import listed, nearest
from mprunner.language.fields import Expression, Located
from mprunner.language.located import Context, LocatedDict
from mprunner.language.models import START_METHODS, Scenario
from mprunner.language.promises import Promise
from mprunner.language.scalars import resolve
from mprunner.operations import SHARED_SECTIONS
from mprunner.records import record, replaced

__all__ = ["MAX_INSTANCES", "MAX_MEMBERS", "Instance", "expand"]

MAX_INSTANCES = 500
"""Scenarios that one `matrix` may stand for."""

MAX_MEMBERS = 10_000
"""Members of a family of processes or objects."""

_START_METHOD = "start_method"

MAX_PERMITS = 2**31 - 1
"""Permits that a semaphore of the operating system may have."""


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
    outcomes = scenario.outcomes
    if outcomes is not None:
        outcomes = replaced(outcomes, index=len(scenario.expect))
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
            "expect": tuple(
                _with_numbers(promise, values, context)
                for promise in (*scenario.expect, *([] if outcomes is None else [outcomes]))
            ),
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
    for section, field in _MEMORY.items():
        for name, declaration in found[section].items():
            found[section][name] = _initial(declaration, field, values, context)
    if isinstance(scenario.runs, Expression):
        found["runs"] = _number(scenario.runs, "runs", values, context)
    return found


def _with_numbers(promise: Promise, values: Mapping[str, Any], context: Context) -> Promise:
    """The promise with every `"{n}"` in it, at any depth, replaced by its number."""
    changes: dict[str, Any] = {}
    for field in type(promise.body).model_fields:
        value = getattr(promise.body, field)
        found: Any = value
        if isinstance(value, Expression):
            found = _number(value, field, values, context)
            if found is not None and found < 0:
                context.error("bad-count", value.span, f"`{field}` is {found}; it can't be less than 0")
                found = None
            found = 0 if found is None else found  # it is reported, and nothing is judged
        elif isinstance(value, Promise):
            found = _with_numbers(value, values, context)
        elif isinstance(value, tuple) and any(isinstance(one, Promise) for one in value):
            found = tuple(_with_numbers(one, values, context) for one in value)
        if found is not value and found != value:
            changes[field] = found
    return replaced(promise, body=promise.body.model_copy(update=changes)) if changes else promise


_COUNTED: dict[str, dict[str, tuple[int, int] | None]] = {
    **{section: {"count": (1, MAX_MEMBERS)} for section in SHARED_SECTIONS},
    "semaphores": {"count": (1, MAX_MEMBERS), "value": (0, MAX_PERMITS)},
    "barriers": {"count": (1, MAX_MEMBERS), "parties": (1, MAX_MEMBERS)},
    "queues": {"count": (1, MAX_MEMBERS), "maxsize": None},
    "arrays": {"count": (1, MAX_MEMBERS), "size": (0, MAX_CELLS)},
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
        found = number(count.tree, values)
    except NotConstantError as problem:
        context.error(problem.kind, problem.span or count.span, problem.message, expected=problem.expected)
        return None
    except (ArithmeticError, TypeError, ValueError) as error:
        context.error("bad-count", count.span, f"`{field}` can't be computed: {error}")
        return None
    if isinstance(found, bool) or not isinstance(found, int):
        context.error("bad-count", count.span, f"`{field}` is a whole number, but this gives {found!r}")
        return None
    return found


_MEMORY = {"values": "value", "arrays": "initial"}
"""Section -> the field that says what its objects hold at first."""


def _initial(declaration: Located, field: str, values: Mapping[str, Any], context: Context) -> Located:
    """The declaration with the data in place of the expression that says what it holds at first."""
    written = getattr(declaration, field)
    if not isinstance(written, Expression):
        return declaration
    data = None
    try:
        data = constant(written.tree, values)
    except NotConstantError as problem:
        context.error(problem.kind, problem.span or written.span, problem.message, expected=problem.expected)
    except (ArithmeticError, TypeError, ValueError) as error:
        context.error("wrong-value", written.span, f"`{field}` can't be computed: {error}")
    return declaration.model_copy(update={field: data})
