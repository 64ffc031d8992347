"""Pure expressions: evaluated without leaving the machine.

Plain, frozen and picklable, as all of a program is.
"""

from __future__ import annotations

from typing import Any, Literal, Union

from mprunner.records import record

__all__ = [
    "Attribute",
    "Binary",
    "CallBuiltin",
    "CallMethod",
    "Collection",
    "Compare",
    "Conditional",
    "Constant",
    "Expr",
    "FormatField",
    "Global",
    "Local",
    "Logical",
    "Mapping",
    "Object",
    "Slice",
    "Spread",
    "Subscript",
    "Template",
    "Unary",
]


@record
class Constant:
    value: Any


@record
class Local:
    """A variable, a parameter or (named `%N`) a temporary of the running frame."""

    name: str


@record
class Global:
    name: str


@record
class Object:
    """A declared object or process by name; with `index` an expression that picks one of a family."""

    kind: str
    name: str
    index: Expr | None = None
    family: bool = False


@record
class Spread:
    """Positional arguments that a list gives, as `*value` does. Only among the arguments of a call."""

    value: Expr


@record
class Unary:
    operator: str
    operand: Expr


@record
class Binary:
    operator: str
    left: Expr
    right: Expr


@record
class Compare:
    left: Expr
    operators: tuple[str, ...]
    rights: tuple[Expr, ...]


@record
class Logical:
    operator: Literal["and", "or"]
    operands: tuple[Expr, ...]


@record
class Conditional:
    test: Expr
    then: Expr
    otherwise: Expr


@record
class Subscript:
    value: Expr
    index: Expr


@record
class Slice:
    lower: Expr | None
    upper: Expr | None
    step: Expr | None


@record
class Attribute:
    """A safe attribute or a safe method (bound) of a plain value: `text.upper`, `error.args`."""

    value: Expr
    name: str


@record
class CallBuiltin:
    name: str
    arguments: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...] = ()


@record
class CallMethod:
    """A call of a safe method of a plain value (`text.upper()`)."""

    value: Expr
    name: str
    arguments: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...] = ()


@record
class Collection:
    kind: Literal["list", "tuple", "set"]
    items: tuple[Expr, ...]


@record
class Mapping:
    items: tuple[tuple[Expr, Expr], ...]


@record
class FormatField:
    value: Expr
    conversion: str = ""
    spec: Expr | None = None


@record
class Template:
    """An f-string. Evaluated to a `values.Rendered` (a str that keeps its typed parts) where it is printed."""

    parts: tuple[str | FormatField, ...]


Expr = Union[
    Constant,
    Local,
    Global,
    Object,
    Spread,
    Unary,
    Binary,
    Compare,
    Logical,
    Conditional,
    Subscript,
    Slice,
    Attribute,
    CallBuiltin,
    CallMethod,
    Collection,
    Mapping,
    FormatField,
    Template,
]
