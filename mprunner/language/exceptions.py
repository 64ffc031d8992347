"""The exception types that a scenario may raise, expect or handle: Python's own and those of multiprocessing."""

from __future__ import annotations

import builtins

from mprunner.language.diagnostics import listed, nearest
from mprunner.language.located import Context
from mprunner.language.tree import Node

__all__ = ["EXCEPTIONS", "MULTIPROCESSING", "check_exception"]

_BUILTIN = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)
MULTIPROCESSING = frozenset(
    {
        "AuthenticationError",
        "BrokenBarrierError",
        "BufferTooShort",
        "Empty",
        "Full",
        "MaybeEncodingError",
        "PicklingError",
        "ProcessError",
        "RemoteError",
        "ShutDown",
    }
)

EXCEPTIONS: frozenset[str] = _BUILTIN | MULTIPROCESSING
"""All names that can stand where an exception type is wanted."""

_PREFIXES = ("queue.", "multiprocessing.", "threading.", "pickle.", "Queue.", "builtins.")


def check_exception(node: Node, context: Context, written: str | None = None) -> bool:
    """Whether a text (or `written`, a part of it) names an exception type; if not, that is reported."""
    written = str(node.value) if written is None else written
    if written in EXCEPTIONS:
        return True
    bare = written.rsplit(".", 1)[-1]
    if bare in EXCEPTIONS and written.startswith(_PREFIXES):
        context.error(
            "unknown-exception",
            node,
            f'"{written}" is written without its module here',
            expected=f"write {bare}",
        )
        return False
    close = nearest(bare, sorted(EXCEPTIONS))
    expected = f"did you mean {listed(close)}?" if close else None
    context.error("unknown-exception", node, f'unknown exception "{written}"', expected=expected)
    return False
