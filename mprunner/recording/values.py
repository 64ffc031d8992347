"""Turning values into plain data and back.

Plain data is what `marshal` writes and what compares by value: None, bool, int, float, complex, str, bytes, and lists,
tuples, dicts, sets and frozensets of such. Everything else is recorded as a `Shown`: its type's name and how it looked.
In a log a Shown travels as a tuple that starts with Ellipsis, which no plain data holds.
"""

from __future__ import annotations

import re
from typing import Any

from mprunner.program.handles import Handle
from mprunner.recording.shown import ErrorShown, Part, Shown

__all__ = ["DEPTH_LIMIT", "TEXT_LIMIT", "plain", "restore", "show", "shown_error", "shown_text"]

TEXT_LIMIT = 4096
"""The most characters that are kept of a repr or of an exception's text."""

DEPTH_LIMIT = 64
"""The most lists, mappings and the like within each other that are kept as such."""

_SCALARS = (type(None), bool, int, float, complex, str, bytes)
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def plain(value: Any, _depth: int = 0) -> Any:
    """The value as `marshal` can write it: subclasses of plain types as those types, the rest as tagged tuples.

    What is nested deeper than 64 levels (a list that holds itself, for one) is shown only. Never raises.
    """
    kind = type(value)
    if kind in _SCALARS:
        return value
    if isinstance(value, Shown):
        return (..., value.type, value.text)
    if isinstance(value, Part):
        return (value.kind, value.text)
    if isinstance(value, ErrorShown):
        return (value.type, value.bases, value.text)
    if isinstance(value, Handle):
        return (..., value.kind, str(value.ref))
    if _depth >= DEPTH_LIMIT:
        return _tagged(value)
    deeper = _depth + 1
    try:
        if isinstance(value, list):
            return [plain(item, deeper) for item in list.__iter__(value)]
        if isinstance(value, tuple):
            return tuple(plain(item, deeper) for item in tuple.__iter__(value))
        if isinstance(value, dict):
            return {plain(key, deeper): plain(item, deeper) for key, item in dict.items(value)}
        if isinstance(value, set):
            return {plain(item, deeper) for item in set.__iter__(value)}
        if isinstance(value, frozenset):
            return frozenset(plain(item, deeper) for item in frozenset.__iter__(value))
    except (
        RuntimeError,
        TypeError,
    ):  # changed while we looked, or a key that is not hashable once it is plain
        return _tagged(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bytes):
        return bytes.__getitem__(value, slice(None))
    if isinstance(value, int):
        return int.__pos__(value)
    if isinstance(value, float):
        return float.__pos__(value)
    if isinstance(value, complex):
        return complex.__pos__(value)
    return _tagged(value)


def restore(value: Any) -> Any:
    """What `plain` gave, with every tagged tuple as the Shown it stands for."""
    if isinstance(value, tuple):
        if len(value) == 3 and value[0] is ...:
            return Shown(str(value[1]), str(value[2]))
        return tuple(restore(item) for item in value)
    if isinstance(value, list):
        return [restore(item) for item in value]
    if isinstance(value, dict):
        return {restore(key): restore(item) for key, item in value.items()}
    if isinstance(value, set):
        return {restore(item) for item in value}
    if isinstance(value, frozenset):
        return frozenset(restore(item) for item in value)
    return Shown("ellipsis", "Ellipsis") if value is ... else value


def show(value: Any) -> Shown:
    """How the value looks: at most `TEXT_LIMIT` characters of its repr, memory addresses left out. Never raises."""
    return Shown(type(value).__name__, shown_text(value, repr))


def shown_text(value: Any, render: Any = str) -> str:
    """`render(value)`, shortened to `TEXT_LIMIT`, without memory addresses; a note in its place when it fails."""
    try:
        text = str.__str__(render(value))
    except Exception as error:
        return f"<{type(value).__name__}: {render.__name__} raised {type(error).__name__}>"
    if len(text) > TEXT_LIMIT:
        text = f"{text[:TEXT_LIMIT]}… ({len(text)} characters)"
    return _ADDRESS.sub("", text)


def shown_error(error: BaseException) -> ErrorShown:
    """The exception as recorded: its type, that type's bases (nearest first, without object), its text."""
    bases = tuple(base.__name__ for base in type(error).__mro__[1:] if base is not object)
    return ErrorShown(type(error).__name__, bases, shown_text(error))


def _tagged(value: Any) -> tuple[Any, str, str]:
    shown = show(value)
    return (..., shown.type, shown.text)
