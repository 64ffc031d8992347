"""The promises that are a little weaker than a broken one, the strongest first: one of them may hold.

Chain implies alternate implies plain implies responded existence; exactly n implies at least and at most n; complete implies
plain; mutual exclusion is max_parallel 1; fifo implies per producer. Whether one holds is found by judging it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mprunner.checking.constraints.relations import RELATIONS
from mprunner.checking.forms import (
    ANY,
    AllForm,
    Body,
    ChainForm,
    CountForm,
    EachForm,
    ExactlyOnceForm,
    ExceptionForm,
    FifoForm,
    HappensBeforeForm,
    LinearizableForm,
    MatcherForm,
    OpenForm,
    OutputForm,
    OvertakingForm,
    PairForm,
    PromiseForm,
    RelatedForm,
    SequenceForm,
    StepForm,
)
from mprunner.checking.meaning.expansion import PAIRWISE, all_of
from mprunner.checking.wording import phrase
from mprunner.records import record, replaced

__all__ = ["Candidate", "weaker"]

_CLASSIC: dict[str, tuple[str, ...]] = {
    "chain_response": ("alternate_response", "response", "responded_existence"),
    "chain_precedence": ("alternate_precedence", "precedence"),
    "chain_succession": (
        "chain_response",
        "chain_precedence",
        "alternate_succession",
        "succession",
        "co_existence",
    ),
    "alternate_response": ("response", "responded_existence"),
    "alternate_precedence": ("precedence",),
    "alternate_succession": (
        "alternate_response",
        "alternate_precedence",
        "succession",
        "response",
        "precedence",
        "co_existence",
    ),
    "succession": ("response", "precedence", "co_existence", "responded_existence"),
    "response": ("responded_existence",),
    "co_existence": ("responded_existence",),
    "not_co_existence": ("not_succession", "not_chain_succession"),
    "not_responded_existence": ("not_succession", "not_chain_succession"),
    "not_succession": ("not_chain_succession",),
    "not_response": ("not_chain_response",),
    "not_precedence": ("not_chain_precedence",),
}
"""Name -> the names that promise less of the same two, the strongest first."""
_IMPLIED = {
    "before": ("disjoint",), "after": ("disjoint",), "overlaps": ("intersects",), "overlapped_by": ("intersects",),
    "during": ("intersects",), "contains": ("intersects",), "starts": ("intersects",), "started_by": ("intersects",),
    "finishes": ("intersects",), "finished_by": ("intersects",), "equals": ("intersects",), "meets": ("disjoint",),
    "met_by": ("disjoint",),
}  # fmt: skip


@record
class Candidate:
    """A weaker promise, and in words how it differs from the one that was written."""

    change: str
    form: PromiseForm


def weaker(promise: PromiseForm, found: Sequence[int] = ()) -> Iterator[Candidate]:
    """The weaker promises. `found` are the numbers that were counted, one for each group and segment, where it is about
    a number.
    """
    plain = replaced(promise, name=None, said=None)
    for change, body, form in _bodies(promise.body, promise.form, found):
        pair = _pair(body, form)
        said = None if form not in PAIRWISE or pair is None else _said(form, *pair)
        yield Candidate(change, replaced(plain, body=body, form=form, said=said))
    if (
        promise.per == "run"
        and isinstance(promise.body, EachForm)
        and promise.body.where in ("next", "previous")
    ):
        yield Candidate("with `per: process`", replaced(plain, per="process"))
    if promise.per != "run":
        yield Candidate(f"without `per: {promise.per}`", replaced(plain, per="run"))


def _bodies(body: Body, form: str, found: Sequence[int]) -> Iterator[tuple[str, Body, str]]:
    if form == "filecheck":
        return  # its directives are matched as a sequence, which is not how it was written
    pair = _pair(body, form)
    timed = isinstance(body, EachForm) and body.within_ms is not None
    if form in _CLASSIC and pair is not None and not timed:
        for name in _CLASSIC[form]:
            yield f"as `{name}`", all_of(_expanded(name, *pair)), name
        return
    if form in ("init", "end", "exclusive_choice") and isinstance(body, AllForm):
        name = "choice" if form == "exclusive_choice" else "existence"
        yield f"as `{name}`", body.parts[0].body, "existence"
    elif isinstance(body, CountForm):
        for change, one, name in _counts(body, found):
            yield change if form == "count" else f"as `count` {change}", one, name
    elif isinstance(body, EachForm):
        for change, one, name in _each(body, found):
            either = form == "precedence" and change == "with `where: anywhere`"
            yield "in either order" if either else change, one, name
    elif isinstance(body, ChainForm):
        yield from _chains(body)
    elif isinstance(body, HappensBeforeForm):
        yield "as `precedence`", EachForm(body.later, body.earlier, where="before"), "precedence"
    elif isinstance(body, SequenceForm):
        yield from _sequences(body)
    elif isinstance(body, OutputForm):
        yield from _outputs(body)
    elif isinstance(body, OpenForm):
        for change, one, name in _open(body, found):
            yield f"as `max_parallel` {change}" if form == "mutual_exclusion" else change, one, name
    else:
        yield from _others(body, form, found)


def _pair(body: Body, form: str) -> tuple[MatcherForm, MatcherForm] | None:
    """The first and the second of a classic promise about two."""
    each = body.parts[0].body if isinstance(body, AllForm) else body
    if not isinstance(each, EachForm):
        return None
    turned = each.where in ("before", "previous")
    return (each.partner, each.each) if turned else (each.each, each.partner)


def _said(name: str, first: MatcherForm, second: MatcherForm) -> str:
    return f"{name.replace('_', ' ')} {phrase(first)} → {phrase(second)}"


def _expanded(name: str, first: MatcherForm, second: MatcherForm) -> tuple[Body, ...]:
    if name == "response":
        return (EachForm(first, second),)
    if name == "precedence":
        return (EachForm(second, first, where="before"),)
    return PAIRWISE[name](first, second)


def _counts(body: CountForm, found: Sequence[int]) -> Iterator[tuple[str, Body, str]]:
    exactly = body.exactly
    if exactly:
        yield f"with `at_least: {exactly}`", CountForm(body.of, at_least=exactly), "count"
        yield f"with `at_most: {exactly}`", CountForm(body.of, at_most=exactly), "count"
    if not found:
        return
    low, high = min(found), max(found)
    if exactly is not None and low == high:
        yield f"with `exactly: {low}`", CountForm(body.of, exactly=low), "count"
    most = body.at_most if exactly is None else exactly
    least = body.at_least if exactly is None else exactly
    if most is not None and high > most:
        yield f"with `at_most: {high}`", CountForm(body.of, at_most=high), "count"
    if least is not None and 0 < low < least:
        yield f"with `at_least: {low}`", CountForm(body.of, at_least=low), "count"


def _each(body: EachForm, found: Sequence[int]) -> Iterator[tuple[str, Body, str]]:
    if not body.wanted:
        if body.where == "anywhere":
            yield "with `where: after`", replaced(body, where="after"), "each"
            yield "with `where: before`", replaced(body, where="before"), "each"
        if body.where in ("anywhere", "after"):
            yield "with `where: next`", replaced(body, where="next", without=None), "each"
        if body.where in ("anywhere", "before"):
            yield "with `where: previous`", replaced(body, where="previous", without=None), "each"
        return
    if body.within_ms is not None:
        if found:
            yield f"with `within_ms: {max(found)}`", replaced(body, within_ms=max(found)), "each"
        body = replaced(body, within_ms=None)
        yield "without `within_ms`", body, "each"
    loose = replaced(body, without=None)
    if body.where in ("next", "previous"):
        side = "after" if body.where == "next" else "before"
        yield f"with `where: {side}`", replaced(loose, where=side), "each"
    if body.without is not None:
        yield "without its `without`", loose, "each"
    if body.bind:
        yield "without its `bind`", replaced(body, bind=()), "each"
    if body.where != "anywhere":
        yield "with `where: anywhere`", replaced(loose, where="anywhere"), "each"
    if body.bind:
        yield "with `where: anywhere`, without `bind`", replaced(loose, where="anywhere", bind=()), "each"


def _chains(body: ChainForm) -> Iterator[tuple[str, Body, str]]:
    if not body.wanted:
        return
    if body.without is not None:
        yield "without its `without`", replaced(body, without=None), "each"
    if len(body.partner) == 2 and len(body.each) == 1:
        for which, one in zip(("first", "second"), body.partner, strict=True):
            yield f"with the {which} of the two alone", EachForm(body.each[0], one, where=body.where), "each"


def _sequences(body: SequenceForm) -> Iterator[tuple[str, Body, str]]:
    if body.complete:
        yield "without `complete: true`", replaced(body, complete=False), "sequence"
    loose = tuple(replaced(step, next=False) for step in body.steps)
    if loose != body.steps:
        yield "without `next`", replaced(body, steps=loose, complete=False), "sequence"
    if body.last_gap is not None or any(step.gap is not None for step in loose):
        loose = tuple(replaced(step, gap=None) for step in loose)
        yield "without `gap_without`", replaced(body, steps=loose, complete=False, last_gap=None), "sequence"
    members = tuple(one for step in loose for one in step.of * step.times)
    any_order = replaced(body, steps=(StepForm(members, any_order=True),), complete=False, last_gap=None)
    yield "in any order", any_order, "sequence"
    for length in range(len(loose) - 1, 0, -1):
        if length <= _MOST_TRIED or length == len(loose) - 1:
            steps = "step" if length == 1 else f"{length} steps"
            yield (
                f"with its first {steps} alone",
                replaced(body, steps=body.steps[:length], complete=False, last_gap=None),
                "sequence",
            )


_MOST_TRIED = 6


def _outputs(body: OutputForm) -> Iterator[tuple[str, Body, str]]:
    lines = body.text.removesuffix("\n").split("\n") if body.text else []
    steps = tuple(StepForm((MatcherForm(print=line),)) for line in lines)
    if len(steps) < 2:
        return
    members = tuple(step.of[0] for step in steps)
    yield "as `sequence` of its lines", SequenceForm(steps), "sequence"
    whole = SequenceForm((StepForm(members, any_order=True),), complete=True)
    yield "as the same lines in any order", whole, "sequence"
    yield "as `sequence`, in any order", SequenceForm((StepForm(members, any_order=True),)), "sequence"


def _open(body: OpenForm, found: Sequence[int]) -> Iterator[tuple[str, Body, str]]:
    if not found:
        return
    high, low = max(found), min(found)
    if body.at_most is not None and high > body.at_most:
        yield f"with `at_most: {high}`", replaced(body, at_most=high), "max_parallel"
    if body.at_least is not None and 0 < low < body.at_least:
        yield f"with `at_least: {low}`", replaced(body, at_least=low), "open"


def _pairs(body: PairForm, form: str) -> Iterator[tuple[str, Body, str]]:
    if body.within_ms is not None:
        yield "without `within_ms`", replaced(body, within_ms=None), form
    if body.order == "fifo":
        yield "with `order: per_producer`", replaced(body, order="per_producer"), form
    if body.order != "any":
        yield "with `order: any`", replaced(body, order="any"), form
    if body.each_put == "exactly_once":
        yield "with `each_put: at_most_once`", replaced(body, each_put="at_most_once"), form
        yield "with `each_put: at_least_once`", replaced(body, each_put="at_least_once"), form
    if body.each_put is not None:
        yield "without `each_put`", replaced(body, each_put=None), form


def _others(body: Body, form: str, found: Sequence[int]) -> Iterator[tuple[str, Body, str]]:
    if isinstance(body, AllForm):
        for number, part in enumerate(body.parts, 1):
            rest = tuple(one for one in body.parts if one is not part)
            kept = rest[0].body if len(rest) == 1 else replaced(body, parts=rest)
            yield f"without its part {number}", kept, rest[0].form if len(rest) == 1 else form
    elif isinstance(body, RelatedForm):
        implied = _IMPLIED.get(body.relation, ())
        for relation in (*implied, *(one for one in (*RELATIONS, "disjoint") if one not in implied)):
            if relation != body.relation:
                yield f"with `relation: {relation}`", replaced(body, relation=relation), form
    elif isinstance(body, FifoForm):
        if body.order in (None, "fifo"):
            yield "with `order: per_producer`", replaced(body, order="per_producer"), form
        yield "as `exactly_once`", ExactlyOnceForm(body.queue), "exactly_once"
        yield (
            "as `nothing_invented`",
            ExactlyOnceForm(body.queue, all_got=False, once=False),
            "nothing_invented",
        )
    elif isinstance(body, LinearizableForm):
        less = {"queue": "set", "counter": "register"}.get(body.model)
        if less is not None:
            yield f"with `model: {less}`", replaced(body, model=less), form
    elif isinstance(body, OvertakingForm):
        if found:
            yield f"with `at_most: {max(found)}`", replaced(body, at_most=max(found)), form
    elif isinstance(body, PairForm):
        yield from _pairs(body, form)
    elif isinstance(body, ExactlyOnceForm):
        for name, all_got, once in (
            ("at_most_once", False, True),
            ("at_least_once", True, False),
            ("nothing_invented", False, False),
        ):
            if (all_got, once) != (body.all_got, body.once) and all_got <= body.all_got and once <= body.once:
                yield f"as `{name}`", replaced(body, all_got=all_got, once=once), name
    elif isinstance(body, ExceptionForm):
        if body.text is not ANY:
            yield "without its `text`", replaced(body, text=ANY), form
        if body.type is not None:
            yield "with any `type`", replaced(body, type=None, text=ANY), form
