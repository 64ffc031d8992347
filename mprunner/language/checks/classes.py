"""What the classes of one kind of object lack: a SimpleQueue has no `qsize`, a Queue no `task_done`, a manager no SimpleQueue."""

from __future__ import annotations

from collections.abc import Iterator

from mprunner.language.checks.declared import place_of
from mprunner.language.checks.scope import Scope
from mprunner.language.declarations import Declaration, Routine
from mprunner.language.diagnostics import listed
from mprunner.language.expressions import observations_in
from mprunner.language.fields import Step
from mprunner.language.source import Span
from mprunner.language.walking import expressions_of
from mprunner.operations import OPERATIONS
from mprunner.records import record

__all__ = ["check"]

_EXPECTED = ("AttributeError", "TypeError", "Exception", "BaseException")


@record
class Class:
    """A class of objects: what it is called, which operations of its kind it lacks, which arguments of others."""

    title: str
    lacks: frozenset[str] = frozenset()
    takes_no: frozenset[tuple[str, str]] = frozenset()
    instead: str | None = None


_ALL_OF_QUEUES = frozenset(spec.name for spec in OPERATIONS if spec.kind == "queue")
_COUNTING = frozenset(("task_done", "join"))
_OF_SIMPLE = frozenset(("put", "get", "empty", "close"))
_FEEDER = frozenset(("close", "join_thread", "cancel_join_thread"))
_NO_TIMEOUT = frozenset((("join", "timeout"),))

_CLASSES = {
    ("Queue", False): Class("a Queue", _COUNTING, _NO_TIMEOUT, "declare it with kind: JoinableQueue"),
    ("JoinableQueue", False): Class("a JoinableQueue", takes_no=_NO_TIMEOUT),
    ("SimpleQueue", False): Class(
        "a SimpleQueue",
        _ALL_OF_QUEUES - _OF_SIMPLE,
        frozenset((name, field) for name in ("put", "get") for field in ("block", "timeout")),
    ),
    ("Queue", True): Class("a manager's queue", _FEEDER, _NO_TIMEOUT),
    ("JoinableQueue", True): Class("a manager's queue", _FEEDER, _NO_TIMEOUT),
    ("Semaphore", True): Class("a manager's semaphore", frozenset(("get_value",))),
    ("BoundedSemaphore", True): Class("a manager's semaphore", frozenset(("get_value",))),
}
"""By the name of the class, and whether a manager holds it."""


def check(scope: Scope) -> None:
    """Reports steps and looks that the class of their object does not have, and what a declaration can't say of it."""
    _check_simple_queues(scope)
    for routine in scope.routines:
        for step in routine.all_steps:
            if not _awaited(step):
                _check_step(scope, step, routine)


def _check_simple_queues(scope: Scope) -> None:
    for name, queue in scope.scenario.queues.items():
        if queue.kind != "SimpleQueue":
            continue
        if queue.manager is not None:
            place = place_of(scope, "queues", name, "kind")
            message = "a manager has no SimpleQueue"
            scope.context.error("wrong-value", place, message, expected="its Queue keeps one order, too")
        elif queue.maxsize:
            place = place_of(scope, "queues", name, "maxsize")
            scope.context.error(
                "wrong-value", place, "a SimpleQueue has no `maxsize`: it is a pipe, which holds some 64 KiB"
            )


def _awaited(step: Step) -> bool:
    """Whether the step says that it raises what Python raises then."""
    raised = (*step.allow, *(() if step.raises is None else (step.raises,)))
    return any(one.type in _EXPECTED for one in raised)


def _check_step(scope: Scope, step: Step, routine: Routine) -> None:
    body = step.body
    reference = body.object_expression()
    if reference is not None:
        classes = list(_classes(scope, scope.inference.objects(reference.tree, routine)))
        _check_operation(scope, classes, step.verb, reference.text, reference.span)
        for field in ("block", "timeout"):
            given = getattr(body, field, None)
            refused = [(step.verb, field) in one.takes_no and step.verb not in one.lacks for one in classes]
            if given is not None and refused and all(refused):
                message = f"`{step.verb}` of {classes[0].title} takes no `{field}`"
                scope.context.error("wrong-kind", given.span, message)
    for _, expression in expressions_of(step):
        for seen in observations_in(expression):
            if seen.receiver is not None:
                classes = list(_classes(scope, scope.inference.objects(seen.receiver, routine)))
                _check_operation(scope, classes, seen.name, "", seen.span)


def _classes(scope: Scope, known: object) -> Iterator[Class]:
    """The classes that the objects may have; none when some may be anything else."""
    found = []
    for one in known if isinstance(known, frozenset) else ():
        declared: Declaration | None = scope.declarations.names.get(one.name or "")
        model = None if declared is None or declared.kind != one.kind else declared.model
        kind = getattr(model, "kind", None)
        of_manager = getattr(model, "manager", None) is not None
        found.append(_CLASSES.get((kind, of_manager)) if isinstance(kind, str) else None)
    if found and None not in found:
        yield from (one for one in found if one is not None)


def _check_operation(scope: Scope, classes: list[Class], name: str, text: str, span: Span) -> None:
    if not classes or not all(name in one.lacks for one in classes):
        return
    first = classes[0]
    message = f"{first.title} has no `{name}`"
    if text:
        message = f"`{text}` is {first.title}, which has no `{name}`"
    if first.instead is not None:
        scope.context.error("wrong-kind", span, message, expected=first.instead)
        return
    rest = _ALL_OF_QUEUES - first.lacks
    notes = [f"it has {listed(sorted(rest), 'and')}"] if name in _ALL_OF_QUEUES else []
    scope.context.error("wrong-kind", span, message, notes=notes)
