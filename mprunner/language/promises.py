"""What a scenario promises: one model a form, and the table that lists them.

A promise in the YAML is a mapping with exactly one form as key; a form's other fields stand beside it (`- count: M`,
`exactly: 1`) or, where the form takes a mapping of its own, under it (`- max_parallel: {of: SPAN, at_most: 2}`). The modifiers
(`holds`, `name`, `why`, `vacuous`, `strict`, `within`, `per`) stand beside any form that they make sense for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from mprunner.language import promise_rules
from mprunner.language.fields import Bound, Flag, Located, Number, PlainText, Word
from mprunner.language.located import LocatedDict
from mprunner.language.matchers import Matcher, MatcherField, Scope, SpanField
from mprunner.language.promise_rules import SequenceStep
from mprunner.language.quantifying import quantifier
from mprunner.language.quick_models import Field, PlainValidator
from mprunner.language.source import Span
from mprunner.language.words import DiagnosisName, Holds, Order, Per, Vacuous, Where
from mprunner.records import record

__all__ = ["FORMS", "Form", "Pair", "Promise", "SequenceStep"]

EVENT_MODIFIERS = ("within", "per", "for_each")


if TYPE_CHECKING:
    Quantifier = tuple[Matcher, ...]
else:
    Quantifier = PlainValidator(quantifier)


class Form(Located):
    """The own fields of one form of promise."""

    form: ClassVar[str]
    beside: ClassVar[bool] = True
    """Its fields stand beside the form's key; else under it."""
    whole: ClassVar[bool] = False
    """The mapping under the key is the value itself, not its fields."""
    modifiers: ClassVar[tuple[str, ...]] = EVENT_MODIFIERS
    bounds: ClassVar[tuple[str, ...]] = ()
    """Fields of which at least one must be given."""
    summary: ClassVar[str] = ""
    recovers = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.what = f"`{cls.form}`"


@record(eq=False)
class Promise:
    """One promise: its form, the form's model, and the modifiers. `index` is its 0-based place under
    `expect` (of one inside another, that of the outermost), `content` what is written.
    """

    form: str
    body: Form
    index: int
    span: Span
    form_span: Span
    content: LocatedDict
    holds: str = "always"
    vacuous: str = "fail"
    name: str | None = None
    why: str | None = None
    within: Scope | None = None
    per: str | None = None
    strict: bool | None = None
    for_each: tuple[Matcher, ...] = ()


class Modifiers(Located):
    """What may stand beside any form."""

    what = "a promise"

    holds: Holds = Field(
        "always", description="In every run, in some run (there is one that keeps it), or in none."
    )
    vacuous: Vacuous = Field("fail", description="What it is when nothing put it to the test.")
    name: PlainText | None = Field(None, description="How the report calls it.")
    why: PlainText | None = Field(None, description="A sentence that the report adds.")
    strict: Flag | None = Field(
        None, description="Whether it is broken when nothing in the program orders its events."
    )
    within: Scope | None = Field(None, description="The part of the record in which it is judged.")
    per: Per | None = Field(None, description="Judge it for each process, task, actor or object by itself.")
    for_each: Quantifier | None = Field(
        None,
        description="Judge it for each value that `$name` captures in this matcher, or in a list of them.",
    )


if TYPE_CHECKING:
    Pair = tuple[Matcher, Matcher]
    Chain = tuple[Matcher, ...]
    SequenceSteps = tuple[SequenceStep, ...]
    ExitCodes = dict[str, int]
    Variables = dict[str, dict[str, Any]]
    Waiting = dict[str, Matcher]
    Words = tuple[str, ...]
else:
    Pair = PlainValidator(promise_rules.pair)
    Chain = PlainValidator(promise_rules.chain)
    SequenceSteps = PlainValidator(promise_rules.sequence)
    ExitCodes = PlainValidator(promise_rules.exit_codes)
    Variables = PlainValidator(promise_rules.variables)
    Waiting = PlainValidator(promise_rules.waiting)
    Words = PlainValidator(promise_rules.words)


_WITHIN_MS = "At most so many milliseconds lie between the two, by the record's clock."


class Count(Form):
    form = "count"
    bounds = ("exactly", "at_least", "at_most")
    summary = "How many events fit."
    count: MatcherField = Field(description="What to count.")
    exactly: Bound | None = Field(None, description="So many.")
    at_least: Bound | None = Field(None, description="So many or more.")
    at_most: Bound | None = Field(None, description="So many or fewer.")


class Each(Form):
    form = "each"
    bounds = ("has", "has_no")
    summary = "Every event that fits has, or has not, a partner."
    each: Chain = Field(
        description="The events that put the promise to the test; [first, second] for one after the other."
    )
    has: Chain | None = Field(
        None, description="The partner that each of them has; [first, second] for one after the other."
    )
    has_no: Chain | None = Field(None, description="The partner that none of them has; or two, as in `has`.")
    where: Where = Field(
        "after", description="Where the partner stands: after, before, anywhere, next or previous."
    )
    without: MatcherField | None = Field(
        None, description="No such event may stand in between; of a partner of two, between these."
    )
    bind: Words = Field((), description="Fields in which both must be equal.")
    within_ms: Number | None = Field(None, description=_WITHIN_MS)


class Sequence(Form):
    form = "sequence"
    summary = "These events happen in this order; others may stand in between."
    sequence: SequenceSteps = Field(
        description="Matchers, `{next: M}`, `{any_order: [M, ...]}`, `{times: n, of: M}` or `{gap_without: M}`."
    )
    complete: Flag = Field(False, description="And nothing else of the kind happens.")
    among: MatcherField | None = Field(
        None,
        description="Of which events; `next` then looks at these only, and `complete` leaves none of these out.",
    )


class Precedence(Form):
    form = "precedence"
    summary = "Before each of the second there is one of the first."
    precedence: Pair = Field(description="[earlier, later]")
    within_ms: Number | None = Field(None, description=_WITHIN_MS)


class Response(Form):
    form = "response"
    summary = "After each of the first there is one of the second."
    response: Pair = Field(description="[earlier, later]")
    within_ms: Number | None = Field(None, description=_WITHIN_MS)


class HappensBefore(Form):
    form = "happens_before"
    summary = "Before each of the second there is one of the first, and not only the clock orders them."
    happens_before: Pair = Field(description="[earlier, later]")


class Absence(Form):
    form = "absence"
    summary = "No event fits."
    absence: MatcherField = Field(description="What never happens.")
    fewer_than: Bound = Field(1, description="So many times, if it may happen less often.")


class Existence(Form):
    form = "existence"
    summary = "At least one event fits."
    existence: MatcherField = Field(description="What happens.")
    at_least: Bound | None = Field(None, description="So many times at least.")


class MutualExclusion(Form):
    form = "mutual_exclusion"
    summary = "No two of the spans overlap."
    mutual_exclusion: SpanField = Field(description="The spans, or a lock's name for its holds.")


class MaxParallel(Form):
    form = "max_parallel"
    synonyms: ClassVar[dict[str, str]] = {"max": "at_most", "limit": "at_most", "count": "at_most"}
    beside = False
    summary = "At most so many of the spans are open at once."
    of: SpanField = Field(description="The spans.")
    at_most: Bound = Field(description="How many at most.")


class Open(Form):
    form = "open"
    bounds = ("at_most", "at_least")
    summary = "How many of the spans are open at once."
    open: SpanField = Field(description="The spans.")
    at_most: Bound | None = Field(None, description="Never more.")
    at_least: Bound | None = Field(None, description="So many at least, at some time.")


class Closed(Form):
    form = "closed"
    summary = "Every span that begins also ends."
    closed: SpanField = Field(description="The spans.")


class NoInterleaving(Form):
    form = "no_interleaving"
    beside = False
    summary = "While one process is inside a span, no other process's events of this kind stand in between."
    of: MatcherField = Field(description="The events.")
    inside: SpanField = Field(description="The spans.")


class Fifo(Form):
    form = "fifo"
    modifiers = ()
    summary = "What is put first is got first."
    fifo: Word = Field(description="The queue.")
    order: Order | None = Field(
        None, description="Over all producers, or for each by itself; by default what such a queue keeps."
    )


class ExactlyOnce(Form):
    form = "exactly_once"
    modifiers = ()
    summary = "What is put is got exactly once: nothing lost, nothing twice."
    exactly_once: Word = Field(description="The queue.")


class Output(Form):
    form = "output"
    modifiers = ()
    summary = "All printed lines, exactly, in the order of the record."
    output: PlainText = Field(description="The text, one line a print.")


class ExitCodesForm(Form):
    form = "exitcodes"
    whole = True
    modifiers = ()
    summary = "The exit codes of processes; a family's name stands for each of its members."
    exitcodes: ExitCodes = Field(description="Process -> exit code; negative is a signal.")


class VariablesForm(Form):
    form = "variables"
    whole = True
    modifiers = ()
    summary = "The values that processes' variables have at the end; among `main`'s are the declared values and arrays."
    variables: Variables = Field(description="Process -> {variable: value}.")


class ExceptionForm(Form):
    form = "exception"
    beside = False
    modifiers = ()
    summary = "An exception leaves a process's target."
    process: Word = Field(description="The process, family, or `main`.")
    type: Word = Field(description="The type of the exception.")
    text: PlainText | None = Field(None, description="Its text.")


class Deadlock(Form):
    form = "deadlock"
    beside = False
    modifiers = ()
    summary = "The run ends with processes that wait for each other in a circle."


class Hangs(Form):
    form = "hangs"
    beside = False
    modifiers = ()
    summary = "The run ends with every live process blocked for good."
    waiting: Waiting = Field(default_factory=dict, description="Process -> what it waits in.")
    diagnosis: DiagnosisName | None = Field(
        None, description="The name of the diagnosis, like join-before-drain."
    )


FORMS: dict[str, type[Form]] = {
    form.form: form
    for form in (
        Count, Each, Sequence, Precedence, Response, HappensBefore, Absence, Existence, MutualExclusion, MaxParallel,
        Open, Closed, NoInterleaving, Fifo, ExactlyOnce, Output, ExitCodesForm, VariablesForm, ExceptionForm, Deadlock,
        Hangs,
    )
}  # fmt: skip
