"""Matchers with variables: which variables, how they look with values in their place, and with anything in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from mprunner.checking.forms import ANY, Filled, MatcherForm, Matches, Not, OneOf, Variable
from mprunner.checking.meaning.roles import changed, field_names, variables_of
from mprunner.checking.patterns import text_of
from mprunner.records import record, replaced

__all__ = ["Value", "captured", "captures", "filled", "loosened", "names_in", "plain_fields", "substituted"]


@record
class Value:
    """What a variable stands for; `textual` if it was a part of a text: then it equals all that looks like it."""

    value: Any
    textual: bool = False


def names_in(value: Any) -> Iterator[str]:
    """The names of the variables in a form or in a part of one."""
    yield from (one.name for one in variables_of(value))


def captured(pattern: Any) -> Iterator[str]:
    """The names of the variables that a field of a quantifier captures."""
    if isinstance(pattern, Variable) and pattern.captures:
        yield pattern.name
    elif isinstance(pattern, Filled):
        yield from (one.name for one in pattern.parts if isinstance(one, Variable) and one.captures)
    elif isinstance(pattern, Matches):
        yield from re.compile(pattern.pattern).groupindex


def captures(domain: MatcherForm) -> tuple[str, ...]:
    """The names of the variables that a quantifier captures."""
    found = (name for field in field_names(domain) for name in captured(getattr(domain, field)))
    return tuple(dict.fromkeys(found))


def plain_fields(form: MatcherForm, names: Collection[str]) -> list[tuple[str, Variable | Filled]] | None:
    """The fields of a matcher in which these variables stand, each to be compared as a whole. None where that cannot
    be told so: under `any_of` and `not`, in regular expressions, beside other variables.
    """
    found: list[tuple[str, Variable | Filled]] = []
    for field in field_names(form):
        value = getattr(form, field)
        mine = set(names_in(value)) & set(names)
        if not mine:
            continue
        if not isinstance(value, (Variable, Filled)) or (isinstance(value, Filled) and value.regex):
            return None
        if not set(names_in(value)) <= set(names):
            return None
        found.append((field, value))
    return found


def filled(pattern: Filled, values: Mapping[str, Value]) -> str:
    """A text with the values in the place of its variables."""
    return "".join(one if isinstance(one, str) else text_of(values[one.name].value) for one in pattern.parts)


def substituted(form: Any, values: Mapping[str, Value]) -> Any:
    """A form, or a part of one, with values in the place of the variables that have one."""
    if isinstance(form, Variable):
        return _in_place(values[form.name]) if form.name in values else form
    if isinstance(form, Filled):
        return _filled(form, values)
    if isinstance(form, tuple):
        return tuple(substituted(one, values) for one in form)
    if isinstance(form, OneOf):
        return OneOf(substituted(form.values, values))
    if isinstance(form, Not):
        return Not(substituted(form.value, values))
    names = field_names(form)
    return (
        changed(form, **{name: substituted(getattr(form, name), values) for name in names}) if names else form
    )


def _in_place(value: Value) -> Any:
    if not value.textual:
        return value.value
    try:
        look = ast.literal_eval(value.value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value.value
    return value.value if isinstance(look, str) else OneOf((value.value, look))


def _filled(form: Filled, values: Mapping[str, Value]) -> Any:
    parts: list[str | Variable] = []
    for one in form.parts:
        if isinstance(one, Variable) and one.name in values:
            text = text_of(values[one.name].value)
            parts.append(re.escape(text) if form.regex else text)
        else:
            parts.append(one)
    if any(isinstance(one, Variable) for one in parts):
        return Filled(tuple(parts), form.regex)
    text = "".join(map(str, parts))
    return Matches(text) if form.regex else text


def loosened(form: MatcherForm, names: Collection[str]) -> MatcherForm:
    """The matcher that selects what this one selects for some values of these variables, and perhaps more."""
    changes: dict[str, Any] = {}
    for field in field_names(form):
        value = getattr(form, field)
        if field == "any_of":
            changes[field] = tuple(loosened(one, names) for one in value)
        elif field == "none_of":
            changes[field] = tuple(one for one in value if not set(names_in(one)) & set(names))
        elif set(names_in(value)) & set(names):
            changes[field] = _open(value, names)
    if changes.get("print") is ANY:
        changes["op"] = "print"
    return replaced(form, **changes)


def _open(value: Any, names: Collection[str]) -> Any:
    if not isinstance(value, Filled):
        return ANY
    parts = tuple(
        ".+?" if isinstance(one, Variable) and one.name in names
        else re.escape(one) if isinstance(one, str) and not value.regex
        else one
        for one in value.parts
    )  # fmt: skip
    if not value.regex:
        parts = ("\\A(?s:", *parts, ")\\Z")
    if any(isinstance(one, Variable) for one in parts):
        return Filled(parts, regex=True)
    return Matches("".join(map(str, parts)))
