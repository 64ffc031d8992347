"""A text that someone wrote, its lines, and places in it.

Every message of mprunner names a place by line and column, counted from 1 in code points, as editors do. Carets under
a line need another measure, how many columns of the terminal a text takes: ``display_width``.
"""

from __future__ import annotations

import bisect
import os
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

__all__ = ["MAX_FILE_BYTES", "TAB_WIDTH", "Source", "Span", "display_width"]

MAX_FILE_BYTES = 1024 * 1024
"""Files above this size (bytes) are refused: a scenario is one page."""

TAB_WIDTH = 4
"""A tab is shown as spaces up to the next multiple of this many columns."""

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a source: lines and columns from 1, in code points; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int

    def to(self, other: Span) -> Span:
        """The stretch from the start of this span to the end of ``other``."""
        return Span(self.line, self.column, other.end_line, other.end_column)


START = Span(1, 1, 1, 1)


@dataclass(frozen=True, eq=False)
class Source:
    """A text with the path under which it is shown to people (``<stdin>`` for standard input)."""

    path: str
    text: str

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Source:
        """The file at ``path``.

        Raises ``AuthoringError``: ``unreadable-file``, ``file-too-large`` or ``not-utf-8``.
        """
        from mprunner.language import reading  # it makes diagnostics, which stand on this module

        return reading.read_source(Path(path))

    @classmethod
    def from_bytes(cls, path: str, data: bytes) -> Source:
        """``data`` decoded as UTF-8 (a byte order mark is dropped).

        Raises ``AuthoringError``: ``file-too-large`` or ``not-utf-8``.
        """
        from mprunner.language import reading

        return reading.decode_source(path, data)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines without their ends; after a final line break comes one more, empty, line."""
        return tuple(_LINE_BREAK.split(self.text))

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_BREAK.finditer(self.text))]

    def line(self, number: int) -> str:
        """Line ``number`` (from 1), empty when there is no such line."""
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else ""

    def position(self, index: int) -> tuple[int, int]:
        """Line and column of the code point at ``index`` of the text."""
        line = bisect.bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1

    def index(self, line: int, column: int) -> int:
        """Where in the text ``line`` and ``column`` stand."""
        return min(self._starts[line - 1] + column - 1, len(self.text))

    def span(self, start: int, end: int) -> Span:
        """The span of ``text[start:end]``."""
        return Span(*self.position(start), *self.position(end))

    def slice(self, span: Span) -> str:
        """What is written at ``span``."""
        return self.text[self.index(span.line, span.column) : self.index(span.end_line, span.end_column)]


def display_width(text: str) -> int:
    """How many columns of a terminal ``text`` takes.

    Wide East Asian characters take two, combining marks and format characters none, a tab reaches to the next
    multiple of ``TAB_WIDTH`` counted from the beginning of ``text``.
    """
    if text.isascii() and "\t" not in text:
        return len(text)
    width = 0
    for character in text:
        width += TAB_WIDTH - width % TAB_WIDTH if character == "\t" else _character_width(character)
    return width


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
