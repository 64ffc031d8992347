"""Constraints that remember alike come to the same, whatever they are fed from there on: see `Constraint.memory`."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mprunner.checking.blocks.deciding import select
from mprunner.checking.blocks.routing import Router
from mprunner.checking.building import build
from mprunner.checking.constraint import Constraint
from mprunner.checking.forms import (
    AllForm,
    AnyForm,
    Body,
    ChainForm,
    ClosedForm,
    CountForm,
    EachForm,
    ExactlyOnceForm,
    ExceptionForm,
    FifoForm,
    IfForm,
    LinearizableForm,
    MatcherForm,
    NoInterleavingForm,
    NotForm,
    OpenForm,
    OutputForm,
    OvertakingForm,
    PairForm,
    PromiseForm,
    RelatedForm,
    SequenceForm,
    SpanForm,
    StepForm,
)
from mprunner.checking.matching import Signature
from mprunner.recording.events import Event
from mprunner.records import replaced
from tests.checking.test_blocks import (
    COMPOSED,
    DECLARED,
    FORMS,
    SCOPES,
    SPANS,
    TRAFFIC,
    A,
    B,
    C,
    event,
    finished,
    of,
    part,
    print_,
    promise,
)

LETTERS = ("a", "b", "c", "d", "ab")
LONGEST = 3
NOT_TOLD = [
    *(one for one in SPANS if not isinstance(one, (OpenForm, ClosedForm))),
    FifoForm("q", order="fifo"),
]
"""Of these all that was fed counts."""
TOLD = [one for one in (*FORMS, *COMPOSED) if one not in NOT_TOLD]
LOCKS = [one for one in TRAFFIC if isinstance(one, (OpenForm, ClosedForm)) and one.span.kind == "hold"]
QUEUES = [one for one in TRAFFIC if isinstance(one, ExactlyOnceForm)]


def after(form: PromiseForm, events: Sequence[Event]) -> Constraint:
    constraint = build(form, DECLARED)
    Router([constraint]).feed(events)
    return constraint


def in_place(event: Event, place: int) -> Event:
    """The event at this place of a record."""
    return replaced(
        event, position=place, time=place, call=replaced(event.call, number=place, begin=place, end=place)
    )


def says(form: PromiseForm, events: Sequence[Event]) -> Hashable:
    """What the promise comes to after these events, cut short and not."""
    cut, whole = (finished(after(form, events), how) for how in ("cut", "finished"))
    return cut.status, cut.activations > 0, whole.status, whole.activations > 0


def check(form: PromiseForm, alphabet: Sequence[Event], longest: int) -> int:
    """Sees to it that equal memories say the same, and become equal by each event; how many there are."""
    known: dict[Any, Hashable] = {}
    following: dict[Any, Any] = {}
    for length in range(longest + 1):
        for word in product(range(len(alphabet)), repeat=length):
            events = [in_place(alphabet[letter], place) for place, letter in enumerate(word)]
            memory = after(form, events).memory()
            if memory is None:
                continue
            said = says(form, events)
            assert known.setdefault(memory, said) == said, (form, word)
            before = after(form, events[:-1]).memory()
            if word and before is not None:
                assert following.setdefault((before, word[-1]), memory) == memory, (form, word)
    return len(known)


@pytest.mark.parametrize("body", TOLD, ids=lambda body: type(body).__name__)
def test_equal_memories_of_a_promise_stay_equal_and_say_the_same(body: Any) -> None:
    alphabet = [*(print_(letters) for letters in LETTERS), print_("a", "q")]
    assert check(promise(body), alphabet, LONGEST) > 1


@pytest.mark.parametrize("scope", SCOPES[1:], ids=["before", "after", "from to", "open end"])
@pytest.mark.parametrize("per", ["run", "process"])
def test_so_do_those_in_segments_and_groups(scope: Any, per: str) -> None:
    alphabet = [*(print_(letters) for letters in ("a", "b", "c", "d")), print_("a", "q")]
    for body in TOLD[::9]:
        assert check(promise(body, scope, per), alphabet, LONGEST) > 1


@pytest.mark.parametrize("body", LOCKS, ids=str)
def test_so_do_those_of_holds(body: Any) -> None:
    alphabet = [
        event(operation, process, lock, at="end" if operation == "acquire" else "begin")
        for operation in ("acquire", "release")
        for process in "pq"
        for lock in ("lock", "nested")
    ]
    assert check(promise(body), alphabet, LONGEST) > 1


def test_a_call_counts_while_it_lasts() -> None:
    form = promise(ClosedForm(SpanForm("call", "put", "q")))

    def memory(*instants: Any) -> Hashable:
        return after(form, [event("put", "p", "q", at=at, number=number) for number, at in instants]).memory()

    over = memory((1, "begin"), (1, "end"))
    assert over == memory((1, "begin"), (1, "end"), (2, "begin"), (2, "end"))
    assert len({memory(), memory((1, "begin")), over}) == 3


@pytest.mark.parametrize("body", QUEUES, ids=str)
def test_so_do_those_of_what_was_put_and_got(body: Any) -> None:
    alphabet = [
        event("put", "p", "q", values={"item": 1}),
        event("put", "q", "q", values={"item": 2}),
        event("put", "p", "q[1]", values={"item": 1}),
        event("put", "q", "q", values={"item": 1}, outcome="unfinished"),
        event("get", "q", "q", at="end", values={"item": 1}),
        event("get", "p", "q", at="end", values={"item": 2}),
    ]
    assert check(promise(body), alphabet, 4) > 1


@pytest.mark.parametrize("once", [True, False])
def test_what_was_ever_put_counts_for_ever(once: bool) -> None:
    form = promise(ExactlyOnceForm("q", all_got=False, once=once))
    first, second = ([put(one), got(one)] for one in (1, 2))
    assert after(form, placed(first)).memory() != after(form, placed(second)).memory()


def test_what_is_open_of_each_producer_counts_for_its_order() -> None:
    form = promise(FifoForm("q"))

    def memory(*events: Event) -> Hashable:
        return after(form, placed(events)).memory()

    assert memory(put(1), put(2, "q"), got(1)) == memory(put(2, "q"), put(1), got(1))
    assert memory(put(1), put(2)) != memory(put(2), put(1))
    assert memory(put(1), put(1, "q"), got(1)) is None  # it may be that of either
    assert memory(put(1), put(2), got(1), got(2, "q")) is None  # what overlaps counts with two consumers


def test_what_may_have_been_altered_on_its_way_through_a_queue_counts_for_ever() -> None:
    events = [
        event("put", thing="q", values={"item": [1]}),
        event("get", thing="q", at="end", values={"item": [2]}),
    ]
    assert after(promise(ExactlyOnceForm("q")), events).memory() is None


@pytest.mark.parametrize("body", NOT_TOLD, ids=str)
def test_of_others_all_counts(body: Any) -> None:
    events = [print_("a"), event("put", thing="q", values={"item": 1})]
    assert after(promise(body), events).memory() is None


def test_a_count_remembers_no_more_than_its_bound() -> None:
    memories = {
        after(promise(CountForm(FORMS[0].each, exactly=2)), [print_("a")] * n).memory() for n in range(99)
    }
    assert len(memories) == 4


def put(value: Any, process: str = "p", queue: str = "q", **fields: Any) -> Event:
    return event("put", process, queue, values={"item": value}, **fields)


def got(value: Any, process: str = "p", queue: str = "q") -> Event:
    return event("get", process, queue, at="end", values={"item": value})


def holds(lock: str, *processes: str) -> list[Event]:
    return [
        event(name, process, lock, at="end" if name == "acquire" else "begin")
        for name in ("acquire", "release")
        for process in processes
    ]


def accesses(*values: int) -> list[Event]:
    return [event(name, "p", "v", values={"value": value}) for name in ("read", "write") for value in values]


HAPPENING = [
    [print_(letters) for letters in ("a", "b", "c", "d", "ab")],
    [print_(letters, process) for letters in "abc" for process in "pq"],
    [put(1), put(2), got(1), got(2)],
    [put(1), put(2), got(1), got([1]), put([1])],
    [put(1), put(1, "q"), put(2, "q"), got(1), got(2, "q")],
    [put(1), put(1, queue="q[1]"), got(1), got(1, queue="q[1]")],
    [put(1), put(1, outcome="unfinished"), put(2, outcome="unfinished"), got(1), got(2)],
    [put(1), put(2), event("get", "q", "q", outcome="unfinished"), got(1)],
    holds("lock", "p", "q"),
    [*holds("nested", "p"), *holds("lock", "p")],
    [*holds("lock[1]", "p"), *holds("lock", "q")],
    accesses(1, 2),
    [print_("a"), *accesses(1)],
    [print_("a"), put(1), got(1), got(2)],
]
"""What may happen in one execution."""
GET, PUT, READ, WRITE = of("get"), of("put"), of("read"), of("write")
SPANNED = SpanForm("between", "", begin=A, end=B, by="process")
EVERY: list[Body] = [
    *FORMS,
    *COMPOSED,
    *TRAFFIC,
    *(ExactlyOnceForm("q", all_got=got, once=once) for got in (True, False) for once in (True, False)),
    *(PairForm(PUT, GET, order=order, each_put=each) for order in ("any", "fifo") for each in (None, "exactly_once")),  # type: ignore[arg-type]
    *(PairForm(WRITE, READ, by="value", each_put=each) for each in (None, "at_most_once", "at_least_once")),  # type: ignore[arg-type]
    *(EachForm(GET, PUT, where=where, bind=("item",)) for where in ("before", "after", "next")),  # type: ignore[arg-type]
    OvertakingForm(A, B, 1),
    LinearizableForm("v", "register"),
    ExceptionForm(),
    OutputForm("a\nb\na\nb"),
    OpenForm(SPANNED, at_most=2),
    OpenForm(SpanForm("hold", "lock"), at_least=2, at_most=3),
    NoInterleavingForm(C, SPANNED),
    RelatedForm(SPANNED, "before", SpanForm("between", "", begin=C, end=A, by="process")),
    AllForm((part(ExactlyOnceForm("q")), part(CountForm(A, at_most=2)))),
    AnyForm((part(OpenForm(SpanForm("hold", "lock"), at_least=2)), part(CountForm(READ, exactly=3)))),
    NotForm(part(SequenceForm((StepForm((A,)), StepForm((B, C), any_order=True)), among=MatcherForm(process="p")))),
    IfForm(part(CountForm(A, at_least=2)), part(ExactlyOnceForm("q", all_got=False, once=False))),
    ChainForm((PUT, GET), (A,)),
]  # fmt: skip

BY_KIND = {kind: [body for body in EVERY if type(body) is kind] for kind in dict.fromkeys(map(type, EVERY))}


@st.composite
def chosen(draw: Any) -> tuple[PromiseForm, list[list[Event]], list[list[Event]]]:
    """A promise, what may have been fed to it, and what may follow."""
    scope = draw(st.sampled_from([None, None, *SCOPES]))
    per: Any = draw(st.sampled_from(["run", "run", "process", "object"]))
    form = promise(draw(st.sampled_from(draw(st.sampled_from(list(BY_KIND.values()))))), scope, per)
    seen = [every for every in HAPPENING if any(counts(form, one) for one in every)]
    happening = draw(st.sampled_from(seen or HAPPENING))
    words = st.lists(st.sampled_from(range(len(happening))), max_size=5)
    before = draw(st.lists(words, min_size=2, max_size=8))
    # What differs a little is more often remembered alike.
    for word in before[:3]:
        before += [word[:place] + word[place + 1 :] for place in range(len(word))]
        before += [
            word[:place] + word[place:][:2][::-1] + word[place + 2 :] for place in range(len(word) - 1)
        ]
    following = draw(st.lists(words, min_size=1, max_size=3))
    return (
        form,
        [[happening[one] for one in word] for word in before],
        [[happening[one] for one in word] for word in following],
    )


def counts(form: PromiseForm, one: Event) -> bool:
    """Whether a promise looks at an event."""
    call = one.call
    signature = Signature(
        call.process, call.actor, call.operation, call.object, one.at, call.outcome, call.kind
    )
    found = select(0, build(form, DECLARED), signature)
    return found is not None and (found.always or found.mask_of(call) > 0)


@settings(max_examples=100)
@given(chosen())
def test_whatever_follows_what_is_remembered_alike_comes_to_the_same(
    given_: tuple[PromiseForm, list[list[Event]], list[list[Event]]],
) -> None:
    form, before, following = given_
    alike: dict[Hashable, list[list[Event]]] = {}
    for word in before:
        memory = after(form, placed(word)).memory()
        if memory is not None:
            alike.setdefault(memory, []).append(word)
    for first, *others in alike.values():
        for more in ([], *following):
            expected = says(form, placed([*first, *more]))
            for other in others:
                assert expected == says(form, placed([*other, *more])), (form, first, other, more)


def placed(events: Sequence[Event]) -> list[Event]:
    return [in_place(one, place) for place, one in enumerate(events)]
