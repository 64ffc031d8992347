"""Fed block by block, a constraint finds what it finds when it is fed event by event."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.blocks import learned, row
from mprunner.checking.blocks.feeding import Feeder
from mprunner.checking.blocks.given import given_blocks
from mprunner.checking.blocks.routing import Router
from mprunner.checking.building import build
from mprunner.checking.constraint import Constraint, End, Finding
from mprunner.checking.constraints.counting import Count
from mprunner.checking.forms import (
    AllForm,
    AnyForm,
    ChainForm,
    ClosedForm,
    CountForm,
    Declared,
    EachForm,
    ExactlyOnceForm,
    FifoForm,
    IfForm,
    MatcherForm,
    Matches,
    NoInterleavingForm,
    NotForm,
    OpenForm,
    OutputForm,
    PartForm,
    PromiseForm,
    RelatedForm,
    ScopeForm,
    SequenceForm,
    SpanForm,
    StepForm,
)
from mprunner.checking.matching import CallTest, Matcher
from mprunner.recording.events import Call, Event
from mprunner.recording.shapes import Shapes
from tests.checking.traces import trace

COMPLETE, CUT = trace(), trace(how="cut")
DECLARED = Declared(
    locks=frozenset({"lock", "nested"}), reentrant=frozenset({"nested"}), queues=frozenset({"q"})
)


def role(name: str) -> MatcherForm:
    return MatcherForm(print=Matches(name))


def of(operation: str, **fields: Any) -> MatcherForm:
    return MatcherForm(op=operation, **fields)


A, B, C, D = (role(name) for name in "abcd")


def print_(letters: str, process: str = "p", number: int = 0) -> Event:
    """An event that is all of these letters."""
    return event("print", process, values={"text": "".join(sorted(letters)) or "-"}, number=number)


def event(
    operation: str,
    process: str = "p",
    thing: str | None = None,
    *,
    at: Any = "begin",
    values: dict[str, Any] | None = None,
    actor: str | None = None,
    number: int = 0,
    thread: int = 1,
    outcome: Any = "ok",
) -> Event:
    kinds = {"print": "none", "put": "queue", "get": "queue", "acquire": "lock", "release": "lock"}
    call = Call(
        number=number, process=process, actor=actor or process, pid=ord(process[0]), thread=thread, sequence=number,
        operation=operation, object=thing, kind=kinds.get(operation, "none"), begin=number, end=number, outcome=outcome,
        values=values or {},
    )  # fmt: skip
    return Event(number, number, at, call)


def one_by_one(promise: PromiseForm, events: list[Event], *, how: str) -> Finding:
    constraint = build(promise, DECLARED)
    Router([constraint]).feed(events)
    return finished(constraint, how)


def in_blocks(
    promises: list[PromiseForm], events: list[Event], cuts: list[int], *, how: str
) -> list[Finding]:
    constraints = [build(promise, DECLARED) for promise in promises]
    feeder = Feeder(constraints)
    shapes = Shapes()
    edges = sorted({0, len(events), *(cut for cut in cuts if cut < len(events))})
    for start, stop in pairwise(edges):
        for block in given_blocks(events[start:stop], shapes):
            block.first = start
            feeder.feed(block)
    return [finished(constraint, how) for constraint in constraints]


def finished(constraint: Constraint, how: str) -> Finding:
    recording = COMPLETE if how == "finished" else CUT
    return constraint.finish(End(recording.ending.complete, recording))


EACH = [
    EachForm(A, B, wanted=wanted, where=where, without=without)  # type: ignore[arg-type]
    for where, wanted in product(("after", "before", "anywhere", "next", "previous"), (True, False))
    for without in (None, C, A, B)
    if without is None or where not in ("next", "previous")
]
BOUND = [
    EachForm(A, B, wanted=wanted, where=where, without=without, bind=("process",))  # type: ignore[arg-type]
    for where, wanted in product(("after", "before", "anywhere", "next", "previous"), (True, False))
    for without in (None, C)
    if without is None or where not in ("next", "previous")
]
COUNTS = [
    CountForm(A, exactly=0), CountForm(A, exactly=2), CountForm(A, at_least=3), CountForm(A, at_most=1),
]  # fmt: skip
CHAINS = [
    ChainForm(each, partner, wanted, where, without)  # type: ignore[arg-type]
    for each, partner in (((A,), (B, C)), ((B, C), (A,)))
    for wanted in (True, False)
    for where in ("after", "before")
    for without in (None, D)
    if without is None or len(partner) == 2
]
SEQUENCES = [
    SequenceForm((StepForm((A,)), StepForm((B,)), StepForm((A,)))),
    SequenceForm((StepForm((A,)), StepForm((B,), next=True), StepForm((A,)))),
    SequenceForm((StepForm((A,)), StepForm((A, B, C), any_order=True), StepForm((B,), next=True))),
    SequenceForm((StepForm((A,)), StepForm((B, A), any_order=True), StepForm((C,))), complete=True),
    SequenceForm((StepForm((A,)), StepForm((B,), next=True), StepForm((C,), times=2)), complete=True),
    SequenceForm((StepForm((A,)), StepForm((B,), gap=C))),
    SequenceForm((StepForm((A,), gap=B), StepForm((A,), gap=C), StepForm((B,))), last_gap=D),
    SequenceForm((StepForm((A,)), StepForm((B,), gap=D, next=True), StepForm((C,))), last_gap=A),
    SequenceForm((StepForm((A,)), StepForm((B, C), any_order=True, gap=D), StepForm((A,), gap=B))),
    SequenceForm((StepForm((A, B), any_order=True, inside=C), StepForm((D,), next=True))),
    SequenceForm((StepForm((A,)), StepForm((B,), next=True), StepForm((C,), gap=B)), among=D),
    SequenceForm((StepForm((A, B), any_order=True), StepForm((C,), next=True)), among=D),
    SequenceForm((StepForm((A,)), StepForm((B,), next=True), StepForm((A,))), complete=True, among=D),
]
BETWEEN = SpanForm("between", "", begin=A, end=B, by="process")
SPANS = [
    OpenForm(BETWEEN, at_most=1),
    OpenForm(BETWEEN, at_least=2),
    ClosedForm(BETWEEN),
    ClosedForm(SpanForm("between", "", begin=A, end=B, by="actor")),
    NoInterleavingForm(C, BETWEEN),
    RelatedForm(BETWEEN, "disjoint", SpanForm("between", "", begin=C, end=D, by="process")),
]
OTHERS = [OutputForm("a\nb\nab"), ChainForm((A,), (B, C))]
FORMS = [*EACH, *BOUND, *COUNTS, *CHAINS, *SEQUENCES, *SPANS, *OTHERS]
SCOPES = [
    None, ScopeForm(before=D), ScopeForm(after=D), ScopeForm(from_=D, to=C), ScopeForm(from_=D, to=C, open_end=True),
]  # fmt: skip


def promise(body: Any, scope: ScopeForm | None = None, per: Any = "run") -> PromiseForm:
    return PromiseForm(body, "form", within=scope, per=per)


def part(body: Any, scope: ScopeForm | None = None, per: Any = "run") -> PartForm:
    return PartForm(body, "form", within=scope, per=per)


COMPOSED = [
    AllForm((part(EACH[0]), part(COUNTS[1])), each_tested=True),
    AllForm((part(EACH[-1]), part(EACH[3], per="process")), each_tested=True),
    AnyForm((part(EACH[5], SCOPES[3]), part(EACH[-2], per="process"))),
    NotForm(part(COUNTS[2], SCOPES[1])),
    IfForm(part(COUNTS[0]), part(EACH[-4])),
]
TRACES = st.lists(
    st.tuples(st.frozensets(st.sampled_from("abcd"), max_size=3), st.sampled_from("ppq")), max_size=24
)
CUTS = st.lists(st.integers(1, 24), max_size=4)


def prints(letters: Any) -> list[Event]:
    return [print_("".join(some), process, number) for number, (some, process) in enumerate(letters)]


@pytest.mark.parametrize("how", ["finished", "cut"])
@given(letters=TRACES, cuts=CUTS)
@settings(max_examples=100)
def test_every_form_finds_the_same_in_blocks(how: str, letters: Any, cuts: list[int]) -> None:
    events = prints(letters)
    promises = [promise(body) for body in (*FORMS, *COMPOSED)]
    expected = [one_by_one(one, events, how=how) for one in promises]
    for body, one, other in zip(promises, expected, in_blocks(promises, events, cuts, how=how), strict=True):
        assert one == other, body


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("per", ["run", "process"])
@given(letters=TRACES, cuts=CUTS, chosen=st.sets(st.sampled_from(range(len(FORMS))), min_size=1, max_size=8))
@settings(max_examples=40)
def test_scopes_and_groups_find_the_same_in_blocks(
    scope: ScopeForm | None, per: str, letters: Any, cuts: list[int], chosen: set[int]
) -> None:
    events = prints(letters)
    promises = [promise(FORMS[number], scope, per) for number in sorted(chosen)]
    expected = [one_by_one(one, events, how="cut") for one in promises]
    for body, one, other in zip(
        promises, expected, in_blocks(promises, events, cuts, how="cut"), strict=True
    ):
        assert one == other, body


@pytest.mark.parametrize("per", ["run", "process"])
@given(letters=st.lists(st.sampled_from("abcdcdx"), min_size=40, max_size=120), cuts=CUTS)
@settings(max_examples=12)
def test_segments_that_are_alike_are_each_told(per: str, letters: list[str], cuts: list[int]) -> None:
    events = [print_(letter, "pq"[number % 2], number) for number, letter in enumerate(letters)]
    scope = ScopeForm(from_=D, to=C)
    bodies = (
        *EACH,
        *COUNTS,
        *CHAINS,
        *SEQUENCES,
        AllForm((part(EACH[0]), part(COUNTS[1])), each_tested=False),
        NotForm(part(COUNTS[0])),
        AllForm((part(COUNTS[0], ScopeForm(from_=A, to=B, open_end=True)),), each_tested=True),
    )
    promises = [promise(body, scope, per) for body in bodies]
    expected = [one_by_one(one, events, how="finished") for one in promises]
    for body, one, other in zip(
        bodies, expected, in_blocks(promises, events, cuts, how="finished"), strict=True
    ):
        assert one == other, body


@given(letters=TRACES, cuts=CUTS)
@settings(max_examples=60)
def test_a_row_that_is_taken_apart_for_many_constraints_tells_the_same(letters: Any, cuts: list[int]) -> None:
    events = prints(letters)
    promises = [promise(body) for body in FORMS]
    expected = in_blocks(promises, events, cuts, how="cut")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(row, "_MANY", 3)
        patch.setattr(row, "_SHORT", 1)
        patch.setattr(learned, "_SHORT", 1)
        patch.setattr(learned, "_WORTH", 1)
        found = in_blocks(promises, events, cuts, how="cut")
    for body, one, other in zip(promises, expected, found, strict=True):
        assert one == other, body


@given(
    letters=st.lists(st.sampled_from("abcdx"), min_size=8, max_size=60),
    pairs=st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcdx")), min_size=1, max_size=8),
    cuts=CUTS,
    wanted=st.booleans(),
)
def test_neighbours_that_are_counted_together_are_those_that_are_searched_for(
    letters: list[str], pairs: list[tuple[str, str]], cuts: list[int], wanted: bool
) -> None:
    events = [print_(letter, "p", number) for number, letter in enumerate(letters)]
    promises = [
        promise(EachForm(role(one), role(other), wanted=wanted, where=where))  # type: ignore[arg-type]
        for one, other in pairs
        for where in ("next", "previous")
    ]
    expected = [one_by_one(one, events, how="cut") for one in promises]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learned, "_SHORT", 1)
        patch.setattr(learned, "_WORTH", 1)
        found = in_blocks(promises, events, cuts, how="cut")
    assert expected == found


def test_a_matcher_that_many_promises_share_is_asked_once_for_each_shape() -> None:
    asked: list[str] = []

    shared = Matcher(MatcherForm(print=Matches("a")))
    constraints = [Count(shared, at_least=number) for number in range(5)]
    (test,) = shared._tests

    def check(call: Call) -> bool:
        asked.append(call.values["text"])
        return test.check(call)

    shared._tests = [CallTest(check)]
    feeder = Feeder(constraints)
    for block in given_blocks([print_(letter, "p", number) for number, letter in enumerate("abcabcabc")]):
        feeder.feed(block)
    assert sorted(asked) == ["a", "b", "c"]
    assert [finished(one, "finished").activations for one in constraints] == [3] * 5


def test_what_came_before_all_that_waits_is_still_told() -> None:
    events = [print_("b", "q"), print_("a", "p", 1), print_("a", "q", 2)]
    each = promise(EachForm(A, B, wanted=False, where="anywhere", bind=("process",)))
    (found,) = in_blocks([each], events, [1, 2], how="finished")
    assert [0, 2] == [one.event.position for one in found.witnesses]
    assert one_by_one(each, events, how="finished") == found


BREAKING = [
    (EachForm(A, B, where="anywhere", without=C), "xaxcb", 1),
    (EachForm(A, B, wanted=False, where="anywhere", without=C), "bcxab", 1),
    (EachForm(A, B, where="next", bind=("process",)), "abax", 2),
    (ChainForm((A,), (B, C)), "abcab", 2),
    (ChainForm((A,), (B, C), where="before", without=D), "bdca", 1),
    (ChainForm((B, C), (A,)), "bcabc", 2),
    (ChainForm((B, C), (A,), where="before"), "bca", 1),
    (SequenceForm((StepForm((A,)), StepForm((B,), gap=C))), "acb", 1),
    (SequenceForm((StepForm((A,)), StepForm((B,), next=True))), "acb", 1),
    (SequenceForm((StepForm((A,)), StepForm((B,))), complete=True), "aab", 1),
    (ClosedForm(BETWEEN), "abaxa", 2),
]  # fmt: skip


@pytest.mark.parametrize(("body", "letters", "activations"), BREAKING)
def test_a_kernel_finds_what_breaks_a_promise(body: Any, letters: str, activations: int) -> None:
    events = [print_(letter, "p", number) for number, letter in enumerate("x" * 70 + letters + "x" * 70)]
    (found,) = in_blocks([promise(body)], events, [], how="finished")
    assert ("broken", activations) == (found.status, found.activations)


HOLD, NESTED, ANY_LOCK = SpanForm("hold", "lock"), SpanForm("hold", "nested"), SpanForm("hold", "l")
TRAFFIC = [
    OpenForm(HOLD, at_most=1, each_object=True),
    OpenForm(HOLD, at_most=2, each_object=True),
    OpenForm(HOLD, at_most=1),
    OpenForm(HOLD, at_least=2, each_object=True),
    OpenForm(NESTED, at_most=1, each_object=True),
    OpenForm(NESTED, at_most=2),
    ClosedForm(HOLD),
    ClosedForm(NESTED),
    ClosedForm(SpanForm("call", "put", "q")),
    NoInterleavingForm(of("put"), HOLD),
    ExactlyOnceForm("q"),
    ExactlyOnceForm("q", all_got=False),
    ExactlyOnceForm("q", all_got=False, once=False),
    FifoForm("q"),
]
ITEMS: list[Any] = [1, 1.0, True, "1", None, [1], (1,), {"a": 1}]
ACTS = st.one_of(
    st.tuples(
        st.sampled_from(["acquire", "release"]),
        st.sampled_from(["lock", "lock", "lock[1]", "nested"]),
        st.sampled_from("ppq"),
        st.sampled_from([1, 1, 2]),
    ),
    st.tuples(
        st.sampled_from(["put", "get", "put", "get", "put?"]),
        st.sampled_from(["q", "q", "q[1]"]),
        st.sampled_from("ppq"),
        st.sampled_from(ITEMS),
    ),
)


def traffic(acts: Any) -> list[Event]:
    """Acquires and gets at their ends, releases and puts at their begins; `put?` never ended."""
    found: list[Event] = []
    for number, (name, thing, process, extra) in enumerate(acts):
        if name in ("acquire", "release"):
            at, how = ("end" if name == "acquire" else "begin"), {"thread": extra}
        else:
            at, how = ("end" if name == "get" else "begin"), {"values": {"item": extra}}
            how["outcome"] = "unfinished" if name.endswith("?") else "ok"
        found.append(event(name.rstrip("?"), process, thing, at=at, number=number, **how))
    return found


@pytest.mark.parametrize("how", ["finished", "cut"])
@given(acts=st.lists(ACTS, max_size=24), cuts=CUTS)
@settings(max_examples=100)
def test_contracts_find_the_same_in_blocks(how: str, acts: Any, cuts: list[int]) -> None:
    events = traffic(acts)
    promises = [promise(body) for body in TRAFFIC]
    expected = [one_by_one(one, events, how=how) for one in promises]
    for body, one, other in zip(promises, expected, in_blocks(promises, events, cuts, how=how), strict=True):
        assert one == other, body


def mixed(count: int, processes: int) -> list[Event]:
    """Prints of all numbers below 300, by many processes."""
    return [
        event(
            "print", f"p{number * 7 % processes}", values={"text": f"line {number * 11 % 300}"}, number=number
        )
        for number in range(count)
    ]


MANY = [
    pytest.param(
        [promise(EachForm(MatcherForm(print=f"line {one}"), MatcherForm(print=f"line {one + 1}"))) for one in range(299)],
        3, id="more than 256 symbols are needed: the constraints are split into groups",
    ),
    pytest.param(
        [promise(SequenceForm(tuple(StepForm((MatcherForm(print=f"line {one}"),)) for one in range(299))))],
        3, id="one constraint tells more than 256 kinds of events apart",
    ),
    pytest.param(
        [promise(EachForm(role("1"), role("2"), where=where), per="process") for where in ("after", "next")],  # type: ignore[arg-type]
        150, id="more groups than are told apart by their symbols",
    ),
    pytest.param(
        [promise(AllForm((part(EachForm(role("1"), role("2")), per="process"), part(CountForm(role("7")))), each_tested=True))],
        150, id="so many groups in a part",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("promises", "processes"), MANY)
@pytest.mark.parametrize("cuts", [[], [13, 400, 401]])
def test_what_is_too_much_for_symbols_is_judged_all_the_same(
    promises: list[PromiseForm], processes: int, cuts: list[int]
) -> None:
    events = mixed(600, processes)
    constraints = [build(one, DECLARED) for one in promises]
    Router(constraints).feed(events)
    expected = [finished(one, "finished") for one in constraints]
    assert expected == in_blocks(promises, events, cuts, how="finished")
