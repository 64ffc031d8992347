"""What performing one micro-step of an operation comes to."""

from __future__ import annotations

from typing import Any, NamedTuple, Union

__all__ = ["BLOCKED", "Blocked", "Call", "Choice", "Done", "Ended", "Next", "Raised", "Refused", "Result"]


class Blocked(NamedTuple):
    """It can't be made in this state."""


BLOCKED = Blocked()


class Done(NamedTuple):
    """The operation is over and gave `value`; `shown` is what goes on record in its place, if that is another."""

    value: Any = None


class Refused(NamedTuple):
    """It was not to be had: it answered `value` (False), or was out of time, without raising."""

    value: Any = False


class Raised(NamedTuple):
    """The operation raised."""

    error: BaseException


class Next(NamedTuple):
    """It goes on with its next micro-step; `phase` is hashable, never None."""

    phase: Any


class Call(NamedTuple):
    """It calls a target in the same process (the action of a barrier, a routine), and then goes on with `phase`: what was
    returned is then `turn.returned`, an exception goes to `turn.escaped`.
    """

    target: str
    arguments: tuple[Any, ...]
    phase: Any
    keywords: tuple[tuple[str, Any], ...] = ()


class Choice(NamedTuple):
    """It may give any of these values, or raise one that is `Raised`, as nobody but the scheduler decides."""

    values: tuple[Any, ...]


class Ended(NamedTuple):
    """The process is gone."""


Result = Union[Blocked, Done, Refused, Raised, Next, Call, Choice, Ended]
