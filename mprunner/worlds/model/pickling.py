"""What can be sent to another process, how many bytes that is, and what is raised for what can't be."""

from __future__ import annotations

import pickle
from typing import Any

from mprunner.program.declarations import ObjectDeclaration
from mprunner.program.handles import Handle
from mprunner.program.needs import handles_in
from mprunner.worlds.model.freezing import Frozen, thaw
from mprunner.worlds.model.memory import cell_type, is_locked
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.steps import READ
from mprunner.worlds.model.turn import Turn

__all__ = ["check_names", "culprit_in", "is_ready", "may_change", "not_to_be_sent", "refusal", "size_of"]

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


def not_to_be_sent(turn: Turn, item: Any) -> str | None:
    """Why it can't be pickled, None if it can: the objects of multiprocessing can't, those of a manager can."""
    culprit = culprit_in(turn.model, item)
    return None if culprit is None else _unsendable(turn, culprit)


def culprit_in(model: Model, item: Any) -> Handle | None:
    """What can't be pickled of an item."""
    if isinstance(item, Frozen):
        return culprit_in(model, item.value)
    if isinstance(item, Handle):
        return None if _is_proxy(model, item) else item
    inner: list[Any] = []
    if isinstance(item, (list, tuple, set)):
        inner = list(item)
    elif isinstance(item, dict):
        inner = list(item.values())
    return next((found for each in inner if (found := culprit_in(model, each)) is not None), None)


def check_names(turn: Turn, item: Any) -> None:
    """Whatever is given away has to be there. Raises NameError, as a name does that is not defined."""
    for handle in handles_in(item):
        if handle.kind == "process" or str(handle.ref) in turn.image.forgotten:
            raise NameError(f"name '{handle.ref}' is not defined")


def refusal(why: str) -> Exception:
    """What pickling raises for this reason."""
    if why == _POOL:
        return NotImplementedError(why)
    return TypeError(why) if why in (_KEY, _READY) else RuntimeError(why)


def is_ready(turn: Turn, handle: Handle) -> bool:
    """Whether a result is there, and no longer knows its pool."""
    results = turn.model.layout.find("results", str(getattr(handle, "pool", "")))
    if results is None:
        return False
    number = getattr(handle, "number", -1)
    turn.touch(turn.model.layout.apart("result", getattr(handle, "pool", ""), number), READ)
    return any(each.number == number for each in turn.look(results))


def _is_proxy(model: Model, handle: Handle) -> bool:
    declared = model.names.objects.get(handle.ref.name)
    return declared is not None and declared.options.get("manager") is not None


def _unsendable(turn: Turn, handle: Handle) -> str:
    """What CPython says of an object that only a new process can be given."""
    model = turn.model
    if handle.kind == "manager":
        return _KEY
    if handle.kind in ("pool", "result"):
        return _READY if handle.kind == "result" and is_ready(turn, handle) else _POOL
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


_POOL = "pool objects cannot be passed between processes or pickled"
_KEY = "Pickling an AuthenticationString object is disallowed for security reasons"
"""A manager has one."""
_READY = "cannot pickle '_thread.lock' object"
"""A result has one; one that is not there yet has a pool, which is noticed before."""
_SHARED = "{} objects should only be shared between processes through inheritance"


def may_change(item: Any) -> bool:
    """Whether the process could still change it."""
    if isinstance(item, tuple):
        return any(may_change(each) for each in item)
    return isinstance(item, (list, dict, set))
