"""`output` compares all prints in the order of the record: something has to force that order.

`main` is followed step by step with the set of printing processes that may be running. When two of them run at once and
neither waits for anything, the order is open for certain: an error. When they use queues or locks these may order the prints:
where that is not certain (`handed_over.py`), a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mprunner.language.checks.handed_over import prints_are_handed_over
from mprunner.language.checks.scope import Scope
from mprunner.language.compositions import AllOf, AnyOf
from mprunner.language.control_steps import With
from mprunner.language.declarations import MAIN
from mprunner.language.effects import Effects
from mprunner.language.fields import Expression, Step
from mprunner.language.plain_steps import Print
from mprunner.language.pool_steps import Apply, ApplyAsync
from mprunner.language.process_steps import Join, Start
from mprunner.language.promises import Promise
from mprunner.language.queue_steps import Get
from mprunner.language.waiting_steps import Wait
from mprunner.language.walking import blocks_of
from mprunner.records import made, record

__all__ = ["check"]

_ORDERING = frozenset(("get", "put", "acquire", "wait"))


def check(scope: Scope) -> None:
    """Reports an `output` promise of a scenario whose prints may come in any order."""
    whole = [
        promise for promise in scope.scenario.expect if promise.holds == "always"
    ]  # else a race is the point
    promises = [promise for promise in _held_to(whole) if promise.form == "output"]
    if not promises:
        return
    effects = Effects.gather(scope.declarations, scope.inference)
    found = _Printers(scope, effects).conflict()
    if found is None:
        return
    one, other = found
    both = (
        f"{one} prints in several processes" if one == other else f"{one} and {other} print at the same time"
    )
    message = f"these prints are not ordered by the program: {both}"
    expected = "promise a `sequence` for each process instead"
    certain = not any(_orders(effects, name) for name in (one, other))
    if not certain and prints_are_handed_over(scope, effects):
        return
    report = scope.context.problems.error if certain else scope.context.problems.warning
    for promise in promises:
        report("unordered-output", scope.context.source, promise.form_span, message, expected=expected)


def _held_to(promises: Iterable[Promise]) -> Iterator[Promise]:
    """The promises that hold one by one; of `any_of`, `not` and `if` no part has to."""
    for promise in promises:
        if isinstance(promise.body, AllOf) or (
            isinstance(promise.body, AnyOf) and len(promise.body.parts) == 1
        ):
            yield from _held_to(promise.body.parts)
        else:
            yield promise


def _orders(effects: Effects, process: str) -> bool:
    return any(effect.operation in _ORDERING for effect in effects.of.get(process, ()))


@record(frozen=False)
class _Printers:
    scope: Scope
    effects: Effects
    running: list[str] = made(factory=list)
    found: tuple[str, str] | None = None

    def conflict(self) -> tuple[str, str] | None:
        """Two processes (or one family twice) that can print at the same time, as far as `main` shows."""
        scenario = self.scope.scenario
        if scenario.main is None:
            for name, process in scenario.processes.items():
                if process.parent is None:
                    self._begin(name, process.replicas or 1)
        else:
            self._walk(scenario.main)
        return self.found

    def _prints(self, name: str) -> bool:
        return any(effect.operation == "print" for effect in self.effects.of.get(name, ()))

    def _begin(self, name: str, members: int) -> None:
        if not self._prints(name):
            return
        if members > 1:
            self.found = self.found or (name, name)
        for other in self.running:
            self.found = self.found or (other, name)
        self.running.append(name)

    def _end(self, names: list[str]) -> None:
        self.running = [one for one in self.running if one not in names]

    def _walk(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            self._step(step)
            for block in blocks_of(step):
                self._walk(block)
                if step.verb in ("while", "for", "repeat"):
                    self._walk(block)
            if isinstance(step.body, With):
                self._end(self._named(step.body.with_, "pool"))

    def _step(self, step: Step) -> None:
        body = step.body
        if isinstance(body, Print):
            for other in self.running:
                self.found = self.found or (MAIN, other)
        elif isinstance(body, Start):
            whole = body.process.text in self.scope.declarations.names
            for name in self._named(body.process, "process"):
                process = self.scope.scenario.processes.get(name)
                self._begin(name, (process.replicas if process and whole else None) or 1)
        elif isinstance(body, (Apply, ApplyAsync)):
            self._submit(body)
        elif isinstance(body, (Join, Wait, Get)) and body.timeout is None:
            reference = body.object_expression()
            if reference is not None:
                self._end(self._named(reference, "process", "pool", "result"))

    def _submit(self, body: Apply | ApplyAsync) -> None:
        reached = self.scope.declarations.routines.get(body.func)
        if reached is None or not any(step.verb == "print" for step in reached.all_steps):
            return
        for name in self._named(body.pool, "pool"):
            pool = self.scope.scenario.pools.get(name)
            others = [one for one in self.running if one != name]
            if name in self.running and (pool is None or pool.processes != 1):
                others.append(name)
            for other in others:
                self.found = self.found or (other, name)
            if isinstance(body, ApplyAsync):
                self.running.append(name)

    def _named(self, reference: Expression, *kinds: str) -> list[str]:
        main = self.scope.declarations.routines[MAIN]
        known = self.scope.inference.objects(reference.tree, main) or ()
        return [one.name for one in known if one.kind in kinds and one.name is not None]
