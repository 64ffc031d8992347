"""The objects of a run in one process: which real object each declared name stands for here, and the way back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mprunner.program.handles import Handle, Ref
from mprunner.records import record
from mprunner.worlds.real import cpython


@record
class ResultHandle(Handle):
    """What `apply_async` gave: `po.work[4]`, with the pool's own result object, which lives in this process only."""

    result: Any = None


@record
class InnerHandle(Handle):
    """What `get_obj()` gave: the memory of a value or array without its lock. It has the name of the whole."""

    thing: Any = None


_SCALARS = (type(None), bool, int, float, str, bytes)


_MEMORY = ("value", "array")


class Objects:
    """A table of handles and real objects. What arrives from elsewhere is known again by identity or proxy token."""

    def __init__(self) -> None:
        self._things: dict[Ref, Any] = {}
        self._kinds: dict[Ref, str] = {}
        self._identities: dict[int, Handle] = {}
        self._tokens: dict[Any, Handle] = {}
        self._found: dict[int, tuple[Handle, Any]] = {}

    def add(self, handle: Handle, thing: Any) -> None:
        self._found.clear()
        self._things[handle.ref] = thing
        self._kinds[handle.ref] = handle.kind
        self._identities[id(thing)] = handle
        token = cpython.proxy_token(thing)
        if token is not None:
            self._tokens[token] = handle
        elif handle.kind in _MEMORY and hasattr(thing, "get_obj"):
            inner, lock = thing.get_obj(), thing.get_lock()
            self._identities[id(inner)] = InnerHandle(handle.kind, handle.ref, inner)
            # Its own lock has no other name than its; both are taken and given alike.
            self._identities.setdefault(id(lock), Handle("lock", handle.ref))

    def remove(self, ref: Ref) -> None:
        """Drop the reference to an object; another name for it keeps it alive, nothing else here does."""
        self._found.clear()
        thing = self._things.pop(ref, None)
        if thing is not None:
            self._identities.pop(id(thing), None)

    def __contains__(self, ref: Ref) -> bool:
        return ref in self._things

    def real(self, handle: Handle) -> Any:
        """The object that a handle stands for. Raises NameError as Python does for a name that is not there."""
        found = self._found.get(id(handle))
        if found is not None and found[0] is handle:
            return found[1]
        if isinstance(handle, ResultHandle):
            return handle.result
        if isinstance(handle, InnerHandle):
            return handle.thing
        try:
            thing = self._things[handle.ref]
        except KeyError:
            raise NameError(f"name '{handle.ref}' is not defined") from None
        self._found[id(handle)] = (handle, thing)
        return thing

    @property
    def tokens(self) -> dict[Any, Handle]:
        """What is the same in every copy of each manager's object, and the name of that."""
        return dict(self._tokens)

    def expect(self, tokens: dict[Any, Handle]) -> None:
        """Know these objects of managers when they arrive."""
        self._tokens.update(tokens)

    def chosen(self, names: Iterable[str]) -> dict[Ref, tuple[str, Any]]:
        """The objects of these declared names, families whole."""
        wanted = set(names)
        return {ref: (self._kinds[ref], thing) for ref, thing in self._things.items() if ref.name in wanted}

    def is_inner(self, handle: Handle) -> bool:
        """Whether a handle stands for memory without its lock."""
        return isinstance(handle, InnerHandle)

    def to_real(self, value: Any) -> Any:
        """The value with real objects in place of handles, deep; itself (not a copy) when it holds none."""
        if isinstance(value, Handle):
            return self.real(value)
        return _replaced(value, self.to_real)

    def to_handles(self, value: Any) -> Any:
        """The value with handles in place of known objects, deep; itself when it holds none."""
        if type(value) in _SCALARS:
            return value
        if type(value) not in _CONTAINERS:
            token = cpython.proxy_token(value)
            known = self._tokens.get(token) if token is not None else self._identities.get(id(value))
            if known is None:
                return value
            if known.ref not in self._things:
                # The first time that this process meets an object which others know already.
                self.add(known, value)
            return known
        return _replaced(value, self.to_handles)


_CONTAINERS = (list, tuple, dict)


def _replaced(value: Any, replace: Any) -> Any:
    """`value` with `replace` applied to what it contains; the very same object when that changes nothing."""
    if type(value) is dict:
        pairs = {key: replace(item) for key, item in value.items()}
        return value if all(pairs[key] is value[key] for key in value) else pairs
    if type(value) in (list, tuple):
        items = [replace(item) for item in value]
        if all(new is old for new, old in zip(items, value, strict=True)):
            return value
        return items if type(value) is list else tuple(items)
    return value
