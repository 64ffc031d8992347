"""A scenario: what a file declares, does and promises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mprunner.language import model_rules
from mprunner.language.fields import (
    ArgumentList,
    Count,
    Flag,
    Located,
    Name,
    NameMap,
    PlainText,
    PositiveSeconds,
    Prose,
    Steps,
    TextField,
    Word,
)
from mprunner.language.matchers import Matcher, MatcherField, SpanOf, named_matchers, named_spans
from mprunner.language.model_rules import Parameter
from mprunner.language.objects import (
    ArrayDeclaration,
    BarrierDeclaration,
    ConditionDeclaration,
    Declared,
    EventDeclaration,
    LockDeclaration,
    ManagerDeclaration,
    PoolDeclaration,
    QueueDeclaration,
    SemaphoreDeclaration,
    ValueDeclaration,
)
from mprunner.language.outcomes import outcomes_section
from mprunner.language.promise_rules import read_promises
from mprunner.language.promises import Promise
from mprunner.language.quick_models import Field, PlainValidator
from mprunner.language.synonyms import SECTION_SYNONYMS
from mprunner.language.words import StartMethod
from mprunner.operations import SECTIONS

__all__ = [
    "OBJECT_SECTIONS",
    "Ends",
    "Parameter",
    "ProcessDeclaration",
    "Scenario",
    "TargetDeclaration",
]

START_METHODS = ("fork", "spawn", "forkserver")

if TYPE_CHECKING:
    Parameters = tuple[Parameter, ...]
    NullField = Any
else:
    Parameters = PlainValidator(model_rules.parameters)
    NullField = PlainValidator(model_rules.null)


class TargetDeclaration(Declared):
    """A function of the scenario: what a process or a pool's task runs."""

    what = "a target"
    section = "targets"
    object_kind = "target"

    description: Prose | None = Field(None, description="What it does, for people.")
    params: Parameters = Field(
        (), description='Its parameters: `name`, `{name: default}`, `"*args"`, `"**kwargs"`.'
    )
    steps: Steps = Field(description="What it does.")


class ProcessDeclaration(Declared):
    """A process (`Process(...)`)."""

    what = "a process"
    section = "processes"
    object_kind = "process"

    group: NullField = Field(None, description="Always null, as multiprocessing wants it.")
    target: Name | None = Field(None, description="The target that it runs; without one it does nothing.")
    name: TextField | None = Field(
        None, description="Its name for multiprocessing; `Process-N` when not given."
    )
    args: ArgumentList | None = Field(
        None, description="The target's positional arguments, a list; `index` is the replica's number."
    )
    kwargs: NameMap | None = Field(None, description="The target's keyword arguments.")
    daemon: Flag | None = Field(None, description="Whether it is ended when its parent ends.")
    replicas: Count | None = Field(
        None, description="How many processes of this declaration: `p[0]`, `p[1]`, ..."
    )
    parent: Name | None = Field(
        None, description="The process that creates and starts it, where that is not to be seen."
    )


class Ends(Located):
    """How an endless scenario ends."""

    what = "ends"

    after: PositiveSeconds | None = Field(None, description="After so many seconds, which are never scaled.")
    when: MatcherField | None = Field(None, description="As soon as such an event happens.")


if TYPE_CHECKING:
    Managers = Mapping[str, ManagerDeclaration]
    Locks = Mapping[str, LockDeclaration]
    Semaphores = Mapping[str, SemaphoreDeclaration]
    Conditions = Mapping[str, ConditionDeclaration]
    Flags = Mapping[str, EventDeclaration]
    Barriers = Mapping[str, BarrierDeclaration]
    Queues = Mapping[str, QueueDeclaration]
    Values = Mapping[str, ValueDeclaration]
    Arrays = Mapping[str, ArrayDeclaration]
    Pools = Mapping[str, PoolDeclaration]
    Targets = Mapping[str, TargetDeclaration]
    Processes = Mapping[str, ProcessDeclaration]
    Scalars = Mapping[str, Any]
    Matrix = Mapping[str, tuple[Any, ...]]
    Literals = Mapping[str, Any]
    NotUnder = Mapping[str, str]
    Tags = tuple[str, ...]
    Events = Mapping[str, Matcher]
    Spans = Mapping[str, SpanOf]
    Expectations = tuple[Promise, ...]
    OutcomesSection = Promise
else:
    Managers = PlainValidator(model_rules.section(ManagerDeclaration))
    Locks = PlainValidator(model_rules.section(LockDeclaration))
    Semaphores = PlainValidator(model_rules.section(SemaphoreDeclaration))
    Conditions = PlainValidator(model_rules.section(ConditionDeclaration))
    Flags = PlainValidator(model_rules.section(EventDeclaration))
    Barriers = PlainValidator(model_rules.section(BarrierDeclaration))
    Queues = PlainValidator(model_rules.section(QueueDeclaration))
    Values = PlainValidator(model_rules.section(ValueDeclaration))
    Arrays = PlainValidator(model_rules.section(ArrayDeclaration))
    Pools = PlainValidator(model_rules.section(PoolDeclaration))
    Targets = PlainValidator(model_rules.section(TargetDeclaration))
    Processes = PlainValidator(model_rules.section(ProcessDeclaration))
    Scalars = PlainValidator(model_rules.scalars)
    Matrix = PlainValidator(model_rules.matrix)
    Literals = PlainValidator(model_rules.literals)
    NotUnder = PlainValidator(model_rules.not_under)
    Tags = PlainValidator(model_rules.tags)
    Events = PlainValidator(named_matchers)
    Spans = PlainValidator(named_spans)
    Expectations = PlainValidator(read_promises)
    OutcomesSection = PlainValidator(outcomes_section)


class Scenario(Located):
    """One scenario, checked. Counts are whole numbers; `params` hold the values in force, those of the matrix too."""

    what = "a scenario"
    synonyms = SECTION_SYNONYMS

    name: Word = Field("", description="Its name in reports; the file's name when not given.")
    description: Prose | None = Field(None, description="What it shows, for people.")
    tags: Tags = Field((), description="Words to select scenarios by.")
    requires: PlainText | None = Field(
        None, description="The version of mprunner that it needs, like `>=0.1`."
    )
    start_method: StartMethod | None = Field(
        None, description="How processes are started: fork, spawn or forkserver."
    )
    not_under: NotUnder = Field(
        default_factory=dict, description="Where it can't run, and why: start method or `threads` -> reason."
    )
    timeout: PositiveSeconds | None = Field(
        None, description="Seconds after which a run is given up; never scaled."
    )
    runs: Count | None = Field(None, description="How many runs make a verdict.")
    params: Scalars = Field(
        default_factory=dict, description="Values for counts and expressions; `-D name=value` overrides."
    )
    matrix: Matrix = Field(
        default_factory=dict, description="Lists of values: one scenario for each combination."
    )
    globals: Literals = Field(
        default_factory=dict, description="Module-level variables and their initial values."
    )
    managers: Managers = Field(default_factory=dict, description="Managers, by name.")
    locks: Locks = Field(default_factory=dict, description="Locks, by name.")
    semaphores: Semaphores = Field(default_factory=dict, description="Semaphores, by name.")
    conditions: Conditions = Field(default_factory=dict, description="Conditions, by name.")
    flags: Flags = Field(default_factory=dict, description="Events of multiprocessing, by name.")
    barriers: Barriers = Field(default_factory=dict, description="Barriers, by name.")
    queues: Queues = Field(default_factory=dict, description="Queues, by name.")
    values: Values = Field(default_factory=dict, description="Values in shared memory, by name.")
    arrays: Arrays = Field(default_factory=dict, description="Arrays in shared memory, by name.")
    pools: Pools = Field(default_factory=dict, description="Pools, by name.")
    targets: Targets = Field(default_factory=dict, description="Functions, by name.")
    processes: Processes = Field(default_factory=dict, description="Processes, by name.")
    main: Steps | None = Field(
        None, description="What the main process does; by default it starts all processes and joins them."
    )
    events: Events = Field(
        default_factory=dict, description="Matchers by name; the name then stands for the matcher."
    )
    spans: Spans = Field(
        default_factory=dict, description="Spans by name; the name then stands for the span."
    )
    ends: Ends | None = Field(None, description="How an endless scenario ends.")
    strict: Flag = Field(False, description="A promise on order that holds only by chance is broken.")
    outcomes: OutcomesSection | None = Field(
        None, description="How whole runs may end: `of`, and outcomes under their grades."
    )
    expect: Expectations = Field((), description="What is promised.")


OBJECT_SECTIONS: dict[str, str] = {
    **SECTIONS, "processes": "process", "targets": "target", "globals": "global", "params": "param",
}  # fmt: skip
"""Section -> kind of what it declares; all share one namespace."""
