"""`-k EXPRESSION`: which scenarios to take, by words that occur in a scenario's name, path or tags.

``lock and not (spawn or slow)``; words may hold anything but spaces and parentheses, case does not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from mprunner.errors import UsageError

__all__ = ["Selection", "parse_selection"]

Selection = Callable[[Iterable[str]], bool]
"""Takes the texts in which words are looked for."""

_TOKEN = re.compile(r"[()]|[^\s()]+")
_KEYWORDS = frozenset({"and", "or", "not", "(", ")"})
_DEEPEST = 50


def parse_selection(expression: str) -> Selection:
    """The predicate that `expression` stands for. Raises `UsageError` where it does not parse."""
    tokens = _TOKEN.findall(expression)
    if not tokens:
        raise UsageError("-k: the expression is empty")
    parser = _Parser(expression, tokens)
    selection = parser.either()
    if parser.next() is not None:
        parser.fail(f'"{parser.next()}" is not expected here')
    return selection


class _Parser:
    def __init__(self, expression: str, tokens: list[str]) -> None:
        self._expression = expression
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def next(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def fail(self, what: str) -> None:
        raise UsageError(f"-k {self._expression!r}: {what}")

    def _take(self, wanted: str) -> bool:
        if self.next() == wanted:
            self._at += 1
            return True
        return False

    def either(self) -> Selection:
        choices = [self._both()]
        while self._take("or"):
            choices.append(self._both())
        return lambda texts: any(choice(texts) for choice in choices)

    def _both(self) -> Selection:
        parts = [self._single()]
        while self._take("and"):
            parts.append(self._single())
        return lambda texts: all(part(texts) for part in parts)

    def _single(self) -> Selection:
        self._depth += 1
        if self._depth > _DEEPEST:
            self.fail("it is nested too deeply")
        try:
            return self._operand()
        finally:
            self._depth -= 1

    def _operand(self) -> Selection:
        if self._take("not"):
            inner = self._single()
            return lambda texts: not inner(texts)
        if self._take("("):
            inner = self.either()
            if not self._take(")"):
                self.fail('a ")" is missing')
            return inner
        token = self.next()
        if token is None or token in _KEYWORDS:
            self.fail(f"a word is missing {f'before {token!r}' if token else 'at the end'}")
        assert token is not None
        self._at += 1
        word = token.casefold()
        return lambda texts: any(word in text.casefold() for text in texts)
