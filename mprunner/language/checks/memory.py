"""Values and arrays: what they hold at first fits their type, and type, lock, kind and manager fit each other."""

from __future__ import annotations

from typing import Any

from mprunner.language.cells import TYPECODES, TYPES
from mprunner.language.checks.declared import check_lock, place_of, want
from mprunner.language.checks.scope import Scope
from mprunner.language.located import LocatedDict, node_of
from mprunner.language.objects import ArrayDeclaration, ValueDeclaration
from mprunner.language.source import Span

__all__ = ["check"]

_SECTIONS = {"values": "value", "arrays": "initial"}
_TEXTS = {"c_char": "c", "c_wchar": "u"}
_WANTED = {
    "c_char": "one character", "c_wchar": "one character",
    "c_float": "a number", "c_double": "a number", "c_longdouble": "a number",
}  # fmt: skip
"""What a type takes; where nothing stands here, a whole number."""

Cells = ValueDeclaration | ArrayDeclaration


def check(scope: Scope) -> None:
    """Reports memory that could not be made as it is declared."""
    for section, field in _SECTIONS.items():
        for name, declared in getattr(scope.scenario, section).items():
            _check_making(scope, section, name, declared)
            _check_lock(scope, section, name, declared)
            _check_data(scope, section, name, declared, field)


def _check_making(scope: Scope, section: str, name: str, declared: Cells) -> None:
    if isinstance(declared, ArrayDeclaration) and (declared.size is None) == (declared.initial is None):
        content = scope.instance.content.get(section)
        entry = content.get(name) if isinstance(content, LocatedDict) else None
        written = entry if isinstance(entry, LocatedDict) else {}
        given = [field for field in ("size", "initial") if field in written]
        if len(given) == 1 or not set(written) <= set(ArrayDeclaration.model_fields):
            return  # what was given could not be read, which is reported
        message = "an array has a `size` or an `initial` list" + (", not both" if given else "")
        kind = "wrong-value" if given else "missing-field"
        scope.context.error(kind, declared.key_span, message, expected="for example {type: i, size: 3}")
    if declared.manager is None:
        return
    if declared.kind.startswith("Raw"):
        span = place_of(scope, section, name, "kind")
        message = f"a manager has no {declared.kind}"
        scope.context.error(
            "wrong-value", span, message, expected=f"write {declared.kind.removeprefix('Raw')}"
        )
    elif isinstance(declared, ArrayDeclaration) and declared.type not in set(TYPECODES) - {"c"}:
        span = place_of(scope, section, name, "type")
        message = f"a manager's Array is one of Python's module array, which has no type {declared.type}"
        scope.context.error("wrong-value", span, message)


_NO_LOCK = frozenset({"none", "no", "off", "null"})


def _check_lock(scope: Scope, section: str, name: str, declared: Cells) -> None:
    span = place_of(scope, section, name, "lock")
    content = scope.instance.content.get(section)
    entry = content.get(name) if isinstance(content, LocatedDict) else None
    if not isinstance(entry, LocatedDict) or "lock" not in entry or declared.lock is False:
        return
    if declared.manager is not None or declared.kind.startswith("Raw"):
        what = f"a {declared.kind}" if declared.manager is None else f"a manager's {declared.kind}"
        scope.context.error("wrong-value", span, f"{what} has no lock", expected="leave `lock` out")
    elif isinstance(declared.lock, str) and declared.lock.casefold() in _NO_LOCK:
        scope.context.error("unknown-name", span, f'no lock "{declared.lock}"', expected="without one: false")
    elif isinstance(declared.lock, str):
        want(scope, declared.lock.partition("[")[0], "lock", span)
        check_lock(scope, name, declared, span)


def _check_data(scope: Scope, section: str, name: str, declared: Cells, field: str) -> None:
    """What memory holds at first, as ctypes would take it."""
    data = getattr(declared, field)
    if data is None:
        return
    type_name = TYPES[declared.type]
    place = place_of(scope, section, name, field)
    node = _node(scope, section, name, field)
    if section == "values":
        _check_item(scope, field, data, type_name, place, declared.type)
    elif type_name in _TEXTS and isinstance(data, (str, bytes)):
        if type_name == "c_wchar" and isinstance(data, bytes):
            _refuse(scope, field, data, declared.type, place, "a text is wanted")
    elif not isinstance(data, list):
        wanted = "a list" if type_name not in _TEXTS else "a text or a list"
        _refuse(scope, field, data, declared.type, place, f"{wanted} is wanted")
    else:
        items = node.items if node is not None and node.kind == "sequence" else ()
        for position, item in enumerate(data):
            span = items[position].span if position < len(items) else place
            if not _check_item(scope, field, item, type_name, span, declared.type):
                return


def _node(scope: Scope, section: str, name: str, field: str) -> Any:
    content = scope.instance.content.get(section)
    entry = content.get(name) if isinstance(content, LocatedDict) else None
    return node_of(entry[field]) if isinstance(entry, LocatedDict) and field in entry else None


def _check_item(scope: Scope, field: str, item: Any, type_name: str, span: Span, written: str) -> bool:
    import ctypes  # only where memory is declared

    given = item.encode() if type_name == "c_char" and isinstance(item, str) else item
    try:
        held = getattr(ctypes, type_name)(given).value
    except (TypeError, ValueError, OverflowError):
        _refuse(scope, field, item, written, span, f"{_WANTED.get(type_name, 'a whole number')} is wanted")
        return False
    if isinstance(held, int) and isinstance(given, int) and type_name != "c_bool" and held != given:
        _refuse(scope, field, item, written, span, f"it would be {held}")
        return False
    return True


def _refuse(scope: Scope, field: str, data: Any, written: str, span: Span, why: str) -> None:
    shown = repr(data) if len(repr(data)) <= 40 else f"{repr(data)[:38]}…"
    message = f"`{field}`: {shown} does not fit the type {written}: {why}"
    scope.context.error("wrong-value", span, message)
