"""The strict reading of promises on order, against its definition over all choices of partners."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, groupby, pairwise, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.blocks.feeding import Feeder
from mprunner.checking.blocks.given import given_blocks
from mprunner.checking.blocks.routing import Router
from mprunner.checking.building import build
from mprunner.checking.by_chance.strict import strict_reading
from mprunner.checking.constraint import End, Finding
from mprunner.checking.forms import (
    AllForm,
    AnyForm,
    Body,
    ChainForm,
    Declared,
    EachForm,
    MatcherForm,
    NoInterleavingForm,
    OpenForm,
    OutputForm,
    PartForm,
    PromiseForm,
    RelatedForm,
    SequenceForm,
    SpanForm,
    StepForm,
)
from mprunner.checking.happens_before.causality import Causality
from mprunner.recording.events import Event, Recording
from mprunner.records import replaced
from tests.checking.test_causality import recordings
from tests.checking.traces import events, trace

A, B, C, D = (MatcherForm(print=name) for name in "abcd")
AB = MatcherForm(any_of=(A, B))
"""Overlaps with both: an event can be its own partner."""

TEXTS = ("a", "b", "c")
WITH_D = ("a", "b", "c", "d")
Before = Callable[[Event, Event], bool]
Definition = Callable[[list[Event], Before], bool]


def fits(form: MatcherForm, prints: Sequence[Event]) -> list[Event]:
    wanted = [one.print for one in form.any_of] if form.any_of else [form.print]
    return [event for event in prints if event.call.values["text"] in wanted]


def each(body: EachForm) -> Definition:
    """For each activation some partner is ordered before (after) it, and every C before the first or after the second;
    `has_no`: each partner is ordered on the other side of each activation, or there is a C ordered between them.
    """

    def definition(prints: list[Event], before: Before) -> bool:
        def apart(first: Event, second: Event) -> bool:
            between = [] if body.without is None else fits(body.without, prints)
            return all(one in (first, second) or before(one, first) or before(second, one) for one in between)

        def cut_off(first: Event, second: Event) -> bool:
            between = [] if body.without is None else fits(body.without, prints)
            return any(before(first, one) and before(one, second) for one in between)

        def ordered(activation: Event, partner: Event) -> bool:
            first, second = (partner, activation) if body.where == "before" else (activation, partner)
            return before(first, second) and apart(first, second)

        activations, partners = fits(body.each, prints), fits(body.partner, prints)
        if not body.wanted:
            pairs = product(partners, activations)
            if body.where == "before":
                pairs = product(activations, partners)
            return all(
                one is not other and (before(one, other) or cut_off(other, one)) for one, other in pairs
            )
        return all(
            activation in partners or any(ordered(activation, partner) for partner in partners)
            for activation in activations
        )

    return definition


def no_chain(body: ChainForm) -> Definition:
    """Of no three does some order that the edges allow make a chain."""
    chained = len(body.each) == 2
    first, second = body.each if chained else body.partner
    (third,) = body.partner if chained else body.each

    def definition(prints: list[Event], before: Before) -> bool:
        def can_follow(one: Event, two: Event, other: Event) -> bool:
            """Whether `one`, `two` can follow one another with no D between, `other` before or behind them."""
            between = [] if body.without is None else fits(body.without, prints)
            if one is two or before(two, one):
                return False
            if any(before(one, cut) and before(cut, two) for cut in between):
                return False
            if (body.where == "before") is chained:  # other, one, two
                return other is not two and not before(one, other) and not before(two, other)
            return other is not one and not before(other, two) and not before(other, one)

        return not any(
            can_follow(*three)
            for three in product(fits(first, prints), fits(second, prints), fits(third, prints))
        )

    return definition


def chain(body: ChainForm) -> Definition:
    def definition(prints: list[Event], before: Before) -> bool:
        def reflexive(one: Event, other: Event) -> bool:
            return one is other or before(one, other)

        if len(body.each) == 2:
            first, second = (fits(form, prints) for form in body.each)
            pairs = []
            for one in first:
                later = [other for other in second if other.position > one.position]
                pairs += [(one, later[0])] if later else []
            partners = fits(body.partner[0], prints)
            if body.where == "after":
                return all(any(reflexive(other, one) for one in partners) for _, other in pairs)
            return all(any(reflexive(one, other) for one in partners) for other, _ in pairs)
        chains = [
            (one, other)
            for one, other in product(*(fits(form, prints) for form in body.partner))
            if before(one, other)
            and all(
                reflexive(cut, one) or reflexive(other, cut)
                for cut in ([] if body.without is None else fits(body.without, prints))
            )
        ]
        if body.where == "after":
            return all(
                any(reflexive(one, first) for first, _ in chains) for one in fits(body.each[0], prints)
            )
        return all(any(reflexive(last, one) for _, last in chains) for one in fits(body.each[0], prints))

    return definition


def choices(steps: tuple[StepForm, ...], prints: list[Event]) -> Iterator[list[tuple[Event, ...]]]:
    if not steps:
        yield []
        return
    head, *rest = steps
    for chosen in product(*(fits(form, prints) for form in head.of)):
        if len(set(map(id, chosen))) == len(chosen):
            for others in choices(tuple(rest), prints):
                yield [chosen, *others]


def sequence(body: SequenceForm) -> Definition:
    """Some choice fits; equal steps that follow one another may be in any order."""
    grouped = [(form, len(list(alike))) for form, alike in groupby(body.steps)]
    steps = tuple(
        StepForm(one.of * count, any_order=True) if len(one.of) == 1 else one for one, count in grouped
    )

    def definition(prints: list[Event], before: Before) -> bool:
        return any(
            all(
                before(one, other)
                for earlier, later in pairwise(chosen)
                for one, other in product(earlier, later)
            )
            for chosen in choices(steps, prints)
        )

    return definition


def step(*forms: MatcherForm) -> StepForm:
    return StepForm(forms, any_order=len(forms) > 1)


def both(one: EachForm, other: EachForm, how: Callable[[list[bool]], bool]) -> Definition:
    return lambda prints, before: how([each(one)(prints, before), each(other)(prints, before)])


CASES: dict[str, tuple[Body, Definition]] = {}
for where in ("before", "after"):
    for name, body in {
        "has": EachForm(B, A, where=where),  # type: ignore[arg-type]
        "has, overlapping": EachForm(AB, A, where=where),  # type: ignore[arg-type]
        "without": EachForm(B, A, where=where, without=C),  # type: ignore[arg-type]
        "alternate": EachForm(B, A, where=where, without=B),  # type: ignore[arg-type]
        "without, overlapping": EachForm(AB, B, where=where, without=AB),  # type: ignore[arg-type]
        "has_no": EachForm(B, A, where=where, wanted=False),  # type: ignore[arg-type]
        "has_no without": EachForm(B, A, where=where, wanted=False, without=C),  # type: ignore[arg-type]
        "has_no without, overlapping": EachForm(B, A, where=where, wanted=False, without=AB),  # type: ignore[arg-type]
        "has_no without itself": EachForm(B, AB, where=where, wanted=False, without=B),  # type: ignore[arg-type]
    }.items():
        CASES[f"{name} {where}"] = (body, each(body))
    for name, sides in {
        "chain": ((C,), (A, B)),
        "chain, overlapping": ((B,), (AB, B)),
        "chained": ((A, B), (C,)),
        "chained, overlapping": ((AB, B), (B,)),
    }.items():
        form = ChainForm(*sides, where=where)  # type: ignore[arg-type]
        CASES[f"{name} {where}"] = (form, chain(form))
        never = replaced(form, wanted=False)
        CASES[f"no {name} {where}"] = (never, no_chain(never))
    for name, sides, without in (
        ("without", ((C,), (A, B)), D),
        ("without, overlapping", ((A,), (B, C)), AB),
        ("without one of them", ((AB,), (B, C)), C),
    ):
        form = ChainForm(*sides, where=where, without=without)  # type: ignore[arg-type]
        CASES[f"chain {name} {where}"] = (form, chain(form))
        never = replaced(form, wanted=False)
        CASES[f"no chain {name} {where}"] = (never, no_chain(never))
for name, steps in {
    "sequence": (step(A), step(B), step(C)),
    "sequence, overlapping": (step(AB), step(A), step(AB)),
    "group first": (step(A, B), step(C)),
    "group last": (step(C), step(A, B)),
    "alike": (step(A), step(B), step(B), step(C)),
    "group between": (step(A), step(A, AB), step(B)),
}.items():
    CASES[name] = (SequenceForm(steps), sequence(SequenceForm(steps)))
PARTS = (EachForm(B, A, where="before"), EachForm(A, C))
CASES["any_of"] = (AnyForm(tuple(PartForm(one, "each") for one in PARTS)), both(*PARTS, any))
CASES["all_of"] = (AllForm(tuple(PartForm(one, "each") for one in PARTS)), both(*PARTS, all))


def strictly(recording: Recording, body: Body) -> tuple[Finding, Finding]:
    """What the promise and its strict reading find."""
    instants = events(recording)
    promise = PromiseForm(body, "form")
    strict = strict_reading(promise, Declared(), Causality(instants))
    assert strict is not None
    constraints = [build(promise, Declared()), strict]
    Router(constraints).feed(instants)
    plain, found = (constraint.finish(End(True, recording)) for constraint in constraints)
    return plain, found


def printed(recording: Recording) -> list[Event]:
    return [event for event in events(recording) if event.call.operation == "print" and event.at == "begin"]


@pytest.mark.parametrize("name", CASES)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_it_is_kept_when_some_choice_of_partners_is_ordered(name: str, data: st.DataObject) -> None:
    body, definition = CASES[name]
    recording = data.draw(recordings(WITH_D if "chain without" in name else TEXTS))
    plain, strict = strictly(recording, body)
    if plain.status == "kept":
        ordered = definition(printed(recording), Causality(events(recording)).before)
        assert ("kept" if ordered else "broken") == strict.status, strict.reason
        if not ordered:
            one, other = (witness.event for witness in strict.witnesses)
            assert not Causality(events(recording)).before(one, other)
            assert one.position < other.position
    elif name == "any_of":
        assert "broken" == strict.status


def linear(prints: list[Event], before: Before) -> Iterator[list[Event]]:
    """All orders that the edges allow."""
    if not prints:
        yield []
    for one in prints:
        rest = [other for other in prints if other is not one]
        if not any(before(other, one) for other in rest):
            yield from ([one, *others] for others in linear(rest, before))


@given(recording=recordings(TEXTS))
@settings(max_examples=60, deadline=None)
def test_an_output_is_ordered_when_every_order_that_the_edges_allow_prints_the_same(
    recording: Recording,
) -> None:
    prints = printed(recording)[:6]
    recording.calls = [
        call for call in recording.calls if call.operation != "print" or call.number <= prints[-1].call.number
    ]
    texts = [event.call.values["text"] for event in prints]
    before = Causality(events(recording)).before
    same = all(texts == [one.call.values["text"] for one in order] for order in linear(prints, before))
    plain, strict = strictly(recording, OutputForm("\n".join(texts)))
    assert ("kept", "kept" if same else "broken") == (plain.status, strict.status)
    steps = SequenceForm(tuple(step(MatcherForm(print=text)) for text in texts), complete=True)
    plain, strict = strictly(recording, steps)
    assert ("kept", "kept" if same else "broken") == (plain.status, strict.status)


HOLD = SpanForm("hold", "l")
PAIR = SpanForm("between", "", None, A, B, "process")


def spans(prints: list[Event]) -> list[tuple[Event, Event | None]]:
    found: list[tuple[Event, Event | None]] = []
    open_: dict[str, int] = {}
    for event in prints:
        who = event.call.process
        if event.call.values["text"] == "b" and who in open_:
            place = open_.pop(who)
            found[place] = (found[place][0], event)
        elif event.call.values["text"] == "a" and who not in open_:
            open_[who] = len(found)
            found.append((event, None))
    return found


@given(recording=recordings(TEXTS))
@settings(max_examples=80, deadline=None)
def test_spans_exclude_each_other_when_each_two_are_ordered(recording: Recording) -> None:
    plain, strict = strictly(recording, OpenForm(PAIR, at_most=1))
    before = Causality(events(recording)).before
    if plain.status == "kept":
        found = spans(printed(recording))
        ordered = all(
            (end is not None and before(end, begin))
            for (_, end), (begin, _) in (
                (one, other) for index, one in enumerate(found) for other in found[index + 1 :]
            )
        )
        assert ("kept" if ordered else "broken") == strict.status


@pytest.mark.parametrize("most", [2, 3])
@given(recording=recordings(TEXTS))
@settings(max_examples=80, deadline=None)
def test_no_more_spans_are_open_than_the_edges_let_be(most: int, recording: Recording) -> None:
    plain, strict = strictly(recording, OpenForm(PAIR, at_most=most))
    before = Causality(events(recording)).before
    if plain.status == "kept":
        together = [
            some
            for some in combinations(spans(printed(recording)), most + 1)
            if not any(
                end is not None and before(end, begin) for (_, end), (begin, _) in permutations(some, 2)
            )
        ]
        assert ("broken" if together else "kept") == strict.status


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (("p print a", "p print b", "q print a", "q print b", "r print a", "r print b"), "broken"),
        (("p print a", "p print b", "p start r", "r begin", "q print a", "r print a", "q print b"), "kept"),
    ],
)
def test_three_that_came_one_after_the_other_by_luck_might_have_been_open_at_once(
    lines: tuple[str, ...], status: str
) -> None:
    plain, strict = strictly(trace(*lines), OpenForm(PAIR, at_most=2))
    assert ("kept", status) == (plain.status, strict.status)


def test_how_many_are_open_is_not_weighed_where_permits_are_counted() -> None:
    form = PromiseForm(OpenForm(PAIR, at_most=2), "max_parallel")
    declared = Declared(kinds={"s": "semaphore"}, limits={"s": 2})
    assert strict_reading(form, declared, Causality()) is None


@given(recording=recordings(TEXTS))
@settings(max_examples=80, deadline=None)
def test_others_stay_out_of_a_span_when_each_is_ordered_before_or_after_it(recording: Recording) -> None:
    plain, strict = strictly(recording, NoInterleavingForm(C, PAIR))
    before = Causality(events(recording)).before
    if plain.status == "kept":
        prints = printed(recording)
        ordered = all(
            one.call.process == begin.call.process
            or before(one, begin)
            or (end is not None and before(end, one))
            for one, (begin, end) in product(fits(C, prints), spans(prints))
        )
        assert ("kept" if ordered else "broken") == strict.status


@pytest.mark.parametrize("relation", ["before", "after", "overlaps", "during", "intersects", "disjoint"])
@given(recording=recordings(TEXTS))
@settings(max_examples=40, deadline=None)
def test_spans_lie_to_each_other_as_promised_when_their_ends_are_ordered(
    relation: str, recording: Recording
) -> None:
    other = SpanForm("between", "", None, C, MatcherForm(op="exit"), "process")
    plain, strict = strictly(recording, RelatedForm(PAIR, relation, other))
    before = Causality(events(recording)).before
    instants = [one for one in events(recording) if one.at == "begin"]
    others = []
    for who in {one.call.process for one in instants}:
        own = [one for one in instants if one.call.process == who]
        begins = [one for one in own if one.call.values.get("text") == "c"]
        ends = [one for one in own if one.call.operation == "exit"]
        others += [(begins[0], ends[0] if ends else None)] if begins else []
    if plain.status == "kept":

        def less(one: Event | None, later: Event | None) -> bool:
            return later is None or (one is not None and before(one, later))

        def lies(b1: Event, e1: Event | None, b2: Event, e2: Event | None) -> bool:
            return {
                "before": less(e1, b2),
                "after": less(e2, b1),
                "overlaps": less(b1, b2) and less(b2, e1) and less(e1, e2),
                "during": less(b2, b1) and less(e1, e2),
                "intersects": less(b1, e2) and less(b2, e1),
                "disjoint": less(e1, b2) or less(e2, b1),
            }[relation]

        ordered = all(lies(*one, *two) for one, two in product(spans(printed(recording)), others))
        assert ("kept" if ordered else "broken") == strict.status


@pytest.mark.parametrize("where", ["before", "after"])
@pytest.mark.parametrize("most", [1, 3, 1000])
@given(recording=recordings(TEXTS))
@settings(max_examples=40, deadline=None)
def test_blocks_say_what_events_say(where: str, most: int, recording: Recording) -> None:
    form = PromiseForm(EachForm(AB, A, where=where), "each")  # type: ignore[arg-type]
    causality = Causality(declared=Declared(), keep=False)
    strict = strict_reading(form, Declared(), causality)
    assert strict is not None
    feeder = Feeder([strict])
    for block in given_blocks(events(recording), most=most):
        causality.feed_block(block)
        feeder.feed(block)
    found = strict.finish(End(True, recording))
    assert strictly(recording, form.body)[1].status == found.status


def test_what_is_not_on_order_has_no_strict_reading() -> None:
    assert (
        strict_reading(PromiseForm(EachForm(A, B, where="anywhere"), "each"), Declared(), Causality()) is None
    )
    assert strict_reading(PromiseForm(OpenForm(HOLD, at_most=1), "open"), Declared(), Causality()) is None


@given(recording=recordings(TEXTS), where=st.sampled_from(["next", "previous"]))
@settings(max_examples=80, deadline=None)
def test_a_neighbour_is_ordered_when_nothing_can_come_between(recording: Recording, where: str) -> None:
    plain, strict = strictly(recording, EachForm(A, B, where=where))  # type: ignore[arg-type]
    if plain.status != "kept":
        return
    before = Causality(events(recording)).before
    stands = {"join": "end", "acquire": "end", "get": "end"}
    all_ = [one for one in events(recording) if one.at == stands.get(one.call.operation, "begin")]
    ordered = True
    for index, one in enumerate(all_):
        if one.call.values.get("text") == "a":
            first, second = all_[index : index + 2] if where == "next" else all_[index - 1 : index + 1]
            rest = [other for other in all_ if other not in (first, second)]
            apart = all(before(other, first) or before(second, other) for other in rest)
            ordered = ordered and before(first, second) and apart
    assert ("kept" if ordered else "broken") == strict.status
