"""What can be sent to another process, how many bytes that is, and what is raised for what can't be."""

from __future__ import annotations

import pickle
from typing import Any

from mprunner.program.declarations import ObjectDeclaration
from mprunner.program.handles import Handle
from mprunner.worlds.model.freezing import Frozen, thaw
from mprunner.worlds.model.memory import cell_type, is_locked
from mprunner.worlds.model.model import Model

__all__ = ["may_change", "not_to_be_sent", "refusal", "size_of"]

_HEADER = 4
"""Bytes before each item in a pipe that say how long it is."""


def size_of(item: Any) -> int:
    """Bytes in the pipe."""
    return len(pickle.dumps(_plain(thaw(item)))) + _HEADER


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(each) for each in value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return str(value) if isinstance(value, Handle) else value


def not_to_be_sent(model: Model, item: Any) -> str | None:
    """Why it can't be pickled, None if it can: the objects of multiprocessing can't, those of a manager can."""
    if isinstance(item, Frozen):
        return not_to_be_sent(model, item.value)
    if isinstance(item, Handle):
        return None if _is_proxy(model, item) else _unsendable(model, item)
    inner: list[Any] = []
    if isinstance(item, (list, tuple, set)):
        inner = list(item)
    elif isinstance(item, dict):
        inner = list(item.values())
    return next((why for each in inner if (why := not_to_be_sent(model, each)) is not None), None)


def refusal(why: str) -> Exception:
    """What pickling raises for this reason."""
    return NotImplementedError(why) if why == _NEVER.format("pool") else RuntimeError(why)


def _is_proxy(model: Model, handle: Handle) -> bool:
    declared = model.names.objects.get(handle.ref.name)
    return declared is not None and declared.options.get("manager") is not None


def _unsendable(model: Model, handle: Handle) -> str:
    """What CPython says of an object that only a new process can be given."""
    if handle.kind in ("pool", "result", "process", "manager"):
        return _NEVER.format(handle.kind)
    declared = model.names.objects.get(handle.ref.name)
    name = handle.kind.capitalize() if declared is None else str(declared.options.get("type", ""))
    if handle.kind in ("event", "barrier", "condition"):
        name = "Condition"
    elif declared is not None and handle.kind in ("value", "array"):
        name = _class_of(declared)
    return _SHARED.format(name or handle.kind.capitalize())


def _class_of(declared: ObjectDeclaration) -> str:
    """The name of the class of a value or array."""
    cell = cell_type(declared).__name__
    array = declared.kind == "array"
    if not is_locked(declared):
        return f"{cell}_Array_{declared.options['size']}" if array else cell
    if not array:
        return "Synchronized"
    return "SynchronizedString" if cell == "c_char" else "SynchronizedArray"


_NEVER = "{} objects cannot be passed between processes or pickled"
_SHARED = "{} objects should only be shared between processes through inheritance"


def may_change(item: Any) -> bool:
    """Whether the process could still change it."""
    if isinstance(item, tuple):
        return any(may_change(each) for each in item)
    return isinstance(item, (list, dict, set))
