"""The shortest records that keep a promise and that break it, found by trying them and judged by the checker itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from mprunner.checking.blocks.routing import Router
from mprunner.checking.building import build
from mprunner.checking.constraint import End, Finding
from mprunner.checking.forms import (
    Body,
    ClosedForm,
    Declared,
    LinearizableForm,
    MatcherForm,
    Matches,
    NoInterleavingForm,
    OpenForm,
    OvertakingForm,
    PairForm,
    PromiseForm,
    RacesForm,
    RelatedForm,
    SpanForm,
    bodies_of,
)
from mprunner.checking.happens_before.causality import Causality
from mprunner.checking.meaning.roles import SLOTS, Roles, changed, field_names, variables_of
from mprunner.recording.events import Call, Ending, Event, Recording

__all__ = ["Examples", "Step", "by_items", "empty_holds", "examples", "judged", "told"]

_MOST_TRIED = 20_000
_LONGEST = 6


@dataclass(frozen=True, slots=True)
class Step:
    """One event of an example, and how it is written."""

    text: str
    operation: str
    process: str = "p1"
    object: str | None = None
    kind: str = "none"
    item: str | None = None
    at: str = "begin"
    task: str | None = None
    label: str | None = None
    pause: int = 0
    """No event, but so many milliseconds in which nothing happens."""

    def event(self, place: int, time: int) -> Event:
        """The event at this place of the record, at this nanosecond."""
        values = {"text": self.text, "task": f"task of {self.process}"} if self.operation == "print" else {}
        if self.item is not None:
            values["item"] = self.item
        call = Call(
            number=place, process=self.process, actor=self.task or self.process, pid=1, thread=1, sequence=place,
            operation=self.operation, object=self.object or "o", kind=self.kind, begin=time, end=time, outcome="ok",
            values=values, error=None, label=self.label,
        )  # fmt: skip
        return Event(place, time, self.at, call)  # type: ignore[arg-type]


Trace = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Examples:
    """A record that puts the promise to the test and keeps it, and one that breaks it; None where none is short."""

    kept: Trace | None
    broken: Trace | None


def judged(promise: PromiseForm, trace: Trace, declared: Declared) -> Finding:
    """What the checker finds on a complete record of these events."""
    constraint = build(promise, declared)
    events: list[Event] = []
    time = 0
    for step in trace:
        time += step.pause * 1_000_000 or 1
        if not step.pause:
            events.append(step.event(len(events), time))
    Router([constraint]).feed(events)
    return constraint.finish(End(True, _RECORDING, Causality(events)))


def empty_holds(body: Body) -> bool:
    """Whether a body holds where nothing happens."""
    return judged(PromiseForm(body, "part"), (), Declared()).status == "kept"


def by_items(value: Any) -> Any:
    """A promise's form with items for what tells apart in a `pair`: examples have no other field."""
    if isinstance(value, tuple):
        return tuple(by_items(one) for one in value)
    if isinstance(value, PairForm):
        return changed(value, by="item")
    names = field_names(value)
    return changed(value, **{name: by_items(getattr(value, name)) for name in names}) if names else value


def examples(promise: PromiseForm, roles: Roles, declared: Declared) -> Examples | None:
    """Examples for a promise whose matchers are letters already; None for what is judged by the whole run."""
    alphabet = _alphabet(promise, roles)
    if not alphabet or len(roles.slots) > len(SLOTS):
        return None
    kept: Trace | None = None
    broken: Trace | None = None
    pairs = [body for body in bodies_of(promise.body) if isinstance(body, PairForm)]
    ordered = [body for body in pairs if body.order != "any"]
    for trace in _traces(alphabet):
        if not all(_put_before_got(body, trace) for body in ordered):
            continue
        if kept is not None and broken is not None:
            break
        found = judged(promise, trace, declared)
        if found.status == "broken":
            broken = broken or trace
        elif pairs and not all(any(step.text == _text(body.get) for step in trace) for body in pairs):
            continue
        elif found.status == "kept" and found.activations and (trace or promise.form == "absence"):
            kept = kept or trace
    return Examples(kept, broken)


def _traces(alphabet: list[Step]) -> Iterator[Trace]:
    tried = 0
    for length in range(_LONGEST + 1):
        if tried + len(alphabet) ** length > _MOST_TRIED:
            return
        for trace in product(alphabet, repeat=length):
            tried += 1
            if _plausible(trace):
                yield trace


_WHOLE = ("acquire", "release", "put", "get", "read", "write")
"""Calls on objects that examples show as one instant."""

_ENDS = {"release": "acquire", "task_end": "task_start", "exit": "begin"}


def _plausible(trace: Trace) -> bool:
    """Whether each span begins before it ends, and does not begin twice."""
    running: set[tuple[str, str]] = set()
    for step in trace:
        if step.kind == "call" and step.operation in _WHOLE:
            continue
        ends = step.operation in _ENDS or (step.at == "end" and step.kind == "call")
        begins = step.operation in _ENDS.values() or (step.at == "begin" and step.kind == "call")
        key = (step.process, _ENDS.get(step.operation, step.operation))
        if ends:
            if key not in running:
                return False
            running.remove(key)
        elif begins:
            if key in running:
                return False
            running.add(key)
    return True


def _put_before_got(body: PairForm, trace: Trace) -> bool:
    """Whether each item that is got had been put: then what is wrong with a record is its order."""
    lying: list[str] = []
    for step in trace:
        if step.item is not None and step.text == _text(body.put):
            lying.append(step.item)
        elif step.item is not None:
            if step.item not in lying:
                return False
            lying.remove(step.item)
    return True


def _alphabet(promise: PromiseForm, roles: Roles) -> list[Step]:
    """The events that can matter: one for each letter, one for none, and those of spans and queues."""
    found: list[Step] = []
    for body in bodies_of(promise.body):
        if isinstance(body, OpenForm):
            found += _ends(body.span, max(body.at_least or 0, 1 + (body.at_most or 0)))
        elif isinstance(body, ClosedForm):
            found += _ends(body.span, 1)
        elif isinstance(body, RelatedForm):
            found += _ends(body.span, 1) + _ends(body.to, 1, first=2)
        elif isinstance(body, NoInterleavingForm):
            found += _ends(body.inside, 1)
        elif isinstance(body, PairForm):
            found += _items(body)
        elif isinstance(body, RacesForm):
            accesses = (("write", "p1"), ("read", "p2"), ("write", "p2"))
            found += [Step("", name, owner, body.object, "value", at="begin") for name, owner in accesses]
        elif isinstance(body, LinearizableForm):
            found += _calls(body)
    of_spans = (OpenForm, ClosedForm, RelatedForm, NoInterleavingForm)
    many = (*of_spans, OvertakingForm)
    owners = ["p1", "p2"] if any(isinstance(one, many) for one in bodies_of(promise.body)) else ["p1"]
    paired = {step.text for step in found if step.item is not None}
    for name in (name for name in roles.given if name not in paired):
        for owner in owners:
            found += [Step(name, "print", process=owner, **held) for held in _held(roles, name)]
    if roles.given and len(owners) == 1 and not any(step.object or step.item for step in found):
        found.append(Step("x", "print"))
    limits = [getattr(body, "within_ms", None) for body in bodies_of(promise.body)]
    found += [Step(f"+{_pause(one)} ms", "pause", pause=_pause(one)) for one in limits if one is not None]
    return list(dict.fromkeys(found))


def _pause(limit: float) -> int:
    """A little longer than the limit, in milliseconds."""
    return int(limit) + 1


def _ends(span: SpanForm, count: int, *, first: int = 1) -> list[Step]:
    """Begins and ends of so many spans, each of another owner."""
    found: list[Step] = []
    for index in range(first, first + min(count, 4)):
        owner = f"p{index}"
        if span.kind == "hold":
            steps = [("acquire", "end"), ("release", "begin")]
            found += [Step("", operation, owner, span.name, "lock", at=at) for operation, at in steps]
        elif span.kind == "task":
            worker, task = f"{span.name}[{index}]", f"{span.name}.work[{index}]"
            found += [
                Step("", name, worker, span.name, "pool", task=task) for name in ("task_start", "task_end")
            ]
        elif span.kind == "life":
            found += [Step("", name, span.name, at="begin") for name in ("begin", "exit")]
        elif span.kind == "call":
            found += [Step("", span.name, owner, span.object, "call", at=at) for at in ("begin", "end")]
    return found


_CALLS = {
    "lock": ("acquire", "release"),
    "semaphore": ("acquire", "release"),
    "queue": ("put", "get"),
    "set": ("put", "get"),
}


def _calls(body: LinearizableForm) -> list[Step]:
    """What two processes can do with the object."""
    names = _CALLS.get(body.model, ("write", "read"))
    items = [None] if names[0] == "acquire" else ["A", "B"]
    return [
        Step("", name, owner, body.object, "call", item, at="end")
        for name, owner in zip(names, ("p1", "p2"), strict=True)
        for item in items
    ]


def _items(body: PairForm) -> list[Step]:
    """Events of two items, put by letters and got by letters."""
    letters = dict.fromkeys((_text(body.put), _text(body.get)))
    return [Step(one, "print", item=item) for one in letters for item in "AB"]


def _text(form: MatcherForm) -> str:
    """The letter of a matcher."""
    return form.print.pattern if isinstance(form.print, Matches) else ""


def told(trace: Trace) -> str:
    """The events in one line: their letters, or who does what where that matters."""
    if (
        all(step.operation in ("print", "pause") for step in trace)
        and len({step.process for step in trace}) < 2
    ):
        return " ".join(_letter(step) for step in trace) or "(no event)"
    return ", ".join(map(_told, trace))


def _held(roles: Roles, letter: str) -> Iterator[dict[str, Any]]:
    """The values, two of each variable, that an event of this letter can hold."""
    slots = [roles.slots[one.name] for one in variables_of(roles.given[letter]) if one.name in roles.slots]
    for values in product("AB", repeat=len(slots)):
        yield dict(zip(slots, values, strict=True))


def _letter(step: Step) -> str:
    held = [one for one in (step.item, step.label) if one is not None]
    return f"{step.text}({', '.join(held)})" if held else step.text


def _told(step: Step) -> str:
    if step.pause:
        return step.text
    words = [step.task or step.process, *([] if step.operation == "print" else [step.operation])]
    words += [step.item] if step.item is not None else []
    words += [step.object] if step.object and step.task is None else []
    words += [step.text] if step.text else []
    of_call = step.kind == "call" and step.operation not in _WHOLE
    return " ".join(words) + (f" ({step.at})" if of_call else "")


_RECORDING = Recording(
    scenario="", path="", scenario_sha256="", start_method="fork", backend="processes", python="", origin=0,
    started_at=0.0, time_scale=1.0, seed=0, calls=[], processes=[], ending=Ending("finished", 0, None), incomplete=(),
)  # fmt: skip
