"""Walks over steps: all of them at any depth, and the expressions and names in each."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

from mprunner.language.bodies import Body
from mprunner.language.control_steps import For, If, Try
from mprunner.language.data_steps import Set
from mprunner.language.fields import Expression, Raised, Step
from mprunner.language.plain_steps import RaiseException
from mprunner.language.source import Span
from mprunner.records import record

__all__ = ["Assigned", "all_steps", "assigned_by", "blocks_of", "expressions_of", "root_name"]

_BLOCKS = ("steps", "then", "try_", "else_", "finally_")


@cache
def _blocks_in(model: type[Body]) -> tuple[str, ...]:
    return tuple(name for name in _BLOCKS if name in model.model_fields)


def blocks_of(step: Step) -> Iterator[tuple[Step, ...]]:
    """The lists of steps that stand inside a step, in written order."""
    body = step.body
    for name in _blocks_in(type(body)):
        block = getattr(body, name)
        if name == "else_":
            if isinstance(body, Try):
                yield from body.except_.values()
            elif isinstance(body, If):
                for branch in body.elif_:
                    yield branch.then
        if block:
            yield block


def all_steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Every step of a list and inside it, outer ones first."""
    for step in steps:
        yield step
        for block in blocks_of(step):
            yield from all_steps(block)


def expressions_of(step: Step) -> Iterator[tuple[str, Expression]]:
    """The expressions of one step (not of the steps inside it), each with the field that it stands in.

    What `set` assigns to is among them only where it reads something (`buf[i]`).
    """
    body = step.body
    for name in type(body).model_fields:
        value = getattr(body, name)
        if isinstance(value, Expression):
            yield name, value
        elif isinstance(value, Raised) and isinstance(body, RaiseException):
            if value.text is not None:
                yield name, value.text
        elif isinstance(value, tuple):
            for pair in value:
                if isinstance(pair, tuple):
                    key, inner = pair
                    if isinstance(body, Set) and not isinstance(key.tree, ast.Name):
                        yield name, key
                    yield name, inner
    if isinstance(body, If):
        for branch in body.elif_:
            yield "if_", branch.if_


@record
class Assigned:
    """A variable that a step assigns, how, and the expression that gives the value where there is one."""

    name: str
    by: str
    span: Span
    value: Expression | None = None


def assigned_by(step: Step) -> Iterator[Assigned]:
    """The variables that one step assigns (not the steps inside it)."""
    body = step.body
    if isinstance(body, Set):
        for place, value in body.places:
            if isinstance(place.tree, ast.Name):
                yield Assigned(place.tree.id, "set", place.span, value)
    elif isinstance(body, For):
        for name in [body.for_] if isinstance(body.for_, str) else body.for_:
            yield Assigned(name, "for", step.verb_span)
    elif isinstance(body, Try) and body.except_:
        yield Assigned("error", "except", step.verb_span)
    if step.into is not None and step.into_span is not None:
        yield Assigned(step.into, "into", step.into_span)


def root_name(tree: ast.expr) -> ast.Name | None:
    """The name that a reference begins with: `fork` of `fork[i + 1]`."""
    while isinstance(tree, (ast.Subscript, ast.Attribute)):
        tree = tree.value
    return tree if isinstance(tree, ast.Name) else None
