"""Exception types by the names that scenarios use, and whether an exception is of a named type."""

from __future__ import annotations

import builtins
from importlib import import_module

__all__ = ["exception_type", "matches"]

_ELSEWHERE = {
    "AuthenticationError": "multiprocessing.context",
    "BrokenBarrierError": "threading",
    "BufferTooShort": "multiprocessing.context",
    "Empty": "queue",
    "Full": "queue",
    "MaybeEncodingError": "multiprocessing.pool",
    "PicklingError": "pickle",
    "ProcessError": "multiprocessing.context",
    "RemoteError": "multiprocessing.managers",
    "ShutDown": "queue",
}


def exception_type(name: str) -> type[BaseException]:
    """The exception type of this name, imported only now. Raises NameError when there is none.

    `TimeoutError` is Python's own; as a type to *expect* it also fits that of multiprocessing, see `matches`.
    """
    bare = name.rsplit(".", 1)[-1]
    if name == "multiprocessing.TimeoutError":
        found = import_module("multiprocessing.context").TimeoutError
    elif bare in _ELSEWHERE:
        found = getattr(import_module(_ELSEWHERE[bare]), bare, None)
    else:
        found = getattr(builtins, bare, None)
    if isinstance(found, type) and issubclass(found, BaseException):
        return found
    raise NameError(f"there is no exception type {name!r}")


def matches(error: BaseException, types: tuple[str, ...], text: str | None = None) -> bool:
    """Whether `error` is of one of the named types (or derived from one), and has `text` in it.

    Types are compared by name, whatever module they are from: multiprocessing has a TimeoutError of its own. The text
    fits loosely: upper and lower case and the amount of white space do not count, and it may be a part.
    """
    names = {kind.__name__ for kind in type(error).__mro__[:-1]}
    if not any(name.rsplit(".", 1)[-1] in names for name in types):
        return False
    return text is None or _loose(text) in _loose(str(error))


def _loose(text: str) -> str:
    return " ".join(text.split()).casefold()
