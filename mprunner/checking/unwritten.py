"""What every scenario promises without writing it.

Every process ends with exit code 0 unless the scenario ended it or a promise says otherwise; no assert
breaks; the run does not hang; a lock never has two holders; what comes out of a queue was put into it, and not twice,
and nothing is passed over (that items stay in a queue is no breach); and what the other objects promise (`contracts.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from functools import lru_cache, partial

from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.constraints.delivery import Delivery
from mprunner.checking.constraints.exclusion import Open
from mprunner.checking.constraints.exitcodes import Exits, exit_told
from mprunner.checking.constraints.per import Per
from mprunner.checking.constraints.spans import span_builder
from mprunner.checking.contracts.created import CreatedOnce
from mprunner.checking.contracts.objects import Joins, Notified, Seen, Together, permits, released, room
from mprunner.checking.contracts.passed_over import PassedOver
from mprunner.checking.forms import (
    ANY,
    Body,
    Declared,
    ExactlyOnceForm,
    ExceptionForm,
    ExitcodesForm,
    MatcherForm,
    OneOf,
    OpenForm,
    PromiseForm,
    SpanForm,
    bodies_of,
)
from mprunner.checking.matching import Matcher, text_value
from mprunner.checking.patterns import name_test
from mprunner.checking.verdict import Promise, Verdict, Witness
from mprunner.checking.wording import counted, listed, number, shown
from mprunner.recording.events import Event, ProcessRecord
from mprunner.records import record

_UNKNOWN = ("unknown", "stopped")

Excused = Callable[[str], bool]


@record
class Unwritten:
    """A promise that nobody wrote, how to make the constraint that judges it, and the written one that says the same."""

    promise: Promise
    make: Callable[[], Constraint]
    body: Body | None = None


def unwritten(written: Sequence[PromiseForm], declared: Declared) -> list[Unwritten]:
    """The promises that hold unasked, numbered after the written ones. That the run ends is `no_hang`."""
    spoken = _spoken_exits(written)
    asserted = _spoken_asserts(written)
    found: list[tuple[str, str, Callable[[], Constraint], Body | None]] = [
        ("every process ends with exit code 0", "exitcodes", lambda: ExitsZero(spoken), None),
        ("no assert breaks", "assert", lambda: Asserts(asserted), None),
    ]
    for name in sorted(declared.locks):
        excludes = OpenForm(SpanForm("hold", name), at_most=1, each_object=True)
        found.append((f"{name} never has two holders", "contract", _lock(name, declared), excludes))
    for name in sorted(declared.queues):
        delivers = ExactlyOnceForm(name, all_got=False)
        found.append((f"what comes out of {name} was put into it", "contract", _queue(name), delivers))
    found += [(title, "contract", make, None) for title, make in _contracts(declared)]
    first = len(written)
    return [
        Unwritten(Promise(title=title, form=form, vacuous_ok=True, index=first + position), make, body)
        for position, (title, form, make, body) in enumerate(found)
    ]


def _contracts(declared: Declared) -> Iterator[tuple[str, Callable[[], Constraint]]]:
    """What the other objects promise by themselves."""

    def contract(title: str, make: Callable[[], Constraint]) -> tuple[str, Callable[[], Constraint]]:
        each = partial(Per, make, "object")
        return title, partial(CreatedOnce, name, each) if name in declared.later else each

    kinds, limits = declared.kinds, declared.limits
    for name in sorted(kinds):
        kind, limit = kinds[name], limits.get(name, 0)
        if kind == "queue":
            yield contract(f"no item of {name} is passed over", partial(PassedOver, name))
            yield contract(f"{name} is joined when all is done", partial(Joins, name))
            if limit:
                yield contract(f"{name} never holds more than {limit}", partial(room, name, limit))
        elif kind == "semaphore":
            yield contract(f"{name} gives no more permits than it has", partial(permits, name, limit))
            if name in declared.bounded:
                yield contract(f"{name} is not released more often than acquired", partial(released, name))
        elif kind == "barrier":
            yield contract(f"nobody passes {name} before {limit} have come", partial(Together, name, limit))
        elif kind == "event":
            yield contract(f"{name} is seen set only once it was", partial(Seen, name))
        elif kind == "condition":
            yield contract(f"who waits for {name} wakes when notified", partial(Notified, name))
        if kind in ("condition", "value", "array") and name in declared.reentrant:
            yield f"{name} never has two holders", _lock(name, declared)


def _lock(name: str, declared: Declared) -> Callable[[], Constraint]:
    span = SpanForm("hold", name)
    return lambda: Open(span, span_builder(span, declared), at_most=1, each_object=True)


def _queue(name: str) -> Callable[[], Constraint]:
    return lambda: Per(lambda: Delivery(name, all_got=False), "object")


def _spoken_exits(written: Sequence[PromiseForm]) -> Excused:
    names: list[str] = []
    anybody = False
    for promise in written:
        for body in bodies_of(promise.body):
            if isinstance(body, ExitcodesForm):
                names.extend(body.codes)
            elif isinstance(body, ExceptionForm):
                anybody = anybody or body.process is ANY
                names.append(body.process)
    test = name_test(OneOf(tuple(names)))
    return lambda name: anybody or test(name)


def _spoken_asserts(written: Sequence[PromiseForm]) -> Excused:
    bodies = [body for promise in written for body in bodies_of(promise.body)]
    forms = [body for body in bodies if isinstance(body, ExceptionForm) and body.type == "AssertionError"]
    tests = [name_test(form.process) for form in forms if form.process is not ANY]
    anybody = len(tests) < len(forms)
    return lambda name: anybody or any(test(name) for test in tests)


class ExitsZero(Exits):
    """Of main, declared processes and pool workers; `spoken` tells which of them a written promise speaks
    of.
    """

    __slots__ = ("_spoken",)

    def __init__(self, spoken: Excused) -> None:
        super().__init__()
        self._spoken = spoken

    def finish(self, end: End) -> Finding:
        judged = [process for process in end.recording.processes if self._concerns(process)]
        bad = [process for process in judged if process.exitcode != 0]
        if not bad:
            return Finding("kept", len(judged), counted(len(judged), "process"))
        process = bad[0]
        reason = exit_told(process)
        exceptions = self._exceptions.get(process.name, [])
        if exceptions and exceptions[-1].call.error is not None:
            error = exceptions[-1].call.error
            reason += f": {error.type}{': ' + error.text if error.text else ''} ({number(exceptions[-1])})"
        others = [f"{one.name} {one.exitcode}" for one in bad]
        return Finding("broken", len(judged), listed(others), reason, self._witnesses(process.name))

    def _concerns(self, process: ProcessRecord) -> bool:
        if process.exitcode is None or process.role not in ("main", "process", "worker"):
            return False
        return process.ended_by not in ("scenario", "mprun") and not self._spoken(process.name)


@lru_cache(maxsize=1)
def _any_assert() -> Matcher:
    return Matcher(MatcherForm(any_of=(MatcherForm(op="assert"), MatcherForm(op="assert", raised=ANY_TYPE))))


class Asserts(Constraint):
    __slots__ = ("_broken", "_seen", "_spoken")

    def __init__(self, spoken: Excused) -> None:
        super().__init__([_any_assert()])
        self._spoken = spoken
        self._seen = 0
        self._broken: list[Event] = []

    def feed(self, event: Event, mask: int) -> None:
        self._seen += 1
        call = event.call
        if (call.outcome == "raised" or call.error is not None) and not self._spoken(call.process):
            self._broken.append(event)

    def memory(self) -> Hashable:
        return bool(self._seen), bool(self._broken)

    def finish(self, end: End) -> Finding:
        if not self._broken:
            return Finding("kept", self._seen, f"{counted(self._seen, 'assert')}")
        first = self._broken[0]
        text = text_value(first.call)
        told = shown(text) if isinstance(text, str) else "it"
        reason = f"{first.call.actor} asserts {told} ({number(first)}), and it is not so"
        witnesses = (Witness(first, "not so"),)
        return Finding("broken", self._seen, f"{len(self._broken)} of {self._seen} broken", reason, witnesses)


ANY_TYPE = OneOf(("AssertionError", "Exception", "BaseException"))


def no_hang(end: End, written: Sequence[Verdict], index: int) -> Verdict | None:
    """The verdict that the run comes to its end: None when it did, or when it was promised to hang as it
    did.
    """
    ending = end.recording.ending
    if ending.how != "hang":
        return None
    if any(one.promise.form in ("deadlock", "hangs") and one.status == "kept" for one in written):
        return None
    diagnosis = ending.diagnosis
    deadlock = diagnosis is not None and diagnosis.pattern in ("deadlock", "self-lock")
    title = "no deadlock" if deadlock else "the run does not hang"
    promise = Promise(title=title, form="hang", index=index)
    if diagnosis is None or diagnosis.pattern in _UNKNOWN:
        sentence = diagnosis.sentence if diagnosis is not None else "the run hangs for an unknown reason"
        return Verdict(promise, "inconclusive", 1, "hangs", sentence)
    return Verdict(promise, "broken", 1, diagnosis.pattern, diagnosis.sentence)
