"""LTLf as text: a parser, which makes of `G(a -> F b)` the formula of `naive.py`.

`! & | -> <->`, `G F X WX Y`, `U W Since`, `last`, parentheses; letters and words are propositions. `->` binds weakest (to the
right), then `<->`, `|`, `&`, and the binary temporal operators.
"""

from __future__ import annotations

import re
from functools import cache

from tests.checking.naive import (
    Formula,
    always,
    both,
    either,
    finally_,
    implies,
    letter,
    no,
    remembered,
    then,
    until,
    weak_until,
    weakly_then,
)

_TOKEN = re.compile(r"\s*(<->|->|[!&|()]|\w+)")


def _before(f: Formula) -> Formula:
    """Y: there is an event before, and f holds there."""
    return lambda trace, i: i > 0 and f(trace, i - 1)


_UNARY = {"!": no, "G": always, "F": finally_, "X": then, "WX": weakly_then, "Y": _before}


def _since(f: Formula, g: Formula) -> Formula:
    return lambda trace, i: any(
        g(trace, j) and all(f(trace, k) for k in range(j + 1, i + 1)) for j in range(i + 1)
    )


def _same(f: Formula, g: Formula) -> Formula:
    return lambda trace, i: f(trace, i) == g(trace, i)


def _last() -> Formula:
    return lambda trace, i: i == len(trace) - 1


_LEVELS = (
    {"->": implies},
    {"<->": _same},
    {"|": either},
    {"&": both},
    {"U": until, "W": weak_until, "Since": _since},
)


@cache
def formula(text: str) -> Formula:
    """The formula that `text` is. Raises ValueError for what is none."""
    parser = _Parser(_tokens(text))
    found = parser.binary(0)
    if parser.tokens:
        raise ValueError(f"{text}: left over: {parser.tokens}")
    return found


def _tokens(text: str) -> list[str]:
    found, place = [], 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None:
            raise ValueError(f"{text}: no formula at {place}")
        found.append(match.group(1))
        place = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def binary(self, level: int) -> Formula:
        if level == len(_LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        if self.tokens and self.tokens[0] in _LEVELS[level]:
            operator = _LEVELS[level][self.tokens.pop(0)]
            return remembered(operator(left, self.binary(level)))
        return left

    def unary(self) -> Formula:
        token = self.tokens.pop(0)
        if token in _UNARY:
            return remembered(_UNARY[token](self.unary()))
        if token == "(":
            found = self.binary(0)
            if self.tokens.pop(0) != ")":
                raise ValueError("a parenthesis is not closed")
            return found
        return _last() if token == "last" else letter(token)
