"""`for_each`: a promise anew for each value that a field takes; `$name` stands for it in the promise's matchers.

In the quantifier's own matchers a `$name` captures: as a whole field its value, in a longer text what stands at its place,
and so does a named group of a regular expression. In the matchers of the promise it stands for what was captured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mprunner.language.diagnostics import listed, nearest
from mprunner.language.located import Context, LocatedDict, LocatedList, context_of, node_of, reported
from mprunner.language.patterns import Equals, Filled, Matches, Pattern, Variable
from mprunner.language.positions import span_in
from mprunner.language.source import Span
from mprunner.language.tree import Node
from mprunner.records import made, record

if TYPE_CHECKING:
    from pydantic import ValidationInfo

    from mprunner.language.matchers import Matcher

__all__ = ["Variables", "quantified", "quantifier", "variables_in"]

_VARIABLE = re.compile(r"\$(\$|[A-Za-z_]\w*)")
_NO_VALUE = ("pool", "raised")
"""Fields that select by more than what is equal: no event has a value of theirs."""


@record(frozen=False)
class Variables:
    """The variables in sight: where each is captured, which were used, and which the matcher that is read captures."""

    places: dict[str, Span] = made(factory=dict)
    used: set[str] = made(factory=set)
    fresh: set[str] | None = None


def variables_in(node: Node, context: Context, field: str | None, *, regex: bool = False) -> Pattern | None:
    """What a text with variables in it stands for; None for one without. Raises for a variable that there is not."""
    variables, text = context.variables, node.value
    if not isinstance(variables, Variables) or not isinstance(text, str):
        return None
    if regex:
        _named_groups(text, node, variables)
    parts: list[str | Variable] = []
    last = 0
    for match in _VARIABLE.finditer(text):
        name = match.group(1)
        if regex and name not in variables.places:
            continue  # the end of a line, as regular expressions write it
        parts.append(text[last : match.start()])
        last = match.end()
        if name == "$":
            parts.append("$")
        else:
            parts.append(_variable(name, span_in(node, context.source, match.start(), match.end()), context))
    if not last:
        return None
    kept = tuple(part for part in [*parts, text[last:]] if part != "")
    if all(isinstance(part, str) for part in kept):
        return Equals("".join(map(str, kept)))
    if len(kept) == 1 and isinstance(kept[0], Variable) and not regex:
        if field in _NO_VALUE:
            context.error("wrong-value", node, f"`{field}` takes no variable")
            raise reported()
        return kept[0]
    if any(isinstance(one, Variable) and isinstance(two, Variable) for one, two in pairwise(kept)):
        context.error("wrong-value", node, "between two variables of a text there has to be something")
        raise reported()
    return Filled(kept, regex)


def _named_groups(text: str, node: Node, variables: Variables) -> None:
    if variables.fresh is None:
        return
    try:
        names = re.compile(text).groupindex
    except (re.error, OverflowError, RecursionError):
        return  # which is reported where it is read
    for name in names:
        variables.places.setdefault(name, node.span)
        variables.fresh.add(name)


def _variable(name: str, span: Span, context: Context) -> Variable:
    variables = context.variables
    if variables.fresh is not None and (name in variables.fresh or name not in variables.places):
        variables.places.setdefault(name, span)
        variables.fresh.add(name)
        return Variable(name, captures=True)
    if name not in variables.places:
        close = nearest(name, variables.places)
        expected = f"did you mean {listed(f'${one}' for one in close)}?" if close else "`$$` is a dollar sign"
        notes = [] if close else [f"`for_each` captures: {', '.join(f'${one}' for one in variables.places)}"]
        context.error("unknown-name", span, f'no variable "${name}"', expected=expected, notes=notes)
        raise reported()
    variables.used.add(name)
    return Variable(name)


def quantifier(value: Any, info: ValidationInfo) -> tuple[Matcher, ...]:
    """`for_each`: a matcher, or a list of them, which capture variables."""
    return _read(value, context_of(info))


def _read(value: Any, context: Context) -> tuple[Matcher, ...]:
    from mprunner.language.matchers import read_matcher

    variables = context.variables
    found: list[Matcher] = []
    for item in value if isinstance(value, LocatedList) else [value]:
        variables.fresh = set()
        try:
            found.append(read_matcher(item, context))
        finally:
            fresh, variables.fresh = variables.fresh, None
        if not fresh:
            message = "`for_each` needs a variable to capture: a field is `$name`"
            context.error("wrong-value", node_of(item), message, expected="for example {op: put, item: $id}")
            raise reported()
    if not found:
        context.error("wrong-type", node_of(value), "`for_each`: expected a matcher, or a list of them")
        raise reported()
    return tuple(found)


@contextmanager
def quantified(promise: LocatedDict, context: Context) -> Iterator[tuple[Matcher, ...]]:
    """The quantifiers of a promise, whose variables are in sight as long as the promise is read. Reports unused ones."""
    if "for_each" not in promise:
        yield ()
        return
    outer = context.variables
    places = dict(outer.places) if isinstance(outer, Variables) else {}
    inner = context.variables = Variables(dict(places))
    try:
        yield _read(promise["for_each"], context)
        for name, span in inner.places.items():
            if name not in places and name not in inner.used:
                message = f"`${name}` is never used: the promise would be the same for each value"
                context.error("unused-variable", span, message, expected="write it where its value is meant")
    finally:
        context.variables = outer
        if isinstance(outer, Variables):
            outer.used.update(name for name in inner.used if name in places)


def captures(matcher: Matcher) -> Iterator[str]:
    """The names that a quantifier's matcher captures."""
    for _, pattern in matcher.patterns():
        if isinstance(pattern, Variable) and pattern.captures:
            yield pattern.name
        elif isinstance(pattern, Filled):
            yield from (one.name for one in pattern.parts if isinstance(one, Variable) and one.captures)
        elif isinstance(pattern, Matches):
            yield from re.compile(pattern.regex).groupindex
