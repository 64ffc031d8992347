"""What promises can tell of the order of events: two events that no promise can tell apart commute in exploration.

Of each constraint it is known how far it looks at order: not at all (counts, exit codes, what stands at the end, what
happens-before says, which is the same in all executions of a trace), by what its matchers say of an event, or by all that an
event carries.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Literal, Protocol

from mprunner.checking.blocks.deciding import Selected, select
from mprunner.checking.building import build
from mprunner.checking.constraint import Constraint
from mprunner.checking.forms import (
    Body,
    ChainForm,
    CountForm,
    DeadlockForm,
    Declared,
    EachForm,
    ExactlyOnceForm,
    ExceptionForm,
    ExitcodesForm,
    FifoForm,
    HangsForm,
    HappensBeforeForm,
    OpenForm,
    OutcomesForm,
    OutputForm,
    PartForm,
    PromiseForm,
    SequenceForm,
    VariablesForm,
    parts_of,
)
from mprunner.checking.matching import Signature
from mprunner.recording.events import Call
from mprunner.recording.shapes import Shapes

Instant = Literal["begin", "end"]

__all__ = ["Label", "Observer", "PromiseObserver"]

Sight = Literal["mask", "text", "all"]
"""What of an event counts for a promise: what its matchers say, its text as well, or all that it carries."""
Label = tuple[int, int]
"""A number for what a promise looks at, and what it sees: equal labels can be exchanged without its knowing."""

_UNORDERED = (
    CountForm, DeadlockForm, ExactlyOnceForm, ExceptionForm, ExitcodesForm, HangsForm, HappensBeforeForm, VariablesForm,
)  # fmt: skip
_SEEN = frozenset({"print", "stderr", "exception", "exit", "assert"})
_INSTANTS: tuple[Instant, ...] = ("begin", "end")
_BY_MASK = (ChainForm, EachForm, SequenceForm)


class Observer(Protocol):
    """Says of each instant what the promises see of it."""

    def labels(self, call: Call, at: Instant) -> tuple[Label, ...]:
        """For each promise that may tell the order of this instant and another: its number, and a label."""


class PromiseObserver:
    """The observer of a scenario's written promises. What no scenario writes (objects' own contracts, exit codes) looks at no
    order that an execution of the same trace could change.
    """

    def __init__(self, forms: Sequence[PromiseForm], declared: Declared) -> None:
        self._watched = [
            _Watched(number, build(form, declared), _sight(form), each_object=_is_of_each_object(form))
            for number, form in enumerate(forms)
            if tells_order(form)
        ]
        self._forms = forms
        self._declared = declared
        self._all: list[Constraint] | None = None
        self._concerned: dict[Signature, bool] = {}
        self._selected: dict[Hashable, list[tuple[_Watched, Selected]]] = {}
        self._shapes = Shapes()
        self._labels: dict[Hashable, int] = {}
        self._places: dict[Hashable, int] = {}

    def labels(self, call: Call, at: Instant) -> tuple[Label, ...]:
        if not self._watched:
            return ()
        signature = Signature(
            call.process, call.actor, call.operation, call.object, at, call.outcome, call.kind
        )
        selected = self._selected.get(signature)
        if selected is None:
            selected = self._selected[signature] = list(self._select(signature))
        return tuple(
            self._label(watched, found.mask_of(call), call, at)
            for watched, found in selected
            if found.always or found.mask_of(call)
        )

    @property
    def looks_at_order(self) -> bool:
        """Whether there is a promise that looks at the order of events."""
        return bool(self._watched)

    def concerns(self, call: Call) -> bool:
        """Whether a promise speaks of such a call, or people see it: what is printed, what goes wrong, how processes end."""
        if call.operation in _SEEN:
            return True
        return any(self._speaks_of(call, at) for at in _INSTANTS)

    def _speaks_of(self, call: Call, at: Instant) -> bool:
        signature = Signature(
            call.process, call.actor, call.operation, call.object, at, call.outcome, call.kind
        )
        found = self._concerned.get(signature)
        if found is None:
            if self._all is None:
                self._all = [build(form, self._declared) for form in self._forms]
            found = self._concerned[signature] = any(
                select(number, constraint, signature) is not None
                for number, constraint in enumerate(self._all)
            )
        return found

    def _select(self, signature: Signature) -> Iterator[tuple[_Watched, Selected]]:
        for watched in self._watched:
            found = select(watched.number, watched.constraint, signature)
            if found is not None:
                yield watched, found

    def _label(self, watched: _Watched, mask: int, call: Call, at: Instant) -> Label:
        what: Hashable = mask
        place: Hashable = watched.number
        if watched.sight == "text":
            what = (mask, call.values.get("text"))
        elif watched.sight == "all":
            what = (mask, at, self._shapes.of(call))
        if watched.each_object:
            place = (watched.number, call.object)
        number = self._places.setdefault(place, len(self._places))
        return number, self._labels.setdefault((number, what), len(self._labels))


class _Watched:
    """A promise that looks at order."""

    __slots__ = ("constraint", "each_object", "number", "sight")

    def __init__(self, number: int, constraint: Constraint, sight: Sight, *, each_object: bool) -> None:
        self.number = number
        self.constraint = constraint
        self.sight = sight
        self.each_object = each_object
        """What happens to one object says nothing of another."""


def tells_order(form: PromiseForm | PartForm) -> bool:
    """Whether two records with the same events, and the same happens-before, may differ for this promise."""
    if form.within is not None:
        return True
    if form.for_each and not isinstance(form.body, _UNORDERED):
        return True
    parts = parts_of(form.body)
    if parts:
        return any(tells_order(part) for part in parts)
    return _body_tells_order(form.body)


def _body_tells_order(body: Body) -> bool:
    if isinstance(body, OutcomesForm):
        return any(one.kind == "order" for one in body.of)
    return not isinstance(body, _UNORDERED)


def _sight(form: PromiseForm) -> Sight:
    if form.for_each or form.per != "run" or form.within is not None:
        return "all"
    if isinstance(form.body, OutputForm):
        return "text"
    return "mask" if isinstance(form.body, _BY_MASK) and not _binds(form.body) else "all"


def _is_of_each_object(form: PromiseForm) -> bool:
    """Whether the promise is one on each object by itself."""
    if form.for_each or form.within is not None:
        return False
    return (
        form.per == "object"
        or (isinstance(form.body, OpenForm) and form.body.each_object)
        or isinstance(form.body, FifoForm)
    )


def _binds(body: Body) -> bool:
    return bool(getattr(body, "bind", None)) or getattr(body, "within_ms", None) is not None


def tells_time(form: PromiseForm | PartForm) -> bool:
    """Whether the promise speaks of milliseconds, of which a model has none."""
    parts = parts_of(form.body)
    if parts:
        return any(tells_time(part) for part in parts)
    return getattr(form.body, "within_ms", None) is not None
