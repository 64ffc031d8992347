"""The kinds of field that a scenario is made of, each keeping its place in the file.

*Text* is an f-string (or a YAML number, boolean, list or mapping whose texts are f-strings), *expression* is bare,
*reference* names a declared thing or a place to assign to. All three become an `Expression`: a checked Python syntax tree
whose positions are those of the scenario file.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any, Literal

from mprunner.language.source import Span

FieldKind = Literal["text", "expression", "reference"]


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A checked syntax tree of a field.

    `tree` holds only the node types that `expressions.py` allows; its `lineno` and `end_lineno` are lines of the file and its
    `col_offset` and `end_col_offset` columns of the file minus one. A text with `{}` is an `ast.JoinedStr`, a text that is
    exactly one `{expression}` is that expression, a plain text an `ast.Constant`, a YAML list an `ast.List`, and so on.
    `text` is what the author wrote.
    """

    tree: ast.expr
    text: str
    span: Span
    kind: FieldKind


@dataclass(frozen=True, slots=True, eq=False)
class Raised:
    """An exception type with an optional text or value, as `raise:` and `raises:` write it."""

    type: str
    text: Expression | None
    span: Span


# Located (pydantic base with `.span`), Name, TextField, ExpressionField, ReferenceField, TextMap, ExceptionMap, Steps, Step
# are defined below by the model layer.
Any_ = Any
