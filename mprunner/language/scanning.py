"""Reading Python text character by character: where strings and brackets begin and end.

Python's own parser says that something is wrong; these functions know enough of its surface to say what was meant,
and to find the end of an expression inside a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mprunner.records import record

__all__ = ["Bracket", "code_characters", "field_end", "unbalanced"]

_OPENING = "([{"
_CLOSING = {")": "(", "]": "[", "}": "{"}
_STRING = re.compile(
    r"""(?s)(?P<quote>'''|\"\"\"|'|")(?:\\.|(?!(?P=quote)).)*(?P=quote)""",
)


@record
class Bracket:
    """A bracket that does not pair up: its offset, and what it is."""

    offset: int
    character: str
    closed_by: str | None = None


def code_characters(text: str, start: int = 0) -> Iterator[tuple[int, str, int]]:
    """The characters of `text` outside of strings: offset, character and the depth of brackets around it.

    A string whose end is missing ends the iteration with a last entry for its opening quote.
    """
    offset, depth = start, 0
    while offset < len(text):
        character = text[offset]
        if character in "'\"":
            string = _STRING.match(text, offset)
            if string is None:
                yield offset, character, depth
                return
            offset = string.end()
            continue
        if character in _CLOSING:
            depth -= 1
        yield offset, character, depth
        if character in _OPENING:
            depth += 1
        offset += 1


def unbalanced(text: str) -> Bracket | None:
    """The first bracket without its counterpart, or a quote without its end; None when all pair up."""
    opened: list[Bracket] = []
    for offset, character, _depth in code_characters(text):
        if character in "'\"":
            return Bracket(offset, character)
        if character in _OPENING:
            opened.append(Bracket(offset, character))
        elif character in _CLOSING:
            if not opened:
                return Bracket(offset, character)
            if opened[-1].character != _CLOSING[character]:
                return Bracket(opened[-1].offset, opened[-1].character, character)
            opened.pop()
    return opened[-1] if opened else None


def field_end(text: str, start: int) -> int | None:
    """Where the expression of a `{...}` field that begins at `start` ends: at its `}`, `!`, or `:`; None if nowhere."""
    for offset, character, depth in code_characters(text, start):
        if character in "'\"":
            return None
        if depth < 0:
            return offset if character == "}" else None
        if depth == 0 and (character == ":" or (character == "!" and text[offset + 1 : offset + 2] != "=")):
            return offset
    return None
