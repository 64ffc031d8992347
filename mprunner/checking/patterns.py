"""Tests of single values: a literal, a regular expression, one of several, not one."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from mprunner.checking.forms import Matches, Not, OneOf
from mprunner.recording.events import Shown

ValueTest = Callable[[Any], bool]


def value_test(pattern: Any) -> ValueTest:
    """A test of a recorded value (an item, a text, an exit code) against a matcher's field."""
    if isinstance(pattern, Matches):
        search = re.compile(pattern.pattern).search
        return lambda value: isinstance(value, (str, Shown)) and search(text_of(value)) is not None
    if isinstance(pattern, OneOf):
        tests = tuple(value_test(one) for one in pattern.values)
        return lambda value: any(test(value) for test in tests)
    if isinstance(pattern, Not):
        test = value_test(pattern.value)
        return lambda value: not test(value)
    if type(pattern) is str:
        return lambda value: value == pattern or (type(value) is Shown and value.text == pattern)
    wanted = fingerprint(pattern)
    return lambda value: fingerprint(value) == wanted


def name_test(pattern: Any) -> ValueTest:
    """A test of a declared name: a family's name alone selects all its members."""
    if isinstance(pattern, OneOf):
        tests = tuple(name_test(one) for one in pattern.values)
        return lambda name: any(test(name) for test in tests)
    if isinstance(pattern, Not):
        test = name_test(pattern.value)
        return lambda name: not test(name)
    if isinstance(pattern, str):
        prefix = pattern + "["
        return lambda name: name is not None and (name == pattern or name.startswith(prefix))
    if isinstance(pattern, Matches):
        search = re.compile(pattern.pattern).search
        return lambda name: name is not None and search(name) is not None
    return lambda name: bool(name == pattern)


def text_of(value: Any) -> str:
    """How a value looks as text: itself if it is one."""
    if isinstance(value, str):
        return value
    if isinstance(value, Shown):
        return value.text
    return str(value)


def fingerprint(value: Any) -> Hashable:
    """Equal for equal plain data, and hashable: True is not 1, a tuple equals a list, a mapping's order
    does not count.
    """
    kind = type(value)
    if kind is str or value is None:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return value  # type: ignore[no-any-return]
    if kind is float:
        return value if value == value else ("nan",)
    if isinstance(value, (list, tuple)):
        return ("list", tuple(fingerprint(one) for one in value))
    if isinstance(value, (set, frozenset)):
        return ("set", frozenset(fingerprint(one) for one in value))
    if isinstance(value, Mapping):
        return ("mapping", frozenset((fingerprint(key), fingerprint(one)) for key, one in value.items()))
    if kind is bool:
        return ("bool", value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return fingerprint(float(value))
    if isinstance(value, str):
        return str(value)
    return (kind.__name__, repr(value))


def is_lasting(value: Any) -> bool:
    """Whether the value cannot be changed between its put and when the queue pickles it."""
    if isinstance(value, tuple):
        return all(is_lasting(one) for one in value)
    return value is None or isinstance(value, (str, bytes, int, float, complex))
