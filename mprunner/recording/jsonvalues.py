"""Values in a saved recording: JSON where JSON has them, tagged objects where it has not.

A tagged object has one key that begins with `$`: `{"$tuple": [1, 2]}`, `{"$bytes": "base64"}`, ... See docs/recordings.md.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from math import isfinite
from typing import Any

from mprunner.recording.events import Shown
from mprunner.recording.values import DEPTH_LIMIT, show

__all__ = ["SAFE_INTEGER", "TAGS", "MalformedValueError", "decode", "encode"]

SAFE_INTEGER = 2**53
"""Larger integers are not exact in every JSON reader, so they travel as text."""

_NESTING = (list, tuple, dict, set, frozenset)


class MalformedValueError(ValueError):
    """A tagged object that does not hold what its tag says."""


def encode(value: Any, _depth: int = 0) -> Any:
    """The value as JSON data. What is not plain data, or nested deeper than 64 levels, becomes a Shown."""
    kind = type(value)
    if kind is str:
        if value.isascii() or _is_text(value):
            return value
        return {"$utf8": base64.b64encode(value.encode("utf-8", "surrogatepass")).decode()}
    if kind is int:
        return value if -SAFE_INTEGER <= value <= SAFE_INTEGER else {"$int": hex(value)}
    if kind is bool or value is None:
        return value
    if kind is float:
        return value if isfinite(value) else {"$float": repr(value)}
    if kind is bytes:
        return {"$bytes": base64.b64encode(value).decode()}
    if kind in _NESTING and _depth < DEPTH_LIMIT:
        deeper = _depth + 1
        if kind is list:
            return [encode(item, deeper) for item in value]
        if kind is tuple:
            return {"$tuple": [encode(item, deeper) for item in value]}
        if kind is dict:
            if all(type(key) is str and not key.startswith("$") and _is_text(key) for key in value):
                return {key: encode(item, deeper) for key, item in value.items()}
            return {"$dict": [[encode(key, deeper), encode(item, deeper)] for key, item in value.items()]}
        return {f"${kind.__name__}": sorted((encode(item, deeper) for item in value), key=repr)}
    if kind is complex:
        return {"$complex": [encode(value.real), encode(value.imag)]}
    shown = value if isinstance(value, Shown) else show(value)
    return {"$shown": {"type": encode(shown.type), "text": encode(shown.text)}}


def decode(data: Any) -> Any:
    """What `encode` was given. Raises MalformedValueError for a tag that is unknown or misused."""
    kind = type(data)
    if kind is list:
        return [decode(item) for item in data]
    if kind is not dict:
        return data
    if len(data) == 1:
        (key,) = data
        if key.startswith("$"):
            return _untag(key, data[key])
    for key in data:
        if key.startswith("$"):
            raise MalformedValueError(f"{key!r} must stand alone in its object")
    return {key: decode(item) for key, item in data.items()}


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _untag(tag: str, data: Any) -> Any:
    read = TAGS.get(tag)
    if read is None:
        raise MalformedValueError(f"unknown tag {tag!r}, expected one of {', '.join(sorted(TAGS))}")
    try:
        return read(data)
    except MalformedValueError:
        raise
    except (TypeError, ValueError, KeyError, binascii.Error) as error:
        raise MalformedValueError(f"{tag!r} can't hold {str(data)[:80]!r}: {error}") from error


def _items(data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise TypeError("a list is needed")
    return [decode(item) for item in data]


def _text(data: Any) -> str:
    if not isinstance(data, str):
        raise TypeError("a text is needed")
    return data


def _pairs(data: Any) -> dict[Any, Any]:
    return dict(_items(pair) for pair in data)


def _complex(data: Any) -> complex:
    real, imaginary = _items(data)
    return complex(real, imaginary)


TAGS: dict[str, Callable[[Any], Any]] = {
    "$tuple": lambda data: tuple(_items(data)),
    "$set": lambda data: set(_items(data)),
    "$frozenset": lambda data: frozenset(_items(data)),
    "$dict": _pairs,
    "$bytes": lambda data: base64.b64decode(_text(data), validate=True),
    "$utf8": lambda data: base64.b64decode(_text(data), validate=True).decode("utf-8", "surrogatepass"),
    "$int": lambda data: int(_text(data), 16),
    "$float": lambda data: float(_text(data)),
    "$complex": _complex,
    "$shown": lambda data: Shown(_text(decode(data["type"])), _text(decode(data["text"]))),
}
