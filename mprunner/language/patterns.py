"""What a field of a matcher accepts: a value, a pattern of text, one of several, anything but."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Union

from mprunner.records import record

__all__ = [
    "Equals",
    "Matches",
    "Not",
    "OneOf",
    "Pattern",
    "literals",
    "regex_meant",
    "regexes",
    "without_slashes",
]


@record
class Equals:
    """Exactly this value. `True` is not `1`; a tuple equals the list of its items, which is how YAML writes it."""

    value: Any

    def accepts(self, value: Any) -> bool:
        """Whether `value` is this one."""
        return same(self.value, value)

    def plain(self) -> Any:
        """As YAML writes it."""
        return {"equals": self.value} if isinstance(self.value, (list, dict)) else self.value

    def __str__(self) -> str:
        return str(self.value)


@record
class Matches:
    """A text in which the regular expression is found (`re.search`); anchor it with `^` and `$` for a whole text."""

    regex: str

    def accepts(self, value: Any) -> bool:
        """Whether `value` is a text in which it is found."""
        return isinstance(value, str) and _compiled(self.regex).search(value) is not None

    def plain(self) -> Any:
        """As YAML writes it."""
        return {"matches": self.regex}

    def __str__(self) -> str:
        return f"/{self.regex}/"


@record
class OneOf:
    """What one of `options` accepts."""

    options: tuple[Pattern, ...]

    def accepts(self, value: Any) -> bool:
        """Whether an option accepts `value`."""
        return any(option.accepts(value) for option in self.options)

    def plain(self) -> Any:
        """As YAML writes it."""
        return [option.plain() for option in self.options]

    def __str__(self) -> str:
        return " or ".join(map(str, self.options))


@record
class Not:
    """What `pattern` does not accept."""

    pattern: Pattern

    def accepts(self, value: Any) -> bool:
        """Whether the inner pattern refuses `value`."""
        return not self.pattern.accepts(value)

    def plain(self) -> Any:
        """As YAML writes it."""
        return {"not": self.pattern.plain()}

    def __str__(self) -> str:
        return f"not {self.pattern}"


@record
class Variable:
    """What a variable of `for_each` stands for. One that `captures` takes it from the events of the quantifier."""

    name: str
    captures: bool = False

    def accepts(self, value: Any) -> bool:
        """Any value may be the one."""
        return True

    def plain(self) -> Any:
        """As YAML writes it."""
        return f"${self.name}"

    def __str__(self) -> str:
        return f"${self.name}"


@record
class Filled:
    """A text, or (`regex`) a regular expression, with variables in it."""

    parts: tuple[str | Variable, ...]
    regex: bool = False

    def accepts(self, value: Any) -> bool:
        """Whether `value` is a text that it can be, whatever the variables stand for."""
        if not isinstance(value, str):
            return False
        pieces = [
            ".+" if isinstance(one, Variable) else one if self.regex else re.escape(one) for one in self.parts
        ]
        pattern = "".join(pieces) if self.regex else f"(?s:{''.join(pieces)})\\Z"
        return (_compiled(pattern).search if self.regex else _compiled(pattern).match)(value) is not None

    def plain(self) -> Any:
        """As YAML writes it."""
        return {"matches": str(self)} if self.regex else str(self)

    def __str__(self) -> str:
        return "".join(map(str, self.parts))


Pattern = Union[Equals, Matches, OneOf, Not, Variable, Filled]


def same(expected: Any, value: Any) -> bool:
    """Equality as `Equals` means it, at any depth."""
    if isinstance(expected, (list, tuple)) and isinstance(value, (list, tuple)):
        return len(expected) == len(value) and all(map(same, expected, value))
    if isinstance(expected, dict) and isinstance(value, dict):
        return expected.keys() == value.keys() and all(same(expected[key], value[key]) for key in expected)
    return isinstance(expected, bool) == isinstance(value, bool) and bool(expected == value)


def literals(pattern: Pattern) -> Iterator[Any]:
    """The values that a pattern names, those under `not` too."""
    if isinstance(pattern, Equals):
        yield pattern.value
    elif isinstance(pattern, OneOf):
        for option in pattern.options:
            yield from literals(option)
    elif isinstance(pattern, Not):
        yield from literals(pattern.pattern)


def regexes(pattern: Pattern) -> Iterator[str]:
    """The regular expressions of a pattern, those under `not` too."""
    if isinstance(pattern, Matches):
        yield pattern.regex
    elif isinstance(pattern, OneOf):
        for option in pattern.options:
            yield from regexes(option)
    elif isinstance(pattern, Not):
        yield from regexes(pattern.pattern)


_IN_SLASHES = re.compile(r"/([^/]+)/")
_OF_A_REGEX = re.compile(r"^\^.|.\$$|\\[dDsSwWbB]|\.[*+]|\[[^\]]*\w-\w[^\]]*\]|\)[*+?]")


def regex_meant(text: str) -> str | None:
    """The regular expression that a literal text was probably meant to be: `/a/`, `^a`, `a\\d`, `a.*`."""
    inner = _IN_SLASHES.fullmatch(text)
    regex = inner.group(1) if inner is not None else text
    if inner is None and _OF_A_REGEX.search(text) is None:
        return None
    try:
        re.compile(regex)
    except (re.error, OverflowError, RecursionError):
        return None
    return regex


def without_slashes(regex: str) -> str | None:
    """What stands between the slashes that other languages put around a regular expression."""
    inner = _IN_SLASHES.fullmatch(regex)
    return None if inner is None else inner.group(1)


@lru_cache(maxsize=512)
def _compiled(regex: str) -> re.Pattern[str]:
    return re.compile(regex)
