"""Values and arrays: their cells are read and written on the real shared memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mprunner.program.handles import Handle, Ref
from mprunner.worlds.conventions import cells_of, for_good
from mprunner.worlds.real.deeds import Arguments, Deed, Payload, gave

if TYPE_CHECKING:
    from mprunner.worlds.real.actor import Actor
    from mprunner.worlds.real.run import Run

_MOST_KEPT = 1000
"""Cells that an array may have so that what it holds at the end is kept."""


def cell_type(name: str) -> Any:
    """What `Value` and `Array` take as a type: a typecode as it is, else the type of ctypes of this name."""
    if len(name) == 1:
        return name
    import ctypes

    return getattr(ctypes, name)


def _read(actor: Actor, handle: Handle, arguments: Arguments) -> Any:
    thing = actor.run.objects.real(handle)
    attribute = arguments.get("attribute")
    found = thing[arguments["index"]] if attribute is None else getattr(thing, attribute)
    # A slice of a manager's array is an array.
    return list(found) if type(found).__name__ == "array" else found


def _write(actor: Actor, handle: Handle, arguments: Arguments) -> None:
    thing = actor.run.objects.real(handle)
    attribute = arguments.get("attribute")
    if attribute is None:
        thing[arguments["index"]] = arguments["item"]
    else:
        setattr(thing, attribute, arguments["item"])


def _carried(actor: Actor, handle: Handle, arguments: Arguments) -> Payload:
    """Where it reads or writes, what it writes, and what lock it takes meanwhile, where that is not its own."""
    found: dict[str, Any] = {}
    if handle.kind == "array":
        if "index" in arguments:
            found["index"] = cells_of(arguments["index"], actor.run.size(handle))
        else:
            found["attribute"] = arguments["attribute"]
    if "item" in arguments:
        found["item"] = arguments["item"]
    if actor.run.objects.is_inner(handle):
        found["unlocked"] = True
    else:
        lock = actor.run.lock_of(handle.ref)
        if lock is not None:
            found["lock"] = str(lock)
    return found or None


def _get_lock(actor: Actor, handle: Handle, arguments: Arguments) -> Any:
    objects = actor.run.objects
    return objects.to_handles(objects.real(handle).get_lock())


def _get_obj(actor: Actor, handle: Handle, arguments: Arguments) -> Any:
    objects = actor.run.objects
    return objects.to_handles(objects.real(handle).get_obj())


def _length(actor: Actor, handle: Handle, arguments: Arguments) -> int:
    return len(actor.run.objects.real(handle))


def held_at_the_end(run: Run) -> dict[str, Any]:
    """What each declared value and array holds now, by name; of a family a list. Takes no lock: who holds it may be dead."""
    found: dict[str, Any] = {}
    for declared in run.program.objects:
        if declared.kind not in ("value", "array") or declared.options.get("manager") is not None:
            continue
        if declared.options.get("size", 0) > _MOST_KEPT:
            continue
        refs = (
            [Ref(declared.name)]
            if declared.count is None
            else [Ref(declared.name, i) for i in range(declared.count)]
        )
        held = [_contents(run.objects.real(Handle(declared.kind, ref))) for ref in refs if ref in run.objects]
        if len(held) == len(refs):
            found[declared.name] = held[0] if declared.count is None else held
    return found


def _contents(thing: Any) -> Any:
    bare = thing.get_obj() if hasattr(thing, "get_obj") else thing
    return bare[:] if hasattr(bare, "_length_") else bare.value


CELLS: dict[str, Deed] = {
    "read": Deed(_read, _carried, for_good, gave=gave("result")),
    "write": Deed(_write, _carried, for_good),
    "get_lock": Deed(_get_lock, silent=True),
    "get_obj": Deed(_get_obj, silent=True),
}
"""What values and arrays have in common; `len` is an array's alone."""

LENGTH = Deed(_length, silent=True)
