"""What a promise means in a sentence over positions and times, where a formula of LTLf cannot say it.

`i`, `j`, `k` are places in the record, `t(i)` is the time of the event there, `item(i)` one of its fields.
"""

from __future__ import annotations

from collections.abc import Callable

from mprunner.checking.constraints.relations import RELATIONS
from mprunner.checking.forms import (
    Body,
    ClosedForm,
    DeadlockForm,
    EachForm,
    ExceptionForm,
    ExitcodesForm,
    HangsForm,
    HappensBeforeForm,
    LinearizableForm,
    MatcherForm,
    NoInterleavingForm,
    OpenForm,
    OutcomesForm,
    OutputForm,
    OvertakingForm,
    PairForm,
    RacesForm,
    RelatedForm,
    SpanForm,
    VariablesForm,
)

__all__ = ["definition_of"]

Name = Callable[[MatcherForm], str]

_PLACES = {
    "after": "i <= j", "before": "j <= i", "anywhere": "", "next": "j = i + 1", "previous": "j = i - 1",
}  # fmt: skip


def definition_of(body: Body, name: Name) -> str | None:
    """The sentence; `name` gives a matcher's letter. None for what a formula says."""
    if isinstance(body, EachForm) and (body.bind or body.within_ms is not None):
        return _each(body, name)
    if isinstance(body, PairForm):
        return _pair(body, name)
    if isinstance(body, LinearizableForm):
        return (
            f"each call on {body.object} has an instant between its begin and its end, such that in the order of these "
            f"each gave what a {body.model} gives"
        )
    if isinstance(body, RacesForm):
        return (
            f"for any two accesses to a cell of {body.object} by two threads, of which one is a write, a chain of edges "
            "leads from the one to the other; where each takes a lock: for each read and the next write of its thread, and "
            "any other's write, a chain of edges leads from that to the read, or from the write to that"
        )
    if isinstance(body, OvertakingForm):
        a, b, who = name(body.request), name(body.grant), body.by
        others = f"at most {body.at_most} {b} of another {who} stand between it and the next {b} of its {who}"
        return f"for each {a} at i, {others}, or the end"
    if isinstance(body, HappensBeforeForm):
        a, b = name(body.earlier), name(body.later)
        edges = "a chain of edges (steps, starts, joins, locks, items, tasks)"
        return f"for each {b} at j there is {a} at i from which {edges} leads to it"
    return _of_spans(body, name) or _of_the_end(body)


def _of_spans(body: Body, name: Name) -> str | None:
    if isinstance(body, OpenForm):
        where = " of one object" if body.each_object else ""
        span = _span(body.span, name)
        bounds = []
        if body.at_most is not None:
            bounds.append(f"at no i do more than {body.at_most} (b, e){where} have b <= i < e")
        if body.at_least is not None:
            bounds.append(f"at some i at least {body.at_least} (b, e){where} have b <= i < e")
        return f"{' and '.join(bounds)}, for {span}"
    if isinstance(body, ClosedForm):
        return f"for each b there is its e, for {_span(body.span, name)}"
    if isinstance(body, NoInterleavingForm):
        return (
            f"for each (b, e) no {name(body.of)} of anybody but its owner stands at an i with b < i < e, for "
            f"{_span(body.inside, name)}"
        )
    if isinstance(body, RelatedForm):
        ends = RELATIONS.get(body.relation)
        told = "e1 < b2 or e2 < b1" if ends is None else " and ".join(" ".join(one) for one in ends)
        both = f"{_span(body.span, name, '1')}, and {_span(body.to, name, '2')}"
        return f"for each (b1, e1) and (b2, e2): {told}, for {both}"
    return None


def _span(span: SpanForm, name: Name, number: str = "") -> str:
    """What begins and ends a span."""
    if span.begin is not None and span.end is not None:
        ends = f"{name(span.begin)} and the next {name(span.end)} of the same {span.by}"
    else:
        ends = {
            "hold": f"an acquire of {span.name} that has returned and the release that gives it back",
            "task": f"the start and the end of a task of {span.name}",
            "life": f"the first instant of {span.name} and its exit",
            "call": f"the begin and the end of a {span.name}" + (f" of {span.object}" if span.object else ""),
        }[span.kind]
    return f"b{number} and e{number} being {ends}"


_ENDS: tuple[tuple[type, str], ...] = (
    (OutputForm, "the printed lines of all processes are these, in the order of the record, and no others"),
    (ExitcodesForm, "each process that is named ended with that exit code (a negative one is a signal)"),
    (VariablesForm, "each process that is named held these values when its target ended"),
    (OutcomesForm, "the values that the run ended with are listed together, and not as forbidden"),
    (ExceptionForm, "an exception of that type, or of one derived from it, left the process's target"),
    (DeadlockForm, "the run ended with processes that wait for each other in a circle, or one for itself"),
    (
        HangsForm,
        "the run ended with every live process blocked for good, and those that are named in what is said",
    ),
)


def _of_the_end(body: Body) -> str | None:
    return next((words for kind, words in _ENDS if isinstance(body, kind)), None)


def _pair(body: PairForm, name: Name) -> str:
    a, b, item = name(body.put), name(body.get), body.by
    own = f"each {b} takes an {a}{' of its own' if body.each_put in ('exactly_once', 'at_most_once') else ''}"
    parts = [f"{own} with {item}({a}) = {item}({b}) that began before the {b} ended"]
    if body.each_put in ("exactly_once", "at_least_once"):
        parts.append(f"each {a} is taken")
    if body.order == "lifo":
        parts.append(
            f"each call has an instant between its begin and its end, such that each {b} takes the last {a} not taken yet"
        )
    elif body.order != "any":
        who = "" if body.order == "fifo" else " of one process"
        parts.append(
            f"where one {a}{who} ended before another began, the {b} of the other does not end before the one's begins"
        )
    if body.within_ms is not None:
        parts.append(f"t({b}) - t({a}) <= {body.within_ms:g} ms")
    return "; ".join(parts)


def _each(body: EachForm, name: Name) -> str:
    a, b = name(body.each), name(body.partner)
    distance = "|t(j) - t(i)|" if body.where == "anywhere" else "t(j) - t(i)"
    if body.where in ("before", "previous"):
        distance = "t(i) - t(j)"
    conditions = [_PLACES[body.where], *(f"{field}(i) = {field}(j)" for field in body.bind)]
    if body.without is not None:
        conditions.append(f"no {name(body.without)} strictly between i and j")
    if body.within_ms is not None:
        conditions.append(f"{distance} <= {body.within_ms:g} ms")
    such = " and ".join(filter(None, conditions))
    quantified = "there is" if body.wanted else "there is no"
    return f"for each {a} at i {quantified} {b} at j with {such}"
