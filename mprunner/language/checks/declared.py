"""Declarations that refer to others: a process's target and parent, a pool's initializer, an object's manager."""

from __future__ import annotations

import re
from typing import Any

from mprunner.language.checks.scope import Scope
from mprunner.language.data_steps import Create
from mprunner.language.declarations import MAIN, an
from mprunner.language.diagnostics import listed, nearest
from mprunner.language.located import LocatedDict, node_of
from mprunner.language.plain_steps import CallTarget
from mprunner.language.pool_steps import Apply, ApplyAsync
from mprunner.language.source import Span
from mprunner.operations import SECTIONS, SHARED_SECTIONS

__all__ = ["check", "check_lock", "place_of", "report_unknown", "want"]


def check(scope: Scope) -> None:
    """Reports references to what is not declared, or is something else."""
    scenario = scope.scenario
    for name, process in scenario.processes.items():
        if process.target is not None:
            want(scope, process.target, "target", place_of(scope, "processes", name, "target"))
        if process.parent is not None and process.parent != MAIN:
            want(scope, process.parent, "process", place_of(scope, "processes", name, "parent"))
    _check_parents(scope)
    for name, pool in scenario.pools.items():
        if pool.initializer is not None:
            want(scope, pool.initializer, "target", place_of(scope, "pools", name, "initializer"))
    for section in SHARED_SECTIONS:
        for name, declaration in getattr(scenario, section).items():
            if getattr(declaration, "manager", None) is not None:
                want(scope, declaration.manager, "manager", place_of(scope, section, name, "manager"))
    for name, barrier in scenario.barriers.items():
        if barrier.action is not None:
            want(scope, barrier.action, "target", place_of(scope, "barriers", name, "action"))
    for name, condition in scenario.conditions.items():
        if condition.lock is not None:
            place = place_of(scope, "conditions", name, "lock")
            want(scope, condition.lock.partition("[")[0], "lock", place)
            check_lock(scope, name, condition, place)
    for routine in scope.routines:
        for step in routine.all_steps:
            body = step.body
            if isinstance(body, (Apply, ApplyAsync)):
                want(scope, body.func, "target", _word(scope, body.span, body.func))
                for callback in body.callbacks if isinstance(body, ApplyAsync) else ():
                    want(scope, callback, "target", _word(scope, body.span, callback))
            elif isinstance(body, CallTarget):
                want(scope, body.target, "target", _word(scope, body.span, body.target))
            elif isinstance(body, Create):
                _check_create(scope, body.name, _word(scope, body.span, body.name))


def report_unknown(scope: Scope, name: str, what: str, span: Span, candidates: list[str]) -> None:
    """Reports a name that nothing is declared under."""
    close = nearest(name, candidates)
    expected = f"did you mean {listed(close)}?" if close else None
    notes = (
        [] if close else [f"declared: {', '.join(candidates)}" if candidates else f"no {what} is declared"]
    )
    scope.context.error("unknown-name", span, f'no {what} "{name}"', expected=expected, notes=notes)


def want(scope: Scope, name: str, kind: str, span: Span) -> None:
    """Reports a name that is not declared, or is something else than a `kind`."""
    found = scope.declarations.kind(name)
    if found == kind or scope.known(name):
        return
    candidates = scope.declarations.of_kind(kind)
    if found is None:
        report_unknown(scope, name, kind, span, candidates)
        return
    close = nearest(name, candidates)
    expected = f"did you mean {listed(close)}?" if close else None
    message = f'"{name}" is {an(found)}, {an(kind)} is wanted here'
    scope.context.error("wrong-kind", span, message, expected=expected)


def place_of(scope: Scope, section: str, name: str, field: str) -> Span:
    """Where a field of a declaration is written, or else its name."""
    entry = scope.instance.content.get(section)
    if isinstance(entry, LocatedDict):
        inner = entry.get(name)
        if isinstance(inner, LocatedDict) and field in inner:
            return node_of(inner[field]).span
        return entry.key_span(name)
    return scope.instance.content.place


def _word(scope: Scope, span: Span, word: str) -> Span:
    """Where `word` stands within `span`, or `span`."""
    source = scope.context.source
    start = source.index(span.line, span.column)
    found = re.search(rf"\b{re.escape(word)}\b", source.slice(span))
    return span if found is None else source.span(start + found.start(), start + found.end())


def _check_create(scope: Scope, name: str, span: Span) -> None:
    declared = scope.declarations.names.get(name)
    if scope.known(name):
        return
    if declared is None:
        candidates = scope.declarations.of_kind(*SECTIONS.values())
        report_unknown(scope, name, "object", span, candidates)
    elif not getattr(declared.model, "later", False):
        message = (
            f'"{name}" is created before main begins'
            if declared.model is not None
            else f'"{name}" is no object'
        )
        scope.context.error(
            "wrong-kind", span, message, expected="declare it with `create: later` to create it in a step"
        )


def check_lock(scope: Scope, name: str, declared: Any, place: Span) -> None:
    """Reports a declared lock that `name` can't be made with: it has one, made before it, and a condition one of its maker."""
    base, bracket, index = (declared.lock or "").partition("[")
    lock = scope.scenario.locks.get(base)
    if lock is None:
        return
    kind = declared.object_kind
    if bracket and (lock.count is None or int(index[:-1]) >= lock.count):
        of = "is a single lock" if lock.count is None else f"has {lock.count} members, from 0"
        scope.context.error("bad-index", place, f"`{base}` {of}: there is no `{declared.lock}`")
    elif not bracket and lock.count is not None and lock.count != declared.count:
        many = f"is a single {kind}" if declared.count is None else f"has {declared.count} members"
        message = f"`{declared.lock}` is a family of {lock.count} locks, `{name}` {many}: each needs its lock"
        scope.context.error("bad-count", place, message, expected=f"write count: {lock.count}")
    elif lock.manager != declared.manager and kind == "condition":
        of = f"the manager {lock.manager}" if lock.manager is not None else "no manager"
        message = f"`{declared.lock}` is of {of}: a condition and its lock have the same one"
        scope.context.error("wrong-value", place, message)
    elif lock.later and not declared.later:
        message = f"`{declared.lock}` is created by a step, and `{name}` before it"
        scope.context.error("wrong-value", place, message, expected="write create: later here too")


def _check_parents(scope: Scope) -> None:
    processes = scope.scenario.processes
    for name in processes:
        seen = [name]
        parent = processes[name].parent
        while parent is not None and parent in processes and parent not in seen:
            seen.append(parent)
            parent = processes[parent].parent
        if parent == name:
            span = place_of(scope, "processes", name, "parent")
            chain = " → ".join([*seen, name])
            scope.context.error("parent-cycle", span, f'"{name}" would be its own ancestor: {chain}')
            return
