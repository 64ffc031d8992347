"""What no promise speaks of: events of a run that no matcher of any promise selects, told by process and
operation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, Union

from mprunner.checking.adapt import declared, promise_form
from mprunner.checking.building import build
from mprunner.checking.constraint import Constraint
from mprunner.checking.forms import (
    DeadlockForm,
    Declared,
    ExitcodesForm,
    HangsForm,
    LinearizableForm,
    OutcomesForm,
    PromiseForm,
    VariablesForm,
    bodies_of,
    family,
)
from mprunner.checking.matching import Signature, stands, task_of
from mprunner.checking.patterns import name_test
from mprunner.checking.wording import counted
from mprunner.language.models import Scenario
from mprunner.recording.blocks import blocks
from mprunner.recording.events import Call, Event, Recording
from mprunner.recording.shapes import Shapes

_OPERATIONS = {
    "print": "print",
    "put": "put",
    "put_nowait": "put",
    "get": "get",
    "get_nowait": "get",
    "acquire": "acquire",
    "write": "write",
    "apply": "task",
    "apply_async": "task",
    "stderr": "line",
}
"""What an author would promise something of; starts, joins and observations go without saying."""

_TASKS = ("task_start", "task_end")
"""Who speaks of these speaks of the task that was asked for."""

_WHOLE_RUN = (ExitcodesForm, VariablesForm, OutcomesForm, HangsForm, DeadlockForm)
_Known = tuple[Union[tuple[str, str], Literal[False], None], tuple[Callable[[Call], bool], ...]]


def unspoken(recording: Recording, scenario: Scenario) -> list[str]:
    """Short phrases (`3 prints of main`, `2 puts into q`, `process p2`), the most telling first; empty
    when all is spoken of.
    """
    forms = [promise_form(promise) for promise in scenario.expect]
    facts = declared(scenario, threads=recording.backend == "threads")
    return unspoken_forms(recording, forms, facts)


def unspoken_forms(recording: Recording, forms: Sequence[PromiseForm], facts: Declared) -> list[str]:
    """As `unspoken`, for promises and declarations in their plain form."""
    selected = _Selected([build(form, facts) for form in forms if not isinstance(form.body, _WHOLE_RUN)])
    touched = _processes_named(forms)
    found: dict[tuple[tuple[str, str], str | None], int] = {}
    tasks: set[str | None] = set()
    for event, count in _kinds(recording, selected):
        operation = event.call.operation
        if operation not in _OPERATIONS and operation not in _TASKS:
            continue
        group = selected.by_nobody(event)
        task = task_of(event.call) if operation in _TASKS or _OPERATIONS[operation] == "task" else None
        if group is None and operation in _TASKS:
            tasks.add(task)
        if operation not in _OPERATIONS:
            continue
        if group is None:
            touched.add(event.call.process)
        elif group:
            found[group, task] = found.get((group, task), 0) + count
    counts: dict[tuple[str, str], int] = {}
    for (group, task), count in found.items():
        if not (group[0] == "task" and task is not None and task in tasks):
            counts[group] = counts.get(group, 0) + count
    judged = _memory_judged(forms)
    told = [
        f"{counted(count, noun)} {of}" for (noun, of), count in counts.items() if (noun, of) not in judged
    ]
    tests = [name_test(name) for name in touched]
    silent = [
        process.name
        for process in recording.processes
        if process.role == "process" and not any(test(process.name) for test in tests)
    ]
    return told + [f"process {name}" for name in silent]


def _kinds(recording: Recording, selected: _Selected) -> Iterator[tuple[Event, int]]:
    """Of events that are told alike one, and how many there are: block by block, in the order of the first. Those that differ in
    their values only are alike where no matcher asks for these.
    """
    table: Shapes | None = None
    for block in blocks(recording):
        if block.table is not table:
            table, alike = block.table, dict[int, bool]()
        likes, counts = table.likes, dict[tuple[bool, int], int]()
        for shape, count in Counter(block.shapes).items():
            kind = 2 * likes[shape >> 1] + (shape & 1)
            same = alike.get(kind)
            if same is None:
                same = alike[kind] = selected.by_kind(_event(table.example(kind >> 1), kind & 1))
            key = (True, kind) if same else (False, shape)
            counts[key] = counts.get(key, 0) + count
        for (same, number), count in counts.items():
            call = table.example(number >> 1) if same else table.call(number >> 1)
            yield _event(call, number & 1), count


def _event(call: Call, at_end: int) -> Event:
    """An event of which it is open when it was."""
    return Event(-1, 0, "end" if at_end else "begin", call)


def _processes_named(forms: Sequence[PromiseForm]) -> set[str]:
    named: set[str] = set()
    for body in (body for form in forms for body in bodies_of(form.body)):
        if isinstance(body, ExitcodesForm):
            named.update(body.codes)
        elif isinstance(body, VariablesForm):
            named.update(body.values)
        elif isinstance(body, OutcomesForm):
            named.update(one.process for one in body.of if one.process)
    return named


def _memory_judged(forms: Sequence[PromiseForm]) -> set[tuple[str, str]]:
    """The writes to what is promised of by what it holds at the end, or by all of its calls."""
    named: set[str] = set()
    for body in (body for form in forms for body in bodies_of(form.body)):
        if isinstance(body, VariablesForm):
            named.update(body.values.get("main", ()))
        elif isinstance(body, OutcomesForm):
            named.update(one.variable for one in body.of if one.process == "main" and one.variable)
        elif isinstance(body, LinearizableForm):
            named.add(body.object)
    return {_under("write", name) for name in named}


class _Selected:
    """Asks the matchers of all promises; what a signature decides is asked once."""

    def __init__(self, constraints: Sequence[Constraint]) -> None:
        self._matchers = [matcher for constraint in constraints for matcher in constraint.matchers]
        self._known: dict[Signature, _Known] = {}

    def by_nobody(self, event: Event) -> tuple[str, str] | Literal[False] | None:
        """What to count an event under that no matcher selects: None for a selected one, False for one of
        no interest.
        """
        group, checks = self._of(event)
        return None if any(check(event.call) for check in checks) else group

    def by_kind(self, event: Event) -> bool:
        """Whether that is the same, and the task too, whatever the values of its call."""
        operation = event.call.operation
        if operation in _TASKS or _OPERATIONS.get(operation) == "task":
            return False
        return operation not in _OPERATIONS or not self._of(event)[1]

    def _of(self, event: Event) -> _Known:
        call = event.call
        signature = Signature(
            call.process, call.actor, call.operation, call.object, event.at, call.outcome, call.kind
        )
        known = self._known.get(signature)
        if known is None:
            known = self._known[signature] = self._decide(event, signature)
        return known

    def _decide(self, event: Event, signature: Signature) -> _Known:
        decisions = [matcher.decide(signature) for matcher in self._matchers]
        if any(decision is True for decision in decisions):
            return None, ()
        checks = tuple(decision.check for decision in decisions if not isinstance(decision, bool))
        # The task of a result is counted itself.
        counts = signature.outcome == "ok" and stands(signature) and signature.kind != "result"
        counts = counts and signature.operation in _OPERATIONS
        return (_group(event) if counts else False), checks


_PREPOSITIONS = {"put": "into", "get": "from", "acquire": "of", "write": "to"}


def _under(noun: str, thing: str | None) -> tuple[str, str]:
    return noun, f"{_PREPOSITIONS[noun]} {thing}"


def _group(event: Event) -> tuple[str, str]:
    call = event.call
    noun = _OPERATIONS[call.operation]
    if noun in _PREPOSITIONS:
        return _under(noun, call.object)
    if noun == "task":
        return noun, f"of {call.object}"
    where = "on standard error of" if noun == "line" else "of"
    return noun, f"{where} {family(call.process)}"
