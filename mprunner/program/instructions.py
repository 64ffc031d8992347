"""The instructions that targets are compiled to: a flat list each.

Plain, frozen and picklable: a spawned child receives them as they are. Nothing here knows which world runs them.
"""

from __future__ import annotations

from typing import Literal, Union

from mprunner.program.expressions import Expr, Global, Local, Subscript
from mprunner.records import record

__all__ = [
    "Assign",
    "BeginIteration",
    "Call",
    "EndExcept",
    "EndFinally",
    "Forget",
    "Instruction",
    "Iterate",
    "Jump",
    "JumpUnless",
    "Leave",
    "MatchException",
    "Mutate",
    "Operate",
    "PopHandler",
    "PushHandler",
    "Raise",
    "Return",
]


@record
class Assign:
    """Store a value in a Local or Global, or in an element of a list or mapping held by one (`Subscript`)."""

    place: Local | Global | Subscript
    value: Expr
    site: int


@record
class Mutate:
    """`append`, `remove` or `update` a list or mapping in place."""

    action: Literal["append", "remove", "update"]
    place: Expr
    value: Expr
    site: int


@record
class Jump:
    to: int


@record
class JumpUnless:
    test: Expr
    to: int
    site: int


@record
class Iterate:
    """Advance a loop: `state` holds (sequence, next position). Stores the next item in `into` or jumps to `to`.

    With `unpack` the item is taken apart into as many values as `into` has places.
    """

    state: str
    into: tuple[Local | Global, ...]
    to: int
    site: int
    unpack: bool = False


@record
class BeginIteration:
    """Evaluate what a `for` or `repeat` runs over, once, into the temporary `state`."""

    state: str
    sequence: Expr
    count: bool
    site: int


@record
class Operate:
    """Hand out an operation to the world; `into` takes what it returns."""

    operation: str
    object: Expr | None
    arguments: tuple[tuple[str, Expr], ...]
    into: Local | Global | None
    site: int


@record
class Call:
    target: str
    arguments: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...]
    into: Local | Global | None
    site: int


@record
class Return:
    value: Expr | None
    site: int


@record
class Raise:
    """Raise an exception of this (builtin or multiprocessing) type; without a type, the one being handled again."""

    type: str | None
    arguments: tuple[Expr, ...]
    site: int


@record
class PushHandler:
    """From here an exception goes to `to`: an except clause, or a finally block with its completion pending."""

    kind: Literal["except", "finally"]
    to: int


@record
class PopHandler:
    """Leave the innermost handler normally; a finally block then runs with nothing pending (fall through to it)."""


@record
class MatchException:
    """In an except block: go on when the exception is one of `types` (or its text fits `text`), else jump to `to`."""

    types: tuple[str, ...]
    to: int
    text: str | None = None


@record
class EndExcept:
    """The exception was handled: forget it and go on."""


@record
class EndFinally:
    """Resume the pending completion of the finally block: go on, return, leave a loop, or raise again."""


@record
class Leave:
    """`break` or `continue`: unwind handlers down to `depth`, running their finally blocks, then jump to `to`.

    `pending` and `active` are how many finally and except blocks the loop itself stands in: those further in are left.
    """

    to: int
    depth: int
    pending: int = 0
    active: int = 0


@record
class Forget:
    """`del` of a variable."""

    place: Local | Global
    site: int


Instruction = Union[
    Assign,
    Mutate,
    Jump,
    JumpUnless,
    Iterate,
    BeginIteration,
    Operate,
    Call,
    Return,
    Raise,
    PushHandler,
    PopHandler,
    MatchException,
    EndExcept,
    EndFinally,
    Leave,
    Forget,
]
