"""Texts with `{expressions}` in them: f-strings, read the same way under every version of Python.

Python's own parser gives wrong places inside f-strings before 3.12, and a text of YAML has its quotes and escapes
already taken off; so the literal parts, conversions and format specs are taken apart here.
"""

from __future__ import annotations

import ast
import re

from mprunner.language.places import Place, located
from mprunner.language.scanning import field_end
from mprunner.language.syntax import parse_python

__all__ = ["MAX_FIELDS", "parse_template"]

MAX_FIELDS = 500
"""Fields `{...}` that one text may have."""

_SELF_SHOWING = re.compile(r"(?<![=!<>])=\s*$")
_ONLY_NAME = re.compile(r"\s*[A-Za-z_][A-Za-z_0-9]*\s*")


class _Broken(Exception):  # noqa: N818 - it never leaves this module
    """A problem was reported."""


def parse_template(text: str, place: Place) -> ast.expr | None:
    """The tree of a text: a Constant, an expression (for exactly one `{expression}`) or a JoinedStr.

    Reports what is wrong with it and gives None then.
    """
    if "{" not in text and "}" not in text:
        return located(ast.Constant(text), place.span(0, len(text)))
    reader = _Reader(text, place)
    try:
        parts = reader.parts(0, nested=False)
    except _Broken:
        return None
    if reader.broken:
        return None
    if len(parts) == 1 and isinstance(parts[0], ast.FormattedValue):
        only = parts[0]
        if only.conversion == -1 and only.format_spec is None:
            return only.value
    if all(isinstance(part, ast.Constant) for part in parts):
        literal = "".join(str(part.value) for part in parts if isinstance(part, ast.Constant))
        return located(ast.Constant(literal), place.span(0, len(text)))
    return located(ast.JoinedStr(list(parts)), place.span(0, len(text)))


class _Reader:
    def __init__(self, text: str, place: Place) -> None:
        self._text = text
        self._place = place
        self._at = 0
        self._fields = 0
        self.broken = False

    def parts(self, start: int, *, nested: bool) -> list[ast.expr]:
        """Literal texts and fields from `start` on; of a format spec up to the `}` that ends its field."""
        parts: list[ast.expr] = []
        literal: list[str] = []
        text, self._at = self._text, start
        begin = start

        def flush(end: int) -> None:
            if literal:
                parts.append(located(ast.Constant("".join(literal)), self._place.span(begin, end)))
                literal.clear()

        while self._at < len(text):
            character = text[self._at]
            if character not in "{}":
                following = _next_brace(text, self._at)
                literal.append(text[self._at : following])
                self._at = following
            elif not nested and text.startswith(character * 2, self._at):
                literal.append(character)
                self._at += 2
            elif character == "}":
                if nested:
                    break
                raise self._unbalanced(
                    self._at,
                    "`}` without a `{` before it",
                    "a brace that is to be printed is written twice: `}}`",
                )
            else:
                flush(self._at)
                parts.extend(self._field(self._at + 1, nested=nested))
                begin = self._at
        flush(self._at)
        return parts

    def _field(self, start: int, *, nested: bool) -> list[ast.expr]:
        self._fields += 1
        text, place = self._text, self._place
        if self._fields > MAX_FIELDS:
            place.error(
                "expression-too-large", place.span(0, len(text)), f"more than {MAX_FIELDS} fields in one text"
            )
            raise _Broken
        end = field_end(text, start)
        if end is None:
            raise self._unclosed(start)
        inner = text[start:end]
        if not inner.strip() and not text.startswith("!", end):
            place.error(
                "empty-braces",
                place.span(start - 1, end + 1),
                "nothing stands between the braces",
                expected="write an expression between them, or `{{}}` for two braces",
            )
            self.broken = True
        shown = ""
        showing = _SELF_SHOWING.search(inner)
        if showing is not None and inner.strip() != "=":
            shown, inner = inner, inner[: showing.start()]
        value = parse_python(inner, place.at(start)) if inner.strip() else None
        self.broken = self.broken or value is None  # reported by now, or `_conversion` will
        conversion, position = self._conversion(end)
        spec: ast.expr | None = None
        if text.startswith(":", position):
            spec = self._spec(position + 1, nested=nested)
            position = self._at
        if not text.startswith("}", position):
            raise self._unclosed(start)
        self._at = position + 1
        if value is None:
            return []
        if shown and conversion == -1 and spec is None:
            conversion = ord("r")
        whole = place.span(start - 1, self._at)
        field = located(ast.FormattedValue(value, conversion, spec), whole)
        return [located(ast.Constant(shown), whole), field] if shown else [field]

    def _conversion(self, position: int) -> tuple[int, int]:
        text, place = self._text, self._place
        if not text.startswith("!", position):
            return -1, position
        name = text[position + 1 : position + 2]
        if name not in ("s", "r", "a") or text[position + 2 : position + 3] not in (":", "}"):
            until = field_end(text, position + 1)
            stop = until if until is not None else position + 2
            place.error(
                "not-python",
                place.span(position, stop),
                f"`{text[position:stop]}` is no conversion",
                expected="for a conversion write `!r`, `!s` or `!a`; to negate write `not`",
            )
            raise _Broken
        return ord(name), position + 2

    def _spec(self, start: int, *, nested: bool) -> ast.expr:
        if nested:
            span = self._place.span(start - 1, start)
            self._place.error("expression-syntax", span, "a format inside a format is too deep")
            raise _Broken
        inside = self.parts(start, nested=True)
        return located(ast.JoinedStr(list(inside)), self._place.span(start, self._at))

    def _unclosed(self, start: int) -> _Broken:
        name = _ONLY_NAME.match(self._text, start)
        fix = (
            f"write `{{{name.group().strip()}}}`, or `{{{{` for a brace" if name else "write `{{` for a brace"
        )
        return self._unbalanced(start - 1, "`{` is never closed", fix)

    def _unbalanced(self, offset: int, message: str, expected: str) -> _Broken:
        self._place.error(
            "unbalanced-brace", self._place.span(offset, offset + 1), message, expected=expected
        )
        raise _Broken


def _next_brace(text: str, start: int) -> int:
    found = [index for index in (text.find("{", start), text.find("}", start)) if index >= 0]
    return min(found, default=len(text))
