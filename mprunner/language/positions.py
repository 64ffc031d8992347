"""Where in the file the characters of a scalar's value stand.

A mistake inside an f-string or an expression has an offset in the *value*; between that and the file lie quotes,
escapes, folded lines and indentation. Each style of scalar is read again here, character by character, and the result
is compared with the value that YAML gave; should they ever differ, the place is the scalar as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from mprunner.language.source import Source, Span
from mprunner.language.tree import Node

__all__ = ["position_in", "span_in"]

Piece = tuple[str, int, int]
"""A character of the value, and the start and end in the text of what it was written as."""

_BLANKS = " \t"
_LINE_BREAK = re.compile(r"[ \t]*(\r\n|\r|\n)(?:[ \t]*(?:\r\n|\r|\n))*[ \t]*")
_ESCAPED_BREAK = re.compile(r"\\(?:\r\n|\r|\n)(?:[ \t]*(?:\r\n|\r|\n))*[ \t]*")
_ONE_BREAK = re.compile(r"\r\n|\r|\n")
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
_ESCAPES = {
    "0": "\0",
    "a": "\x07",
    "b": "\x08",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\x0b",
    "f": "\x0c",
    "r": "\r",
    "e": "\x1b",
    " ": " ",
    '"': '"',
    "\\": "\\",
    "/": "/",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}


def position_in(node: Node, source: Source, offset: int) -> Span:
    """Where the character at ``offset`` of the value of the scalar ``node`` is written; an escape is one place.

    ``offset`` may be the length of the value: that gives the empty span behind its last character.
    """
    return span_in(node, source, offset, offset + 1)


def span_in(node: Node, source: Source, start: int, end: int) -> Span:
    """Where ``value[start:end]`` of the scalar ``node`` is written. The value meant is ``node.text``."""
    pieces = _pieces(node, source)
    if pieces is None:
        return node.span
    if not pieces:
        index = source.index(node.span.line, node.span.column)
        inside = index + 1 if node.style in ("single", "double") else index
        return source.span(inside, inside)
    start = max(start, 0)
    if start >= len(pieces):
        return source.span(pieces[-1][2], pieces[-1][2])
    last = max(min(end, len(pieces)) - 1, start)
    return source.span(pieces[start][1], max(pieces[last][2], pieces[start][1]))


@lru_cache(maxsize=4)
def _pieces(node: Node, source: Source) -> list[Piece] | None:
    """One piece for each character of the value, or None where that can't be told."""
    start = source.index(node.span.line, node.span.column)
    end = source.index(node.span.end_line, node.span.end_column)
    text = node.text or ""
    if node.style == "plain":
        candidates = iter([list(_flow(source.text, start, end, ""))])
    elif node.style in ("single", "double"):
        quote = "'" if node.style == "single" else '"'
        candidates = iter([list(_flow(source.text, start + 1, end - 1, quote))])
    elif node.style in ("literal", "folded"):
        candidates = _block(source, start, text)
    else:
        return None
    return next((pieces for pieces in candidates if "".join(piece[0] for piece in pieces) == text), None)


def _flow(text: str, index: int, end: int, quote: str) -> Iterator[Piece]:
    """The characters of a plain or quoted scalar: line breaks fold to a space, blank lines to line breaks."""
    while index < end:
        character = text[index]
        folded = _LINE_BREAK.match(text, index, end) if character in " \t\r\n" else None
        if folded is not None:
            yield from _folded(folded.group(), folded.start(1), single=" ")
            index = folded.end()
        elif quote == "'" and character == "'":
            yield "'", index, index + 2
            index += 2
        elif quote == '"' and character == "\\":
            joined = _ESCAPED_BREAK.match(text, index, end)
            if joined is not None:
                yield from _folded(joined.group(), index, single="")
                index = joined.end()
                continue
            length = 2 + _HEX_DIGITS.get(text[index + 1], 0)
            yield _unescape(text[index + 1 : index + length]), index, index + length
            index += length
        else:
            yield character, index, index + 1
            index += 1


def _folded(written: str, index: int, *, single: str) -> Iterator[Piece]:
    breaks = len(_ONE_BREAK.findall(written))
    for character in "\n" * (breaks - 1) if breaks > 1 else single:
        yield character, index, index


def _unescape(escape: str) -> str:
    if escape[0] in _HEX_DIGITS:
        return chr(int(escape[1:], 16))
    return _ESCAPES[escape]


def _block(source: Source, start: int, value: str) -> Iterator[list[Piece]]:
    """The characters of a literal or folded scalar, for each indentation that it may have, the likeliest first."""
    first, _ = source.position(start)
    lines = list(range(first + 1, len(source.lines) + 1))
    filled = next((number for number in lines if source.line(number).strip(_BLANKS)), None)
    if filled is None:
        widest = max((len(source.line(number)) for number in lines), default=0)
    else:
        widest = len(source.line(filled)) - len(source.line(filled).lstrip(" "))
    for indent in range(widest, -1, -1):
        pieces = _aligned(source, lines, indent, value)
        if pieces is not None:
            yield pieces


def _aligned(source: Source, lines: list[int], indent: int, value: str) -> list[Piece] | None:
    """``value`` laid along ``lines``: each line's content as it is, what stands between contents at the line's end."""
    pieces: list[Piece] = []
    behind = source.index(lines[0], 1) if lines else len(source.text)
    for number in lines:
        content = source.line(number)[indent:]
        if source.line(number)[:indent].strip(" ") or len(pieces) >= len(value):
            break
        if not content:
            continue
        while len(pieces) < len(value) and value[len(pieces)] == "\n":
            pieces.append(("\n", behind, behind))
        if pieces and pieces[-1][0] != "\n" and value.startswith(" ", len(pieces)):
            pieces.append((" ", behind, behind))
        if not value.startswith(content, len(pieces)):
            return None
        begin = source.index(number, indent + 1)
        pieces.extend((character, begin + i, begin + i + 1) for i, character in enumerate(content))
        behind = begin + len(content)
    rest = value[len(pieces) :]
    if rest.strip("\n"):
        return None
    return pieces + [("\n", behind, behind)] * len(rest)
