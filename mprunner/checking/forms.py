"""The promises in the shape that checking takes: plain frozen data, with every default resolved.

The language has its own models; `adapt.py` turns one into the other, so that everything here can be used and
tested with nothing but a recording. `ANY` stands where a matcher says nothing about a field (None is a value
that an item may have).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from mprunner.checking.selecting import ANY as ANY
from mprunner.checking.selecting import EachPut as EachPut
from mprunner.checking.selecting import Filled as Filled
from mprunner.checking.selecting import MatcherForm as MatcherForm
from mprunner.checking.selecting import Matches as Matches
from mprunner.checking.selecting import Not as Not
from mprunner.checking.selecting import OneOf as OneOf
from mprunner.checking.selecting import PairOrder as PairOrder
from mprunner.checking.selecting import PerKind as PerKind
from mprunner.checking.selecting import QueueOrder as QueueOrder
from mprunner.checking.selecting import ScopeForm as ScopeForm
from mprunner.checking.selecting import SpanForm as SpanForm
from mprunner.checking.selecting import Variable as Variable
from mprunner.checking.selecting import Where as Where
from mprunner.checking.verdict import Holds
from mprunner.records import made, record


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
    within_ms: float | None = None


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
    `any_order` of several. No event of `gap` stands between the step before and this one, none of `inside` between the
    several.
    """

    of: tuple[MatcherForm, ...]
    next: bool = False
    times: int = 1
    any_order: bool = False
    gap: MatcherForm | None = None
    inside: MatcherForm | None = None


@record
class SequenceForm:
    """No event of `last_gap` comes after the last step. `among`: other events are not looked at."""

    steps: tuple[StepForm, ...]
    complete: bool = False
    last_gap: MatcherForm | None = None
    among: MatcherForm | None = None


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
class PairForm:
    """What is got was put (`by` tells items apart), in an order, and each that was put so often; within so many
    milliseconds.
    """

    put: MatcherForm
    get: MatcherForm
    by: str = "item"
    order: PairOrder = "any"
    each_put: EachPut | None = None
    within_ms: float | None = None


@record
class OvertakingForm:
    """Between a request and the grant of the same one, others are granted at most so many times."""

    request: MatcherForm
    grant: MatcherForm
    at_most: int
    by: PerKind = "process"


@record
class LinearizableForm:
    """The calls on an object are in some order those of a model."""

    object: str
    model: str
    initial: Any = None


@record
class RacesForm:
    """The accesses to an object in shared memory are ordered."""

    object: str


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
class ObservedForm:
    """A variable or the exit code of a process, how many events a matcher selects, or a field of them in their order."""

    kind: Literal["variable", "exitcode", "count", "order"]
    process: str = ""
    variable: str = ""
    matcher: MatcherForm | None = None
    field: str = ""


@record
class OutcomesForm:
    """`of`: what is looked at; `graded`: each outcome's values with its grade."""

    of: tuple[ObservedForm, ...]
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
    for_each: tuple[MatcherForm, ...] = ()


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
    | PairForm
    | LinearizableForm
    | RacesForm
    | OvertakingForm
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
    end_line: int | None = None
    strict: bool | None = None
    for_each: tuple[MatcherForm, ...] = ()


@record
class Declared:
    """What the scenario says of its objects, as far as judging needs it.

    `reentrant` names the RLocks and the conditions that have one of their own, `ordered_queues` the queues that keep one
    order over all producers (a manager's, a SimpleQueue). A name stands for all members of its family. `made_with` has
    the declared lock of what was made with one, `by_member` the families of which each member has that of its own number.
    `limits` has a semaphore's first value, a bounded queue's size, a barrier's parties; `memory` of
    values and arrays whether each access takes a lock; `lines` are those of the file that calls come from, by their site.
    `kinds` has the kind of each declared object, `bounded` the semaphores that refuse more releases than acquires.
    `one_worker` names the pools that have a single worker at a time.
    `strict`: what holds by chance is broken, unless a promise says otherwise.
    """

    locks: frozenset[str] = frozenset()
    reentrant: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    ordered_queues: frozenset[str] = frozenset()
    made_with: Mapping[str, str] = made(factory=dict)
    by_member: frozenset[str] = frozenset()
    one_worker: frozenset[str] = frozenset()
    later: frozenset[str] = frozenset()
    """What a step creates: of such a name there may be several, one after the other."""
    strict: bool = False
    limits: Mapping[str, int] = made(factory=dict)
    memory: Mapping[str, bool] = made(factory=dict)
    lines: tuple[int, ...] = ()
    kinds: Mapping[str, str] = made(factory=dict)
    bounded: frozenset[str] = frozenset()
    initial: Mapping[str, Any] = made(factory=dict)
    """What values hold at first, where the scenario says it as it stands."""
    types: Mapping[str, str] = made(factory=dict)
    """The types of values and of the cells of arrays, as they are declared."""

    def is_without_lock(self, name: str | None) -> bool:
        """Whether each access to this value or array goes without a lock."""
        return not self.memory.get(family(name) or "", True)

    def limit(self, name: str | None) -> int | None:
        """The limit of an object or of a member of a family; None where it has none, or none is known."""
        found = self.limits.get(name or "")
        return self.limits.get(family(name) or "") if found is None else found


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


def is_of_absence(form: MatcherForm) -> bool:
    """Whether the matcher selects what never ended, which only a whole record shows."""
    return form.unfinished or any(is_of_absence(one) for one in form.any_of)


def family(name: str | None) -> str | None:
    """The declared name of a member: `fork` for `fork[2]`; a name that is no member stays as it is."""
    return name.partition("[")[0] if name is not None else None
