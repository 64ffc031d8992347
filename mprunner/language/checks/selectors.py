"""Names in promises: processes, objects, operations, tasks, labels, exceptions. Texts are literal there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mprunner.language.checks.scope import Scope
from mprunner.language.classics import ONE_QUEUE
from mprunner.language.compositions import every_promise
from mprunner.language.declarations import MAIN, Declaration, an
from mprunner.language.diagnostics import listed, nearest
from mprunner.language.exceptions import EXCEPTIONS
from mprunner.language.linearizability import KINDS_OF_MODEL, LinearizableForm
from mprunner.language.located import LocatedDict, node_of
from mprunner.language.matchers import Matcher, SpanOf
from mprunner.language.models import Scenario
from mprunner.language.outcomes import Outcomes
from mprunner.language.pairing import PairedEnds
from mprunner.language.patterns import literals
from mprunner.language.promises import Promise
from mprunner.language.racing import NoRaces
from mprunner.language.source import Span
from mprunner.language.synonyms import VERB_SYNONYMS
from mprunner.operations import HELD, OPERATION_NAMES, SECTIONS

__all__ = ["all_matchers", "all_spans", "check", "place_of"]

_INDEXED = re.compile(r"(\w+)(?:\[(\d+)\])?")
_TASK = re.compile(r"(\w+)\.(\w+)\[(\d+)\]")
CALLBACK = ".callback"
"""What the actor of a task's callback has behind the target's name: `po.work.callback[4]`."""
_TASK_FAMILY = re.compile(r"(\w+)(?:\.(\w+))?")
_OBJECTS = ("process", *SECTIONS.values())
_SPAN_KINDS: dict[str, tuple[str, ...]] = {"hold": HELD, "task": ("pool",)}


def check(scope: Scope) -> None:
    """Reports names in `expect` and `ends` that nothing has, and those of the wrong kind of thing."""
    for matcher in all_matchers(scope.scenario):
        _check_matcher(scope, matcher)
    for span in all_spans(scope.scenario):
        _check_span(scope, span)
    for promise in every_promise(scope.scenario.expect):
        _check_names(scope, promise)


def all_matchers(scenario: Scenario) -> list[Matcher]:
    """Every matcher of a scenario, once: named ones stand in several promises."""
    values: list[object] = [dict(scenario.events), dict(scenario.spans)]
    values += [matcher for promise in every_promise(scenario.expect) for matcher in matchers_of(promise)]
    if scenario.ends is not None:
        values.append(scenario.ends.when)
    return list({id(matcher): matcher for matcher in _matchers(values)}.values())


def all_spans(scenario: Scenario) -> list[SpanOf]:
    """Every span of a scenario, once."""
    spans = [
        *scenario.spans.values(),
        *(span for one in every_promise(scenario.expect) for span in spans_of(one)),
    ]
    return list({id(span): span for span in spans}.values())


def matchers_of(promise: Promise) -> Iterator[Matcher]:
    """Every matcher of a promise, those inside `any_of` and `none_of` too."""
    body = promise.body
    values: list[object] = [getattr(body, name) for name in type(body).model_fields]
    values.append(promise.for_each)
    if promise.within is not None:
        values += [promise.within.before, promise.within.after, promise.within.from_, promise.within.to]
    for value in values:
        yield from _matchers(value)


def _matchers(value: object) -> Iterator[Matcher]:
    if isinstance(value, Matcher):
        yield value
        for inner in (*(value.any_of or ()), *(value.none_of or ())):
            yield from _matchers(inner)
    elif isinstance(value, SpanOf):
        yield from _matchers((value.begin, value.end))
    elif isinstance(value, PairedEnds):
        yield from _matchers((value.put, value.get))
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _matchers(getattr(item, "matchers", item))
            yield from _matchers(getattr(item, "without", None))
    elif isinstance(value, dict):
        yield from _matchers(list(value.values()))


def spans_of(promise: Promise) -> Iterator[SpanOf]:
    """Every span of a promise."""
    for name in type(promise.body).model_fields:
        value = getattr(promise.body, name)
        if isinstance(value, SpanOf):
            yield value


def _check_matcher(scope: Scope, matcher: Matcher) -> None:
    where = _Places(scope, matcher.span)
    for field, pattern in matcher.patterns():
        for value in literals(pattern):
            if not isinstance(value, str):
                continue
            span = where.of(value)
            if field == "op" and value not in OPERATION_NAMES:
                _unknown(scope, value, "operation", span, OPERATION_NAMES, VERB_SYNONYMS)
            elif field == "object":
                _check_object(scope, value, span)
            elif field in ("process", "actor") and not (field == "actor" and "." in value):
                check_process(scope, value, span)
            elif field == "pool":
                _check_declared(scope, value, ("pool",), span)
            elif field in ("task", "actor"):
                _check_task(scope, value.replace(CALLBACK, "") if field == "actor" else value, span)
            elif field == "label" and value not in _labels(scope) and not scope.known(value):
                _unknown(scope, value, "label", span, _labels(scope))
            elif field == "raised" and value not in EXCEPTIONS:
                close = nearest(value, sorted(EXCEPTIONS))
                expected = f"did you mean {listed(close)}?" if close else None
                scope.context.error(
                    "unknown-exception", span, f'unknown exception "{value}"', expected=expected
                )


class _Places:
    """Where a literal text stands within a matcher."""

    def __init__(self, scope: Scope, span: Span) -> None:
        self._source, self._span = scope.context.source, span

    def of(self, text: str) -> Span:
        """The first place of `text` as a whole word in the matcher, or the matcher."""
        start = self._source.index(self._span.line, self._span.column)
        pattern = rf"(?<![\w.]){re.escape(text)}(?![\w:])"
        found = re.search(pattern, self._source.slice(self._span))
        return self._span if found is None else self._source.span(start + found.start(), start + found.end())


def place_of(scope: Scope, text: str, within: Span) -> Span:
    """Where a literal text stands within a matcher."""
    return _Places(scope, within).of(text)


def _check_span(scope: Scope, span: SpanOf) -> None:
    if span.kind == "between":
        return
    if span.kind == "call":
        if span.name not in OPERATION_NAMES:
            _unknown(scope, span.name, "operation", span.span, OPERATION_NAMES, VERB_SYNONYMS)
        if span.object is not None:
            _check_object(scope, span.object, span.span)
        return
    place = _Places(scope, span.span).of(span.name)
    if span.kind == "life":
        check_process(scope, span.name, place)
    else:
        _check_declared(scope, span.name, _SPAN_KINDS[span.kind], place)


def check_process(scope: Scope, name: str, span: Span) -> None:
    """Reports a name that is neither `main`, nor a process, nor a pool (whose workers are then meant)."""
    match = _INDEXED.fullmatch(name)
    base = match.group(1) if match else name
    if base == MAIN or scope.known(base):
        return
    declared = scope.declarations.names.get(base)
    if declared is None or declared.kind not in ("process", "pool", "manager"):
        candidates = [MAIN, *scope.declarations.of_kind("process", "pool")]
        if declared is not None:
            message = f'"{name}" is {an(declared.kind)}, a process is wanted here'
            scope.context.error("wrong-kind", span, message, notes=[f"processes: {', '.join(candidates)}"])
        else:
            _unknown(scope, name, "process", span, candidates)
        return
    _check_index(scope, declared, match.group(2) if match else None, span)


def _check_index(scope: Scope, declared: Declaration, index: str | None, span: Span) -> None:
    if index is None or declared.kind in ("pool", "manager"):
        return
    if declared.members is None:
        message = f"`{declared.name}` is a single {declared.kind}, no family: it has no index"
        scope.context.error("bad-index", span, message, expected=f"write {declared.name}")
    elif int(index) >= declared.members:
        message = f"`{declared.name}` has the members 0 to {declared.members - 1}; there is no {index}"
        scope.context.error("bad-index", span, message)


def _check_object(scope: Scope, name: str, span: Span) -> None:
    match = _INDEXED.fullmatch(name)
    if match is None:
        _check_task(scope, name, span)
        return
    declared = scope.declarations.names.get(match.group(1))
    if scope.known(match.group(1)):
        return
    if declared is None or declared.kind not in _OBJECTS:
        _unknown(scope, name, "object", span, scope.declarations.of_kind(*_OBJECTS))
        return
    _check_index(scope, declared, match.group(2), span)


def _check_task(scope: Scope, name: str, span: Span) -> None:
    match = _TASK.fullmatch(name) or _TASK_FAMILY.fullmatch(name)
    if match is None:
        message = f'"{name}" is no name of a task'
        scope.context.error(
            "wrong-value", span, message, expected="tasks are called po.work[0]: pool, target, number"
        )
        return
    _check_declared(scope, match.group(1), ("pool",), span)
    if match.group(2) and match.group(1) in scope.declarations.names:
        _check_declared(scope, match.group(2), ("target",), span)


def _check_declared(scope: Scope, written: str, kinds: tuple[str, ...], span: Span) -> None:
    match = _INDEXED.fullmatch(written)
    name = match.group(1) if match else written
    if scope.known(name):
        return
    declared = scope.declarations.names.get(name)
    if declared is None:
        _unknown(scope, written, kinds[0], span, scope.declarations.of_kind(*kinds))
    elif declared.kind not in kinds:
        message = f'"{written}" is {an(declared.kind)}, {an(kinds[0])} is wanted here'
        scope.context.error("wrong-kind", span, message)
    else:
        _check_index(scope, declared, match.group(2) if match else None, span)


def _labels(scope: Scope) -> list[str]:
    return [step.label for routine in scope.routines for step in routine.all_steps if step.label is not None]


def _unknown(
    scope: Scope,
    name: str,
    what: str,
    span: Span,
    candidates: Iterable[str],
    synonyms: dict[str, str] | None = None,
) -> None:
    candidates = list(candidates)
    close = nearest(name, candidates, synonyms)
    expected = f"did you mean {listed(close)}?" if close else None
    many = len(candidates) > 20
    notes = (
        []
        if close or many
        else [f"there is: {', '.join(candidates)}" if candidates else f"there is no {what}"]
    )
    scope.context.error("unknown-name", span, f'no {what} "{name}"', expected=expected, notes=notes)


def _check_names(scope: Scope, promise: Promise) -> None:
    """What the forms about queues and processes name."""
    body, content = promise.body, promise.content
    if promise.form in ("fifo", "exactly_once", *ONE_QUEUE):
        _check_declared(scope, getattr(body, promise.form), ("queue",), node_of(content[promise.form]).span)
    elif isinstance(body, NoRaces):
        _check_declared(scope, body.no_races, ("value", "array"), node_of(content["no_races"]).span)
    elif isinstance(body, LinearizableForm):
        _check_model(scope, body, content["linearizable"])
    elif promise.form in ("exitcodes", "variables"):
        inner = content[promise.form]
        assert isinstance(inner, LocatedDict)
        for name in inner:
            check_process(scope, name, inner.key_span(name))
            if promise.form == "variables" and isinstance(inner[name], LocatedDict):
                _check_variables(scope, name, inner[name])
    elif promise.form == "exception":
        inner = content["exception"]
        assert isinstance(inner, LocatedDict)
        check_process(scope, getattr(body, "process", ""), node_of(inner["process"]).span)
        type_name = getattr(body, "type", "")
        if type_name not in EXCEPTIONS:
            close = nearest(type_name, sorted(EXCEPTIONS))
            expected = f"did you mean {listed(close)}?" if close else None
            span = node_of(inner["type"]).span
            scope.context.error(
                "unknown-exception", span, f'unknown exception "{type_name}"', expected=expected
            )
    elif isinstance(body, Outcomes):
        inner = content["outcomes"]
        assert isinstance(inner, LocatedDict)
        for one in (one for one in body.of if one.process):
            check_process(scope, one.process, one.span)
            if one.kind == "variable":
                _check_variable(scope, one.process, one.variable, one.span)
    elif promise.form == "hangs":
        inner = content["hangs"]
        waiting = inner.get("waiting") if isinstance(inner, LocatedDict) else None
        if isinstance(waiting, LocatedDict):
            for name in waiting:
                check_process(scope, name, waiting.key_span(name))


def _check_model(scope: Scope, body: LinearizableForm, inner: LocatedDict) -> None:
    """The object of `linearizable`, which has to be of a kind that can be like the model."""
    span, kinds = node_of(inner["object"]).span, KINDS_OF_MODEL[body.model]
    match = _INDEXED.fullmatch(body.object)
    declared = scope.declarations.names.get(match.group(1) if match else body.object)
    if declared is not None and declared.kind not in kinds:
        wanted = listed([an(kind) for kind in kinds]).replace('"', "")
        message = f'"{body.object}" is {an(declared.kind)}; `model: {body.model}` is of {wanted}'
        scope.context.error("wrong-kind", span, message)
    else:
        _check_object(scope, body.object, span)


def _check_variables(scope: Scope, process: str, variables: LocatedDict) -> None:
    for name in variables:
        _check_variable(scope, process, name, variables.key_span(name))


def _check_variable(scope: Scope, process: str, name: str, span: Span) -> None:
    base = process.split("[")[0]
    declared = scope.scenario.processes.get(base)
    routine = scope.declarations.routines.get(MAIN if base == MAIN else (declared and declared.target) or "")
    if routine is None:
        return
    known = [*sorted(routine.variables), *scope.scenario.globals]
    if base == MAIN:
        known += [*scope.scenario.values, *scope.scenario.arrays]
    if name not in known and not scope.known(name):
        _unknown(scope, name, f"variable of {process}", span, known)
