"""Pure expressions as closures: built once for each process, called with the variables of a frame and the globals.

An expression that looks at the world has been taken apart before (`lowering`): what is left here needs no world.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Counts
from functools import lru_cache
from typing import Any

from mprunner.operations import HELD
from mprunner.program import expressions
from mprunner.program.expressions import Expr
from mprunner.program.functions import FUNCTIONS, bound_method, call_method
from mprunner.program.handles import Handle, Ref
from mprunner.program.limits import BINARY, COMPARE, check_items, check_nested, check_text
from mprunner.program.rendering import formatted, rendered, to_text
from mprunner.program.values import Piece, Rendered, type_name

__all__ = ["Evaluate", "build", "build_printed"]

Variables = dict[str, Any]
Evaluate = Callable[[Variables, Variables], Any]


def build(expression: Expr, counts: Counts[str, int | None]) -> Evaluate:
    """A function of (variables, globals) that gives the expression's value, or raises what Python would raise.

    `counts` has the size of each declared family, by name.
    """
    return _BUILDERS[type(expression)](expression, counts)


def build_printed(expression: Expr, counts: Counts[str, int | None]) -> Evaluate:
    """As `build`, for a text that is printed: it gives a `values.Rendered` that keeps its parts."""
    if isinstance(expression, expressions.Template):
        parts = _template_parts(expression, counts)

        def print_template(v: Variables, g: Variables) -> Any:
            pieces: list[Piece] = []
            for part in parts:
                pieces += part(v, g)
            text = Rendered(tuple(pieces))
            check_text(len(text))
            return text

        return print_template
    value = build(expression, counts)
    return lambda v, g: rendered(value(v, g))


def _constant(expression: expressions.Constant, counts: Counts[str, int | None]) -> Evaluate:
    value = expression.value
    return lambda v, g: value


def _local(expression: expressions.Local, counts: Counts[str, int | None]) -> Evaluate:
    name = expression.name

    def local(v: Variables, g: Variables) -> Any:
        try:
            return v[name]
        except KeyError:
            pass
        raise UnboundLocalError(
            f"cannot access local variable '{name}' where it is not associated with a value"
        )

    return local


def _global(expression: expressions.Global, counts: Counts[str, int | None]) -> Evaluate:
    name = expression.name

    def look_up(v: Variables, g: Variables) -> Any:
        try:
            return g[name]
        except KeyError:
            pass
        raise NameError(f"name '{name}' is not defined")

    return look_up


def _object(expression: expressions.Object, counts: Counts[str, int | None]) -> Evaluate:
    kind, name, count = expression.kind, expression.name, counts.get(expression.name)
    if expression.index is None:
        if expression.family and count is not None:
            members = _members(kind, name, count)
            return lambda v, g: members
        handle = Handle(kind, Ref(name))
        return lambda v, g: handle
    index = build(expression.index, counts)
    handles = _members(kind, name, count or 0)

    def member(v: Variables, g: Variables) -> Any:
        position = index(v, g)
        try:
            return handles[position]
        except IndexError:
            pass
        raise IndexError(f"{name}[{position}] is not there: {name} has {len(handles)} members, from 0")

    return member


@lru_cache(maxsize=32)
def _members(kind: str, name: str, count: int) -> tuple[Handle, ...]:
    # Shared by all that mention the family: starting one of thousands takes as many instructions as it has members.
    return tuple(Handle(kind, Ref(name, i)) for i in range(count))


def _not(operand: Evaluate) -> Evaluate:
    return lambda v, g: not operand(v, g)


_UNARY: dict[str, Callable[[Evaluate], Evaluate]] = {
    "not": _not,
    "-": lambda operand: lambda v, g: -operand(v, g),
    "+": lambda operand: lambda v, g: +operand(v, g),
    "~": lambda operand: lambda v, g: _inverted(operand(v, g)),
}


def _inverted(value: Any) -> Any:
    # Of a boolean Python 3.12 and later say, with a warning, that it will be refused one day; its value is that of 0 or 1.
    return ~int(value) if isinstance(value, bool) else ~value


def _unary(expression: expressions.Unary, counts: Counts[str, int | None]) -> Evaluate:
    return _UNARY[expression.operator](build(expression.operand, counts))


def _binary(expression: expressions.Binary, counts: Counts[str, int | None]) -> Evaluate:
    left, right = build(expression.left, counts), build(expression.right, counts)
    function = BINARY[expression.operator]
    if expression.operator == "+":

        def add(v: Variables, g: Variables) -> Any:
            a, b = left(v, g), right(v, g)
            return a + b if type(a) is int is type(b) else function(a, b)

        return add
    return lambda v, g: function(left(v, g), right(v, g))


def _compare(expression: expressions.Compare, counts: Counts[str, int | None]) -> Evaluate:
    first = build(expression.left, counts)
    rest = [
        (COMPARE[operator], build(right, counts))
        for operator, right in zip(expression.operators, expression.rights, strict=True)
    ]
    if len(rest) == 1:
        function, right = rest[0]
        return lambda v, g: function(first(v, g), right(v, g))

    def chain(v: Variables, g: Variables) -> Any:
        left, result = first(v, g), True
        for compare, following in rest:
            value = following(v, g)
            result = compare(left, value)
            if not result:
                return result
            left = value
        return result

    return chain


def _logical(expression: expressions.Logical, counts: Counts[str, int | None]) -> Evaluate:
    operands = [build(operand, counts) for operand in expression.operands]
    wanted = expression.operator == "or"

    def decide(v: Variables, g: Variables) -> Any:
        value = None
        for operand in operands:
            value = operand(v, g)
            if bool(value) is wanted:
                break
        return value

    return decide


def _conditional(expression: expressions.Conditional, counts: Counts[str, int | None]) -> Evaluate:
    test, then, otherwise = (
        build(part, counts) for part in (expression.test, expression.then, expression.otherwise)
    )
    return lambda v, g: then(v, g) if test(v, g) else otherwise(v, g)


def _subscript(expression: expressions.Subscript, counts: Counts[str, int | None]) -> Evaluate:
    value, index = build(expression.value, counts), build(expression.index, counts)

    def item(v: Variables, g: Variables) -> Any:
        container, key = value(v, g), index(v, g)
        if isinstance(container, Handle):
            raise TypeError(f"'{container.kind}' object is not subscriptable")
        return container[key]

    return item


def _slice(expression: expressions.Slice, counts: Counts[str, int | None]) -> Evaluate:
    nothing = expressions.Constant(None)
    lower, upper, step = (
        build(part or nothing, counts) for part in (expression.lower, expression.upper, expression.step)
    )
    return lambda v, g: slice(lower(v, g), upper(v, g), step(v, g))


def _attribute(expression: expressions.Attribute, counts: Counts[str, int | None]) -> Evaluate:
    value, name = build(expression.value, counts), expression.name

    def attribute(v: Variables, g: Variables) -> Any:
        owner = value(v, g)
        if name == "args" and isinstance(owner, BaseException):
            return owner.args
        raise AttributeError(f"'{type_name(owner)}' object has no attribute '{name}'")

    return attribute


def _is_handle(value: Any) -> bool:
    return isinstance(value, Handle)


def _kind_in_with(value: Any) -> str:
    if isinstance(value, Handle) and (value.kind in HELD or value.kind == "pool"):
        return "pool" if value.kind == "pool" else "held"
    raise TypeError(f"'{type_name(value)}' object does not support the context manager protocol")


_INTERNAL: dict[str, Callable[..., Any]] = {"%is_handle": _is_handle, "%kind_in_with": _kind_in_with}


def _arguments(
    arguments: tuple[Expr, ...],
    keywords: tuple[tuple[str, Expr], ...],
    counts: Counts[str, int | None],
) -> tuple[list[Evaluate], list[tuple[str, Evaluate]]]:
    return [build(argument, counts) for argument in arguments], [
        (name, build(value, counts)) for name, value in keywords
    ]


def _call_builtin(expression: expressions.CallBuiltin, counts: Counts[str, int | None]) -> Evaluate:
    function = FUNCTIONS.get(expression.name) or _INTERNAL[expression.name]
    positional, named = _arguments(expression.arguments, expression.keywords, counts)
    if len(positional) == 1 and not named:
        only = positional[0]
        return lambda v, g: function(only(v, g))

    def call(v: Variables, g: Variables) -> Any:
        return function(
            *[argument(v, g) for argument in positional], **{name: value(v, g) for name, value in named}
        )

    return call


def _call_method(expression: expressions.CallMethod, counts: Counts[str, int | None]) -> Evaluate:
    owner, name = build(expression.value, counts), expression.name
    positional, named = _arguments(expression.arguments, expression.keywords, counts)

    def call(v: Variables, g: Variables) -> Any:
        value = owner(v, g)
        method = bound_method(value, name)  # before the arguments, as in Python
        return call_method(
            method,
            value,
            tuple([argument(v, g) for argument in positional]),
            {key: argument(v, g) for key, argument in named},
        )

    return call


def _collection(expression: expressions.Collection, counts: Counts[str, int | None]) -> Evaluate:
    items = [build(item, counts) for item in expression.items]
    if expression.kind == "list":
        return lambda v, g: [item(v, g) for item in items]
    if expression.kind == "tuple":
        return lambda v, g: tuple([item(v, g) for item in items])

    def make_set(v: Variables, g: Variables) -> Any:
        members = [item(v, g) for item in items]
        check_nested(members)
        return set(members)

    return make_set


def _mapping(expression: expressions.Mapping, counts: Counts[str, int | None]) -> Evaluate:
    pairs = [(build(key, counts), build(value, counts)) for key, value in expression.items]

    def make_mapping(v: Variables, g: Variables) -> Any:
        made: dict[Any, Any] = {}
        for key, value in pairs:
            name = key(v, g)
            check_nested(name)
            made[name] = value(v, g)
        return made

    return make_mapping


PartMaker = Callable[[Variables, Variables], tuple[Piece, ...]]


def _template_parts(expression: expressions.Template, counts: Counts[str, int | None]) -> list[PartMaker]:
    return [_literal(part) if isinstance(part, str) else _field(part, counts) for part in expression.parts]


def _literal(text: str) -> PartMaker:
    piece: tuple[Piece, ...] = (("text", text),)
    return lambda v, g: piece


def _field(field: expressions.FormatField, counts: Counts[str, int | None]) -> PartMaker:
    value, conversion = build(field.value, counts), field.conversion
    if field.spec is None:
        if conversion:
            return lambda v, g: formatted(value(v, g), conversion, "")

        def show(v: Variables, g: Variables) -> tuple[Piece, ...]:
            shown = value(v, g)
            kind = type(shown)
            if kind is int:
                return (("value", str(shown)),)
            return (("value", shown),) if kind is str else formatted(shown, "", "")

        return show
    spec = build(field.spec, counts)
    return lambda v, g: formatted(value(v, g), conversion, spec(v, g))


def _template(expression: expressions.Template, counts: Counts[str, int | None]) -> Evaluate:
    parts = _template_parts(expression, counts)

    def make_text(v: Variables, g: Variables) -> Any:
        pieces: list[Piece] = []
        for part in parts:
            pieces.extend(part(v, g))
        return to_text(pieces)

    return make_text


def _format_field(expression: expressions.FormatField, counts: Counts[str, int | None]) -> Evaluate:
    return _template(expressions.Template((expression,)), counts)


def _spread(expression: expressions.Spread, counts: Counts[str, int | None]) -> Evaluate:
    value = build(expression.value, counts)

    def spread(v: Variables, g: Variables) -> Any:
        found = value(v, g)
        if not isinstance(found, (list, tuple, str, range, dict, set)):
            raise TypeError(f"Value after * must be an iterable, not {type_name(found)}")
        check_items(len(found))
        return list(found)

    return spread


_BUILDERS: dict[type, Callable[..., Evaluate]] = {
    expressions.Attribute: _attribute,
    expressions.Binary: _binary,
    expressions.CallBuiltin: _call_builtin,
    expressions.CallMethod: _call_method,
    expressions.Collection: _collection,
    expressions.Compare: _compare,
    expressions.Conditional: _conditional,
    expressions.Constant: _constant,
    expressions.FormatField: _format_field,
    expressions.Global: _global,
    expressions.Local: _local,
    expressions.Logical: _logical,
    expressions.Mapping: _mapping,
    expressions.Object: _object,
    expressions.Slice: _slice,
    expressions.Spread: _spread,
    expressions.Subscript: _subscript,
    expressions.Template: _template,
    expressions.Unary: _unary,
}
