"""A promise in one line, as verdicts are headed: `mutual exclusion of lock`, `sequence add1:num=0 →
add1:num=1`.
"""

from __future__ import annotations

from mprunner.checking.forms import (
    ANY,
    AllForm,
    AnyForm,
    Body,
    ChainForm,
    ClosedForm,
    CountForm,
    DeadlockForm,
    EachForm,
    ExactlyOnceForm,
    ExceptionForm,
    ExitcodesForm,
    FifoForm,
    HangsForm,
    HappensBeforeForm,
    IfForm,
    LinearizableForm,
    MatcherForm,
    NoInterleavingForm,
    NotForm,
    ObservedForm,
    OpenForm,
    OutcomesForm,
    OutputForm,
    OvertakingForm,
    PairForm,
    PartForm,
    PromiseForm,
    RacesForm,
    RelatedForm,
    ScopeForm,
    SequenceForm,
    StepForm,
    VariablesForm,
    parts_of,
)
from mprunner.checking.wording import counted, pattern, phrase, relation_told, shown, span_noun, span_phrase

_ANY_EVENT, _ANYTHING = "any event", "anything"
"""How `phrase` begins for a matcher that says nothing of the operation."""
_THINGS = {"no": "nothing", "some": "something"}


def title(promise: PromiseForm | PartForm) -> str:
    """The heading of a promise: its name if it has one, else what it says, with its scope and groups."""
    if promise.name is not None:
        return promise.name
    words = promise.said or _body(promise.body, promise.form)
    if promise.within is not None:
        words += f", {_scope(promise.within)}"
    if promise.per != "run":
        words += f", per {promise.per}"
    if promise.for_each:
        words = f"for each {' and each '.join(map(phrase, promise.for_each))}: {words}"
    return words


def _scope(scope: ScopeForm) -> str:
    sides = (("after", scope.after), ("before", scope.before))
    told = [f"{side} {phrase(form)}" for side, form in sides if form is not None]
    if told:
        return " and ".join(told) + (" or up to the end" if scope.before and scope.open_end else "")
    first = phrase(scope.from_) if scope.from_ is not None else "the start"
    last = phrase(scope.to) if scope.to is not None else "the end"
    return f"from {first} to {last}{' or the end' if scope.open_end else ''}"


def _body(body: Body, form: str) -> str:
    if isinstance(body, CountForm):
        return _count(body, form)
    if isinstance(body, EachForm):
        return _each(body, form)
    if isinstance(body, ChainForm):
        return _chain(body)
    if isinstance(body, HappensBeforeForm):
        return f"{phrase(body.earlier)} happens before {phrase(body.later)}"
    if isinstance(body, AllForm):
        return " and ".join(_inner(part) for part in body.parts)
    if isinstance(body, AnyForm):
        return " or ".join(_inner(part) for part in body.parts)
    if isinstance(body, NotForm):
        return f"not: {_inner(body.part)}"
    if isinstance(body, IfForm):
        return f"if {_inner(body.condition)}, then {_inner(body.then)}"
    if isinstance(body, SequenceForm):
        return _sequence(body)
    if isinstance(body, OpenForm):
        return _open(body, form)
    if isinstance(body, RelatedForm):
        return f"each {span_phrase(body.span)} {relation_told(body.relation)} each {span_phrase(body.to)}"
    if isinstance(body, ClosedForm):
        return f"every {span_phrase(body.span)} ends"
    if isinstance(body, NoInterleavingForm):
        return f"{_plural(body.of)} never interleave inside a {span_phrase(body.inside)}"
    if isinstance(body, FifoForm):
        how = "last in, first out" if body.order == "lifo" else "first in, first out"
        return f"{body.queue} is {how}{' per producer' if body.order == 'per_producer' else ''}"
    if isinstance(body, ExactlyOnceForm):
        if not body.all_got and not body.once:
            return f"what is got from {body.queue} was put into it"
        how = (
            "exactly once" if body.all_got and body.once else "at most once" if body.once else "at least once"
        )
        return f"each item of {body.queue} is got {how}"
    if isinstance(body, PairForm):
        return _pair(body)
    if isinstance(body, LinearizableForm):
        return f"{body.object} is linearizable as a {body.model}"
    if isinstance(body, RacesForm):
        return f"no race on {body.object}"
    if isinstance(body, OvertakingForm):
        often = {0: "by nobody", 1: "once at most"}.get(body.at_most, f"{body.at_most} times at most")
        return f"{phrase(body.request)} is overtaken {often} before its {phrase(body.grant)}"
    if isinstance(body, OutputForm):
        lines = body.text.removesuffix("\n").split("\n") if body.text else []
        return f"output {shown(lines[0])}" if len(lines) == 1 else f"output of {counted(len(lines), 'line')}"
    if isinstance(body, ExitcodesForm):
        return "exit codes " + ", ".join(f"{name} {pattern(code)}" for name, code in body.codes.items())
    if isinstance(body, VariablesForm):
        return "final variables of " + ", ".join(body.values)
    if isinstance(body, OutcomesForm):
        return "outcome of " + ", ".join(map(_observed, body.of))
    if isinstance(body, ExceptionForm):
        return _exception(body)
    if isinstance(body, DeadlockForm):
        return "the run ends in a deadlock"
    return _hangs(body)


def _observed(one: ObservedForm) -> str:
    if one.matcher is not None:
        return f"the {'number' if one.kind == 'count' else 'order'} of {phrase(one.matcher)}"
    return f"{one.process}.{one.variable}" if one.kind == "variable" else f"the exit code of {one.process}"


def _pair(body: PairForm) -> str:
    orders = {
        "fifo": "first in, first out", "per_producer": "first in, first out per producer", "lifo": "last in, first out",
    }  # fmt: skip
    words = f"{phrase(body.get)} takes what {phrase(body.put)} gave"
    words += f", {orders[body.order]}" if body.order != "any" else ""
    words += f", each {body.each_put.replace('_', ' ')}" if body.each_put is not None else ""
    return words if body.within_ms is None else f"{words}, within {body.within_ms:g} ms"


def _count(body: CountForm, form: str) -> str:
    what = phrase(body.of)
    if body.exactly == 0 or body.at_most == 0:
        return _with("no", what)
    if body.exactly is not None:
        return f"{what} exactly {_times(body.exactly)}"
    if form == "existence" and body.at_least == 1:
        return _with("some", what)
    bounds = []
    if body.at_least is not None:
        bounds.append(f"at least {_times(body.at_least)}")
    if body.at_most is not None:
        bounds.append(f"at most {_times(body.at_most)}")
    return f"{what} {' and '.join(bounds)}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _each(body: EachForm, form: str) -> str:
    if form == "precedence":
        return f"{phrase(body.partner)} before {phrase(body.each)}{_within(body)}"
    if form == "response":
        return f"{phrase(body.partner)} after {_with('each', phrase(body.each))}{_within(body)}"
    where = {"anywhere": "anywhere", "next": "directly after it", "previous": "directly before it"}
    words = f"{_with('each', phrase(body.each))} has {_wanted(phrase(body.partner), body.wanted)} "
    words += where.get(body.where, f"{body.where} it")
    if body.without is not None:
        words += f" without {phrase(body.without)} between"
    if body.bind:
        words += f" of the same {' and '.join(body.bind)}"
    return f"{words}{_within(body)}"


def _within(body: EachForm) -> str:
    return "" if body.within_ms is None else f" within {body.within_ms:g} ms"


def _with(determiner: str, what: str) -> str:
    """`no put`, but `nothing that raised ValueError`; `each put`, but `each event by p`."""
    first, _, rest = what.partition(" ")
    if what == _ANY_EVENT:
        return f"{determiner} event"
    if first != _ANYTHING:
        return f"{determiner} {what}"
    return f"{_THINGS.get(determiner, f'{determiner} event')} {rest}".rstrip()


def _wanted(what: str, wanted: bool) -> str:
    return what if wanted else _with("no", what)


def _inner(part: PartForm) -> str:
    words = title(part)
    return f"({words})" if part.said is None and part.name is None and parts_of(part.body) else words


def _chain(body: ChainForm) -> str:
    each, partner = (" then ".join(phrase(one) for one in side) for side in (body.each, body.partner))
    words = f"{_with('each', each)} has {_wanted(partner, body.wanted)} {body.where} it"
    return words if body.without is None else f"{words} without {phrase(body.without)} between the two"


def _bare(form: MatcherForm) -> str:
    text = form.print
    if isinstance(text, str) and text and text == text.strip() and form == MatcherForm(print=text):
        return text
    return phrase(form)


def _sequence(body: SequenceForm) -> str:
    gaps = [*(step.gap for step in body.steps), body.last_gap]
    told = [f"(no {phrase(gap)})" if gap is not None else "" for gap in gaps]
    steps = [*map(_step, body.steps), ""]
    words = " → ".join(word for pair in zip(told, steps, strict=True) for word in pair if word)
    words += "" if body.among is None else f", among {phrase(body.among)}"
    return f"sequence {words}{', and nothing else' if body.complete else ''}"


def _step(step: StepForm) -> str:
    words = _bare(step.of[0]) if len(step.of) == 1 else "{" + ", ".join(_bare(one) for one in step.of) + "}"
    if step.times != 1:
        words = f"{step.times} × {words}"
    return f"directly {words}" if step.next else words


def _plural(form: MatcherForm) -> str:
    if isinstance(form.op, str) and form == MatcherForm(op=form.op):
        return f"{form.op}s"
    return f"events {phrase(form)}"


def _open(body: OpenForm, form: str) -> str:
    span = span_phrase(body.span)
    if form == "mutual_exclusion":
        return (
            f"mutual exclusion of {body.span.name}"
            if body.span.kind == "hold"
            else f"mutual exclusion of each {span}"
        )
    noun = span_noun(body.span)
    of = span.removeprefix(f"{noun} ")
    bounds = []
    if body.at_least is not None:
        bounds.append(f"at least {_spans(body.at_least, noun)}")
    if body.at_most is not None:
        bounds.append(f"at most {_spans(body.at_most, noun)}")
    return f"{' and '.join(bounds)} {of} at once"


def _spans(count: int, noun: str) -> str:
    return f"{count} lives" if noun == "life" and count != 1 else counted(count, noun)


def _exception(body: ExceptionForm) -> str:
    words = body.type or "an exception"
    if body.text is not ANY:
        words += f" {pattern(body.text)}"
    return words if body.process is ANY else f"{words} in {body.process}"


def _hangs(body: HangsForm) -> str:
    words = "the run hangs"
    if body.waiting:
        waits = ", ".join(f"{name} in {phrase(matcher)}" for name, matcher in body.waiting.items())
        words += f", waiting: {waits}"
    return f"{words} ({body.diagnosis})" if body.diagnosis else words
