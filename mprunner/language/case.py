"""A text that could not be read as YAML, seen around the place where the reader gave up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from mprunner.language.diagnostics import Diagnostic
from mprunner.language.events import Failure
from mprunner.language.lines import masked
from mprunner.language.source import Source

__all__ = ["Case"]


@dataclass(frozen=True)
class Case:
    """A failure with the lines around it."""

    source: Source
    failure: Failure

    @cached_property
    def index(self) -> int:
        """Where the reader gave up; the last character there is when that is the end of the text."""
        return min(self.failure.index, max(len(self.source.text.rstrip()) - 1, 0))

    @cached_property
    def at_end(self) -> bool:
        return not self.source.text[self.failure.index :].strip("\0 \r\n\t")

    @cached_property
    def number(self) -> int:
        return self.source.position(self.index)[0]

    @cached_property
    def column(self) -> int:
        """Offset in the line."""
        return self.source.position(self.index)[1] - 1

    @cached_property
    def line(self) -> str:
        return self.source.line(self.number)

    @cached_property
    def above(self) -> int:
        """Number of the last line before that has something on it besides a comment; 0 if there is none."""
        candidates = range(self.number - 1, 0, -1)
        return next((n for n in candidates if masked(self.source.line(n)).strip()), 0)

    @property
    def character(self) -> str:
        return self.source.text[self.index : self.index + 1]

    @property
    def problem(self) -> str:
        return self.failure.problem

    @property
    def context(self) -> str:
        return self.failure.context

    @property
    def context_index(self) -> int:
        return self.index if self.failure.context_index is None else self.failure.context_index

    def found(
        self, kind: str, start: int, end: int, message: str, expected: str | None = None, *notes: str
    ) -> Diagnostic:
        span = self.source.span(start, max(end, start + 1))
        return Diagnostic(kind, self.source, span, message, expected, notes)

    def on_line(
        self,
        kind: str,
        number: int,
        start: int,
        end: int,
        message: str,
        expected: str | None = None,
        *notes: str,
    ) -> Diagnostic:
        begin = self.source.index(number, 1)
        return self.found(kind, begin + start, begin + end, message, expected, *notes)
