"""The objects that processes share, made as a program would make them: the table `MAKERS`, by kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mprunner.operations import Kind

if TYPE_CHECKING:
    from mprunner.program.instructions import ObjectDeclaration
    from mprunner.worlds.real.run import Run

Maker = Callable[[Any, "Run", "ObjectDeclaration"], Any]
"""Makes one object from where its constructor is found: multiprocessing, a manager, or what threads have."""


def _queue(source: Any, run: Run, declared: ObjectDeclaration) -> Any:
    options = declared.options
    return getattr(source, options.get("type", "Queue"))(options.get("maxsize", 0))


def _lock(source: Any, run: Run, declared: ObjectDeclaration) -> Any:
    return getattr(source, declared.options.get("type", "Lock"))()


MAKERS: dict[Kind, Maker] = {"queue": _queue, "lock": _lock}


def make_shared(source: Any, run: Run, declared: ObjectDeclaration) -> Any:
    """One object of this declaration. Raises what its constructor raises."""
    return MAKERS[declared.kind](source, run, declared)
