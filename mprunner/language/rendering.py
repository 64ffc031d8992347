"""Diagnostics as text for people: a greppable first line, then the source with a caret.

::

    scenarios/lock.yaml:18:13: unknown step "aquire" [unknown-step]
    17 |         steps:
    18 |           - aquire: lock
       |             ^^^^^^ did you mean "acquire"?
       = steps on a lock: acquire, release, with

Nothing of the source reaches the terminal as a control character: those are shown escaped. Carets are placed by
display width; long lines are cut to a window around the caret. There is no colour here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mprunner.language.source import TAB_WIDTH, display_width

if TYPE_CHECKING:
    from mprunner.language.diagnostics import Diagnostic

__all__ = ["MAX_LINE_WIDTH", "escaped", "headline", "render"]

MAX_LINE_WIDTH = 110
"""Columns of a source line that are shown."""

_BEFORE_CARET = 40
_MAX_MESSAGE = 400
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def render(diagnostics: Sequence[Diagnostic], *, limit: int = 20, width: int | None = None) -> str:
    """``diagnostics`` in full, at most ``limit`` of them, warnings left out first. No final line break.

    With a ``width`` in columns sentences are broken for a person to read; without one each stays on its line, for programs.
    """
    shown = list(diagnostics)
    if len(shown) > limit:
        errors = [one for one in shown if one.severity == "error"]
        shown = errors[:limit] if len(errors) >= limit else shown[:limit]
    blocks = ["\n".join([*_rows(headline(one), width, "    "), *_picture(one, width)]) for one in shown]
    left_out = len(diagnostics) - len(shown)
    if left_out:
        blocks.append(f"... and {left_out} more {'problem' if left_out == 1 else 'problems'}")
    return "\n".join(blocks)


def headline(diagnostic: Diagnostic) -> str:
    """``file:line:column: message [kind]``, for warnings ``file:line:column: warning: message [kind]``."""
    span = diagnostic.span
    warning = "warning: " if diagnostic.severity == "warning" else ""
    message = _short(diagnostic.message)
    path = escaped(diagnostic.source.path)
    return f"{path}:{span.line}:{span.column}: {warning}{message} [{diagnostic.kind}]"


def _rows(text: str, width: int | None, indent: str) -> list[str]:
    """A sentence in lines that are no wider, where it can be broken at spaces; those after the first are indented."""
    if width is None or display_width(text) <= width:
        return [text]
    lines: list[str] = []
    first, *words = text.lstrip(" ").split(" ")
    line = " " * (len(text) - len(text.lstrip(" "))) + first
    for word in words:
        if display_width(f"{line} {word}") > width:
            lines.append(line)
            line = indent + word
        else:
            line = f"{line} {word}"
    return [*lines, line]


def escaped(text: str) -> str:
    """``text`` with every character that a terminal would obey or hide written as an escape (``\\x1b``)."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(character) for character in text)


def _short(text: str) -> str:
    shown = escaped(text)
    return shown if len(shown) <= _MAX_MESSAGE else f"{shown[: _MAX_MESSAGE - 1]}…"


def _picture(diagnostic: Diagnostic, width: int | None) -> list[str]:
    source, span = diagnostic.source, diagnostic.span
    notes = [note for text in diagnostic.notes for note in text.splitlines()]
    gutter = len(str(span.line))
    lines: list[str] = []
    if source.text and span.line <= len(source.lines):
        if source.line(span.line - 1).strip():
            above, _, _ = _window(source.line(span.line - 1), 0, 0)
            lines.append(f"{span.line - 1:>{gutter}} | {above}".rstrip())
        written = source.line(span.line)
        end = span.end_column - 1 if span.end_line == span.line else len(written)
        shown, before, carets = _window(written, span.column - 1, end)
        lines.append(f"{span.line:>{gutter}} | {shown}".rstrip())
        marked = f"{'':>{gutter}} | {' ' * before}{'^' * carets}"
        expected = f" {_short(diagnostic.expected)}" if diagnostic.expected else ""
        if expected and width is not None and display_width(marked + expected) > width:
            notes.insert(0, diagnostic.expected or "")
            expected = ""
        lines.append(marked + expected)
    elif diagnostic.expected:
        notes.insert(0, diagnostic.expected)
    for note in notes:
        lines += _rows(f"{'':>{gutter}} = {_short(note)}", width, " " * (gutter + 3))
    return lines


def _window(line: str, start: int, end: int) -> tuple[str, int, int]:
    """What to show of ``line``, the columns before the caret, and the number of carets for ``line[start:end]``."""
    first = 0
    before = 0
    if display_width(line[:start]) > MAX_LINE_WIDTH - _BEFORE_CARET:
        first = max(start - _BEFORE_CARET, 0)
        before = 1  # the ellipsis
    shown, carets = ["…" if first else ""], 0
    width = before
    for offset in range(first, len(line)):
        cell = _cell(line[offset], width - (1 if first else 0))
        if width + display_width(cell) > MAX_LINE_WIDTH:
            shown.append("…")
            break
        shown.append(cell)
        if offset < start:
            before += display_width(cell)
        elif offset < end:
            carets += display_width(cell)
        width += display_width(cell)
    return "".join(shown), before, max(carets, 1)


def _cell(character: str, column: int) -> str:
    if character == "\t":
        return " " * (TAB_WIDTH - column % TAB_WIDTH)
    return _escape(character)


def _escape(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE:
        return character
    code = ord(character)
    if code < 0x100:
        return {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(character, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
