"""A model whose states also know what promises remember: then a search over states can answer for them, though nobody knows
what was printed on the way.

Where a program prints for ever, its histories have no end, and what promises remember of them often has. Where it ends, there are
far fewer memories than histories.
"""

from __future__ import annotations

from collections.abc import Sequence

from mprunner.checking.building import maker
from mprunner.checking.constraints.queue_items import GETS
from mprunner.checking.forms import (
    AllForm,
    AnyForm,
    ChainForm,
    ClosedForm,
    CountForm,
    DeadlockForm,
    Declared,
    EachForm,
    ExceptionForm,
    ExitcodesForm,
    FifoForm,
    HangsForm,
    HappensBeforeForm,
    IfForm,
    NotForm,
    OpenForm,
    OutputForm,
    PromiseForm,
    RacesForm,
    SequenceForm,
    VariablesForm,
    bodies_of,
)
from mprunner.checking.unwritten import unwritten
from mprunner.exploring.histories import Noting
from mprunner.exploring.memories import Memories, Remembered
from mprunner.exploring.observing import tells_time
from mprunner.exploring.system import Footprint, State
from mprunner.worlds.model.model import Model

__all__ = ["Remembering", "needs_all"]

_BY_CALLS = frozenset({"exitcodes", "assert"})
"""Unwritten promises that a program can break. What objects promise by themselves a model keeps by construction."""
_OF_INSTANTS = (
    AllForm, AnyForm, ChainForm, ClosedForm, CountForm, EachForm, ExceptionForm, ExitcodesForm, IfForm, NotForm, OpenForm,
    OutputForm, SequenceForm, VariablesForm,
)  # fmt: skip
"""What looks at instants one by one; anything else may look at how long a call lasts."""


def needs_all(forms: Sequence[PromiseForm], declared: Declared) -> str | None:
    """Why promises can't be answered from what they remember; None where they can."""
    if declared.strict or any(form.strict for form in forms):
        return "whether a promise is kept by chance only a whole execution tells"
    for form in forms:
        for body in bodies_of(form.body):
            if isinstance(body, (HappensBeforeForm, RacesForm)):
                return "what happens before what only a whole execution tells"
            if isinstance(body, (DeadlockForm, HangsForm)):
                return "why it hangs only a whole execution tells"
    return None


class Remembering(Noting):
    """`model`, with a slot for each promise: the number of its memory. Made only where not all `needs_all`."""

    def __init__(self, model: Model, forms: Sequence[PromiseForm], declared: Declared) -> None:
        self._forms = [form for form in forms if not tells_time(form)]
        promises = [_remembered(form, declared) for form in self._forms]
        promises += [
            Remembered(one.make) for one in unwritten(forms, declared) if one.promise.form in _BY_CALLS
        ]
        self._memories = Memories(promises, model.instants)
        super().__init__(model, len(self._memories))

    def noted(
        self, state: State, thread: int, footprint: Footprint, events: tuple[int, ...]
    ) -> list[tuple[int, int]]:
        memories, first = self._memories, self.first
        looking = sorted({promise for event in events for promise in memories.looking(event)})
        return [
            (first + promise, memories.after(promise, state[first + promise], events)) for promise in looking
        ]

    def keeps_all(self) -> PromiseForm | None:
        """A promise for which all counts that it saw, so that it may have memories without end; None where there is none."""
        found = (form for number, form in enumerate(self._forms) if self._memories.keeps_all(number))
        return next(found, None)


def _remembered(form: PromiseForm, declared: Declared) -> Remembered:
    bodies = list(bodies_of(form.body))
    whole = any(not isinstance(body, _OF_INSTANTS) for body in bodies)
    in_turn = GETS.values if any(isinstance(body, FifoForm) for body in bodies) else ()
    return Remembered(maker(form, declared), whole=whole, in_turn=frozenset(in_turn))
