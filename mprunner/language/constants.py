"""What is known before a run: numbers, texts and lists over a scenario's params."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from mprunner.language.diagnostics import listed, nearest
from mprunner.language.places import span_of
from mprunner.language.source import Span

__all__ = ["MAX_CELLS", "NotConstantError", "constant", "number"]

MAX_CELLS = 10_000_000
"""Elements that an array may have."""


class NotConstantError(Exception):
    """An expression that only a run could evaluate, or nobody."""

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


def number(tree: ast.expr, values: Mapping[str, Any]) -> Any:
    """Whole-number arithmetic over params; nothing else belongs into a count. Raises NotConstantError."""
    return _evaluated(tree, values, "a count is made of numbers, params and + - * // %", "bad-count")


def constant(tree: ast.expr, values: Mapping[str, Any]) -> Any:
    """A value of shared memory: as `number`, and texts, bytes, lists, and a list times a number. Raises NotConstantError."""
    if isinstance(tree, (ast.List, ast.Tuple)):
        return [constant(item, values) for item in tree.elts]
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Mult) and isinstance(tree.left, ast.List):
        times = number(tree.right, values)
        items = constant(tree.left, values)
        if not isinstance(times, int) or len(items) * times > MAX_CELLS:
            raise NotConstantError(
                "bad-count", f"a list can't be repeated {times} times", span_of(tree.right)
            )
        return items * times
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Div):
        return constant(tree.left, values) / constant(tree.right, values)
    if isinstance(tree, ast.JoinedStr):
        return "".join(_piece(part, values) for part in tree.values)
    return _evaluated(
        tree, values, "what memory holds at first is made of numbers, texts and params", "wrong-value"
    )


def _piece(part: ast.expr, values: Mapping[str, Any]) -> str:
    if isinstance(part, ast.FormattedValue) and part.conversion == -1 and part.format_spec is None:
        return str(constant(part.value, values))
    return str(constant(part, values))


def _evaluated(tree: ast.expr, values: Mapping[str, Any], rule: str, kind: str) -> Any:
    if isinstance(tree, ast.Constant):
        return tree.value
    if isinstance(tree, ast.Name):
        if tree.id in values:
            return values[tree.id]
        close = nearest(tree.id, values)
        expected = f"did you mean {listed(close)}?" if close else None
        raise NotConstantError("unknown-name", f'no param "{tree.id}"', span_of(tree), expected)
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        return -_evaluated(tree.operand, values, rule, kind)
    if isinstance(tree, ast.BinOp) and type(tree.op) in _BINARY:
        left, right = (_evaluated(side, values, rule, kind) for side in (tree.left, tree.right))
        if not isinstance(left, (int, float)) or not isinstance(right, (int, float)):
            raise TypeError("only numbers can be reckoned with")
        return _BINARY[type(tree.op)](left, right)
    raise NotConstantError(kind, rule, span_of(tree))
