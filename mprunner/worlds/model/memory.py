"""Values and arrays of the model world: a cell of the state for each of theirs.

A look at an element with a lock takes that lock by itself, for the look alone: nobody can be in between, so it is one step, which
can be made while nobody else has the lock. Without a lock a look and a change are a step each, and what is seen is sequentially
consistent.
"""

from __future__ import annotations

from typing import Any

from mprunner.program.declarations import ObjectDeclaration
from mprunner.program.handles import Handle
from mprunner.program.handouts import Operation
from mprunner.records import record
from mprunner.worlds.conventions import cells_of, for_good
from mprunner.worlds.model.buffers import load, store
from mprunner.worlds.model.copies import instances
from mprunner.worlds.model.freezing import freeze, thaw
from mprunner.worlds.model.locks import ACQUIRE, FREE, RELEASE, add_lock
from mprunner.worlds.model.model import Model
from mprunner.worlds.model.performing import Act
from mprunner.worlds.model.playing import is_drained
from mprunner.worlds.model.results import BLOCKED, Done, Next, Result
from mprunner.worlds.model.turn import Turn

__all__ = ["MEMORY", "SILENT_MEMORY", "InnerHandle", "cell_type", "contents", "lay_out_memory"]


@record
class InnerHandle(Handle):
    """What `get_obj()` gave: the memory of a value or array without its lock."""


_SIMPLE = "simple"


def lay_out_memory(model: Model) -> None:
    """A cell for each value and each element of an array, and their own locks."""
    for declared in model.program.objects:
        if declared.kind not in ("value", "array") or declared.options.get("manager") is not None:
            continue
        for ref, name, _maker in instances(model, declared):
            for index, first in enumerate(_initial(declared)):
                model.layout.add((declared.kind, name, index), freeze(first))
            if is_locked(declared) and model.names.lock_of(ref) is None:
                add_lock(model, name, recursive=True)


def is_locked(declared: ObjectDeclaration) -> bool:
    """Whether each look at it takes a lock."""
    return not str(declared.options["type"]).startswith("Raw") and bool(declared.options["lock"])


def cell_type(declared: ObjectDeclaration) -> Any:
    """The type of a cell, of ctypes."""
    import ctypes
    from multiprocessing.sharedctypes import typecode_to_type  # type: ignore[attr-defined]

    name = declared.options["cell"]
    return typecode_to_type[name] if len(name) == 1 else getattr(ctypes, name)


def _initial(declared: ObjectDeclaration) -> list[Any]:
    """What the cells hold at first."""
    kind = cell_type(declared)
    if declared.kind == "value":
        return [kind(*declared.options["args"]).value]
    of = declared.options["of"]
    size = int(declared.options["size"])
    made = (kind * size)() if isinstance(of, int) else (kind * size)(*of)
    return [made[index] for index in range(size)]


def _declared(turn: Turn, handle: Handle) -> ObjectDeclaration:
    return turn.model.names.objects[handle.ref.name]


def _is_had(turn: Turn, handle: Handle) -> bool:
    """Whether the lock that a look takes can be had now; True where it takes none."""
    declared = _declared(turn, handle)
    if is_bare(handle, declared):
        return True
    if not is_drained(turn):
        return False
    if not turn.model.holding(handle.ref):
        return True  # nobody ever keeps it
    lock = turn.model.names.lock_of(handle.ref)
    held = turn.get(turn.cell("lock", handle.ref if lock is None else lock))
    if isinstance(held, tuple):
        return held[0] in (FREE, turn.thread)
    return bool(held == FREE)


def _read(turn: Turn, operation: Operation) -> Result:
    handle = operation.object
    assert handle is not None
    declared = _declared(turn, handle)
    if not _is_had(turn, handle):
        return BLOCKED
    bare = is_bare(handle, declared)
    if declared.kind == "value":
        return Done(thaw(_look(turn, turn.cell("value", handle.ref, 0), bare)))
    size = int(declared.options["size"])
    attribute, index = operation.arguments.get("attribute"), operation.arguments.get("index")
    if attribute is None and not isinstance(index, slice):
        return Done(thaw(_look(turn, turn.cell("array", handle.ref, _place(index, size)), bare)))
    places = list(range(size)[index]) if isinstance(index, slice) else list(range(size))
    seen: tuple[Any, ...] = turn.phase if isinstance(turn.phase, tuple) else ()
    while len(seen) < len(places):
        seen = (*seen, _look(turn, turn.cell("array", handle.ref, places[len(seen)]), bare))
        if bare and len(seen) < len(places):
            return Next(seen)  # others may write meanwhile
    return Done(_together([thaw(each) for each in seen], declared, attribute))


def _together(found: list[Any], declared: ObjectDeclaration, attribute: str | None) -> Any:
    """What a slice or the whole of an array gives."""
    if attribute is None and declared.options["cell"] not in ("c", "c_char", "u", "c_wchar"):
        return found
    if attribute is not None and not isinstance(found[0] if found else b"", (bytes, str)):
        raise AttributeError(f"'array' object has no attribute '{attribute}'")
    empty: Any = "" if declared.options["cell"] in ("u", "c_wchar") else b""
    whole = empty.join(found)
    return whole.split("\0" if empty == "" else b"\0", 1)[0] if attribute == "value" else whole


def _place(index: Any, size: int) -> int:
    if not isinstance(index, int):
        raise TypeError("indices must be integers")
    place = index + size if index < 0 else index
    if not 0 <= place < size:
        raise IndexError("invalid index")
    return int(place)


def is_bare(handle: Handle, declared: ObjectDeclaration) -> bool:
    """Whether nobody is kept out while one looks at it or changes it."""
    return isinstance(handle, InnerHandle) or not is_locked(declared)


def _look(turn: Turn, cell: int, bare: bool) -> Any:
    return load(turn, cell) if bare else turn.get(cell)


def _change(turn: Turn, cell: int, value: Any, bare: bool) -> None:
    if bare:
        store(turn, cell, value)
    else:
        turn.set(cell, value)


def _write(turn: Turn, operation: Operation) -> Result:
    handle = operation.object
    assert handle is not None
    declared = _declared(turn, handle)
    if not _is_had(turn, handle):
        return BLOCKED
    kind, item = cell_type(declared), operation.arguments["item"]
    bare = is_bare(handle, declared)
    if declared.kind == "value":
        _change(turn, turn.cell("value", handle.ref, 0), freeze(_converted(kind, item)), bare)
        return Done()
    size = int(declared.options["size"])
    made = (kind * size)()
    if "index" in operation.arguments:
        index = operation.arguments["index"]
        places = range(size)[index] if isinstance(index, slice) else [_place(index, size)]
        made[index] = item  # ctypes raises what it raises
        changed = list(places)
    else:
        setattr(made, operation.arguments["attribute"], item)
        length = len(item) + (operation.arguments["attribute"] == "value")
        changed = list(range(min(length, size)))
    written = turn.phase if isinstance(turn.phase, int) else 0
    while written < len(changed):
        place = changed[written]
        _change(turn, turn.cell("array", handle.ref, place), freeze(made[place]), bare)
        written += 1
        if bare and written < len(changed):
            return Next(written)  # others may look meanwhile
    return Done()


def _converted(kind: Any, item: Any) -> Any:
    made = kind()
    made.value = item
    return made.value


def _carried(turn: Turn, operation: Operation) -> dict[str, Any]:
    """Where it looks or writes, what it writes, what lock it takes meanwhile, where that is not its own."""
    handle = operation.object
    assert handle is not None
    declared = _declared(turn, handle)
    found: dict[str, Any] = {}
    if declared.kind == "array":
        if "index" in operation.arguments:
            found["index"] = cells_of(operation.arguments["index"], int(declared.options["size"]))
        else:
            found["attribute"] = operation.arguments["attribute"]
    if "item" in operation.arguments:
        found["item"] = operation.arguments["item"]
    lock = turn.model.names.lock_of(handle.ref)
    if isinstance(handle, InnerHandle):
        found["unlocked"] = True
    elif lock is not None:
        found["lock"] = str(lock)
    return found


def contents(model: Model, state: Any, declared: ObjectDeclaration, name: str) -> Any:
    """What a value or array holds in a state; `name` is that of its cells."""
    if declared.kind == "value":
        return thaw(state[model.layout.cell("value", name, 0)])
    size = int(declared.options["size"])
    return [thaw(state[model.layout.cell("array", name, index)]) for index in range(size)]


def _length(image: Any, operation: Operation, model: Model) -> int:
    return int(model.names.objects[operation.object.ref.name].options["size"])  # type: ignore[union-attr]


def _get_lock(image: Any, operation: Operation, model: Model) -> Handle:
    handle = operation.object
    assert handle is not None
    lock = model.names.lock_of(handle.ref)
    if lock is not None:
        return Handle("lock", lock)
    if not is_locked(model.names.objects[handle.ref.name]):
        raise AttributeError(f"'{handle.kind}' object has no attribute 'get_lock'")
    return Handle("lock", handle.ref)


def _get_obj(image: Any, operation: Operation, model: Model) -> Handle:
    handle = operation.object
    assert handle is not None
    if not is_locked(model.names.objects[handle.ref.name]):
        raise AttributeError(f"'{handle.kind}' object has no attribute 'get_obj'")
    return InnerHandle(handle.kind, handle.ref)


_READ = Act(_read, _carried, "result", for_good, fences=False)
_WRITE = Act(_write, _carried, timed=for_good, fences=False)

MEMORY: dict[tuple[str, str], Act] = {
    **{(kind, "read"): _READ for kind in ("value", "array")},
    **{(kind, "write"): _WRITE for kind in ("value", "array")},
    **{(kind, "acquire"): ACQUIRE for kind in ("value", "array")},
    **{(kind, "release"): RELEASE for kind in ("value", "array")},
}
SILENT_MEMORY = {
    **{(kind, "get_lock"): _get_lock for kind in ("value", "array")},
    **{(kind, "get_obj"): _get_obj for kind in ("value", "array")},
    ("array", "len"): _length,
}
