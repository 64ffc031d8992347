"""YAML text to a stream of parse events, the same from libyaml and from PyYAML's own reader.

libyaml (``CSafeLoader``) is eight times as fast, but the places and reasons of its errors differ from those of the
pure reader. So a text that libyaml refuses is read again by the pure reader, whose word is final; and the pure reader
is taught the two things that libyaml accepts and it does not: tabs between words, and `?` in words between brackets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

__all__ = ["LOADERS", "Failure", "PureLoader", "events"]


_WHITE = "\0 \t\r\n"
_SPACE = (" ", "\t")
_BREAK = ("\r", "\n")


class PureLoader(yaml.SafeLoader):
    """PyYAML's pure reader, with tabs as separation space where libyaml has them."""

    def scan_to_next_token(self) -> None:
        """Skips spaces, comments and line breaks, and tabs where no indentation is counted."""
        while True:
            while self.peek() == " " or (
                self.peek() == "\t" and (self.flow_level or not self.allow_simple_key)
            ):
                self.forward()
            if self.peek() == "#":
                while self.peek() not in "\0\r\n":
                    self.forward()
            if not self.scan_line_break():  # type: ignore[no-untyped-call]
                return
            if not self.flow_level:
                self.allow_simple_key = True

    def scan_plain(self) -> yaml.ScalarToken:
        """An unquoted text; between brackets a `?` inside a word is a letter, as in `[ready?, steady?]`."""
        chunks: list[str] = []
        spaces: list[str] = []
        start = end = self.get_mark()
        indent = self.indent + 1
        ends_after_colon = _WHITE + ",[]{}" if self.flow_level else _WHITE
        while self.peek() != "#":
            length = 0
            while not self._ends_word(length, ends_after_colon):
                length += 1
            if length == 0:
                break
            self.allow_simple_key = False
            chunks += [*spaces, self.prefix(length)]
            self.forward(length)
            end = self.get_mark()
            spaces = self.scan_plain_spaces(indent, start) or []
            if not spaces or (not self.flow_level and self.column < indent):
                break
        return yaml.ScalarToken("".join(chunks), True, start, end)

    def _ends_word(self, length: int, ends_after_colon: str) -> bool:
        character = self.peek(length)
        if character == ":":
            return self.peek(length + 1) in ends_after_colon
        return character in _WHITE or (bool(self.flow_level) and character in ",[]{}")

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> list[str] | None:
        """The white space between two words of an unquoted text, folded; None where the text is at its end."""
        length = 0
        while self.peek(length) in _SPACE:
            length += 1
        blanks: str = self.prefix(length)
        self.forward(length)
        if self.peek() not in _BREAK:
            return [blanks] if blanks else []
        self.scan_line_break()  # type: ignore[no-untyped-call]
        self.allow_simple_key = True
        breaks = 0
        while not self._at_document_mark():
            if self.peek() == "\t" and self.column < indent:
                raise yaml.scanner.ScannerError(
                    None, None, "a tab that cannot start any token", self.get_mark()
                )
            if self.peek() in _SPACE:
                self.forward()
            elif self.peek() in _BREAK:
                self.scan_line_break()  # type: ignore[no-untyped-call]
                breaks += 1
            else:
                return ["\n" * breaks or " "]
        return None

    def _at_document_mark(self) -> bool:
        return self.column == 0 and self.prefix(3) in ("---", "...") and self.peek(3) in _WHITE


LOADERS: tuple[type, ...] = (yaml.CSafeLoader, PureLoader) if hasattr(yaml, "CSafeLoader") else (PureLoader,)
"""The readers to try, the fastest first; the last one is always the pure one."""


@dataclass
class Failure(Exception):  # noqa: N818  (a finding about a text, not a fault)
    """The text is not YAML: what the pure reader was doing since ``context_index``, and what it met at ``index``.

    ``context`` and ``problem`` are PyYAML's own words: good for telling cases apart, never to be shown.
    """

    context: str
    context_index: int | None
    problem: str
    index: int


def events(text: str, loader: type) -> Iterator[Any]:
    """The parse events of ``text``, as they are read. Raises ``Failure``."""
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        context, problem = error.context_mark, error.problem_mark
        mark = problem or context
        raise Failure(
            error.context or "",
            None if context is None else context.index,
            error.problem or "",
            0 if mark is None else mark.index,
        ) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # The pure reader lets chr() and int() fail on impossible escapes and directives.
        raise Failure("", None, f"unreadable: {type(error).__name__}", 0) from None
