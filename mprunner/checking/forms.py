"""The promises in the shape that checking takes: plain frozen data, with every default resolved.

The language has its own models; `adapt.py` turns one into the other, so that everything here can be used and
tested with nothing but a recording. `ANY` stands where a matcher says nothing about a field (None is a value
that an item may have).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from mprunner.checking.verdict import Holds
from mprunner.records import made, record


class _Any:
    """The type of `ANY`: says nothing about a field."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ANY"


ANY: Final = _Any()

Where = Literal["after", "before", "anywhere", "next", "previous"]
PerKind = Literal["process", "task", "actor", "object", "run"]
QueueOrder = Literal["fifo", "per_producer"]


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


@record
class CountForm:
    of: MatcherForm
    exactly: int | None = None
    at_least: int | None = None
    at_most: int | None = None


@record
class EachForm:
    each: MatcherForm
    partner: MatcherForm
    wanted: bool = True
    where: Where = "after"
    without: MatcherForm | None = None
    bind: tuple[str, ...] = ()


@record
class HappensBeforeForm:
    """Before each of the later there is one of the earlier, by a chain of edges and not by the clock alone."""

    earlier: MatcherForm
    later: MatcherForm


@record
class ChainForm:
    """`each ... has` where one side is two events, one after the other: (first, second)."""

    each: tuple[MatcherForm, ...]
    partner: tuple[MatcherForm, ...]
    wanted: bool = True
    where: Literal["after", "before"] = "after"
    without: MatcherForm | None = None


@record
class StepForm:
    """One step of a sequence: `times` events of one matcher, each directly `next` if so said, or
    `any_order` of several.
    """

    of: tuple[MatcherForm, ...]
    next: bool = False
    times: int = 1
    any_order: bool = False


@record
class SequenceForm:
    steps: tuple[StepForm, ...]
    complete: bool = False


@record
class OpenForm:
    """How many spans are open at once. `each_object` counts the holds of each member of a family by
    itself.
    """

    span: SpanForm
    at_most: int | None = None
    at_least: int | None = None
    each_object: bool = False


@record
class ClosedForm:
    span: SpanForm


@record
class RelatedForm:
    """Each of the one's spans lies in this relation to each of the other's."""

    span: SpanForm
    relation: str
    to: SpanForm


@record
class NoInterleavingForm:
    of: MatcherForm
    inside: SpanForm


@record
class FifoForm:
    queue: str
    order: QueueOrder | None = None


@record
class ExactlyOnceForm:
    """What is got was put; `all_got`: and all that was put is got; `once`: and no item more often than it was
    put.
    """

    queue: str
    all_got: bool = True
    once: bool = True


@record
class OutputForm:
    text: str


@record
class ExitcodesForm:
    codes: Mapping[str, Any]


@record
class VariablesForm:
    values: Mapping[str, Mapping[str, Any]]


@record
class OutcomesForm:
    """`of`: process and variable; `graded`: each outcome's values with its grade."""

    of: tuple[tuple[str, str], ...]
    graded: tuple[tuple[tuple[Any, ...], str], ...]


@record
class ExceptionForm:
    process: Any = ANY
    type: str | None = None
    text: Any = ANY


@record
class DeadlockForm:
    pass


@record
class HangsForm:
    waiting: Mapping[str, MatcherForm] = made(factory=dict)
    diagnosis: str | None = None


@record
class PartForm:
    """A promise inside another one. `said` is how its title is told, where that is not what its body says."""

    body: Body
    form: str
    within: ScopeForm | None = None
    per: PerKind = "run"
    said: str | None = None
    name: str | None = None


@record
class AllForm:
    """All parts hold. It is put to the test when a part is, or (`each_tested`) when every part is."""

    parts: tuple[PartForm, ...]
    each_tested: bool = False


@record
class AnyForm:
    """One part at least holds."""

    parts: tuple[PartForm, ...]


@record
class NotForm:
    """The part does not hold."""

    part: PartForm


@record
class IfForm:
    """When the condition holds in the whole record, the other part does too."""

    condition: PartForm
    then: PartForm


Body = (
    CountForm
    | EachForm
    | ChainForm
    | HappensBeforeForm
    | SequenceForm
    | OpenForm
    | ClosedForm
    | RelatedForm
    | NoInterleavingForm
    | FifoForm
    | ExactlyOnceForm
    | OutputForm
    | ExitcodesForm
    | VariablesForm
    | OutcomesForm
    | ExceptionForm
    | DeadlockForm
    | HangsForm
    | AllForm
    | AnyForm
    | NotForm
    | IfForm
)


@record
class PromiseForm:
    """A promise with its modifiers and its place in the file."""

    body: Body
    form: str
    holds: Holds = "always"
    vacuous_ok: bool = False
    name: str | None = None
    why: str | None = None
    within: ScopeForm | None = None
    per: PerKind = "run"
    line: int | None = None
    column: int | None = None
    text: str = ""
    said: str | None = None


@record
class Declared:
    """What the scenario says of its objects, as far as judging needs it.

    `reentrant` names the RLocks, `ordered_queues` the queues that keep one order over all producers (a
    manager's, a SimpleQueue). A name stands for all members of its family.
    """

    locks: frozenset[str] = frozenset()
    reentrant: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    ordered_queues: frozenset[str] = frozenset()


def parts_of(body: Body) -> tuple[PartForm, ...]:
    """The promises that a body is made of; none for what is no composition."""
    if isinstance(body, (AllForm, AnyForm)):
        return body.parts
    if isinstance(body, NotForm):
        return (body.part,)
    if isinstance(body, IfForm):
        return (body.condition, body.then)
    return ()


def bodies_of(body: Body) -> Iterator[Body]:
    """The body, and those that it is made of, at any depth."""
    yield body
    for part in parts_of(body):
        yield from bodies_of(part.body)


def family(name: str | None) -> str | None:
    """The declared name of a member: `fork` for `fork[2]`; a name that is no member stays as it is."""
    return name.partition("[")[0] if name is not None else None
