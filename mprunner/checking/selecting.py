"""What selects events, spans and parts of the record, as plain frozen data; `forms.py` has the promises made of them."""

from __future__ import annotations

from typing import Any, Final, Literal

from mprunner.records import record

__all__ = [
    "ANY", "EachPut", "Filled", "MatcherForm", "Matches", "Not", "OneOf", "PairOrder", "PerKind", "QueueOrder", "ScopeForm",
    "SpanForm", "Variable", "Where",
]  # fmt: skip


class _Any:
    """The type of `ANY`: says nothing about a field."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ANY"


ANY: Final = _Any()

Where = Literal["after", "before", "anywhere", "next", "previous"]
PerKind = Literal["process", "task", "actor", "object", "run"]
QueueOrder = Literal["fifo", "per_producer", "lifo"]
PairOrder = Literal["fifo", "per_producer", "any", "lifo"]
EachPut = Literal["exactly_once", "at_most_once", "at_least_once"]


@record
class Matches:
    """A text in which this regular expression is found."""

    pattern: str


@record
class OneOf:
    """A field has one of these values (each may again be a `Matches` or `Not`)."""

    values: tuple[Any, ...]


@record
class Not:
    """A field has a value, and not this one."""

    value: Any


@record
class Variable:
    """What a variable of `for_each` stands for; in the matcher that quantifies it `captures`."""

    name: str
    captures: bool = False


@record
class Filled:
    """A text, or a regular expression, with variables in it."""

    parts: tuple[str | Variable, ...]
    regex: bool = False


@record
class MatcherForm:
    """Which events a promise speaks of: all given fields must fit. A family's or pool's name selects every
    member.

    `at` chooses the instant (None: where the operation stands by the table of operations). `raised` is an
    exception type (bases count), `refused` and `unfinished` select what is not selected otherwise. With
    `any_of`, the other fields must fit as well as one of the alternatives, and those choose instant and
    outcome. With `none_of`, none of those may fit.
    """

    op: Any = ANY
    object: Any = ANY
    process: Any = ANY
    actor: Any = ANY
    task: Any = ANY
    pool: Any = ANY
    item: Any = ANY
    result: Any = ANY
    index: Any = ANY
    print: Any = ANY
    label: Any = ANY
    text: Any = ANY
    exitcode: Any = ANY
    at: Literal["begin", "end"] | None = None
    raised: Any = ANY
    refused: bool = False
    unfinished: bool = False
    any_of: tuple[MatcherForm, ...] = ()
    none_of: tuple[MatcherForm, ...] = ()


@record
class SpanForm:
    """A begin and an end: a lock's holds, a pool's tasks, a process's life, or the calls of one operation.

    `name` is the lock, pool or process; for `call` it is the operation, and `object` may narrow it.
    `between` lies from a `begin` to the next `end` of the same `by`; its name may be empty.
    """

    kind: Literal["hold", "task", "life", "call", "between"]
    name: str
    object: str | None = None
    begin: MatcherForm | None = None
    end: MatcherForm | None = None
    by: PerKind = "process"


@record
class ScopeForm:
    """The segments of the record that a promise is about: open at both ends, not nested."""

    before: MatcherForm | None = None
    after: MatcherForm | None = None
    from_: MatcherForm | None = None
    to: MatcherForm | None = None
    open_end: bool = False
