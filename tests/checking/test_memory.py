"""Constraints that remember alike come to the same, whatever they are fed from there on: see `Constraint.memory`."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import product
from typing import Any

import pytest

from mprunner.checking.blocks.routing import Router
from mprunner.checking.building import build
from mprunner.checking.constraint import Constraint
from mprunner.checking.forms import (
    ClosedForm,
    CountForm,
    ExactlyOnceForm,
    FifoForm,
    OpenForm,
    PromiseForm,
)
from mprunner.recording.events import Event
from mprunner.records import replaced
from tests.checking.test_blocks import (
    COMPOSED,
    DECLARED,
    FORMS,
    SCOPES,
    SPANS,
    TRAFFIC,
    event,
    finished,
    print_,
    promise,
)

LETTERS = ("a", "b", "c", "d", "ab")
LONGEST = 3
NOT_TOLD = [*SPANS[3:], FifoForm("q")]
"""Of these all that was fed counts."""
TOLD = [one for one in (*FORMS, *COMPOSED) if one not in NOT_TOLD]
LOCKS = [one for one in TRAFFIC if isinstance(one, (OpenForm, ClosedForm))]
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
