"""What a scenario declares, by name, and its routines: the targets and `main`, with their variables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mprunner.language.fields import Expression, Step
from mprunner.language.instances import Instance
from mprunner.language.located import Context, LocatedDict
from mprunner.language.model_rules import Parameter
from mprunner.language.models import OBJECT_SECTIONS, Scenario
from mprunner.language.plain_steps import CallTarget
from mprunner.language.pool_steps import Apply, ApplyAsync
from mprunner.language.source import Span
from mprunner.language.walking import Assigned, all_steps, assigned_by
from mprunner.records import made, record

__all__ = ["MAIN", "Declaration", "Declarations", "Invocation", "Routine", "an"]

MAIN = "main"


@record
class Declaration:
    """A declared name: its kind (`queue`, `target`, `param`, ...), where, and how many of it (None: a single one)."""

    name: str
    kind: str
    span: Span
    model: Any = None
    members: int | None = None


@record(eq=False)
class Routine:
    """A target or `main`: what it is called, its parameters, its steps, and the variables that they assign."""

    name: str
    steps: tuple[Step, ...]
    parameters: tuple[Parameter, ...] = ()

    @property
    def all_steps(self) -> Iterator[Step]:
        """Every step, at any depth."""
        return all_steps(self.steps)

    def assigned(self) -> Iterator[Assigned]:
        """Every assignment of a variable."""
        for step in self.all_steps:
            yield from assigned_by(step)

    @property
    def variables(self) -> frozenset[str]:
        """The names of its parameters and variables."""
        return frozenset(parameter.name for parameter in self.parameters) | {
            one.name for one in self.assigned()
        }


@record(eq=False)
class Invocation:
    """A place where a target gets arguments: a process, a pool's task or initializer, a `call`.

    `caller` is the routine whose names the arguments see; None for a process or pool, which see declared names only.
    """

    target: str
    span: Span
    args: Expression | None
    keywords: tuple[tuple[Expression, Expression], ...] | None
    caller: Routine | None
    what: str
    passed: int = 0
    """How many arguments it gets without any being written."""


@record(frozen=False, eq=False)
class Declarations:
    """The names and routines of one scenario, as all checks need them."""

    scenario: Scenario
    content: LocatedDict
    context: Context
    names: dict[str, Declaration] = made(factory=dict)
    routines: dict[str, Routine] = made(factory=dict)

    @classmethod
    def of(cls, instance: Instance, context: Context) -> Declarations:
        """The declarations of a scenario; the first of two equal names counts."""
        found = cls(instance.scenario, instance.content, context)
        for name, kind, span in written_names(instance):
            model = getattr(instance.scenario, _SECTION_OF[kind]).get(name)
            members = getattr(model, "replicas", None) if kind == "process" else getattr(model, "count", None)
            found.names.setdefault(name, Declaration(name, kind, span, model, members))
        for name in instance.scenario.params:
            found.names.setdefault(name, Declaration(name, "param", context_span(instance)))
        for name, target in instance.scenario.targets.items():
            found.routines[name] = Routine(name, target.steps, target.params)
        main = instance.scenario.main
        found.routines[MAIN] = Routine(MAIN, main or ())
        return found

    @property
    def has_main(self) -> bool:
        """Whether `main` is written; else all processes start and are joined."""
        return self.scenario.main is not None

    def kind(self, name: str) -> str | None:
        """The kind of what is declared under `name`."""
        found = self.names.get(name)
        return None if found is None else found.kind

    def of_kind(self, *kinds: str) -> list[str]:
        """The declared names of some kinds."""
        return [name for name, one in self.names.items() if one.kind in kinds]

    def _unread(self, section: str, name: str, model: Any, *fields: str) -> bool:
        """Whether one of these fields is written, but could not be read."""
        content = self.content.get(section)
        written = content.get(name) if isinstance(content, LocatedDict) else None
        return isinstance(written, LocatedDict) and any(
            field in written and getattr(model, field) is None for field in fields
        )

    def invocations(self) -> Iterator[Invocation]:
        """Every place where a target gets arguments."""
        for name, process in self.scenario.processes.items():
            if process.target is not None and not self._unread("processes", name, process, "args", "kwargs"):
                keywords = process.kwargs or ()
                yield Invocation(
                    process.target, process.key_span, process.args, keywords, None, f"process {name}"
                )
        for name, pool in self.scenario.pools.items():
            if pool.initializer is not None and not self._unread("pools", name, pool, "initargs"):
                yield Invocation(pool.initializer, pool.key_span, pool.initargs, (), None, f"pool {name}")
        for name, barrier in self.scenario.barriers.items():
            if barrier.action is not None:
                yield Invocation(barrier.action, barrier.key_span, None, (), None, f"barrier {name}")
        for routine in self.routines.values():
            for step in routine.all_steps:
                body = step.body
                if isinstance(body, (Apply, ApplyAsync)):
                    yield Invocation(
                        body.func, step.verb_span, body.args, body.kwds or (), routine, body.verb
                    )
                    for callback in body.callbacks if isinstance(body, ApplyAsync) else ():
                        yield Invocation(callback, step.verb_span, None, (), routine, "a callback", passed=1)
                elif isinstance(body, CallTarget):
                    yield Invocation(
                        body.target, step.verb_span, body.args, body.kwargs or (), routine, body.verb
                    )


_SECTION_OF = {kind: section for section, kind in OBJECT_SECTIONS.items()}


def written_names(instance: Instance) -> Iterator[tuple[str, str, Span]]:
    """Every declared name with its kind and place, in order of the sections' table, equal ones too."""
    for section, kind in OBJECT_SECTIONS.items():
        content = instance.content.get(section)
        if isinstance(content, LocatedDict):
            for name in content:
                yield name, kind, content.key_span(name)


def context_span(instance: Instance) -> Span:
    """Where to point for a param that stands in the matrix only."""
    return instance.content.key_span("matrix")


def an(kind: str) -> str:
    """The kind with its article, for messages."""
    return f"an {kind}" if kind[:1] in "aeiou" else f"a {kind}"
