"""Values as text, in pieces that keep the marks of what is in them."""

from __future__ import annotations

from typing import Any

from mprunner.program.limits import check_format, check_nested, check_text
from mprunner.program.values import Marked, Piece, Rendered, plain

__all__ = ["formatted", "joined", "pieces_of", "rendered", "to_text"]

_CONTAINERS = (list, tuple, dict, set, frozenset)


def pieces_of(value: Any, *, as_repr: bool = False) -> tuple[Piece, ...]:
    """The text of a value (`str`, or `repr`) in pieces."""
    kind = type(value)
    if kind is str and not as_repr:
        return (("value", value),)
    if isinstance(value, Rendered):
        return value.parts if not as_repr else ((value.mark or "value", repr(plain(value))),)
    if isinstance(value, Marked):
        return ((value.mark, repr(value)),)
    if isinstance(value, _CONTAINERS):
        check_nested(value)
        if _has_mark(value, set()):
            return tuple(_merged(_inside(value, set())))
    return (("value", repr(value) if as_repr else str(value)),)


def formatted(value: Any, conversion: str, spec: str) -> tuple[Piece, ...]:
    """A field of an f-string in pieces."""
    if not spec:
        if conversion == "a":
            check_nested(value)
            return ((_mark_of(value), ascii(plain(value))),)
        return pieces_of(value, as_repr=conversion == "r")
    check_format(spec)
    mark = _mark_of(value)
    if conversion:
        check_nested(value)
        value = ascii(value) if conversion == "a" else repr(value) if conversion == "r" else str(value)
    return ((mark, format(plain(value), spec)),)


def rendered(value: Any) -> Rendered:
    """What `print` writes of a value."""
    return value if isinstance(value, Rendered) else Rendered(pieces_of(value))


def to_text(parts: list[Piece]) -> str:
    """A plain text, or a `Rendered` one when a part of it has a mark."""
    check_text(sum(len(text) for _kind, text in parts))
    if any(kind != "text" and kind != "value" for kind, _text in parts):
        return Rendered(tuple(parts))
    return "".join([text for _kind, text in parts])


def joined(separator: str, texts: list[Any]) -> str:
    """`separator.join(texts)`, keeping marks."""
    check_text(sum(len(text) for text in texts if isinstance(text, str)) + len(separator) * len(texts))
    if not any(isinstance(text, Rendered) for text in texts):
        return separator.join(texts)
    plain(separator).join(texts)  # raises what Python raises for what is no text
    parts: list[Piece] = []
    for position, text in enumerate(texts):
        if position:
            parts.append(("text", separator))
        parts.extend(pieces_of(text))
    return to_text(parts)


def _mark_of(value: Any) -> str:
    if isinstance(value, (Marked, Rendered)):
        return value.mark or "value"
    return "value"


def _has_mark(value: Any, above: set[int]) -> bool:
    if isinstance(value, (Marked, Rendered)):
        return value.mark is not None
    if not isinstance(value, _CONTAINERS) or id(value) in above:
        return False
    above = above | {id(value)}
    parts = (*value.keys(), *value.values()) if isinstance(value, dict) else value
    return any(_has_mark(part, above) for part in parts)


def _inside(value: Any, above: set[int]) -> list[Piece]:
    if not isinstance(value, _CONTAINERS) or not value or id(value) in above:
        return (
            list(pieces_of(value, as_repr=True))
            if not isinstance(value, _CONTAINERS)
            else [("value", repr(value))]
        )
    above = above | {id(value)}
    opening, closing = (
        ("[", "]") if isinstance(value, list) else ("(", ")") if isinstance(value, tuple) else ("{", "}")
    )
    parts: list[Piece] = [("value", opening)]
    for position, item in enumerate(value):
        if position:
            parts.append(("value", ", "))
        parts.extend(_inside(item, above))
        if isinstance(value, dict):
            parts.append(("value", ": "))
            parts.extend(_inside(value[item], above))
    if isinstance(value, tuple) and len(value) == 1:
        parts.append(("value", ","))
    parts.append(("value", closing))
    return parts


def _merged(parts: list[Piece]) -> list[Piece]:
    merged: list[Piece] = []
    for kind, text in parts:
        if merged and kind == "value" == merged[-1][0]:
            merged[-1] = (kind, merged[-1][1] + text)
        else:
            merged.append((kind, text))
    return merged
