"""Where the pieces of an expression stand in the file, and what reports problems there."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TypeVar

from mprunner.language.diagnostics import Problems
from mprunner.language.positions import span_in
from mprunner.language.source import Source, Span
from mprunner.language.tree import Node, notes_on
from mprunner.records import record

__all__ = ["Place", "located", "span_of"]

NodeType = TypeVar("NodeType", bound=ast.expr)


@record
class Place:
    """A scalar under examination: from offsets in its value to spans of the file, and a way to report problems.

    `base` is where in the scalar's value the text at hand begins; `expression_field` tells whether the field takes a bare
    expression (or a reference) rather than a text.
    """

    node: Node
    source: Source
    problems: Problems
    base: int = 0
    expression_field: bool = False
    straight: int | None = None
    """The column of the value's first character, when it is written on one line just as it reads."""

    @classmethod
    def of(cls, node: Node, source: Source, problems: Problems, *, expression_field: bool = False) -> Place:
        """The place of a whole scalar."""
        text, span = node.text or "", node.span
        quote = 1 if node.style in ("single", "double") else 0
        written = source.slice(span)[quote : len(source.slice(span)) - quote]
        straight = node.style in ("plain", "single", "double") and written == text and "\n" not in text
        column = span.column + quote if straight else None
        return cls(node, source, problems, 0, expression_field, column)

    def at(self, offset: int) -> Place:
        """The same scalar, from `offset` of the text at hand on."""
        return Place(
            self.node, self.source, self.problems, self.base + offset, self.expression_field, self.straight
        )

    def span(self, start: int, end: int) -> Span:
        """The span of the file where `text[start:end]` of the text at hand is written."""
        start, end = start + self.base, max(start, end) + self.base
        if self.straight is None:
            return span_in(self.node, self.source, start, end)
        return Span(self.node.span.line, self.straight + start, self.node.span.end_line, self.straight + end)

    def error(
        self,
        kind: str,
        span: Span,
        message: str,
        *,
        expected: str | None = None,
        notes: Iterable[str] = (),
    ) -> None:
        """Reports a problem at a span of the file; an alias through which the scalar is used is told too."""
        told = (*notes, *notes_on(self.node, self.source))
        self.problems.error(kind, self.source, span, message, expected=expected, notes=told)


def located(node: NodeType, span: Span) -> NodeType:
    """`node` with the position `span` (columns are kept minus one, as `ast` counts)."""
    node.lineno, node.col_offset = span.line, span.column - 1
    node.end_lineno, node.end_col_offset = span.end_line, span.end_column - 1
    return node


def span_of(node: ast.AST) -> Span:
    """The span of the file at which a node of a parsed expression stands."""
    return Span(
        node.lineno,  # type: ignore[attr-defined]
        node.col_offset + 1,  # type: ignore[attr-defined]
        node.end_lineno,  # type: ignore[attr-defined]
        node.end_col_offset + 1,  # type: ignore[attr-defined]
    )
