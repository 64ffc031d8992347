"""What is declared or assigned and never used: allowed, but seldom meant."""

from __future__ import annotations

from collections import Counter

from mprunner.language.checks.scope import Scope
from mprunner.language.compositions import every_promise
from mprunner.language.data_steps import Create, Delete
from mprunner.language.declarations import MAIN, Routine
from mprunner.language.expressions import names_in
from mprunner.language.outcomes import Outcomes
from mprunner.language.plain_steps import CallTarget
from mprunner.language.pool_steps import Apply, ApplyAsync
from mprunner.language.walking import expressions_of
from mprunner.operations import SHARED_SECTIONS

__all__ = ["check"]


def check(scope: Scope) -> None:
    """Warns of `into` variables that nothing reads, objects and targets that nothing uses, processes never started."""
    for routine in scope.routines:
        _check_into(scope, routine)
    used = _used_names(scope)
    warn = scope.context.problems.warning
    source = scope.context.source
    for name, declared in scope.declarations.names.items():
        if declared.kind == "param" or used[name]:
            continue
        if declared.kind == "process" and not scope.declarations.has_main:
            continue
        messages = {
            "process": f"process {name} is never started",
            "target": f"nothing runs the target {name}",
            "global": f"nothing uses the global {name}",
        }
        message = messages.get(declared.kind, f"nothing uses the {declared.kind} {name}")
        warn("unused-object", source, declared.span, message)


def _check_into(scope: Scope, routine: Routine) -> None:
    read = {
        name
        for step in routine.all_steps
        for _, expression in expressions_of(step)
        for name, _ in names_in(expression)
    }
    read |= _promised(scope, routine)
    for assigned in routine.assigned():
        if assigned.by != "into" or assigned.name.startswith("_") or assigned.name in scope.scenario.globals:
            continue
        if assigned.name not in read:
            message = f'nothing reads "{assigned.name}"'
            expected = "leave `into` out, or begin the name with _"
            scope.context.problems.warning(
                "unused-into", scope.context.source, assigned.span, message, expected=expected
            )


def _promised(scope: Scope, routine: Routine) -> set[str]:
    """The variables of a routine whose final values are promised."""
    found: set[str] = set()
    for promise in every_promise(scope.scenario.expect):
        named = dict(getattr(promise.body, "variables", {}))
        if isinstance(promise.body, Outcomes):
            for one in (one for one in promise.body.of if one.kind == "variable"):
                named.setdefault(one.process, {})[one.variable] = None
        for process, variables in named.items():
            declared = scope.scenario.processes.get(process.split("[")[0])
            target = MAIN if process == MAIN else declared.target if declared else None
            if target == routine.name:
                found |= set(variables)
    return found


def _used_names(scope: Scope) -> Counter[str]:
    used: Counter[str] = Counter()
    scenario = scope.scenario
    for routine in scope.routines:
        for step in routine.all_steps:
            for _, expression in expressions_of(step):
                used.update(name for name, _ in names_in(expression))
            body = step.body
            if isinstance(body, (Create, Delete)):
                used[body.name] += 1
            elif isinstance(body, (Apply, ApplyAsync)):
                used[body.func] += 1
                used.update(body.callbacks if isinstance(body, ApplyAsync) else ())
            elif isinstance(body, CallTarget):
                used[body.target] += 1
        used.update(assigned.name for assigned in routine.assigned() if assigned.name in scenario.globals)
    used.update(_promised(scope, scope.declarations.routines[MAIN]))
    for process in scenario.processes.values():
        used.update(name for name in (process.target, process.parent) if name is not None)
        for value in (process.args, process.name, *(value for _, value in process.kwargs or ())):
            if value is not None:
                used.update(name for name, _ in names_in(value))
    for pool in scenario.pools.values():
        used.update(name for name in (pool.initializer,) if name is not None)
        if pool.initargs is not None:
            used.update(name for name, _ in names_in(pool.initargs))
    for section in SHARED_SECTIONS:
        for one in getattr(scenario, section).values():
            named = (getattr(one, field, None) for field in ("manager", "lock", "action"))
            used.update(name.partition("[")[0] for name in named if isinstance(name, str))
    return used
